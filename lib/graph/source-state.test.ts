import { describe, expect, it } from 'vitest'
import type { SourceStatus } from '#lib/model/api'
import { shortSourceName, sourceState, totalsOf } from './source-state'

const now = Date.parse('2026-11-22T12:00:00Z')
const heard = (agoMs: number, lagMs: number | null) => ({
  kind: 'http',
  lagMs,
  lastReceived: new Date(now - agoMs).toISOString(),
  lastEvent: '2026-11-22T11:00:00.000Z',
})

describe('the state of a source', () => {
  it.each([
    ['live', heard(1_000, 30_000)],
    ['quiet', heard(1_000, 187_000)],
    ['done', heard(3_600_000, 3_600_000)],
    ['done', heard(1_000, 3 * 365 * 86_400_000)],
    ['done', heard(1_000, null)],
    ['live', { ...heard(3_600_000, 150_000), polled: true }],
    ['behind', { ...heard(1_000, 400_000), polled: true }],
    ['behind', { ...heard(1_000, null), polled: true }],
    ['empty', { kind: 'http', lagMs: null, lastReceived: null, lastEvent: null }],
  ] as const)('is %s', (state, source) => expect(sourceState(source, now)).toBe(state))
})

it('knows a log group by its last word', () => expect([shortSourceName('/aws/lambda/cart'), shortSourceName('app.ndjson')]).toEqual(['cart', 'app.ndjson']))

it('notices when a source does not add up', () => {
  const row = (received: number): SourceStatus => ({
    name: 'a',
    kind: 'http',
    received,
    stored: 5,
    duplicate: 2,
    quarantined: 1,
    rejected: 0,
    completeUntil: null,
    lagMs: null,
    firstEvent: null,
    lastEvent: null,
    lastReceived: null,
    services: [],
  })
  expect(totalsOf([row(8), row(8)])).toMatchObject({ received: 16, stored: 10, adds: true })
  expect(totalsOf([row(8), row(9)]).adds).toBe(false)
})

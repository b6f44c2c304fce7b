import { describe, expect, it } from 'vitest'
import type { SourceStatus } from '#lib/model/api'
import { heldUpWords, isHeldUp, shortSourceName, sourceState, totalsOf, type SourceState } from './source-state'

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
    ['starting', { ...heard(1_000, null), polled: true }],
    ['forbidden', { ...heard(1_000, null), polled: true, problem: 'forbidden' }],
    ['failing', { ...heard(1_000, 9_000), polled: true, problem: 'failing' }],
    ['empty', { kind: 'http', lagMs: null, lastReceived: null, lastEvent: null }],
  ] as const)('is %s', (state, source) => expect(sourceState(source, now)).toBe(state))
})

it('says why a source is not as far as it should be, and never a lag that nobody knows', () => {
  const words = (state: SourceState, lagMs: number | null): string => heldUpWords({ name: '/aws/lambda/cart', lagMs }, state).replace(/\s/g, ' ')
  expect([words('behind', 400_000), words('forbidden', null), words('failing', 9_000), words('starting', null)]).toEqual([
    'cart is 6 min 40 s behind', 'cart may not be read', 'cart can’t be read at the moment', 'cart is being read for the first time',
  ]) // prettier-ignore
  expect((['live', 'quiet', 'done', 'empty', 'behind', 'forbidden'] as const).map(isHeldUp)).toEqual([false, false, false, false, true, true])
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

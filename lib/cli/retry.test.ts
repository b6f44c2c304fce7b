import { describe, expect, test } from 'vitest'
import { retryAfterOf, type Outcome } from './http'
import { againAfter, MAX_TRIES } from './retry'

const answered = (status: number, retryAfterMs?: number): Outcome => ({ kind: 'answered', status, body: null, retryAfterMs })
const broken: Outcome = { kind: 'broken', code: 'ECONNRESET', reason: 'the connection was cut' }

describe('againAfter', () => {
  test('what may be better next time is tried again, what is final is not', () => {
    expect([429, 503, 502, 504].map((status) => againAfter(answered(status), 1) !== null)).toEqual([true, true, true, true])
    expect([200, 400, 404, 413, 415, 500, 507].map((status) => againAfter(answered(status), 1))).toEqual(Array(7).fill(null))
    expect(againAfter({ kind: 'unreadable', reason: 'the disk reports an error' }, 1)).toBeNull()
  })

  test('waits double up to 30 s and end with the last try', () => {
    const waits = Array.from({ length: MAX_TRIES }, (_, i) => againAfter(broken, i + 1)?.waitMs ?? null)
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, null])
  })

  test('Retry-After is obeyed up to 5 minutes, also where it is shorter than our own wait', () => {
    expect(againAfter(answered(503, 200), 6)?.waitMs).toBe(200)
    expect(againAfter(answered(429, 45_000), 1)?.waitMs).toBe(45_000)
    expect(againAfter(answered(503, 86_400_000), 1)?.waitMs).toBe(300_000)
  })
})

test('Retry-After is seconds or a date; anything else is none', () => {
  const nowMs = Date.parse('2026-11-22T12:00:00Z')
  expect(retryAfterOf('2', nowMs)).toBe(2000)
  expect(retryAfterOf('Sun, 22 Nov 2026 12:00:30 GMT', nowMs)).toBe(30_000)
  expect(retryAfterOf('Sun, 22 Nov 2026 11:00:00 GMT', nowMs)).toBe(0)
  expect([undefined, '', 'soon', '-5x'].map((header) => retryAfterOf(header, nowMs))).toEqual(Array(4).fill(undefined))
})

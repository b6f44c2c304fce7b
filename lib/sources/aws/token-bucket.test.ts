import { describe, expect, it } from 'vitest'
import { TokenBucket, TokenBuckets } from './token-bucket'
import { Turns, type WorkClass } from './turns'

const bucket = (random = () => 0.5): TokenBucket => new TokenBucket({ ratePerSecond: 4, burst: 4 }, 0, random)

/** Calls that are made when one is made as soon as it may be. */
function callsUntil(given: TokenBucket, fromMs: number, toMs: number, call: (nowMs: number) => void = () => given.accepted()): number {
  let calls = 0
  for (let now = fromMs; now < toMs; now = Math.max(now, given.nextMs(now))) {
    if (!given.take(now)) continue
    calls++
    call(now)
  }
  return calls
}

describe('a token bucket', () => {
  it('gives its burst at once and then its rate, and no more', () => {
    const given = bucket()
    expect([1, 2, 3, 4, 5].map(() => given.take(0))).toEqual([true, true, true, true, false])
    expect(given.nextMs(0)).toBe(250)
    expect(callsUntil(given, 0, 100_000)).toBeLessThanOrEqual(400)
    expect(callsUntil(given, 100_000, 200_000)).toBeGreaterThan(390)
  })
  it('halves its rate when AWS refuses, and has it back after 200 calls that went through', () => {
    const given = bucket()
    given.refused(0)
    expect(given.ratePerSecond).toBe(2)
    expect(given.take(0)).toBe(false)
    callsUntil(given, 0, 100_000)
    expect(given.ratePerSecond).toBe(4)
  })
  it('pauses twice as long for each refusal in a row, up to a minute, with jitter', () => {
    const given = bucket(() => 1)
    const waits = Array.from({ length: 10 }, () => {
      given.refused(0)
      return given.nextMs(0)
    })
    expect(waits.slice(0, 4)).toEqual([500, 1_000, 2_000, 4_000])
    expect(waits.at(-1)).toBe(60_000)
    const other = bucket(() => 0)
    other.refused(0)
    expect(other.nextMs(0)).toBe(250)
  })
  it('never stops, however many calls are refused', () => {
    const given = bucket(Math.random)
    let n = 0
    const calls = callsUntil(given, 0, 3_600_000, (now) => (n++ % 2 === 0 ? given.refused(now) : given.accepted()))
    expect(calls).toBeGreaterThan(500)
    expect(calls).toBeLessThan(2_000)
  })
  it('gives nothing for a clock that is set back', () => {
    const given = bucket()
    callsUntil(given, 10_000, 10_001)
    given.nextMs(0)
    expect(given.nextMs(1)).toBeGreaterThan(1)
  })
  it('is one for all that share an account, region and action', () => {
    const buckets = new TokenBuckets(() => 0)
    const options = { ratePerSecond: 1, burst: 1 }
    expect(buckets.of('a/eu/x', options, 0)).toBe(buckets.of('a/eu/x', options, 5))
    expect(buckets.of('a/eu/x', options, 0)).not.toBe(buckets.of('a/us/x', options, 0))
  })
})

describe('turns', () => {
  const served = (waiting: WorkClass[], times: number, turns = new Turns()): Record<string, number> => {
    const counts: Record<string, number> = {}
    for (let i = 0; i < times; i++) {
      const work = turns.next(new Set(waiting))
      counts[String(work)] = (counts[String(work)] ?? 0) + 1
    }
    return counts
  }
  it('give each kind of work its share, whatever the others want', () => {
    expect(served(['live', 'backfill', 'sweep'], 60)).toEqual({ live: 30, backfill: 20, sweep: 10 })
    expect(served(['live', 'sweep'], 40)).toEqual({ live: 30, sweep: 10 })
    expect(served(['sweep'], 5)).toEqual({ sweep: 5 })
    expect(served([], 1)).toEqual({ undefined: 1 })
  })
  it('give nobody what he did not want before', () => {
    const turns = new Turns()
    served(['live'], 1_000, turns)
    expect(served(['live', 'sweep'], 40, turns)).toEqual({ live: 30, sweep: 10 })
  })
})

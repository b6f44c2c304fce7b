import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addDelays, assuredDelayMs, delayQuantile, overlapMs } from './delays'
import { afterPage, completeUntilMs, newBackfillScan, newScans, planPage, restartChunk, scanSettings, type Scan, type ScanContext } from './scan'

const T = 1_781_514_000_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const OVERLAP = 300_000
const at = (nowMs: number, sinceMs = T - HOUR): ScanContext => ({ nowMs, sinceMs, overlapMs: OVERLAP, lastEventMs: nowMs, settings: scanSettings })
const start = (sinceMs = T - HOUR): Scan[] => newScans(1n, { sinceMs, nowMs: T, share: 0.5, settings: scanSettings })
const of = (kind: string, scans = start()): Scan => {
  const scan = scans.find((one) => one.kind === kind)
  if (!scan) throw new Error(kind)
  return scan
}
/** Reads the range that is planned now, a page a chunk. */
function readAll(scan: Scan, context: ScanContext): { scan: Scan; read: [number, number][] } {
  const read: [number, number][] = []
  let next = planPage(scan, context)
  while (next.range && next.chunk) {
    read.push([next.range.fromMs, next.chunk.toMs])
    const after = afterPage(next, null, context)
    if (after.range === null) return { scan: after, read }
    next = planPage(after, context)
  }
  return { scan: next, read }
}

describe('the live reading', () => {
  it('begins where it was told to and ends before now, both inclusive', () => {
    const planned = planPage(of('live'), at(T))
    expect([planned.range?.fromMs, planned.range?.toMs]).toEqual([T - HOUR, T - 10_000])
  })
  it('reads the overlap again before what had arrived by the last look, also after a pause', () => {
    const { scan } = readAll(of('live'), at(T))
    expect(scan.doneMs).toBe(T - 10_000)
    for (const pause of [10_000, 6 * HOUR]) expect(planPage(scan, at(T + pause)).range?.fromMs).toBe(T - OVERLAP)
  })
  it('reads nothing where nothing new has settled, and looks again soon', () => {
    const { scan } = readAll(of('live'), at(T))
    const planned = planPage(scan, at(T - 1))
    expect([planned.range, planned.doneMs, planned.readAtMs]).toEqual([null, scan.doneMs, scan.readAtMs])
    expect(planned.dueMs).toBeGreaterThan(T - 1)
  })
  it('comes back after a long pause piece by piece, each of them at once', () => {
    const { scan } = readAll(of('live'), at(T))
    const narrow = { ...scan, widthMs: HOUR }
    const late = T + 5 * HOUR
    const first = readAll(narrow, at(late)).scan
    expect(first.doneMs).toBe(T - 10_000 + HOUR)
    expect(first.dueMs).toBe(late)
  })
  it('looks at a busy group every 10 s, at a quiet one once a minute', () => {
    const due = (lastEventMs: number | null): number => readAll(of('live'), { ...at(T), lastEventMs }).scan.dueMs - T
    expect([due(T), due(T - 300_000), due(T - HOUR), due(null)]).toEqual([10_000, 30_000, 60_000, 60_000])
  })
})

describe('a chunk', () => {
  it('follows its tokens, and moves on only when there is none', () => {
    const planned = planPage(of('live'), at(T))
    const paged = afterPage(planned, 'next', at(T))
    expect([paged.chunk?.token, paged.doneMs]).toEqual(['next', planned.doneMs])
    expect(planPage(paged, at(T + 1)).chunk).toEqual(paged.chunk)
  })
  it('begins anew where its token is dead, smaller', () => {
    const paged = afterPage(planPage(of('live'), at(T)), 'next', at(T))
    expect(planPage(paged, at(T + DAY)).chunk?.token).toBeNull()
    const again = planPage(restartChunk(paged), at(T))
    expect([again.chunk?.token, again.range?.fromMs, again.widthMs]).toEqual([null, T - HOUR, paged.widthMs / 2])
  })
  it('is halved after many pages and doubled after few', () => {
    let scan = planPage(of('live'), at(T))
    for (let i = 0; i < 25; i++) scan = afterPage(scan, 'next', at(T))
    expect(afterPage(scan, null, at(T)).widthMs).toBe(3 * HOUR)
    expect(afterPage(planPage(of('live'), at(T)), null, at(T)).widthMs).toBe(12 * HOUR)
  })
  it('begins at the last millisecond of the one before', () => {
    const narrow = { ...newBackfillScan(1n, 'b', { fromMs: T - 10 * DAY, toMs: T, nowMs: T }), widthMs: DAY }
    const { read, scan } = readAll(narrow, at(T))
    expect(read[0]).toEqual([T - 10 * DAY, T - 9 * DAY])
    for (let i = 1; i < read.length; i++) expect(read[i]?.[0]).toBe(read[i - 1]?.[1])
    expect(read.at(-1)?.[1]).toBe(T)
    expect(scan.finishedMs).toBe(T)
    expect(planPage(scan, at(T)).range).toBeNull()
  })
})

describe('sweeps', () => {
  it('have nothing to look through at first, and look then without a call', () => {
    const planned = planPage(of('sweep-14d'), at(T + DAY / 2))
    expect([planned.range, planned.readAtMs, planned.dueMs]).toEqual([null, T + DAY / 2, T + 1.5 * DAY])
  })
  it('of each span reach back over it from where the last one began', () => {
    const since = T - 20 * DAY
    const from = (kind: string): number | undefined => planPage(of(kind, start(since)), at(T + HOUR, since)).range?.fromMs
    expect([from('sweep-2h'), from('sweep-24h'), from('sweep-14d')]).toEqual([T - 2 * HOUR, T - DAY, T - 14 * DAY])
  })
})

/**
 * Every event that becomes visible within 14 days of its time is inside some range that is read after it became visible,
 * whatever the pauses between looks.
 */
it('together the readings see every event that is late by up to 14 days, whatever the pauses', () => {
  const pauses = fc.array(fc.oneof(fc.integer({ min: 1, max: 600_000 }), fc.integer({ min: 1, max: 2 * DAY })), { minLength: 1, maxLength: 12 })
  const delay = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.integer({ min: 0, max: 3 * HOUR }), fc.integer({ min: 0, max: 14 * DAY }))
  fc.assert(
    fc.property(pauses, fc.integer({ min: -HOUR + 1, max: 3 * DAY }), delay, (given, offset, delayMs) => {
      const timeMs = T + offset
      const visibleMs = Math.max(timeMs, T - HOUR) + delayMs
      let seen = false
      let scans = start()
      let now = T
      const steps = [...given, ...Array.from({ length: 24 }, () => 0.9 * DAY)]
      for (const pause of steps) {
        scans = scans.map((scan) => {
          let one = scan
          for (let i = 0; i < 40 && one.dueMs <= now; i++) {
            const { scan: after, read } = readAll(one, at(now))
            if (visibleMs <= now && read.some(([from, to]) => from <= timeMs && timeMs <= to)) seen = true
            one = after
          }
          return one
        })
        now += pause
      }
      expect(seen).toBe(true)
    }),
    { numRuns: 300 },
  )
})

describe('delays', () => {
  it('of fewer than a thousand events are not trusted to be short', () => {
    expect([assuredDelayMs([]), overlapMs([])]).toEqual([60_000, 300_000])
    expect(assuredDelayMs(addDelays([], [10, 20, 200_000]))).toBeGreaterThanOrEqual(200_000)
  })
  it('are learned: twice what 999 of 1,000 keep, between half a minute and two hours', () => {
    const fast = addDelays(
      [],
      Array.from({ length: 2_000 }, () => 900),
    )
    expect([assuredDelayMs(fast), overlapMs(fast)]).toEqual([1_131, 30_000])
    const slow = addDelays(
      [],
      Array.from({ length: 2_000 }, (_, i) => (i % 100 === 0 ? 600_000 : 900)),
    )
    expect(assuredDelayMs(slow)).toBeGreaterThanOrEqual(600_000)
    expect(
      overlapMs(
        addDelays(
          [],
          Array.from({ length: 2_000 }, () => 3 * HOUR),
        ),
      ),
    ).toBe(2 * HOUR)
  })
  it('have quantiles that bound them, within the width of a bucket', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 14 * DAY }), { minLength: 1, maxLength: 50 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (list, share) => {
          const quantile = delayQuantile(addDelays([], list), share) ?? 0
          const exact = list.toSorted((a, b) => a - b)[Math.ceil(list.length * share) - 1] ?? 0
          expect(quantile).toBeGreaterThanOrEqual(Math.min(exact, 100 * 2 ** 23.5) - 1)
          expect(quantile).toBeLessThanOrEqual(Math.max(100, exact * Math.SQRT2 + 1))
        },
      ),
    )
  })
  it('of long ago count half', () => {
    const counts = addDelays(
      addDelays(
        [],
        Array.from({ length: 99_999 }, () => 50),
      ),
      [50],
    )
    expect(counts[0]).toBe(50_000)
  })
})

it('complete is what was read less the settling and the delay that 999 of 1,000 keep, and never more than was read', () => {
  expect(completeUntilMs({ doneMs: T - 10_000, readAtMs: T }, 60_000, 10_000)).toBe(T - 70_000)
  expect(completeUntilMs({ doneMs: T - HOUR, readAtMs: T }, 60_000, 10_000)).toBe(T - HOUR)
})

import { describe, expect, it } from 'vitest'
import type { Slot } from '#lib/store/models'
import { chooseGrid, chooseSealed, SLOT_NS } from './seal'

const slots = (count: number, of: (i: number) => Partial<Slot>): Slot[] =>
  Array.from({ length: count }, (_, i) => ({ fromNs: BigInt(i) * SLOT_NS, logs: 100, segments: 0, ...of(i) }))

const sum = (all: readonly Slot[], ranges: ReturnType<typeof chooseSealed>): number =>
  all.filter((slot) => ranges.some((range) => slot.fromNs >= range.fromNs && slot.fromNs < range.toNs)).reduce((total, slot) => total + slot.logs, 0)

describe('the sealed set', () => {
  it('is everything where that fits, ranges without a gap as one', () => {
    const all = slots(10, (i) => (i < 5 ? {} : { fromNs: BigInt(i + 3) * SLOT_NS }))
    expect(chooseSealed(all, 1000)).toEqual([
      { fromNs: 0n, toNs: 5n * SLOT_NS },
      { fromNs: 8n * SLOT_NS, toNs: 13n * SLOT_NS },
    ])
  })

  it('keeps to its budget and spreads over all of the time', () => {
    const all = slots(1000, () => ({}))
    const ranges = chooseSealed(all, 8000)
    expect(sum(all, ranges)).toBeLessThanOrEqual(8000)
    expect(sum(all, ranges)).toBeGreaterThan(7000)
    expect(ranges[0]?.fromNs).toBeLessThan(100n * SLOT_NS)
    expect(ranges.at(-1)?.toNs).toBeGreaterThan(900n * SLOT_NS)
  })

  it('lies where traces were recorded, where any were', () => {
    const all = slots(1000, (i) => ({ segments: i >= 400 && i < 500 ? 5 : 0 }))
    for (const { fromNs, toNs } of chooseSealed(all, 8000)) {
      expect(fromNs).toBeGreaterThanOrEqual(380n * SLOT_NS)
      expect(toNs).toBeLessThanOrEqual(520n * SLOT_NS)
    }
  })

  it('is one slot at least, however much lies in it', () => {
    expect(
      chooseSealed(
        slots(3, () => ({ logs: 1_000_000 })),
        10,
      ),
    ).not.toEqual([])
    expect(chooseSealed([], 10)).toEqual([])
  })
})

describe('the grid', () => {
  it('has cells that hold with their context some 20,000 spans at most, as powers of two of seconds', () => {
    for (const [spans, seconds, reachMs] of [
      [50_000, 5_000, 8_000],
      [100_000, 100, 500],
      [1_000, 86_400, 900_000],
    ] as const) {
      // prettier-ignore
      const { cellNs, reachNs } = chooseGrid({ spans, seconds }, reachMs)
      const cellS = Number(cellNs) / 1e9
      expect(Number.isInteger(Math.log2(cellS))).toBe(true)
      expect((spans / seconds) * (cellS + (2 * Number(reachNs)) / 1e9)).toBeLessThanOrEqual(20_000)
    }
  })

  it('cuts a reach that would hold more spans than memory does', () => {
    const { reachNs } = chooseGrid({ spans: 1_000_000, seconds: 1_000 }, 900_000)
    expect(Number(reachNs) / 1e9).toBeLessThanOrEqual(40)
  })
})

/** Which events a model is learned from, and how time is cut to score by it. Pure: the same counts give the same choice. */
import type { Grid } from '#lib/store/linking'
import type { SealedRange, Slot } from '#lib/store/models'

/** Slots are counted and taken whole. */
export const SLOT_NS = 64n * 1_000_000_000n
/** Log events that a model is learned from at most: some 200 MB while it is fitted, and more of them tell little more. */
export const BUDGET = 170_000
/** Events that may wait for the exact rules while the statistical tiers work: two rounds. Beyond it these wait, and say so. */
export const MOST_WAITING = 40_000n
/** Where there are more, they come from this many stretches of time. */
const STRETCHES = 8
/** Spans that a cell and what it looks at should hold, and may hold. */
const CELL_SPANS = 20_000
const MOST_SPANS = 80_000
const LEAST_CELL_S = 4
const MOST_CELL_S = 4_096
const NS = 1_000_000_000

/**
 * All of it where it fits, else stretches spread over time, each around a place with as many certain links before it as the next: traces
 * are what most is learned from, so where there are some, they are what is counted.
 */
export function chooseSealed(slots: readonly Slot[], budget = BUDGET): SealedRange[] {
  const logs = slots.reduce((sum, slot) => sum + slot.logs, 0)
  if (logs <= budget) return joined(slots)
  const segments = slots.reduce((sum, slot) => sum + slot.segments, 0)
  const weight = (slot: Slot): number => (segments > 0 ? slot.segments : slot.logs)
  const total = segments > 0 ? segments : logs
  const taken = new Set<Slot>()
  for (let i = 0; i < STRETCHES; i++) {
    let before = 0
    const centre = slots.findIndex((slot) => (before += weight(slot)) >= (total * (i + 0.5)) / STRETCHES)
    take(slots, Math.max(0, centre), budget / STRETCHES, taken)
  }
  return joined(slots.filter((slot) => taken.has(slot)))
}

/** Grows both ways from a slot until the share is full; a slot alone may be more than that. */
function take(slots: readonly Slot[], centre: number, share: number, taken: Set<Slot>): void {
  let sum = 0
  for (let away = 0; away < slots.length; away++) {
    for (const at of away === 0 ? [centre] : [centre + away, centre - away]) {
      const slot = slots[at]
      if (!slot || taken.has(slot)) continue
      if (sum > 0 && sum + slot.logs > share) return
      sum += slot.logs
      taken.add(slot)
    }
  }
}

/** Ranges of slots that touch each other are one. */
function joined(slots: readonly Slot[]): SealedRange[] {
  const ranges: SealedRange[] = []
  for (const { fromNs } of slots) {
    const last = ranges.at(-1)
    if (last && last.toNs === fromNs) last.toNs = fromNs + SLOT_NS
    else ranges.push({ fromNs, toNs: fromNs + SLOT_NS })
  }
  return ranges
}

/**
 * @param spans spans with lines in the sealed set, and the seconds of it in which there were any
 * @param reachMs how far the model looks
 */
export function chooseGrid({ spans, seconds }: { spans: number; seconds: number }, reachMs: number): Grid {
  const perSecond = spans / Math.max(1, seconds)
  // A reach that would hold more than memory does is cut: the longest delays of a busy system are then not found.
  const reachS = Math.max(1, Math.min(reachMs / 1000, MOST_SPANS / 2 / Math.max(perSecond, 1e-9)))
  let cellS = MOST_CELL_S
  while (cellS > LEAST_CELL_S && perSecond * (cellS + 2 * reachS) > CELL_SPANS && cellS > reachS) cellS /= 2
  return { cellNs: BigInt(cellS) * BigInt(NS), reachNs: BigInt(Math.ceil(reachS * NS)) }
}

/** The map's numbers, and what counts as a change between two ranges. */
import type { Tier } from '#lib/model/span'

export interface NodeStats {
  events: number
  spans: number
  errors: number
  ratePerSecond: number
  p50Ms: number | null
  p95Ms: number | null
}

export interface EdgeStats {
  count: number
  errors: number
  p50Ms: number | null
  p95Ms: number | null
}

export type Change = 'new' | 'gone' | 'shifted'

export const NO_NODE: NodeStats = { events: 0, spans: 0, errors: 0, ratePerSecond: 0, p50Ms: null, p95Ms: null }
export const NO_EDGE: EdgeStats = { count: 0, errors: 0, p50Ms: null, p95Ms: null }

/** Fewer than this on either side, and a percentile or a share is chance. */
const LEAST = 20
/** A p95 that grew or shrank by half is seen by whoever waits; less is the weather. */
const LATENCY_FACTOR = 1.5
/** Below this a factor is measuring noise. */
const LATENCY_MS = 5
/** Difference of the shares of failures, in points of 1: what the brief calls notable elsewhere (5 points). */
const ERROR_SHARE = 0.05

/** What happened to a node between two ranges; null where nothing notable. */
export function nodeChange(now: NodeStats, before: NodeStats): Change | null {
  return changeOf({ count: now.spans || now.events, ...now }, { count: before.spans || before.events, ...before })
}

/** What happened to an edge between two ranges; null where nothing notable. */
export function edgeChange(now: EdgeStats, before: EdgeStats): Change | null {
  return changeOf(now, before)
}

function changeOf(now: EdgeStats, before: EdgeStats): Change | null {
  if (now.count > 0 && before.count === 0) return 'new'
  if (now.count === 0) return before.count > 0 ? 'gone' : null
  if (now.count < LEAST || before.count < LEAST) return null
  const errors = Math.abs(now.errors / now.count - before.errors / before.count)
  return errors >= ERROR_SHARE || latencyShifted(now.p95Ms, before.p95Ms) ? 'shifted' : null
}

function latencyShifted(now: number | null, before: number | null): boolean {
  if (now === null || before === null || Math.abs(now - before) < LATENCY_MS) return false
  const [low, high] = now < before ? [now, before] : [before, now]
  return low <= 0 || high / low >= LATENCY_FACTOR
}

/** The most frequent tier; of equally frequent ones the surer. */
export function mainTier(tiers: { A: number; B: number; C: number }): Tier {
  return (['A', 'B', 'C'] as const).reduce((best, tier) => (tiers[tier] > tiers[best] ? tier : best), 'A')
}

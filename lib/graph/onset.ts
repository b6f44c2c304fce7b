/**
 * When the share of failures changed for the worse: the one split of a series at which "two rates" explains the counts far better than
 * "one rate" does (likelihood ratio of two binomials). Counts in, nothing where the data does not carry the claim.
 */
export interface Onset {
  /** First bucket of the worse part. */
  index: number
  /** Shares 0..1 before and from then on. */
  before: number
  after: number
}

/** Twice the log likelihood gained. 25 keeps chance finds out: the best of 96 splits of one steady rate stays below it. */
const GAIN_MIN = 25
/** Each part must be at least this long, or a single bad minute would count as a new era. */
const BUCKETS_MIN = 3

/** `counts` and `failures` a bucket, oldest first. */
export function findOnset(counts: readonly number[], failures: readonly number[]): Onset | null {
  const total = sum(counts)
  const failed = sum(failures)
  if (failed < 5) return null
  let best: { onset: Onset; gain: number } | null = null
  let countBefore = 0
  let failedBefore = 0
  for (let i = 0; i < counts.length - BUCKETS_MIN; i++) {
    countBefore += counts[i] ?? 0
    failedBefore += failures[i] ?? 0
    if (i + 1 < BUCKETS_MIN || countBefore === 0 || countBefore === total) continue
    const before = failedBefore / countBefore
    const after = (failed - failedBefore) / (total - countBefore)
    const gain = 2 * (logLikelihood(failedBefore, countBefore) + logLikelihood(failed - failedBefore, total - countBefore) - logLikelihood(failed, total))
    if (after > before * 2 && gain > (best?.gain ?? GAIN_MIN)) best = { onset: { index: i + 1, before, after }, gain }
  }
  return best?.onset ?? null
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function logLikelihood(hits: number, of: number): number {
  const p = hits / of
  const one = hits > 0 ? hits * Math.log(p) : 0
  return one + (hits < of ? (of - hits) * Math.log(1 - p) : 0)
}

/** Where in a range the failures are: the shortest run of buckets that holds most of them. */
export interface Concentration {
  fromMs: number
  toMs: number
  count: number
  /** It reaches the end of the range: "since", not "between". */
  untilEnd: boolean
}

/** Fewer failures than this make patterns of chance. */
const LEAST_FAILURES = 10
/** Most of them, in a small part of the time: else saying when says nothing. */
const SHARE = 0.8
const PART = 0.35

/** Null where failures are few or spread out. `errors` has one count a bucket of `bucketMs` from `fromMs` on. */
export function concentration(errors: number[], fromMs: number, bucketMs: number): Concentration | null {
  const total = errors.reduce((a, b) => a + b, 0)
  if (total < LEAST_FAILURES) return null
  let best: { from: number; to: number; count: number } | null = null
  let from = 0
  let count = 0
  errors.forEach((value, to) => {
    count += value
    while (count - (errors[from] ?? 0) >= total * SHARE) count -= errors[from++] ?? 0
    if (count >= total * SHARE && (!best || to - from < best.to - best.from)) best = { from, to, count }
  })
  const found: { from: number; to: number; count: number } | null = best
  if (!found) return null
  const { from: first, to: last, count: inside } = found
  if ((last - first + 1) / errors.length > PART) return null
  return { fromMs: fromMs + first * bucketMs, toMs: fromMs + (last + 1) * bucketMs, count: inside, untilEnd: last >= errors.length - 2 }
}

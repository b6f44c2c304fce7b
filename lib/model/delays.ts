/**
 * How long events of one log group take from their time to where they can be read: a histogram of 48 buckets, each wider than the one
 * before by the square root of 2, from 100 ms to 14 days (CloudWatch Logs accepts no older event).
 */
const BUCKETS = 48
const FIRST_MS = 100
/** The past counts half once so many events are in: a group that became faster is believed so. */
const HALVED_AT = 100_000
/** With fewer, the 999th of a thousand is not known. */
const KNOWN_AT = 1_000
/** What is assumed until then: 15 s were seen for functions, 2 minutes are reported by users of other pollers (grafana/alloy#5854). */
const ASSUMED_MS = 60_000
const OVERLAP_ASSUMED_MS = 300_000
const OVERLAP_MIN_MS = 30_000
/** What is later than this is found by a sweep: reading two hours again with every look would cost more than it finds. */
const OVERLAP_MAX_MS = 7_200_000

/** Counts a bucket; shorter than 48 where the rest is empty. */
export type Delays = readonly number[]

function bucketOf(ms: number): number {
  return ms <= FIRST_MS ? 0 : Math.min(BUCKETS - 1, Math.ceil(2 * Math.log2(ms / FIRST_MS)))
}

/** The histogram with these delays (ms) added. */
export function addDelays(delays: Delays, added: Iterable<number>): number[] {
  const counts = Array.from({ length: BUCKETS }, (_, i) => delays[i] ?? 0)
  for (const ms of added) {
    const bucket = bucketOf(ms)
    counts[bucket] = (counts[bucket] ?? 0) + 1
  }
  return total(counts) < HALVED_AT ? counts : counts.map((count) => Math.floor(count / 2))
}

const total = (delays: Delays): number => delays.reduce((sum, count) => sum + count, 0)

/** The least bound, ms, that the share of delays does not exceed; null where nothing was counted. */
export function delayQuantile(delays: Delays, share: number): number | null {
  const all = total(delays)
  if (all === 0) return null
  let seen = 0
  for (let i = 0; i < delays.length; i++) {
    seen += delays[i] ?? 0
    if (seen >= all * share) return Math.round(FIRST_MS * 2 ** (i / 2))
  }
  return null
}

/** The delay that 999 of 1,000 events keep, ms: what is older is called complete. While few are known, the longest of them and a minute at least. */
export function assuredDelayMs(delays: Delays): number {
  if (total(delays) < KNOWN_AT) return Math.max(ASSUMED_MS, delayQuantile(delays, 1) ?? 0)
  return delayQuantile(delays, 0.999) ?? ASSUMED_MS
}

/** How far back every look reaches, ms: twice the delay that 999 of 1,000 keep, between half a minute and two hours. */
export function overlapMs(delays: Delays): number {
  const learned = 2 * assuredDelayMs(delays)
  const wanted = total(delays) < KNOWN_AT ? Math.max(OVERLAP_ASSUMED_MS, learned) : learned
  return Math.min(OVERLAP_MAX_MS, Math.max(OVERLAP_MIN_MS, wanted))
}

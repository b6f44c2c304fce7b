/** The pace and the chance of pollers in tests. */
import type { PollSettings } from '#lib/ingest/poll-logs'
import { draw } from '#testing/fake-aws/draw'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

/** As the worker's, but slower, so that a day of the clock takes seconds: what is not lost at long intervals is not lost at short ones. */
export const calm: Partial<PollSettings> = {
  reloadMs: HOUR,
  listMs: HOUR,
  scan: { settleMs: 10_000, busyMs: 30 * MINUTE, quietMs: HOUR, everyMs: { '2h': HOUR, '24h': 2 * HOUR, '14d': 24 * HOUR } },
}

/** Chance from a seed, the same for every run of it. */
export function seededRandom(seed: string): () => number {
  let count = 0
  return () => draw(seed, 'poller', count++)
}

/**
 * The poller as a process that a test can kill: it waits to be told how to begin, reads through the fake AWS into DATABASE_URL, and its clock
 * is the test's. It moves it by asking (`{moveTo}`), and only while nothing is in flight; the answer is the time that it is then.
 */
import { createPool } from '#lib/db/pool'
import { systemClock, type PollClock } from '#lib/ingest/poll-clock'
import { LogsPoller } from '#lib/ingest/poll-logs'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import type { Beginning } from './poll-victims'
import { calm, seededRandom } from './polling-pace'

const log = createLog('child')
log.level = 'silent'

const ended = new AbortController()
const begin = await answer<Beginning>()
let { nowMs } = begin

const clock: PollClock = {
  nowMs: () => nowMs,
  async wait(dueMs, inFlight, signal) {
    if (inFlight.length > 0) return systemClock.wait(Infinity, inFlight, signal)
    if (dueMs >= begin.untilMs) ended.abort()
    process.send?.({ moveTo: Math.max(nowMs, Math.min(dueMs, begin.untilMs)) })
    nowMs = await answer<number>()
  },
}

function answer<Message>(): Promise<Message> {
  return new Promise((resolve) => process.once('message', (message) => resolve(message as Message)))
}

const pool = createPool(process.env.DATABASE_URL ?? '', 4)
const random = seededRandom(begin.seed)
await new LogsPoller({ pool, clock, random, buckets: new TokenBuckets(random), log, settings: { ...calm, ...begin.settings } }).run(ended.signal)
await pool.end()
process.disconnect?.()

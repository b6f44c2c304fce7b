/**
 * The poller as a process that a test can kill: it reads through the fake AWS at FAKE_URL into DATABASE_URL, and its clock is the test's. It moves
 * it by asking (`{moveTo}`), and only while nothing is in flight; the answer is the time that it is then.
 */
import { createPool } from '#lib/db/pool'
import { systemClock, type PollClock } from '#lib/ingest/poll-clock'
import { LogsPoller } from '#lib/ingest/poll-logs'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import { calm, seededRandom } from './polling-pace'

const log = createLog('child')
log.level = 'silent'

let nowMs = Number(process.env.NOW_MS)
const untilMs = Number(process.env.UNTIL_MS)
const ended = new AbortController()

const clock: PollClock = {
  nowMs: () => nowMs,
  async wait(dueMs, inFlight, signal) {
    if (inFlight.length > 0) return systemClock.wait(Infinity, inFlight, signal)
    if (dueMs >= untilMs) ended.abort()
    nowMs = await moveTo(Math.max(nowMs, Math.min(dueMs, untilMs)))
  },
}

function moveTo(ms: number): Promise<number> {
  return new Promise((resolve) => {
    process.once('message', (answer) => resolve(Number(answer)))
    process.send?.({ moveTo: ms })
  })
}

const pool = createPool(process.env.DATABASE_URL ?? '', 4)
const random = seededRandom(process.env.SEED ?? '')
await new LogsPoller({ pool, clock, random, buckets: new TokenBuckets(random), log, settings: calm }).run(ended.signal)
await pool.end()
process.disconnect?.()

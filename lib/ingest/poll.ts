/** Polling in the worker process: one poller an instance, whoever holds the lock. Nothing is lost by its end at any moment. */
import pg from 'pg'
import { getPool } from '#lib/db/pool'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import { systemClock, type PollClock } from './poll-clock'
import { LogsPoller } from './poll-logs'
import { TracesPoller } from './poll-traces'

/** Two pollers would read everything twice and fall over each other's cursors; they'd lose nothing. "poll" */
const LOCK = 1_886_350_444
/** How soon another process takes over, and how soon a broken connection is made anew. */
const RETRY_MS = 5_000
/** A page under way at the end is stored if it comes within this; else it is read again after the next start. */
const FAREWELL_MS = 3_000

const log = createLog('poller')

/** Starts polling; the returned function ends it. */
export function startPolling(clock: PollClock = systemClock): () => Promise<void> {
  const ending = new AbortController()
  const running = keepPolling(clock, ending.signal)
  return async () => {
    ending.abort()
    let timer: NodeJS.Timeout | undefined
    await Promise.race([running, new Promise((resolve) => (timer = setTimeout(resolve, FAREWELL_MS)))])
    clearTimeout(timer)
  }
}

async function keepPolling(clock: PollClock, ending: AbortSignal): Promise<void> {
  while (!ending.aborted) {
    try {
      await pollUnderLock(clock, ending)
    } catch (error) {
      log.error({ err: error }, 'polling stopped; it begins again where it stopped')
    }
    await clock.wait(clock.nowMs() + RETRY_MS, [], ending)
  }
}

/** The lock is a session's: it goes with the process, or with its connection, at which polling stops until the lock is held again. */
async function pollUnderLock(clock: PollClock, ending: AbortSignal): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL, application_name: 'specter-poller' })
  const lost = new AbortController()
  client.on('error', () => lost.abort())
  client.on('end', () => lost.abort())
  await client.connect()
  try {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [LOCK])
    if (!rows[0]?.held) return
    const buckets = new TokenBuckets(Math.random)
    const deps = { pool: getPool(), clock, random: Math.random, buckets, log }
    const failed = new AbortController()
    const signal = AbortSignal.any([ending, lost.signal, failed.signal])
    // Where one of them fails, the other ends too, and both begin again.
    const running = [new LogsPoller(deps).run(signal), new TracesPoller(deps).run(signal)]
    await Promise.all(running).finally(() => failed.abort())
  } finally {
    await client.end().catch(() => {})
  }
}

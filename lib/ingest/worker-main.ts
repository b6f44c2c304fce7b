/** The worker process: links what ingest stored, and keeps house. Stops at SIGTERM after the round in hand. */
import pg from 'pg'
import { endPool, getPool } from '#lib/db/pool'
import { createLog } from '#lib/server/log'
import { linkRound } from './linker'
import { startPolling } from './poll'
import { startScorer } from './scorer'

/** Ingest notifies; this is for what a notification lost in a restart would leave lying. */
const IDLE_MS = 1_000
const AFTER_ERROR_MS = 2_000
const HOUSEKEEPING_MS = 600_000
/** Lines without a time are recognised again for this long (design.md §2). */
const UNTIMED_KEPT_NS = 7n * 86_400n * 1_000_000_000n
const BATCHES_KEPT = '1 day'

const log = createLog('worker')

class Wake {
  private resolve: () => void = () => {}
  private woken = false

  now(): void {
    this.woken = true
    this.resolve()
  }

  async wait(ms: number): Promise<void> {
    if (!this.woken) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms)
        this.resolve = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    this.woken = false
  }
}

/** Wakes the loop when ingest commits. A broken connection is made anew. */
async function listen(wake: Wake): Promise<void> {
  const client = new pg.Client({ connectionString: process.env.DATABASE_URL })
  client.on('notification', () => wake.now())
  client.on('error', () => setTimeout(() => void listen(wake), AFTER_ERROR_MS))
  try {
    await client.connect()
    await client.query('listen specter_ingest')
  } catch {
    setTimeout(() => void listen(wake), AFTER_ERROR_MS)
  }
}

async function keepHouse(): Promise<void> {
  const pool = getPool()
  await pool.query('delete from untimed_identity where seen_ns < $1', [BigInt(Date.now()) * 1_000_000n - UNTIMED_KEPT_NS])
  await pool.query(`delete from ingest_batch where linked_at < now() - $1::interval`, [BATCHES_KEPT])
}

async function main(): Promise<void> {
  const wake = new Wake()
  let stopping = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      stopping = true
      wake.now()
    })
  }
  await listen(wake)
  const scorer = startScorer(log)
  const stopPolling = startPolling()
  let nextHousekeeping = 0
  while (!stopping) {
    try {
      const linked = await linkRound(getPool())
      if (Date.now() > nextHousekeeping) {
        nextHousekeeping = Date.now() + HOUSEKEEPING_MS
        await keepHouse()
      }
      if (linked === 0) await wake.wait(IDLE_MS)
    } catch (error) {
      log.error({ err: error }, 'a round of linking failed; nothing of it was kept, it is tried again')
      await wake.wait(AFTER_ERROR_MS)
    }
  }
  await scorer.stop()
  await stopPolling()
  await endPool()
  process.exit(0)
}

void main()

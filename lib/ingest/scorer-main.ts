/** The thread that fits models and scores cells, beside the worker's loop: a fit takes seconds of a core, and exact links must not wait for it. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { createPool } from '#lib/db/pool'
import { createLog } from '#lib/server/log'
import { Statistics } from './statistics'

const IDLE_MS = 400
const AFTER_ERROR_MS = 2_000
const CONNECTIONS = 2

async function main(): Promise<void> {
  const log = createLog('scorer')
  const url = process.env.DATABASE_URL
  if (!url || !parentPort) throw new Error('the scorer is a thread of the worker')
  const stopped = new AbortController()
  parentPort.once('message', () => stopped.abort())
  const pool = createPool(url, CONNECTIONS)
  const statistics = new Statistics(pool, { budget: (workerData as { budget: number }).budget })
  const rest = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopped.signal }).catch(() => {})
  while (!stopped.signal.aborted) {
    try {
      const did = await statistics.step()
      if (did === 'idle' || did === 'skipping') await rest(IDLE_MS)
    } catch (error) {
      log.error({ err: error }, 'a statistical round failed; nothing of it was kept, it is tried again')
      await rest(AFTER_ERROR_MS)
    }
  }
  await pool.end()
  parentPort.close()
}

void main()

/** The thread of the statistical tiers, as the worker holds it: started again when it dies, stopped after the round in hand. */
import { Worker } from 'node:worker_threads'
import type { createLog } from '#lib/server/log'
import { BUDGET } from './seal'

const AFTER_ERROR_MS = 2_000
/** A fit takes seconds and nothing of it is lost but its time: the next start does it again. */
const STOP_MS = 3_000
/** A model is fitted within this (measured: 170,000 lines of a busy system fit into 160); a thread that wants more ends alone, and not the worker. */
const HEAP_MB = 256
/** Much of what is read is garbage at once; a large nursery would only hold it longer. */
const NURSERY_MB = 24

export interface Scorer {
  stop(): Promise<void>
}

/** Runs dist/scorer.mjs beside the worker's own bundle. */
export function startScorer(log: ReturnType<typeof createLog>): Scorer {
  let stopping = false
  let budget = BUDGET
  let thread: Worker
  const start = (): void => {
    thread = new Worker(new URL('./scorer.mjs', import.meta.url), {
      workerData: { budget },
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: NURSERY_MB },
    })
    thread.on('error', (error) => {
      // Unusual lines may take more than was measured: less of them is learned from then, instead of failing for ever.
      if ((error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY') budget = Math.ceil(budget / 2)
      log.error({ err: error, budget }, 'the thread of the statistical tiers failed; it is started again')
    })
    thread.once('exit', () => {
      if (!stopping) setTimeout(start, AFTER_ERROR_MS)
    })
  }
  start()
  return {
    stop: async () => {
      stopping = true
      const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
      thread.postMessage('stop')
      const late = setTimeout(() => void thread.terminate(), STOP_MS)
      await ended
      clearTimeout(late)
    },
  }
}

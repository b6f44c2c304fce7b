/** The loop of the statistical tiers: one step does what is most due, and says whether there was anything to do. */
import type { Pool } from 'pg'
import { readLinking, setSkipping } from '#lib/store/linking'
import { fitRound } from './fit-round'
import { ScoreMemory, scoreRound } from './score-round'
import { BUDGET } from './seal'
import { IDLE_MS } from './snapshot'

/** Events that may wait for the exact rules while the statistical tiers work: two rounds. Beyond it these wait, and say so. */
const MOST_WAITING = 40_000n

export class Statistics {
  private readonly memory = new ScoreMemory()

  /** `quietMs`: how long nothing has to come for input to have ended; `budget`: lines that a model is learned from at most. */
  constructor(
    private readonly pool: Pool,
    private readonly quietMs = IDLE_MS,
    private readonly budget = BUDGET,
  ) {}

  /** Fits, or scores one cell; nothing while the exact rules have too much to do. */
  async step(): Promise<'skipping' | 'fitted' | 'scored' | 'idle'> {
    const { waiting, skipping } = await readLinking(this.pool)
    const over = waiting > MOST_WAITING
    if (over !== skipping) await setSkipping(this.pool, over)
    if (over) return 'skipping'
    if ((await fitRound(this.pool, this.quietMs, this.budget)) !== null) return 'fitted'
    return (await scoreRound(this.pool, this.memory, this.quietMs)) === null ? 'idle' : 'scored'
  }
}

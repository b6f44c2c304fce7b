/** The loop of the statistical tiers: one step does what is most due, and says whether there was anything to do. */
import type { Pool } from 'pg'
import { readLinking, setSkipping } from '#lib/store/linking'
import { fitRound } from './fit-round'
import { Scoring } from './score-round'
import { BUDGET, MOST_WAITING } from './seal'
import { IDLE_MS } from './snapshot'

interface StatisticsOptions {
  /** How long nothing has to come for input to have ended. */
  quietMs?: number
  /** Lines that a model is learned from at most. */
  budget?: number
  /** Events that may wait for the exact rules while these tiers work. */
  mostWaiting?: bigint
}

export class Statistics {
  private readonly scoring: Scoring
  private readonly options: Required<StatisticsOptions>

  constructor(
    private readonly pool: Pool,
    { quietMs = IDLE_MS, budget = BUDGET, mostWaiting = MOST_WAITING }: StatisticsOptions = {},
  ) {
    this.options = { quietMs, budget, mostWaiting }
    this.scoring = new Scoring(pool, quietMs)
  }

  /** Fits, or scores one cell; nothing while the exact rules have too much to do. */
  async step(): Promise<'skipping' | 'fitted' | 'scored' | 'idle'> {
    const { waiting, skipping } = await readLinking(this.pool)
    const over = waiting > this.options.mostWaiting
    if (over !== skipping) await setSkipping(this.pool, over)
    if (over) return 'skipping'
    if ((await fitRound(this.pool, this.options)) !== null) return 'fitted'
    return (await this.scoring.round()) === null ? 'idle' : 'scored'
  }
}

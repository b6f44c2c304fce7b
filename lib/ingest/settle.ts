/** For tests: everything through every tier, without waiting for idleness. */
import type { Pool } from 'pg'
import { linkRound } from './linker'
import { Statistics } from './statistics'

/** Runs rounds until there is nothing left to do, as the worker would once input has ended. */
export async function settle(pool: Pool): Promise<void> {
  const statistics = new Statistics(pool, { quietMs: 0 })
  for (;;) {
    while ((await linkRound(pool)) > 0);
    if ((await statistics.step()) === 'idle') return
  }
}

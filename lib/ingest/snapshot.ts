/** How the statistical rounds read: in one snapshot, by key. */
import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '#lib/db/pool'

/** Input that brings nothing for this long has ended, for now: what waits for later events is taken as it is. */
export const IDLE_MS = 2_000

/** Runs `work` in a read-only transaction of one snapshot. */
export function inSnapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  // By key, as the linker's rounds: before the first statistics a planner takes growing tables for small ones.
  return inTransaction(pool, work, 'begin isolation level repeatable read read only; set local enable_seqscan = off; set local jit = off')
}

/** How the statistical rounds read: in one snapshot, by key. */
import type { Pool, PoolClient } from 'pg'

/** Input that brings nothing for this long has ended, for now: what waits for later events is taken as it is. */
export const IDLE_MS = 2_000

/** Runs `work` in a read-only transaction of one snapshot. */
export async function inSnapshot<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken = true
  try {
    // By key, as the linker's rounds: before the first statistics a planner takes growing tables for small ones.
    await client.query('begin isolation level repeatable read read only; set local enable_seqscan = off; set local jit = off')
    const result = await work(client)
    await client.query('commit')
    broken = false
    return result
  } catch (error) {
    broken = await client.query('rollback').then(
      () => false,
      () => true,
    )
    throw error
  } finally {
    client.release(broken)
  }
}

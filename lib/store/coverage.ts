/** What of a target is complete: ranges that are joined where they touch, so that a group that is read without a break has one row. */
import type { PoolClient } from 'pg'

export interface CoverageRange {
  targetId: bigint
  sourceId: bigint
  /** ms, inclusive */
  fromMs: number
  /** ms, exclusive */
  toMs: number
}

/** Adds a range, in the caller's transaction; whatever of the target touches it becomes one with it. */
export async function extendCoverage(client: PoolClient, { targetId, sourceId, fromMs, toMs }: CoverageRange): Promise<void> {
  if (toMs <= fromMs) return
  const { rows } = await client.query<{ from_ms: bigint; to_ms: bigint }>(
    'delete from coverage where target_id = $1 and from_ms <= $3 and to_ms >= $2 returning from_ms, to_ms',
    [targetId, Math.trunc(fromMs), Math.trunc(toMs)],
  )
  const from = Math.min(fromMs, ...rows.map((row) => Number(row.from_ms)))
  const to = Math.max(toMs, ...rows.map((row) => Number(row.to_ms)))
  await client.query('insert into coverage (target_id, source_id, from_ms, to_ms) values ($1, $2, $3, $4)', [
    targetId,
    sourceId,
    Math.trunc(from),
    Math.trunc(to),
  ])
}

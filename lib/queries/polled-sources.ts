/** Sources that a connection asks for more: how far they are complete, events or none. */
import type { UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql } from '#lib/db/sql'
import { commonRanges, type CompleteRange } from '#lib/model/coverage'
import type { Db } from './read'

export interface PolledSource {
  name: string
  kind: 'cloudwatch' | 'xray'
  completeNs: UnixNano | null
  /** Why it can't be read now. */
  problem: 'forbidden' | 'failing' | null
}

/**
 * By the source's id, with how far all who ask have come. Groups that are gone or can't be read by anyone bring nothing more; one that may
 * not be read holds everything up, since what it has is not here. A small table: one row a group.
 */
export async function loadPolledSources(db: Db): Promise<Map<bigint, PolledSource>> {
  const rows = await db.rows<{ source_id: bigint; name: string; kind: string; complete_ms: bigint | null; forbidden: boolean; failing: boolean }>(sql`
    select t.source_id, min(t.name) as name, min(t.kind) as kind,
           case when count(*) = count(t.complete_ms) then min(t.complete_ms) end as complete_ms,
           bool_or(t.state = 'forbidden') as forbidden, bool_or(t.state = 'failing') as failing
    from poll_target t
    join aws_connection c on c.id = t.connection_id
    where c.enabled and t.state in ('active', 'forbidden', 'failing') and (t.kind = 'logs' or c.xray)
    group by 1`)
  return new Map(
    rows.map((row) => [
      row.source_id,
      {
        name: row.name,
        kind: row.kind === 'xray' ? 'xray' : 'cloudwatch',
        completeNs: row.complete_ms === null ? null : row.complete_ms * NS_PER_MS,
        problem: row.forbidden ? 'forbidden' : row.failing ? 'failing' : null,
      },
    ]),
  )
}

const NS_PER_MS = 1_000_000n

/** What of each polled source is complete within a range, clipped to it: where several connections read it, what all of them have. */
export async function loadCompleteRanges(db: Db, range: TimeRange): Promise<Map<bigint, CompleteRange[]>> {
  const rows = await db.rows<{ source_id: bigint; target_id: bigint; from_ms: bigint | null; to_ms: bigint | null }>(sql`
    select t.source_id, t.id as target_id, r.from_ms, r.to_ms
    from poll_target t
    join aws_connection c on c.id = t.connection_id
    left join coverage r on r.target_id = t.id and r.from_ms < ${range.toNs / NS_PER_MS + 1n} and r.to_ms > ${range.fromNs / NS_PER_MS}
    where c.enabled and t.state in ('active', 'forbidden', 'failing') and (t.kind = 'logs' or c.xray)
    order by t.source_id, t.id, r.from_ms`)
  const sources = new Map<bigint, Map<bigint, CompleteRange[]>>()
  for (const { source_id: source, target_id: target, from_ms: fromMs, to_ms: toMs } of rows) {
    const lists = sources.get(source) ?? new Map<bigint, CompleteRange[]>()
    const list = lists.get(target) ?? []
    sources.set(source, lists)
    lists.set(target, list)
    if (fromMs === null || toMs === null) continue
    const fromNs = fromMs * NS_PER_MS
    const toNs = toMs * NS_PER_MS
    list.push({ fromNs: fromNs > range.fromNs ? fromNs : range.fromNs, toNs: toNs < range.toNs ? toNs : range.toNs })
  }
  return new Map([...sources].map(([source, lists]) => [source, commonRanges([...lists.values()])]))
}

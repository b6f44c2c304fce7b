/** What the answers say about their completeness, and where there is data at all. */
import { nsToIso, type UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import { isComplete, type SourceCoverage } from '#lib/model/coverage'
import { loadPolledSources } from './polled-sources'
import type { Db } from './read'

/** The rule's input is small: sources, polled groups, and what waits to be linked. */
export async function loadComplete(db: Db, toNs: UnixNano, nowNs: UnixNano): Promise<boolean> {
  const polled = await loadPolledSources(db)
  const sources = await db.rows<{ id: bigint; last_ns: bigint | null; last_received_ns: bigint | null }>(sql`select id, last_ns, last_received_ns from source`)
  const pending = await loadPending(db, toNs)
  const coverage: SourceCoverage[] = sources.map((row) => ({ lastNs: row.last_ns, lastReceivedNs: row.last_received_ns, polled: polled.get(row.id) ?? null }))
  // A group that is asked and has brought nothing yet counts as well.
  const known = new Set(sources.map((row) => row.id))
  for (const [id, source] of polled) if (!known.has(id)) coverage.push({ lastNs: null, lastReceivedNs: null, polled: source })
  return isComplete(coverage, { toNs, nowNs, pending: pending.events })
}

/**
 * Stored events before `toNs` that have not been through every tier: batches that wait, cells of time that wait to be scored (lib/store/cells.ts),
 * and what no model was fitted on where one is due: everything where it was asked for, or there is none. And the earliest of them. Relies on ingest_batch_open and link_cell_open.
 */
export async function loadPending(db: Db, toNs: UnixNano = FOREVER_NS): Promise<{ events: number; fromNs: UnixNano | null }> {
  const [row] = await db.rows<{ events: bigint; from_ns: bigint | null }>(sql`
    with state as (
        select case when relink_requested is not null or (due_since is not null and model_version is null) then events
          when due_since is not null then events - fitted_events else 0 end as unlearned from linking),
      waiting as (select coalesce(sum(events), 0) as events, min(min_ns) as from_ns from ingest_batch where linked_at is null),
      cells as (select coalesce(sum(events), 0) as events, min(start_ns) as from_ns from link_cell where scored < marks and start_ns < ${toNs})
    select (waiting.events + greatest(unlearned, cells.events))::bigint as events,
      case when unlearned > 0 then (select min(time_ns) from event) else least(waiting.from_ns, cells.from_ns) end as from_ns
    from state, waiting, cells`)
  return { events: Number(row?.events ?? 0n), fromNs: row?.from_ns ?? null }
}

const FOREVER_NS = 2n ** 63n - 1n

/** A range around the nearest thing, as long as the one that was empty and no longer than what there is on that side. */
export function nearestRange(
  asked: { fromNs: UnixNano; toNs: UnixNano },
  found: { beforeNs: UnixNano | null; afterNs: UnixNano | null },
): { from: string; to: string } | null {
  const length = asked.toNs - asked.fromNs
  const { beforeNs, afterNs } = found
  if (beforeNs !== null && (afterNs === null || asked.fromNs - beforeNs <= afterNs - asked.toNs)) {
    // `to` is exclusive, and ranges in a URL have milliseconds.
    const toNs = (beforeNs / 1_000_000n + 1n) * 1_000_000n
    return { from: nsToIso(toNs - length), to: nsToIso(toNs) }
  }
  if (afterNs === null) return null
  const fromNs = (afterNs / 1_000_000n) * 1_000_000n
  return { from: nsToIso(fromNs), to: nsToIso(fromNs + length) }
}

/** Pointing to data elsewhere is a courtesy: a search that finds nothing anywhere must not take as long as one over all time may. */
export const NEAREST_TIMEOUT_MS = 1_500

/** Where the nearest event that meets the condition lies; relies on event_key, and on event_terms for a search. Null where there is none, or it takes too long to find. */
export function nearestEvents(db: Db, asked: TimeRange, where: Sql = sql`true`): Promise<{ from: string; to: string } | null> {
  return db.attempt(NEAREST_TIMEOUT_MS, async () => {
    const [before] = await db.rows<{ time_ns: bigint }>(sql`
      select e.time_ns from event e where e.time_ns < ${asked.fromNs} and ${where} order by e.time_ns desc limit 1`)
    const [after] = await db.rows<{ time_ns: bigint }>(sql`
      select e.time_ns from event e where e.time_ns >= ${asked.toNs} and ${where} order by e.time_ns limit 1`)
    return nearestRange(asked, { beforeNs: before?.time_ns ?? null, afterNs: after?.time_ns ?? null })
  })
}

/** The same of transactions, by the start of their root; relies on transaction_start. */
export function nearestTransactions(db: Db, asked: TimeRange, where: Sql): Promise<{ from: string; to: string } | null> {
  return db.attempt(NEAREST_TIMEOUT_MS, async () => {
    const [before] = await db.rows<{ start_ns: bigint }>(sql`
      select t.start_ns from transaction t where t.start_ns < ${asked.fromNs} and ${where} order by t.start_ns desc limit 1`)
    const [after] = await db.rows<{ start_ns: bigint }>(sql`
      select t.start_ns from transaction t where t.start_ns >= ${asked.toNs} and ${where} order by t.start_ns limit 1`)
    return nearestRange(asked, { beforeNs: before?.start_ns ?? null, afterNs: after?.start_ns ?? null })
  })
}

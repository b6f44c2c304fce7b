/** Whether the product is ready, what it has read, and how far linking is. */
import { nsToIso, type UnixNano } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import type { Status } from '#lib/model/api'
import { loadPending } from './coverage'
import { listSources } from './list-sources'
import type { Db } from './read'

export async function getStatus(db: Db, nowNs: UnixNano, version: string): Promise<Status> {
  const sources = await listSources(db, nowNs)
  const pending = await loadPending(db)
  const [size] = await db.rows<{ bytes: bigint }>(sql`select pg_database_size(current_database()) as bytes`)
  // Relies on event_key: the ends of the index of the first and the last partition.
  const [data] = await db.rows<{ from_ns: bigint | null; to_ns: bigint | null }>(sql`
    select (select min(time_ns) from event) as from_ns, (select max(time_ns) from event) as to_ns`)
  const fromNs = data?.from_ns ?? null
  const toNs = data?.to_ns ?? null
  const linkedThrough = pending.fromNs ?? toNs
  return {
    version,
    ready: true,
    linking: { pending: pending.events, linkedThrough: linkedThrough === null ? null : nsToIso(linkedThrough), ...(await loadModel(db)) },
    sources,
    // `to` is exclusive wherever it is used as a range, so the last event has to lie before it.
    data: fromNs === null || toNs === null ? null : { from: nsToIso(fromNs), to: nsToIso((toNs / 1_000_000n + 1n) * 1_000_000n) },
    storeBytes: Number(size?.bytes ?? 0n),
  }
}

/** The model in force, and what linking leaves for later under load. */
async function loadModel(db: Db): Promise<Pick<Status['linking'], 'model' | 'skipping'>> {
  const [row] = await db.rows<{ skipping: boolean; version: number | null; hash: string; fitted_at: Date; events: bigint; labels: bigint }>(sql`
    select skipping, version, hash, fitted_at, link_model.events, labels from linking left join link_model on version = model_version`)
  if (!row) return { model: null, skipping: null }
  const { version, hash, fitted_at: fittedAt, events, labels } = row
  return {
    model: version === null ? null : { version, hash, fittedAt: fittedAt.toISOString(), events: Number(events), labels: Number(labels) },
    skipping: row.skipping ? 'C' : null,
  }
}

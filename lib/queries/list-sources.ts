/** The sources with what became of what they delivered: received = stored + duplicate + quarantined + rejected. */
import { nsToIso, nsToMs, type UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql } from '#lib/db/sql'
import type { SourceStatus } from '#lib/model/api'
import { completeUntil, isLive } from '#lib/model/coverage'
import { loadCompleteRanges, loadPolledSources, type PolledSource } from './polled-sources'
import type { Db } from './read'
import { loadServices } from './services'

interface SourceRow {
  id: bigint
  name: string
  kind: string
  received: bigint
  stored: bigint
  duplicate: bigint
  quarantined: bigint
  rejected: bigint
  first_ns: bigint | null
  last_ns: bigint | null
  last_received_ns: bigint | null
  service_ids: bigint[] | null
}

/** Buckets of the sparkline. */
const RATE_POINTS = 48
/** More log groups than any account may have in one region before it asks for more. */
const MAX_SOURCES = 10_000

const iso = (ns: UnixNano | null): string | null => (ns === null ? null : nsToIso(ns))

/**
 * All sources by name. With a range, each has its events a bucket; that scans the events of the range (event_key), so the status
 * that pages ask for every few seconds goes without.
 */
export async function listSources(db: Db, nowNs: UnixNano, range?: TimeRange): Promise<SourceStatus[]> {
  const services = await loadServices(db)
  const rows = await db.rows<SourceRow>(sql`
    select s.id, s.name, s.kind, s.received, s.stored, s.duplicate, s.quarantined, s.rejected, s.first_ns, s.last_ns, s.last_received_ns,
           (select array_agg(distinct l.service_id) from log_stream l where l.source_id = s.id) as service_ids
    from source s
    order by s.name
    limit ${MAX_SOURCES}`)
  const rates = range ? await loadRates(db, range) : null
  const ranges = range ? await loadCompleteRanges(db, range) : null
  const polled = await loadPolledSources(db)
  return withSilent(rows, polled).map((row) => {
    const coverage = { lastNs: row.last_ns, lastReceivedNs: row.last_received_ns, polled: polled.get(row.id) ?? null }
    const until = completeUntil(coverage)
    const nodes = new Map((row.service_ids ?? []).map((id) => [services.of(id).id, services.of(id)]))
    return {
      name: row.name,
      kind: row.kind,
      received: Number(row.received),
      stored: Number(row.stored),
      duplicate: Number(row.duplicate),
      quarantined: Number(row.quarantined),
      rejected: Number(row.rejected),
      completeUntil: iso(until),
      // An old file is not late.
      lagMs: until === null || !isLive(coverage, nowNs) ? null : Math.max(0, nsToMs(nowNs) - nsToMs(until)),
      firstEvent: iso(row.first_ns),
      lastEvent: iso(row.last_ns),
      lastReceived: iso(row.last_received_ns),
      services: [...nodes.values()].map((node) => ({ name: node.name, kind: node.kind })).sort((a, b) => (a.name < b.name ? -1 : 1)),
      ...(coverage.polled ? { polled: true } : {}),
      ...(coverage.polled?.problem ? { problem: coverage.polled.problem } : {}),
      ...(ranges?.has(row.id) ? { coverage: ranges.get(row.id)?.map(({ fromNs, toNs }) => ({ from: nsToIso(fromNs), to: nsToIso(toNs) })) ?? [] } : {}),
      ...(rates ? { rate: rates.get(row.id) ?? Array.from({ length: RATE_POINTS }, () => 0) } : {}),
    }
  })
}

/** Groups that are asked and have brought nothing are sources as well: that nothing happened there is known. */
function withSilent(rows: SourceRow[], polled: ReadonlyMap<bigint, PolledSource>): SourceRow[] {
  const known = new Set(rows.map((row) => row.id))
  const nothing = {
    received: 0n,
    stored: 0n,
    duplicate: 0n,
    quarantined: 0n,
    rejected: 0n,
    first_ns: null,
    last_ns: null,
    last_received_ns: null,
    service_ids: null,
  }
  const silent = [...polled].filter(([id]) => !known.has(id)).map(([id, { name, kind }]): SourceRow => ({ id, name, kind, ...nothing }))
  return silent.length === 0 ? rows : [...rows, ...silent].sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function loadRates(db: Db, range: TimeRange): Promise<Map<bigint, number[]>> {
  const width = (range.toNs - range.fromNs) / BigInt(RATE_POINTS) + 1n
  const rows = await db.rows<{ source_id: bigint; bucket: number; events: bigint }>(sql`
    select source_id, ((time_ns - ${range.fromNs}) / ${width})::integer as bucket, count(*) as events
    from event
    where time_ns >= ${range.fromNs} and time_ns < ${range.toNs}
    group by 1, 2`)
  const rates = new Map<bigint, number[]>()
  for (const { source_id, bucket, events } of rows) {
    const rate = rates.get(source_id) ?? Array.from({ length: RATE_POINTS }, () => 0)
    rate[bucket] = Number(events)
    rates.set(source_id, rate)
  }
  return rates
}

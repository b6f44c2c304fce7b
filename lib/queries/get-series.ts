/**
 * Throughput, failures and latency over time. Of transactions by the start of their root; by service, of the spans that began there,
 * the same that the map counts. Percentiles are nearest-rank, of what has a known end.
 */
import { nsToIso, type UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import type { Series } from '#lib/model/api'
import { RUNNING_WAIT_NS } from '#lib/model/transaction-status'
import { eventsFrom } from './list-transactions'
import { prepareSearch } from './prepare-search'
import { loadCompleteRanges } from './polled-sources'
import type { Db } from './read'
import { loadServices, type Services } from './services'

export interface SeriesQuestion {
  q?: string | undefined
  range: TimeRange
  by?: 'service' | 'status' | 'name' | undefined
  points: number
  nowNs: UnixNano
}

/** Groups of one answer, the busiest first; nobody reads more lines in one chart. */
const MAX_GROUPS = 50

interface Row {
  name: string
  bucket: number
  count: bigint
  errors: bigint
  unknown: bigint
  percentiles: number[] | null
}
type Group = Series['groups'][number]

/** Whole milliseconds a bucket, so that a client can compute the bounds; the last may reach beyond the range. */
export function bucketNs(range: TimeRange, points: number): bigint {
  const length = range.toNs - range.fromNs
  const exact = length / BigInt(points) + (length % BigInt(points) === 0n ? 0n : 1n)
  const ms = exact / 1_000_000n + (exact % 1_000_000n === 0n ? 0n : 1n)
  return (ms === 0n ? 1n : ms) * 1_000_000n
}

export async function getSeries(db: Db, question: SeriesQuestion): Promise<Series> {
  const { range, by, nowNs } = question
  const width = bucketNs(range, question.points)
  const buckets = Number((range.toNs - range.fromNs + width - 1n) / width)
  const services = await loadServices(db)
  const search = await prepareSearch(db, question.q)
  const where = search.where('transaction', { eventsFromNs: eventsFrom(range), nowNs })
  const started = by === 'service' ? spans(range, search.condition ? where : null, services) : transactions(range, where, by, nowNs)
  const rows = await db.rows<Row>(sql`
    select m.name, ((m.start_ns - ${range.fromNs}) / ${width})::integer as bucket,
           count(*) as count,
           count(*) filter (where m.failed) as errors,
           count(*) filter (where m.unknown) as unknown,
           percentile_disc(array[0.5, 0.95]::float8[]) within group (order by (m.end_ns - m.start_ns)::float8) as percentiles
    from (${started}) m
    group by 1, 2`)
  return {
    from: nsToIso(range.fromNs),
    to: nsToIso(range.toNs),
    bucketMs: Number(width / 1_000_000n),
    groups: toGroups(rows, buckets, by === undefined),
    gaps: await loadGaps(db, range, width, buckets),
  }
}

/** Relies on transaction_start. */
function transactions(range: TimeRange, where: Sql, by: 'status' | 'name' | undefined, nowNs: UnixNano): Sql {
  const since = nowNs - RUNNING_WAIT_NS
  const unknown = sql`(not t.failed and t.open and greatest(t.start_ns, t.end_ns) <= ${since})`
  const status = sql`case when t.failed then 'error' when not t.open then 'ok' when ${unknown} then 'unknown' else 'running' end`
  const name = { status, name: sql`t.name`, none: sql`''` }[by ?? 'none']
  return sql`
    select ${name} as name, t.start_ns, t.end_ns, t.failed, ${unknown} as unknown
    from transaction t
    where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${where}`
}

/** Relies on span_start, and on transaction_span_span for a search. */
function spans(range: TimeRange, where: Sql | null, services: Services): Sql {
  const names = [...services.nodes.values()].map((node) => node.name)
  const matching = where
    ? sql`exists (select 1 from transaction_span m join transaction t on t.id = m.transaction_id where m.span_id = s.id and ${where})`
    : sql`true`
  return sql`
    select n.name, s.start_ns, s.end_ns, s.failed, s.open and not s.failed as unknown
    from span s
    join (select * from unnest(${services.ids}::bigint[], ${names}::text[]) as n (service_id, name)) n on n.service_id = s.service_id
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs} and ${matching}`
}

function toGroups(rows: readonly Row[], buckets: number, single: boolean): Group[] {
  const groups = new Map<string, Group>()
  const groupOf = (name: string): Group => {
    const known = groups.get(name)
    if (known) return known
    const fresh = { name, count: zeros(buckets), errors: zeros(buckets), unknown: zeros(buckets), p50Ms: nulls(buckets), p95Ms: nulls(buckets) }
    groups.set(name, fresh)
    return fresh
  }
  if (single) groupOf('')
  for (const row of rows) {
    const group = groupOf(row.name)
    group.count[row.bucket] = Number(row.count)
    group.errors[row.bucket] = Number(row.errors)
    group.unknown[row.bucket] = Number(row.unknown)
    group.p50Ms[row.bucket] = toMs(row.percentiles?.[0])
    group.p95Ms[row.bucket] = toMs(row.percentiles?.[1])
  }
  const total = (group: Group) => group.count.reduce((sum, value) => sum + value, 0)
  return [...groups.values()].sort((a, b) => total(b) - total(a) || (a.name < b.name ? -1 : 1)).slice(0, MAX_GROUPS)
}

const zeros = (length: number): number[] => Array.from({ length }, () => 0)
const nulls = (length: number): (number | null)[] => Array.from({ length }, () => null)

function toMs(ns: number | null | undefined): number | null {
  return ns === null || ns === undefined ? null : Number(ns) / 1e6
}

/**
 * Buckets in which no source has an event and which no polled source is known to be complete for, neighbours joined: nothing is known of them.
 * One probe of event_key a bucket.
 */
async function loadGaps(db: Db, range: TimeRange, width: bigint, buckets: number): Promise<Series['gaps']> {
  const rows = await db.rows<{ bucket: bigint }>(sql`
    select b.bucket
    from generate_series(0::bigint, ${buckets - 1}::bigint) as b (bucket)
    where not exists (
      select 1 from event e
      where e.time_ns >= ${range.fromNs}::bigint + b.bucket * ${width}::bigint
        and e.time_ns < least(${range.fromNs}::bigint + (b.bucket + 1) * ${width}::bigint, ${range.toNs}::bigint)
    )
    order by b.bucket`)
  const covered = [...(await loadCompleteRanges(db, range)).values()].flat()
  const isCovered = (bucket: bigint): boolean => {
    const fromNs = range.fromNs + bucket * width
    const toNs = fromNs + width < range.toNs ? fromNs + width : range.toNs
    return covered.some((complete) => complete.fromNs <= fromNs && complete.toNs >= toNs)
  }
  const gaps: { from: number; to: number }[] = []
  for (const { bucket: number } of rows) {
    if (isCovered(number)) continue
    const bucket = Number(number)
    const last = gaps.at(-1)
    if (last && last.to === bucket) last.to = bucket + 1
    else gaps.push({ from: bucket, to: bucket + 1 })
  }
  const at = (bucket: number): string => {
    const ns = range.fromNs + BigInt(bucket) * width
    return nsToIso(ns < range.toNs ? ns : range.toNs)
  }
  return gaps.map((gap) => ({ from: at(gap.from), to: at(gap.to) }))
}

/** Links of a range by pair of services and by what proves them; and of those that ids don't prove, what each side says. */
import { idToHex } from '#lib/base/hash'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import type { Db } from './read'
import type { Services } from './services'
import { TRANSACTION_CONFIDENCE } from './transaction-items'

export interface HopCounts {
  source: bigint
  target: bigint
  /** Links at the threshold and above. */
  tiers: { A: number; B: number; C: number }
  /** Effects with a likely cause of which it is not clear enough which one it is. */
  held: number
  /** Sum of the confidences of the shown links of tiers B and C. */
  statedSum: number
  rules: Map<string, number>
  /** What ran at the far end of links of tiers B and C: the target itself, or what a queue delivered to. */
  matched: Map<bigint, number>
}

interface HopRow {
  source: bigint
  target: bigint
  matched: bigint | null
  tier: 'A' | 'B' | 'C'
  rule: string
  shown: boolean
  count: bigint
  stated: number
}

/** A best candidate stands for every effect, of roots too; together with its rivals it has to be likelier than no cause. */
const LIKELY = 0.5
const SAMPLE = 40

/** By `source/target` in hex. Relies on span_start and the key of link. */
export async function countHops(db: Db, range: TimeRange, services: Services): Promise<Map<string, HopCounts>> {
  const rows = await db.rows<HopRow>(sql`
    select source, target, matched, tier, rule, shown, count(*) as count, sum(confidence)::float8 as stated
    from (${linksOf(range, services)}) l
    group by source, target, matched, tier, rule, shown`)
  const hops = new Map<string, HopCounts>()
  for (const { source, target, matched, tier, rule, shown, count, stated } of rows) {
    const key = `${idToHex(source)}/${idToHex(target)}`
    let hop = hops.get(key)
    if (!hop) hops.set(key, (hop = { source, target, tiers: { A: 0, B: 0, C: 0 }, held: 0, statedSum: 0, rules: new Map(), matched: new Map() }))
    const n = Number(count)
    if (shown) hop.tiers[tier] += n
    else hop.held += n
    if (tier !== 'A' && shown) hop.statedSum += stated
    if (tier !== 'A' && matched !== null) hop.matched.set(matched, (hop.matched.get(matched) ?? 0) + n)
    if (shown) hop.rules.set(rule, (hop.rules.get(rule) ?? 0) + n)
  }
  return hops
}

/**
 * One row a link, its ends as nodes of the map. A link within a service counts only between two executions, as on the map: the segments
 * that X-Ray records inside one are no hop.
 */
function linksOf(range: TimeRange, services: Services): Sql {
  const nodes = sql`(select * from unnest(${services.ids}::bigint[], ${services.nodeIds}::bigint[]) as n (service_id, node_id))`
  return sql`
    select nc.node_id as source, ne.node_id as target, nv.node_id as matched, l.tier, l.rule, l.confidence, l.evidence, l.cause, l.effect, l.via, s.start_ns,
      l.confidence >= ${TRANSACTION_CONFIDENCE}::real as shown
    from span s
    join link l on l.effect = s.id and l.tier <> 'K'
    join span c on c.id = l.cause
    left join span v on v.id = coalesce(l.via, l.effect) and l.tier <> 'A'
    join ${nodes} ne on ne.service_id = s.service_id
    join ${nodes} nc on nc.service_id = c.service_id
    left join ${nodes} nv on nv.service_id = v.service_id
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs}
      and (nc.node_id <> ne.node_id or (c.group_id <> s.group_id and c.request_id <> s.request_id))
      and (l.confidence >= ${TRANSACTION_CONFIDENCE}::real or l.confidence
        + (select coalesce(sum((other ->> 'confidence')::real), 0) from jsonb_array_elements(l.alternatives) other) >= ${LIKELY})`
}

export interface HopSample {
  size: number
  /** Causes that say what they sent; effects that say what started them; calls that came back. */
  produced: number
  consumed: number
  returned: number
}

/** Of each hop the newest links that ids don't prove. Relies on span_start, and the keys of link and span_ref. */
export async function sampleHops(db: Db, range: TimeRange, services: Services): Promise<Map<string, HopSample>> {
  const rows = await db.rows<{ source: bigint; target: bigint; size: bigint; produced: bigint; consumed: bigint; returned: bigint }>(sql`
    select source, target, count(*) as size,
      count(*) filter (where exists (select 1 from span_ref r where r.span_id = cause and r.role = 2 and r.kind in (2, 3, 5))) as produced,
      count(*) filter (where exists (select 1 from span_ref r where r.span_id in (effect, coalesce(via, effect)) and r.role = 3)) as consumed,
      count(*) filter (where exists (select 1 from jsonb_array_elements(evidence) f where f ->> 'kind' = 'return' and f ->> 'value' not like '-%')) as returned
    from (
      select *, row_number() over (partition by source, target order by start_ns desc, effect) as nth
      from (${linksOf(range, services)}) l
      where tier <> 'A'
    ) newest
    where nth <= ${SAMPLE}
    group by source, target`)
  return new Map(
    rows.map((row) => [
      `${idToHex(row.source)}/${idToHex(row.target)}`,
      { size: Number(row.size), produced: Number(row.produced), consumed: Number(row.consumed), returned: Number(row.returned) },
    ]),
  )
}

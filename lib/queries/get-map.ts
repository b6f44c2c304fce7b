/**
 * The service map of a range (design.md §6). A node counts the log events written and the spans started in the range; an edge counts the
 * links at 0.95 and above whose effect started in it; what an execution did within its own service is counted there too, and those links
 * of a service to itself that lead from one execution to another stand once more as loops. Percentiles are nearest-rank: the smallest value that at least that share does not exceed.
 * The same spans and links give the same numbers by recount, exactly.
 */
import { idToHex } from '#lib/base/hash'
import { nsToIso, type UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import { type EdgeStats, edgeChange, mainTier, NO_EDGE, NO_NODE, nodeChange, type NodeStats } from '#lib/graph/service-map'
import type { MapEdge, MapNode, ServiceMap } from '#lib/model/api'
import { loadComplete, nearestEvents, nearestTransactions } from './coverage'
import { countTransactions } from './list-transactions'
import { type PreparedSearch, prepareSearch } from './prepare-search'
import type { Db } from './read'
import { loadServices, type Services } from './services'
import { TRANSACTION_CONFIDENCE } from './transaction-items'

export interface MapQuestion {
  q?: string | undefined
  range: TimeRange
  /** The range to compare with. */
  compare: TimeRange | null
  nowNs: UnixNano
}

/** The longest that a message can wait in SQS, and a day: no event of a transaction with a span in the range is older. */
const LONGEST_TRANSACTION_NS = 15n * 86_400n * 1_000_000_000n

interface NodeRow {
  node_id: bigint
  spans: bigint
  errors: bigint
  caused: bigint
  causable: bigint
  percentiles: number[] | null
}
interface EdgeRow {
  source: bigint
  target: bigint
  loop: boolean
  count: bigint
  errors: bigint
  a: bigint
  b: bigint
  c: bigint
  percentiles: number[] | null
}
type Node = NodeStats & { caused: number; causable: number }
type Edge = EdgeStats & { tiers: { A: number; B: number; C: number } }
type Edges = Map<string, Edge & { source: bigint; target: bigint }>
interface Counted {
  nodes: Map<bigint, Node>
  edges: Edges
  loops: Edges
}

export async function getMap(db: Db, question: MapQuestion): Promise<ServiceMap> {
  const services = await loadServices(db)
  const search = await prepareSearch(db, question.q)
  const { range, compare, nowNs } = question
  const matching = (asked: TimeRange): Sql | null =>
    search.condition && matchedSpans(asked, search.where('transaction', { eventsFromNs: asked.fromNs - LONGEST_TRANSACTION_NS, nowNs }))
  const now = await count(db, range, matching(range), services)
  const before = compare ? await count(db, compare, matching(compare), services) : null
  const where = search.where('transaction', { eventsFromNs: range.fromNs - LONGEST_TRANSACTION_NS, nowNs })
  const total = await countTransactions(db, range, where, nowNs)
  const nodes = [...now.nodes]
  const empty = nodes.length === 0
  return {
    nodes: toNodes(now, before, services),
    edges: toEdges(now.edges, before && before.edges),
    loops: toEdges(now.loops, before && before.loops),
    transactions: { count: total.count, failed: total.failed, unknown: total.unknown },
    complete: await loadComplete(db, range.toNs, nowNs),
    range: { from: nsToIso(range.fromNs), to: nsToIso(range.toNs) },
    linked: {
      spans: nodes.reduce((sum, [, node]) => sum + node.causable, 0),
      withCause: nodes.reduce((sum, [, node]) => sum + Math.min(node.caused, node.causable), 0),
    },
    nearest: empty ? await nearestData(db, range, search, nowNs) : null,
  }
}

/** With a search, data that doesn't match it is of no use. */
function nearestData(db: Db, range: TimeRange, search: PreparedSearch, nowNs: UnixNano): Promise<ServiceMap['nearest']> {
  return search.condition ? nearestTransactions(db, range, search.where('transaction', { eventsFromNs: null, nowNs })) : nearestEvents(db, range)
}

/** Ids of the spans that started in the range and belong to a matching transaction. Relies on span_start and transaction_span_span. */
function matchedSpans(range: TimeRange, where: Sql): Sql {
  return sql`
    select distinct m.span_id
    from span started
    join transaction_span m on m.span_id = started.id
    join transaction t on t.id = m.transaction_id
    where started.start_ns >= ${range.fromNs} and started.start_ns < ${range.toNs} and ${where}`
}

async function count(db: Db, range: TimeRange, matching: Sql | null, services: Services): Promise<Counted> {
  const seconds = Math.max(Number(range.toNs - range.fromNs) / 1e9, 1e-9)
  const nodes = new Map<bigint, Node>()
  for (const row of await countSpans(db, range, matching, services)) {
    const [p50, p95] = row.percentiles ?? []
    nodes.set(row.node_id, {
      events: 0,
      spans: Number(row.spans),
      errors: Number(row.errors),
      ratePerSecond: Number(row.spans) / seconds,
      p50Ms: toMs(p50),
      p95Ms: toMs(p95),
      caused: Number(row.caused),
      causable: Number(row.causable),
    })
  }
  for (const row of await countEvents(db, range, matching, services)) {
    const node = nodes.get(row.node_id) ?? { ...NO_NODE, caused: 0, causable: 0 }
    nodes.set(row.node_id, { ...node, events: Number(row.events) })
  }
  const edges: Edges = new Map()
  const loops: Edges = new Map()
  for (const row of await countLinks(db, range, matching, services)) {
    const [p50, p95] = row.percentiles ?? []
    const tiers = { A: Number(row.a), B: Number(row.b), C: Number(row.c) }
    const { source, target } = row
    const into = row.loop ? loops : edges
    into.set(`${source}/${target}`, { source, target, count: Number(row.count), errors: Number(row.errors), p50Ms: toMs(p50), p95Ms: toMs(p95), tiers })
  }
  return { nodes, edges, loops }
}

function toMs(ns: number | null | undefined): number | null {
  return ns === null || ns === undefined ? null : Number(ns) / 1e6
}

/** Service id -> node id as a table, for joins. */
function nodeTable(services: Services): Sql {
  return sql`(select * from unnest(${services.ids}::bigint[], ${services.nodeIds}::bigint[]) as n (service_id, node_id))`
}

function only(matching: Sql | null, column: Sql): Sql {
  return matching ? sql`${column} in (${matching})` : sql`true`
}

/** Relies on span_start and the key of link. Gateways begin transactions, and a lone line is no unit of work: neither lacks a cause. */
function countSpans(db: Db, range: TimeRange, matching: Sql | null, services: Services): Promise<NodeRow[]> {
  const gateways = [...services.nodes.values()].filter((node) => node.kind === 'gateway').map((node) => node.id)
  return db.rows<NodeRow>(sql`
    select n.node_id,
           count(*) as spans,
           count(*) filter (where s.failed) as errors,
           count(*) filter (where exists (
             select 1 from link l where l.effect = s.id and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K'
           )) as caused,
           count(*) filter (where s.form <> 5 and n.node_id <> all(${gateways}::bigint[])) as causable,
           percentile_disc(array[0.5, 0.95]::float8[]) within group (order by (s.end_ns - s.start_ns)::float8) as percentiles
    from span s
    join ${nodeTable(services)} n on n.service_id = s.service_id
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs} and ${only(matching, sql`s.id`)}
    group by n.node_id`)
}

/** Relies on event_key. */
function countEvents(db: Db, range: TimeRange, matching: Sql | null, services: Services): Promise<{ node_id: bigint; events: bigint }[]> {
  return db.rows(sql`
    select n.node_id, sum(e.events)::bigint as events
    from (
      select e.service_id, count(*) as events
      from event e
      where e.time_ns >= ${range.fromNs} and e.time_ns < ${range.toNs} and e.form = 0 and ${only(matching, sql`e.span_id`)}
      group by e.service_id
    ) e
    join ${nodeTable(services)} n on n.service_id = e.service_id
    group by n.node_id`)
}

/** Relies on span_start and the key of link. The segments that X-Ray records inside one execution are no loop. */
function countLinks(db: Db, range: TimeRange, matching: Sql | null, services: Services): Promise<EdgeRow[]> {
  return db.rows<EdgeRow>(sql`
    select nc.node_id as source, ne.node_id as target, grouping(b.executions) = 0 as loop,
           count(*) as count,
           count(*) filter (where s.failed) as errors,
           count(*) filter (where l.tier = 'A') as a,
           count(*) filter (where l.tier = 'B') as b,
           count(*) filter (where l.tier = 'C') as c,
           percentile_disc(array[0.5, 0.95]::float8[]) within group (order by (s.start_ns - l.cause_event_ns)::float8) as percentiles
    from span s
    join link l on l.effect = s.id and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K'
    join span c on c.id = l.cause
    join ${nodeTable(services)} ne on ne.service_id = s.service_id
    join ${nodeTable(services)} nc on nc.service_id = c.service_id
    cross join lateral (select nc.node_id = ne.node_id and c.group_id <> s.group_id and c.request_id <> s.request_id as executions) b
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs} and ${only(matching, sql`s.id`)}
    group by grouping sets ((nc.node_id, ne.node_id), (nc.node_id, ne.node_id, b.executions))
    having grouping(b.executions) = 1 or b.executions`)
}

function toNodes(now: Counted, before: Counted | null, services: Services): MapNode[] {
  const known = new Map([...services.nodes.values()].map((node) => [node.id, node]))
  const ids = new Set([...now.nodes.keys(), ...(before?.nodes.keys() ?? [])])
  const nodes = [...ids].flatMap((id): MapNode[] => {
    const service = known.get(id)
    if (!service) return []
    const { causable: _, caused, ...stats } = now.nodes.get(id) ?? { ...NO_NODE, caused: 0, causable: 0 }
    const earlier = before && pickNode(before.nodes.get(id) ?? NO_NODE)
    return [{ id: idToHex(id), name: service.name, kind: service.kind, ...stats, caused, change: earlier && nodeChange(stats, earlier), before: earlier }]
  })
  return nodes.sort((a, b) => (`${a.name}\0${a.id}` < `${b.name}\0${b.id}` ? -1 : 1))
}

function pickNode({ events, spans, errors, ratePerSecond, p50Ms, p95Ms }: NodeStats): NodeStats {
  return { events, spans, errors, ratePerSecond, p50Ms, p95Ms }
}

function toEdges(now: Edges, before: Edges | null): MapEdge[] {
  const keys = new Set([...now.keys(), ...(before?.keys() ?? [])])
  const edges = [...keys].flatMap((key): MapEdge[] => {
    const earlierEdge = before?.get(key)
    const edge = now.get(key) ?? (earlierEdge && { ...earlierEdge, ...NO_EDGE, tiers: { A: 0, B: 0, C: 0 } })
    if (!edge) return []
    const { source, target, tiers, ...stats } = edge
    const earlier = before && pickEdge(earlierEdge ?? NO_EDGE)
    // An edge that is gone keeps the tier that it had.
    const tier = mainTier(stats.count > 0 || !earlierEdge ? tiers : earlierEdge.tiers)
    return [{ source: idToHex(source), target: idToHex(target), ...stats, tier, tiers, change: earlier && edgeChange(stats, earlier), before: earlier }]
  })
  return edges.sort((a, b) => (`${a.source}/${a.target}` < `${b.source}/${b.target}` ? -1 : 1))
}

function pickEdge({ count: links, errors, p50Ms, p95Ms }: EdgeStats): EdgeStats {
  return { count: links, errors, p50Ms, p95Ms }
}

/**
 * How far the links of a range can be trusted: hops by what proves them, the hidden-link test of the model in force, how the exact rules
 * do, what people said, what to log next, and what lines lack. Read once a visit, so it may take a second.
 */
import { idToHex } from '#lib/base/hash'
import { nsToIso } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql } from '#lib/db/sql'
import { adviseHops } from '#lib/graph/advice'
import { allLinks, reliabilityOf, rightFrom, sizeOf, sortHops, testedHop, type TestedNames } from '#lib/graph/quality-view'
import type { ServiceNode } from '#lib/graph/service-nodes'
import type { Hop, Quality } from '#lib/model/quality'
import { nearestEvents } from './coverage'
import { getLogLint } from './get-log-lint'
import { countHops, sampleHops, type HopCounts, type HopSample } from './hop-counts'
import type { Db } from './read'
import { loadServices, type Services } from './services'
import { TRANSACTION_CONFIDENCE } from './transaction-items'

const THRESHOLDS = [0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.96, 0.97, 0.98, 0.99] as const
const MOST_RULES = 3
/** Of a range too long to sample in this time, the numbers still come: advice then goes by the kinds of the services alone. */
const PART_TIMEOUT_MS = 4_000

export async function getQuality(db: Db, range: TimeRange): Promise<Quality> {
  const services = await loadServices(db)
  const counts = await countHops(db, range, services)
  const { model, pairs } = await loadModel(db)
  const test = model && pairs.length > 0 ? reliabilityOf(pairs) : null
  const byId = new Map([...services.nodes.values()].map((node) => [node.id, node]))
  const hops = sortHops([...counts.values()].map((hop) => toHop(hop, byId, pairs)))
  const links = { ...totalsOf(hops), unlinked: await countUnlinked(db, range, services) }
  const samples = (await db.attempt(PART_TIMEOUT_MS, () => sampleHops(db, range, services))) ?? new Map<string, HopSample>()
  const needs = hops.map((hop) => {
    const key = `${hop.source.id}/${hop.target.id}`
    const { A, B, C } = hop.tiers
    const consumer = consumerOf(counts.get(key), byId)
    return { ...hop, consumer, exact: A, inexact: B + C + hop.held, sample: samples.get(key) ?? { size: 0, produced: 0, consumed: 0, returned: 0 } }
  })
  const histogram = await countByConfidence(db, range)
  return {
    range: { from: nsToIso(range.fromNs), to: nsToIso(range.toNs) },
    threshold: TRANSACTION_CONFIDENCE,
    links,
    hops,
    test,
    thresholds: THRESHOLDS.map((threshold, i) => ({
      threshold,
      links: histogram.slice(i).reduce((sum, count) => sum + count, 0),
      right: test ? rightFrom(test.bins, threshold) : null,
    })),
    model,
    rules: await loadRules(db),
    feedback: await countFeedback(db),
    advice: adviseHops(needs, allLinks(links)),
    lint: (await db.attempt(PART_TIMEOUT_MS, () => getLogLint(db, range, services))) ?? [],
    nearest: hops.length === 0 && links.unlinked === 0 ? await nearestEvents(db, range) : null,
  }
}

function toHop(
  { source, target, tiers, held, statedSum, rules, matched }: HopCounts,
  byId: ReadonlyMap<bigint, ServiceNode>,
  pairs: readonly TestedNames[],
): Hop {
  const end = (id: bigint): Hop['source'] => ({ id: idToHex(id), name: byId.get(id)?.name ?? '', kind: byId.get(id)?.kind ?? 'external' })
  const inferred = tiers.B + tiers.C
  const ran = new Set([...matched.keys()].map((id) => byId.get(id)?.name ?? ''))
  return {
    source: end(source),
    target: end(target),
    tiers,
    held,
    stated: inferred === 0 ? null : statedSum / inferred,
    tested: inferred + held === 0 ? null : testedHop(pairs, end(source).name, ran, TRANSACTION_CONFIDENCE),
    provedBy: [...rules]
      .map(([rule, count]) => ({ rule, count }))
      .sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1))
      .slice(0, MOST_RULES),
  }
}

/** What ran behind a target that only carries. */
function consumerOf(hop: HopCounts | undefined, byId: ReadonlyMap<bigint, ServiceNode>): string | null {
  const behind = [...(hop?.matched ?? [])].filter(([id]) => id !== hop?.target).sort((a, b) => b[1] - a[1])[0]
  return behind ? (byId.get(behind[0])?.name ?? null) : null
}

function totalsOf(hops: readonly Hop[]): Omit<Quality['links'], 'unlinked'> {
  const out = { A: 0, B: 0, C: 0, held: 0 }
  for (const { tiers, held } of hops.filter((hop) => sizeOf(hop) > 0)) {
    out.A += tiers.A
    out.B += tiers.B
    out.C += tiers.C
    out.held += held
  }
  return out
}

/** Spans that could have a cause, and have not even a candidate. Relies on span_start and the key of link. */
async function countUnlinked(db: Db, range: TimeRange, services: Services): Promise<number> {
  const gateways = services.ids.filter((_, i) => [...services.nodes.values()].some((node) => node.id === services.nodeIds[i] && node.kind === 'gateway'))
  const [row] = await db.rows<{ count: bigint }>(sql`
    select count(*) as count
    from span s
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs} and s.form <> 5 and s.service_id <> all(${gateways}::bigint[])
      and not exists (select 1 from link l where l.effect = s.id)`)
  return Number(row?.count ?? 0n)
}

/** Links of tiers B and C from each threshold up to the next. Relies on span_start and the key of link. */
async function countByConfidence(db: Db, range: TimeRange): Promise<number[]> {
  const rows = await db.rows<{ bucket: number; count: bigint }>(sql`
    select width_bucket(l.confidence::float8 + 1e-7, ${[...THRESHOLDS]}::float8[]) as bucket, count(*) as count
    from span s
    join link l on l.effect = s.id
    where s.start_ns >= ${range.fromNs} and s.start_ns < ${range.toNs} and l.tier in ('B', 'C')
    group by 1`)
  const counts = THRESHOLDS.map(() => 0)
  for (const { bucket, count } of rows) if (bucket > 0) counts[bucket - 1] = Number(count)
  return counts
}

interface ModelRow {
  version: number
  hash: string
  fitted_at: Date
  ranges: [string, string][]
  events: bigint
  spans: bigint
  labels: bigint
  names: string[] | null
  tested: { cause: number; effect: number; hidden: number; bins: [number, number, number, number][] }[] | null
  tested_count: number | null
}

/** The model in force, and what it showed on hidden links, by names of services. */
async function loadModel(db: Db): Promise<{ model: Quality['model']; pairs: TestedNames[] }> {
  const [row] = await db.rows<ModelRow>(sql`
    select m.version, m.hash, m.fitted_at, m.ranges, m.events, m.spans, m.labels, m.content -> 'names' as names, m.content -> 'tested' as tested,
      (m.content -> 'calibration' ->> 'tested')::integer as tested_count
    from linking join link_model m on m.version = linking.model_version`)
  if (!row) return { model: null, pairs: [] }
  const model = {
    version: row.version,
    hash: row.hash,
    fittedAt: row.fitted_at.toISOString(),
    ranges: row.ranges.map(([from, to]) => ({ from: nsToIso(BigInt(from)), to: nsToIso(BigInt(to)) })),
    events: Number(row.events),
    spans: Number(row.spans),
    labels: Number(row.labels),
    borrowed: (row.tested_count ?? 0) === 0,
  }
  const nameAt = (index: number): string => row.names?.[index] ?? ''
  return { model, pairs: (row.tested ?? []).map(({ cause, effect, ...pair }) => ({ ...pair, cause: nameAt(cause), effect: nameAt(effect) })) }
}

async function loadRules(db: Db): Promise<Quality['rules']> {
  const [row] = await db.rows<{ rule_health: Quality['rules'] }>(sql`select m.rule_health from linking join link_model m on m.version = linking.model_version`)
  // What was learned of places that name ids (`sends @ …`) is no rule.
  const rules = (row?.rule_health ?? []).filter(({ rule }) => !rule.includes(' @ '))
  return rules.map(({ rule, effects, contradicted, rate, low, high, demoted }) => ({
    rule,
    effects,
    contradicted,
    rate,
    low,
    high,
    demoted,
  }))
}

/** The latest word on each link; what was taken back counts for nothing. */
async function countFeedback(db: Db): Promise<Quality['feedback']> {
  const rows = await db.rows<{ verdict: string; count: bigint }>(sql`
    select verdict, count(*) as count
    from (select distinct on (effect, cause) verdict from link_feedback order by effect, cause, given_at desc) latest
    group by verdict`)
  const of = (verdict: string): number => Number(rows.find((row) => row.verdict === verdict)?.count ?? 0n)
  return { confirmed: of('confirm'), rejected: of('reject'), picked: of('pick') }
}

/** Links that a model made: what changes keeps its history. */
import { arrayText } from '#lib/db/arrays'
import type { PoolClient } from 'pg'
import { TRANSACTION_CONFIDENCE, type Link } from '#lib/model/span'
import { putLinks } from './links'

export interface ModelLink extends Link {
  /** Content hash of the model. */
  model: string
  /** The span whose lines were matched, where that is not the effect itself. */
  via: bigint | null
}

/** Why a link is no more what it was. */
export type Reason = 'exact' | 'scored' | 'feedback'

interface StoredRow {
  cause: bigint
  effect: bigint
  kind: string
  tier: string
  rule: string
  confidence: number
  cause_event_id: bigint | null
  effect_event_id: bigint | null
  evidence: Link['evidence']
  alternatives: { cause: string; confidence: number }[]
  model: string | null
  via: bigint | null
}

/**
 * Replaces the model's links that were found through these spans. Pairs that an id proves are left alone. Returns the ends of those
 * that came, went or changed as far as transactions go. Relies on the key of link and on link_via.
 */
export async function replaceModelLinks(client: PoolClient, spans: readonly bigint[], links: readonly ModelLink[], reason: Reason): Promise<Set<bigint>> {
  const { rows } = await client.query<StoredRow>(
    `select cause, effect, kind, tier, rule, confidence, cause_event_id, effect_event_id, evidence, alternatives, model, via
     from link where model is not null and ((effect = any($1) and via is null) or via = any($1))`,
    [arrayText(spans)],
  )
  const before = new Map(rows.map((row) => [keyOf(row), row]))
  const proved = await provedPairs(client, links)
  const wanted = links.filter((link) => !proved.has(keyOf(link)))
  const put = wanted.filter((link) => {
    const row = before.get(keyOf(link))
    return !row || textOf(row) !== textOfLink(link)
  })
  const kept = new Set(wanted.map(keyOf))
  const gone = rows.filter((row) => !kept.has(keyOf(row)))
  const changed = [...gone, ...put.flatMap((link) => before.get(keyOf(link)) ?? [])]
  await keepHistory(client, changed, reason)
  await removeModelLinks(client, gone)
  await putLinks(client, put)
  const shown = [...changed, ...put].filter((link) => link.confidence >= TRANSACTION_CONFIDENCE - 1e-6)
  return new Set(shown.flatMap((link) => [link.cause, link.effect]))
}

/** The link of this pair that a model made; `exact` where an id proves it, null where there is none. */
export async function modelLinkOf(client: PoolClient, effect: bigint, cause: bigint): Promise<ModelLink | 'exact' | null> {
  const { rows } = await client.query<StoredRow & { cause_event_ns: bigint | null; effect_event_ns: bigint | null; tier: Link['tier'] }>(
    'select * from link where effect = $1 and cause = $2',
    [effect, cause],
  )
  const row = rows[0]
  if (!row) return null
  if (row.model === null) return 'exact'
  const key = (timeNs: bigint | null, id: bigint | null): Link['causeEvent'] => (timeNs === null || id === null ? null : { timeNs, id })
  return {
    cause,
    effect,
    kind: row.kind,
    tier: row.tier,
    rule: row.rule,
    confidence: row.confidence,
    causeEvent: key(row.cause_event_ns, row.cause_event_id),
    effectEvent: key(row.effect_event_ns, row.effect_event_id),
    evidence: row.evidence,
    alternatives: row.alternatives.map((other) => ({ cause: BigInt(other.cause), confidence: other.confidence })),
    model: row.model,
    via: row.via,
  }
}

/** Takes away what a model said of effects that an id now gives a cause. Returns the ends of those links. */
export async function dropModelLinks(client: PoolClient, effects: readonly bigint[]): Promise<Set<bigint>> {
  if (effects.length === 0) return new Set()
  const { rows } = await client.query<{ cause: bigint; effect: bigint }>(
    `with gone as (delete from link where effect = any($1) and model is not null returning *), kept as (
       insert into link_history (effect, cause, ended_at, reason, tier, rule, confidence, model, evidence)
       select effect, cause, clock_timestamp(), 'exact', tier, rule, confidence, model, evidence from gone on conflict do nothing)
     select cause, effect from gone`,
    [arrayText(effects)],
  )
  return new Set(rows.flatMap((row) => [row.cause, row.effect]))
}

const keyOf = ({ cause, effect }: { cause: bigint; effect: bigint }): string => `${cause}/${effect}`

const textOf = (row: StoredRow): string =>
  JSON.stringify([
    row.kind, row.tier, row.rule, Math.fround(row.confidence), String(row.cause_event_id), String(row.effect_event_id), row.model, String(row.via),
    row.evidence.map((fact) => [fact.kind, fact.value]), row.alternatives.map((other) => [other.cause, other.confidence]),
  ]) // prettier-ignore

const textOfLink = (link: ModelLink): string =>
  JSON.stringify([
    link.kind, link.tier, link.rule, Math.fround(link.confidence), String(link.causeEvent?.id ?? null), String(link.effectEvent?.id ?? null), link.model,
    String(link.via), link.evidence.map((fact) => [fact.kind, fact.value]), link.alternatives.map((other) => [String(other.cause), other.confidence]),
  ]) // prettier-ignore

async function provedPairs(client: PoolClient, links: readonly Link[]): Promise<Set<string>> {
  if (links.length === 0) return new Set()
  const { rows } = await client.query<{ cause: bigint; effect: bigint }>('select cause, effect from link where effect = any($1) and model is null', [
    arrayText([...new Set(links.map((link) => link.effect))]),
  ])
  return new Set(rows.map(keyOf))
}

async function keepHistory(client: PoolClient, rows: readonly StoredRow[], reason: Reason): Promise<void> {
  if (rows.length === 0) return
  await client.query(
    `insert into link_history (effect, cause, ended_at, reason, tier, rule, confidence, model, evidence)
     select link.effect, link.cause, clock_timestamp(), $3, tier, rule, confidence, model, evidence
     from unnest($1::bigint[], $2::bigint[]) as old (effect, cause) join link on link.effect = old.effect and link.cause = old.cause
     on conflict do nothing`,
    [arrayText(rows.map((row) => row.effect)), arrayText(rows.map((row) => row.cause)), reason],
  )
}

async function removeModelLinks(client: PoolClient, rows: readonly StoredRow[]): Promise<void> {
  if (rows.length === 0) return
  await client.query(
    `delete from link using unnest($1::bigint[], $2::bigint[]) as gone (effect, cause)
     where link.effect = gone.effect and link.cause = gone.cause and link.model is not null`,
    [arrayText(rows.map((row) => row.effect)), arrayText(rows.map((row) => row.cause))],
  )
}

/** Links and transactions: the linker's writes and reads. */
import { arrayText } from '#lib/db/arrays'
import type { PoolClient } from 'pg'
import { TRANSACTION_CONFIDENCE, type Link, type LinkEnds, type Transaction } from '#lib/model/span'

/** The links that ids prove under these effects (index: primary key), as keys for comparison. */
export async function linksUnder(client: PoolClient, effects: readonly bigint[]): Promise<{ cause: bigint; effect: bigint; fingerprint: string }[]> {
  if (effects.length === 0) return []
  const { rows } = await client.query<{ cause: bigint; effect: bigint; fingerprint: string }>(
    `select cause, effect, concat_ws('/', kind, tier, rule, confidence, cause_event_id, effect_event_id, jsonb_array_length(evidence), not_for::text) as fingerprint
     from link where effect = any($1) and model is null`,
    [arrayText(effects)],
  )
  return rows
}

/** The same text as `linksUnder` gives for a stored link: equal texts need no write. */
export function linkFingerprint(link: Link): string {
  return [
    link.kind,
    link.tier,
    link.rule,
    link.confidence,
    link.causeEvent?.id,
    link.effectEvent?.id,
    link.evidence.length,
    `{${(link.notFor ?? []).join(',')}}`,
  ]
    .filter((part) => part !== undefined)
    .join('/')
}

export async function deleteLinks(client: PoolClient, links: readonly { cause: bigint; effect: bigint }[]): Promise<void> {
  if (links.length === 0) return
  await client.query(
    'delete from link using unnest($1::bigint[], $2::bigint[]) as gone (effect, cause) where link.effect = gone.effect and link.cause = gone.cause',
    [arrayText(links.map((link) => link.effect)), arrayText(links.map((link) => link.cause))],
  )
}

/** Links as they are to stand; those that a model made say which, and through which span (lib/store/model-links.ts). */
export async function putLinks(client: PoolClient, links: readonly (Link & { model?: string; via?: bigint | null })[]): Promise<void> {
  if (links.length === 0) return
  const columns =
    'effect, cause, kind, tier, rule, confidence, cause_event_ns, cause_event_id, effect_event_ns, effect_event_id, evidence, alternatives, model, via, joins, not_for'
  await client.query(
    `insert into link (${columns})
     select effect, cause, kind, tier, rule, confidence, cause_event_ns, cause_event_id, effect_event_ns, effect_event_id, evidence, alternatives, model, via,
       joins::bigint[], not_for::bigint[]
     from unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::real[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::jsonb[], $12::jsonb[],
       $13::text[], $14::bigint[], $15::text[], $16::text[]) as l (${columns})
     on conflict (effect, cause) do update set kind = excluded.kind, tier = excluded.tier, rule = excluded.rule, confidence = excluded.confidence,
       cause_event_ns = excluded.cause_event_ns, cause_event_id = excluded.cause_event_id, effect_event_ns = excluded.effect_event_ns,
       effect_event_id = excluded.effect_event_id, evidence = excluded.evidence, alternatives = excluded.alternatives,
       model = excluded.model, via = excluded.via, joins = excluded.joins, not_for = excluded.not_for`,
    [
      arrayText(links.map((link) => link.effect)),
      arrayText(links.map((link) => link.cause)),
      links.map((link) => link.kind),
      links.map((link) => link.tier),
      links.map((link) => link.rule),
      arrayText(links.map((link) => link.confidence)),
      links.map((link) => link.causeEvent?.timeNs ?? null),
      links.map((link) => link.causeEvent?.id ?? null),
      links.map((link) => link.effectEvent?.timeNs ?? null),
      links.map((link) => link.effectEvent?.id ?? null),
      links.map((link) => JSON.stringify(link.evidence).replaceAll('\\u0000', '\\ufffd')),
      links.map((link) => JSON.stringify(link.alternatives.map((other) => ({ cause: String(other.cause), confidence: other.confidence })))),
      links.map((link) => link.model ?? null),
      arrayText(links.map((link) => link.via ?? null)),
      links.map((link) => `{${(link.joins ?? []).join(',')}}`),
      links.map((link) => `{${(link.notFor ?? []).join(',')}}`),
    ],
  )
}

/** A repeated operation is not caused by the first one. */
const CAUSAL = `link.confidence >= $2 and link.kind <> 'duplicate-of'`

/** Keeps a planner from reading the whole table instead: it takes a recursion for many more rows than it has. */
const BY_KEY = 'offset 0'

/** All links between these spans and their ancestors (index: primary key). */
export async function linksAbove(client: PoolClient, spans: readonly bigint[]): Promise<LinkEnds[]> {
  const { rows } = await client.query<LinkEnds>(
    `with recursive above (span) as (
       select unnest($1::bigint[])
       union
       select link.cause from above cross join lateral (select cause from link where link.effect = above.span and ${CAUSAL} ${BY_KEY}) link)
     select link.cause, link.effect, link.kind, link.confidence, link.joins, link.not_for as "notFor"
     from above cross join lateral (select * from link where link.effect = above.span and ${CAUSAL} ${BY_KEY}) link`,
    [arrayText(spans), TRANSACTION_CONFIDENCE],
  )
  return rows
}

/** All links between these spans and their descendants (index: link_cause). */
export async function linksBelow(client: PoolClient, spans: readonly bigint[]): Promise<LinkEnds[]> {
  const { rows } = await client.query<LinkEnds>(
    `with recursive below (span) as (
       select unnest($1::bigint[])
       union
       select link.effect from below cross join lateral (select effect from link where link.cause = below.span and ${CAUSAL} ${BY_KEY}) link)
     select link.cause, link.effect, link.kind, link.confidence, link.joins, link.not_for as "notFor"
     from below cross join lateral (select * from link where link.cause = below.span and ${CAUSAL} ${BY_KEY}) link`,
    [arrayText(spans), TRANSACTION_CONFIDENCE],
  )
  return rows
}

/** What these spans sent for some of the messages only that they got (index: link_cause). */
export async function partialEffects(client: PoolClient, spans: readonly bigint[]): Promise<bigint[]> {
  if (spans.length === 0) return []
  const { rows } = await client.query<{ effect: bigint }>(`select effect from link where cause = any($1) and not_for <> '{}'`, [arrayText(spans)])
  return rows.map((row) => row.effect)
}

/** Replaces the transactions of these roots by the given ones; roots without one now are noted as former, so that their ids still lead somewhere. */
export async function putTransactions(client: PoolClient, formerRoots: readonly bigint[], transactions: readonly Transaction[]): Promise<void> {
  if (formerRoots.length > 0) {
    await client.query(
      `with gone as (delete from transaction where root_span = any($1) returning id, root_span),
            members as (delete from transaction_span where transaction_id in (select id from gone))
       insert into former_transaction (id, root_span) select id, root_span from gone on conflict do nothing`,
      [arrayText(formerRoots)],
    )
  }
  if (transactions.length === 0) return
  await client.query(
    `insert into transaction (id, root_span, start_ns, end_ns, failed, open, retried, name, outcome, service_ids, span_count, event_count, confidence)
     select id, root_span, start_ns, end_ns, failed, open, retried, name, outcome, service_ids::bigint[], span_count, event_count, confidence
     from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::boolean[], $6::boolean[], $7::boolean[], $8::text[], $9::text[], $10::text[],
       $11::integer[], $12::integer[], $13::real[])
       as t (id, root_span, start_ns, end_ns, failed, open, retried, name, outcome, service_ids, span_count, event_count, confidence)
     on conflict (id) do update set start_ns = excluded.start_ns, end_ns = excluded.end_ns, failed = excluded.failed, open = excluded.open,
       retried = excluded.retried, name = excluded.name, outcome = excluded.outcome, service_ids = excluded.service_ids,
       span_count = excluded.span_count, event_count = excluded.event_count, confidence = excluded.confidence`,
    [
      arrayText(transactions.map((row) => row.id)),
      arrayText(transactions.map((row) => row.rootSpan)),
      arrayText(transactions.map((row) => row.startNs)),
      arrayText(transactions.map((row) => row.endNs)),
      arrayText(transactions.map((row) => row.failed)),
      arrayText(transactions.map((row) => row.open)),
      arrayText(transactions.map((row) => row.retried)),
      transactions.map((row) => row.name.replaceAll('\0', '\ufffd')),
      transactions.map((row) => row.outcome?.replaceAll('\0', '\ufffd') ?? null),
      transactions.map((row) => `{${row.serviceIds.join(',')}}`),
      arrayText(transactions.map((row) => row.spanCount)),
      arrayText(transactions.map((row) => row.eventCount)),
      arrayText(transactions.map((row) => row.confidence)),
    ],
  )
  const ids = transactions.map((row) => row.id)
  const members = transactions.flatMap((row) => row.spans.map((span) => ({ transactionId: row.id, spanId: span.id })))
  const arrays = [arrayText(members.map((member) => member.transactionId)), arrayText(members.map((member) => member.spanId))]
  await client.query(
    `delete from transaction_span where transaction_id = any($1)
       and not exists (select 1 from unnest($2::bigint[], $3::bigint[]) as m (t, s) where m.t = transaction_id and m.s = span_id)`,
    [arrayText(ids), ...arrays],
  )
  await client.query('insert into transaction_span (transaction_id, span_id) select * from unnest($1::bigint[], $2::bigint[]) on conflict do nothing', arrays)
  await client.query('delete from former_transaction where id = any($1)', [arrayText(ids)])
}

/** A small store written by hand, for the tests of queries: rows as the linker leaves them. */
import type { Pool } from 'pg'
import { hash64 } from '#lib/base/hash'
import { fieldTerm, templateTerm, valueTerm } from '#lib/model/terms'

/** 2026-11-22T00:00:00Z, a Sunday. */
export const DAY_NS = 1_795_305_600_000_000_000n
export const MS = 1_000_000n

export interface TestSpan {
  /** Also the key of its id. */
  key: string
  service: string
  kind?: string
  assumed?: boolean
  /** Milliseconds from DAY_NS. */
  startMs: number
  endMs?: number | null
  failed?: boolean
  severity?: number
  open?: boolean
  name?: string
  requestId?: string
  group?: string
}

export interface TestEvent {
  span: string
  atMs: number
  template?: string
  fields?: Record<string, string>
  severity?: number
  body?: string
}

export interface TestLink {
  cause: string
  effect: string
  tier?: string
  confidence?: number
  /** Milliseconds from DAY_NS of the event that proves the cause. */
  sentMs?: number
}

export interface TestTransaction {
  key: string
  spans: string[]
  failed?: boolean
  open?: boolean
  name?: string
}

export interface TestStory {
  spans: TestSpan[]
  events?: TestEvent[]
  links?: TestLink[]
  transactions?: TestTransaction[]
}

export const spanId = (key: string): bigint => hash64(`span:${key}`)
export const transactionId = (key: string): bigint => hash64(`transaction:${key}`)
export const serviceId = (name: string, kind = 'function'): bigint => hash64(`service:${kind}\0${name}`)
const at = (ms: number): bigint => DAY_NS + BigInt(Math.round(ms * 1e6))

/** Writes the story. Transactions take times, services and counts from their spans. */
export async function writeStory(pool: Pool, story: TestStory): Promise<void> {
  await pool.query(
    `create table if not exists event_test partition of event for values from (${DAY_NS - 60n * 86_400_000n * MS}) to (${DAY_NS + 60n * 86_400_000n * MS})`,
  )
  await pool.query(`insert into source (id, name, kind, received, stored) values ($1, 'story', 'file', $2, $2) on conflict do nothing`, [
    hash64('source:story'),
    story.events?.length ?? 0,
  ])
  for (const span of story.spans) await writeSpan(pool, span)
  for (const [i, event] of (story.events ?? []).entries()) await writeEvent(pool, story, event, i)
  for (const link of story.links ?? []) {
    await pool.query(
      `insert into link (effect, cause, kind, tier, rule, confidence, cause_event_ns, evidence, alternatives) values ($1, $2, 'invokes', $3, 'test', $4, $5, '[]', '[]')`,
      [spanId(link.effect), spanId(link.cause), link.tier ?? 'A', link.confidence ?? 1, link.sentMs === undefined ? null : at(link.sentMs)],
    )
  }
  for (const transaction of story.transactions ?? []) await writeTransaction(pool, story, transaction)
  await pool.query('analyze')
}

async function writeSpan(pool: Pool, span: TestSpan): Promise<void> {
  const kind = span.kind ?? 'function'
  await pool.query('insert into service (id, name, kind, assumed) values ($1, $2, $3, $4) on conflict do nothing', [
    serviceId(span.service, kind),
    span.service,
    kind,
    span.assumed ?? false,
  ])
  await pool.query(
    `insert into span (id, group_id, form, service_id, name, start_ns, start_exact, end_ns, open, failed, severity, event_count, request_id, attributes)
     values ($1, $2, 0, $3, $4, $5, true, $6, $7, $8, $9, 1, $10, '{}')`,
    [
      spanId(span.key),
      span.group === undefined ? spanId(span.key) : spanId(span.group),
      serviceId(span.service, kind),
      span.name ?? '',
      at(span.startMs),
      span.endMs === undefined || span.endMs === null ? null : at(span.endMs),
      span.open ?? false,
      span.failed ?? false,
      span.severity ?? (span.failed ? 17 : 9),
      span.requestId ?? null,
    ],
  )
}

async function writeEvent(pool: Pool, story: TestStory, event: TestEvent, index: number): Promise<void> {
  const span = story.spans.find((candidate) => candidate.key === event.span)
  if (!span) throw new Error(`the story has no span ${event.span}`)
  const service = serviceId(span.service, span.kind)
  const template = event.template ?? 'a line'
  const templateId = hash64(`template:${service}\0${template}`)
  await pool.query('insert into template (id, service_id, text, severity) values ($1, $2, $3, 9) on conflict do nothing', [templateId, service, template])
  const fields = Object.entries(event.fields ?? {})
  const terms = [templateTerm(template), ...fields.flatMap(([name, value]) => [valueTerm(value), fieldTerm(name, value)])]
  for (const [name, value] of fields) {
    await pool.query('insert into field (name, count, distinct_values) values ($1, 1, 0) on conflict do nothing', [name])
    await pool.query('insert into field_value (name, value, count) values ($1, $2, 1) on conflict do nothing', [name, value])
  }
  const group = spanId(span.group ?? span.key)
  await pool.query(
    `insert into event (time_ns, id, batch_id, source_id, stream_id, service_id, group_id, span_id, template_id, severity, form, body, terms)
     values ($1, $2, 1, $3, 0, $4, $5, $6, $7, $8, 0, $9, $10)`,
    [
      at(event.atMs),
      BigInt(index + 1),
      hash64('source:story'),
      service,
      group,
      spanId(span.key),
      templateId,
      event.severity ?? 9,
      event.body ?? template,
      terms.map(hash64),
    ],
  )
}

async function writeTransaction(pool: Pool, story: TestStory, transaction: TestTransaction): Promise<void> {
  const spans = story.spans.filter((span) => transaction.spans.includes(span.key))
  const root = spans[0]
  if (!root) throw new Error(`transaction ${transaction.key} has no span`)
  const ends = spans.flatMap((span) => span.endMs ?? [])
  await pool.query(
    `insert into transaction (id, root_span, start_ns, end_ns, failed, open, retried, name, service_ids, span_count, event_count, confidence)
     values ($1, $2, $3, $4, $5, $6, false, $7, $8, $9, $9, 1)`,
    [
      transactionId(transaction.key),
      spanId(root.key),
      at(root.startMs),
      ends.length > 0 ? at(Math.max(...ends)) : null,
      transaction.failed ?? spans.some((span) => span.failed),
      transaction.open ?? spans.some((span) => span.open),
      transaction.name ?? root.name ?? '',
      [...new Set(spans.map((span) => serviceId(span.service, span.kind)))],
      spans.length,
    ],
  )
  await pool.query('insert into transaction_span (transaction_id, span_id) select $1, unnest($2::bigint[])', [
    transactionId(transaction.key),
    spans.map((span) => spanId(span.key)),
  ])
}

/** Rows of links with both ends -> what the API says of each. */
import { idToHex } from '#lib/base/hash'
import { durationMs } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import type { LinkItem } from '#lib/model/api'
import type { Tier } from '#lib/model/span'
import { eventIdToHex } from './event-items'
import type { Services } from './services'

export interface LinkRow {
  cause: bigint
  effect: bigint
  kind: string
  tier: Tier
  rule: string
  confidence: number
  evidence: { kind: string; value: string }[]
  alternatives: { cause: string; confidence: number }[]
  cause_service: bigint
  cause_request: string | null
  /** 0 for a line, 1 for a segment document. */
  cause_form: number | null
  cause_ns: bigint | null
  cause_id: bigint | null
  cause_source_id: string | null
  effect_service: bigint
  effect_request: string | null
  effect_start_ns: bigint
  effect_ns: bigint | null
  effect_id: bigint | null
  effect_source_id: string | null
  /** The event that proves the cause, where one is known: the delay counts from it. */
  proof_ns: bigint | null
}

/**
 * Columns of LinkRow, with the tables of LINK_TABLES. Where no event proves an end (X-Ray names a parent in the child's document alone),
 * the span's first event stands for it, so that each end leads to a line where it has one.
 */
export const LINK_COLUMNS = sql`l.cause, l.effect, l.kind, l.tier, l.rule, l.confidence, l.evidence, l.alternatives, l.cause_event_ns as proof_ns,
  c.service_id as cause_service, c.request_id as cause_request, ce.form as cause_form,
  coalesce(l.cause_event_ns, c.first_event_ns) as cause_ns, coalesce(l.cause_event_id, c.first_event_id) as cause_id, ce.source_event_id as cause_source_id,
  s.service_id as effect_service, s.request_id as effect_request, s.start_ns as effect_start_ns,
  coalesce(l.effect_event_ns, s.first_event_ns) as effect_ns, coalesce(l.effect_event_id, s.first_event_id) as effect_id, ee.source_event_id as effect_source_id`

/** Joins of `link l` and the effect's `span s`: the cause's span, and an event of each end. Relies on the key of span and on event_key. */
export const LINK_ENDS = sql`join span c on c.id = l.cause
  left join event ce on ce.time_ns = coalesce(l.cause_event_ns, c.first_event_ns) and ce.id = coalesce(l.cause_event_id, c.first_event_id)
  left join event ee on ee.time_ns = coalesce(l.effect_event_ns, s.first_event_ns) and ee.id = coalesce(l.effect_event_id, s.first_event_id)`

export function toLinkItem(row: LinkRow, services: Services): LinkItem {
  const eventId = (timeNs: bigint | null, id: bigint | null): string | null => (timeNs === null || id === null ? null : eventIdToHex(timeNs, id))
  return {
    cause: {
      spanId: idToHex(row.cause),
      eventId: eventId(row.cause_ns, row.cause_id),
      sourceEventId: row.cause_source_id,
      requestId: row.cause_request,
      ...serviceOf(services, row.cause_service),
    },
    effect: {
      spanId: idToHex(row.effect),
      eventId: eventId(row.effect_ns, row.effect_id),
      sourceEventId: row.effect_source_id,
      requestId: row.effect_request,
      ...serviceOf(services, row.effect_service),
    },
    kind: row.kind,
    tier: row.tier,
    // A `real` has seven digits; what comes after them is noise.
    confidence: Math.round(row.confidence * 1e6) / 1e6,
    rule: row.rule,
    evidence: row.evidence,
    alternatives: row.alternatives.map((other) => ({ spanId: idToHex(BigInt(other.cause)), confidence: other.confidence })),
    delayMs: row.proof_ns === null ? null : durationMs(row.proof_ns, row.effect_start_ns),
  }
}

function serviceOf(services: Services, id: bigint): Pick<LinkItem['cause'], 'service' | 'kind'> {
  const { name, kind } = services.of(id)
  return { service: name, kind }
}

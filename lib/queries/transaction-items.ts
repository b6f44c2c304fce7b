/** Rows of transactions -> what the API says of each: names of services, the status at this moment, the shape of the row. */
import { groupBy } from '#lib/base/group'
import { idToHex } from '#lib/base/hash'
import { durationMs, nsToIso, type UnixNano } from '#lib/base/time'
import { sql, type Sql } from '#lib/db/sql'
import { causalShape, type ShapeLink } from '#lib/graph/shape'
import type { TransactionItem } from '#lib/model/api'
import type { Tier } from '#lib/model/span'
import { transactionStatus } from '#lib/model/transaction-status'
import type { Db } from './read'
import type { Services } from './services'

export interface TransactionRow {
  id: bigint
  root_span: bigint
  start_ns: bigint
  end_ns: bigint | null
  failed: boolean
  open: boolean
  retried: boolean
  name: string
  outcome: string | null
  service_ids: bigint[]
  span_count: number
  event_count: number
  confidence: number
  root_service_id: bigint | null
}

/** Columns of TransactionRow, for `transaction t`. */
export const TRANSACTION_COLUMNS = sql`t.id, t.root_span, t.start_ns, t.end_ns, t.failed, t.open, t.retried, t.name, t.outcome, t.service_ids,
  t.span_count, t.event_count, t.confidence, (select r.service_id from span r where r.id = t.root_span) as root_service_id`

/** Spans in a row's shape; more can't be told apart in a strip of a list. */
const SHAPE_SPANS = 40
/** Links below this are not part of a transaction (design.md §2). */
export const TRANSACTION_CONFIDENCE = 0.95

export type TransactionHead = Omit<TransactionItem, 'shape' | 'shapeCut' | 'keys'>

export function toHead(row: TransactionRow, services: Services, nowNs: UnixNano): TransactionHead {
  const rootService = row.root_service_id === null ? '' : services.of(row.root_service_id).name
  const names = new Set([rootService, ...row.service_ids.map((id) => services.of(id).name)].filter((name) => name !== ''))
  return {
    id: idToHex(row.id),
    // A root that no line names (a bare execution) goes by its service.
    name: row.name || rootService,
    startTime: nsToIso(row.start_ns),
    durationMs: row.end_ns === null ? null : durationMs(row.start_ns, row.end_ns),
    status: transactionStatus({ failed: row.failed, open: row.open, startNs: row.start_ns, endNs: row.end_ns }, nowNs),
    services: [...names],
    spanCount: row.span_count,
    eventCount: row.event_count,
    // A `real` has seven digits; what comes after them is noise.
    confidence: Math.round(row.confidence * 1e6) / 1e6,
    retried: row.retried,
    outcome: row.outcome,
    rootService,
  }
}

interface ShapeRow {
  transaction_id: bigint
  id: bigint
  service_id: bigint
  start_ns: bigint
  end_ns: bigint | null
  failed: boolean
}

/** A row of a list shows a few spans; of a transaction with more than this, any so many and its root are looked at. */
const LOOKED_AT = 2_000

/** The transactions as the table `asked`, for SOME_MEMBERS beside it. */
export function membersOf(rows: readonly TransactionRow[]): Sql {
  return sql`unnest(${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.root_span)}::bigint[]) as asked (id, root_span)`
}

/** Span ids of the transaction `asked`. Relies on the key of transaction_span. */
export const SOME_MEMBERS = sql`(select ts.span_id from transaction_span ts where ts.transaction_id = asked.id limit ${LOOKED_AT}) union select asked.root_span`

/** The shapes of these transactions. Relies on the keys of transaction_span, span and link. */
export async function loadShapes(db: Db, rows: readonly TransactionRow[], services: Services): Promise<Map<bigint, TransactionItem['shape']>> {
  const spans = await db.rows<ShapeRow>(sql`
    select m.transaction_id, m.id, m.service_id, m.start_ns, m.end_ns, m.failed
    from ${membersOf(rows)}
    cross join lateral (
      select asked.id as transaction_id, s.id, s.service_id, s.start_ns, s.end_ns, s.failed
      from (${SOME_MEMBERS}) member
      join span s on s.id = member.span_id
      order by s.start_ns, s.id
      limit ${SHAPE_SPANS}
    ) m`)
  const links = await db.rows<{ cause: bigint; effect: bigint; tier: Tier }>(sql`
    select cause, effect, tier
    from link
    where effect = any(${[...new Set(spans.map((span) => span.id))]}::bigint[])
      and confidence >= ${TRANSACTION_CONFIDENCE}::real and tier <> 'K'`)
  const linksOf = groupBy(links, (link) => link.effect)
  const spansOf = groupBy(spans, (span) => span.transaction_id)
  return new Map(rows.map((row) => [row.id, toShape(row, spansOf.get(row.id) ?? [], linksOf, services)]))
}

function toShape(row: TransactionRow, spans: readonly ShapeRow[], linksOf: Map<bigint, ShapeLink[]>, services: Services): TransactionItem['shape'] {
  const places = causalShape(
    spans.map((span) => ({ ...span, startNs: span.start_ns })),
    spans.flatMap((span) => linksOf.get(span.id) ?? []),
  )
  return places.map(({ span, depth, parent, tier }) => {
    const service = services.of(span.service_id)
    return {
      spanId: idToHex(span.id),
      service: service.name,
      kind: service.kind,
      status: span.failed ? ('error' as const) : ('ok' as const),
      depth,
      parent,
      tier,
      startMs: durationMs(row.start_ns, span.start_ns),
      endMs: span.end_ns === null ? null : durationMs(row.start_ns, span.end_ns),
    }
  })
}

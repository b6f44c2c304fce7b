/** One transaction with all that is known of it: spans, links, the first events with their raw lines, critical path, what is missing. */
import { idFromHex, idToHex } from '#lib/base/hash'
import { durationMs, type UnixNano } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import { criticalPath } from '#lib/graph/critical-path'
import { entriesOf } from '#lib/graph/entries'
import type { TransactionDetail } from '#lib/model/api'
import type { ServiceKind } from '#lib/model/event'
import { loadAccessFormats } from './access-formats'
import { EVENT_DETAIL_COLUMNS, EVENT_TABLES, type EventDetailRow, toSpanLine } from './event-items'
import { loadMissing } from './find-missing'
import { LINK_COLUMNS, LINK_ENDS, type LinkRow, toLinkItem } from './link-items'
import type { Db } from './read'
import { loadServices, type Services } from './services'
import { SPAN_COLUMNS, type SpanRow, toSpanItem } from './span-items'
import { toHead, TRANSACTION_COLUMNS, TRANSACTION_CONFIDENCE, type TransactionRow } from './transaction-items'
import { loadKeys } from './transaction-keys'

export type FoundTransaction = { type: 'found'; transaction: TransactionDetail } | { type: 'moved'; id: string } | { type: 'unknown' }

/** Spans of one answer, the earliest; a page folds far fewer. */
const MAX_SPANS = 2_000
const MAX_LINKS = 10_000
const MAX_EVENTS = 2_000
/** Raw text of one answer; single lines may have 2 MB. */
const MAX_RAW_BYTES = 16 << 20
/** How far around a transaction executions of its services are counted, to say how many of them nothing links. */
const AROUND_NS = 300n * 1_000_000_000n
const AROUND_SPANS = 20_000

const CARRIERS: readonly ServiceKind[] = ['queue', 'topic', 'stream', 'bus']

/** By its id, or by one that it had before its root gained a cause. A span's id alone is no transaction. */
export async function getTransaction(db: Db, hex: string, nowNs: UnixNano): Promise<FoundTransaction> {
  const id = idFromHex(hex)
  if (id === null) return { type: 'unknown' }
  const [row] = await db.rows<TransactionRow>(sql`select ${TRANSACTION_COLUMNS} from transaction t where t.id = ${id}`)
  if (row) return { type: 'found', transaction: await loadDetail(db, row, nowNs) }
  const [place] = await db.rows<{ transaction_id: bigint }>(sql`
    select ts.transaction_id
    from former_transaction f
    join transaction_span ts on ts.span_id = f.root_span
    join transaction t on t.id = ts.transaction_id
    where f.id = ${id}
    order by t.start_ns, t.id
    limit 1`)
  return place ? { type: 'moved', id: idToHex(place.transaction_id) } : { type: 'unknown' }
}

async function loadDetail(db: Db, row: TransactionRow, nowNs: UnixNano): Promise<TransactionDetail> {
  const services = await loadServices(db)
  const spans = await db.rows<SpanRow & { shared: boolean }>(sql`
    select ${SPAN_COLUMNS}, exists (select 1 from transaction_span o where o.span_id = s.id and o.transaction_id <> ts.transaction_id) as shared
    from transaction_span ts
    join span s on s.id = ts.span_id
    where ts.transaction_id = ${row.id}
    order by s.start_ns, s.id
    limit ${MAX_SPANS}`)
  const ids = spans.map((span) => span.id)
  const links = await loadLinks(db, ids)
  const proven = links.filter((link) => link.confidence >= TRANSACTION_CONFIDENCE - 1e-6)
  const missing = await loadMissing(db, ids, new Set(proven.map((link) => link.effect)), row.start_ns)
  const keys = await loadKeys(db, [row], [])
  const traces = new Set(spans.flatMap((span) => (span.trace_id !== null && /^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(span.trace_id) ? [span.trace_id] : [])))
  return {
    ...toHead(row, services, nowNs),
    keys: keys.get(row.id) ?? [],
    spans: spans.map((span) => toSpanItem(span, services, span.shared)),
    links: links.map((link) => toLinkItem(link, services)),
    events: await loadEvents(db, ids, services),
    spansCut: Math.max(0, row.span_count - spans.length),
    criticalPath: pathOf(row, spans, proven, services),
    missing: missing.map(({ nearSpanId, reason, side }) => ({ nearSpanId: idToHex(nearSpanId), service: null, kind: null, reason, side })),
    unproven: await countUnproven(db, row),
    xrayTraceIds: [...traces],
  }
}

/** Links between these spans, with the less sure candidates that the store keeps: the page has a slider. Relies on the key of link. */
async function loadLinks(db: Db, spanIds: readonly bigint[]): Promise<LinkRow[]> {
  return db.rows<LinkRow>(sql`
    select ${LINK_COLUMNS}
    from link l
    join span s on s.id = l.effect
    ${LINK_ENDS}
    where l.effect = any(${spanIds}::bigint[]) and l.cause = any(${spanIds}::bigint[])
    order by s.start_ns, l.effect, l.cause
    limit ${MAX_LINKS}`)
}

/** The first events in order of time, up to a number and a size. Relies on event_group. */
async function loadEvents(db: Db, spanIds: readonly bigint[], services: Services): Promise<TransactionDetail['events']> {
  const rows = await db.rows<EventDetailRow & { bytes: bigint }>(sql`
    with member as (
      select e.time_ns, e.id, octet_length(e.body) as bytes
      from span s
      join event e on e.group_id = s.group_id and e.span_id = s.id
      where s.id = any(${spanIds}::bigint[])
      order by e.time_ns, e.id
      limit ${MAX_EVENTS}
    ),
    counted as (select time_ns, id, sum(bytes) over (order by time_ns, id) - bytes as before from member)
    select ${EVENT_DETAIL_COLUMNS}
    from counted
    join (${EVENT_TABLES}) on e.time_ns = counted.time_ns and e.id = counted.id
    where counted.before < ${MAX_RAW_BYTES}
    order by e.time_ns, e.id`)
  const shared = await db.rows<{ span_id: bigint; transaction_ids: bigint[] }>(sql`
    select span_id, (array_agg(transaction_id order by transaction_id))[:100] as transaction_ids
    from transaction_span
    where span_id = any(${[...new Set(rows.flatMap((row) => row.span_id ?? []))]}::bigint[])
    group by span_id`)
  const transactionsOf = new Map(shared.map((entry) => [entry.span_id, entry.transaction_ids]))
  const formats = await loadAccessFormats(db)
  const found = rows.map((row) => toSpanLine(row, services, (row.span_id !== null && transactionsOf.get(row.span_id)) || [], formats))
  const { lines, continues } = entriesOf(found)
  return lines.map(({ event }) => ({ ...event, continues: continues.get(event.id) ?? null }))
}

function pathOf(row: TransactionRow, spans: readonly SpanRow[], links: readonly LinkRow[], services: Services): TransactionDetail['criticalPath'] {
  const pieces = criticalPath(
    spans.map((span) => ({ id: span.id, startNs: span.start_ns, endNs: span.end_ns, carries: CARRIERS.includes(services.of(span.service_id).kind) })),
    // A line is written when something happens; a document bears the start of its segment, which says nothing of when it sent.
    links.map((link) => ({ cause: link.cause, effect: link.effect, sentNs: link.cause_form === 0 ? link.proof_ns : null })),
  )
  return pieces.map((piece) => ({
    spanId: idToHex(piece.spanId),
    startMs: durationMs(row.start_ns, piece.fromNs),
    endMs: durationMs(row.start_ns, piece.toNs),
    waiting: piece.waiting,
  }))
}

/**
 * How many executions of this transaction's services, in the minutes around it, nothing proves a cause of: then its graph may well be
 * only a part of what happened. Relies on span_start and the key of link.
 */
async function countUnproven(db: Db, row: TransactionRow): Promise<TransactionDetail['unproven']> {
  const [count] = await db.rows<{ spans: bigint; of_spans: bigint }>(sql`
    select count(*) filter (where not exists (select 1 from link l where l.effect = m.id and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K')) as spans,
           count(*) as of_spans
    from (
      select s.id
      from span s
      where s.start_ns >= ${row.start_ns - AROUND_NS} and s.start_ns < ${(row.end_ns ?? row.start_ns) + AROUND_NS}
        and s.service_id = any(${row.service_ids}::bigint[]) and s.form = 0
      limit ${AROUND_SPANS}
    ) m`)
  return { spans: Number(count?.spans ?? 0n), ofSpans: Number(count?.of_spans ?? 0n) }
}

/** Rows of events -> what the API says of each. */
import { idFromHex, idToHex } from '#lib/base/hash'
import { nsToIso, type UnixNano } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import type { EventDetail, EventItem } from '#lib/model/api'
import type { SpanLine } from '#lib/graph/entries'
import { channelOf } from '#lib/model/channel'
import type { Field, ParsedEvent } from '#lib/model/event'
import type { AccessFormats } from '#lib/parse/access-format'
import { parseRecord } from '#lib/parse/index'
import type { Services } from './services'

export interface EventRow {
  time_ns: bigint
  id: bigint
  observed_ns: bigint | null
  service_id: bigint
  span_id: bigint | null
  severity: number
  form: number
  request_id: string | null
  trace_id: string | null
  source_event_id: string | null
  /** The message alone where it differs from the body. */
  message: string | null
  source: string | null
  log_group: string | null
  log_stream: string | null
}

export interface EventDetailRow extends EventRow {
  body: string
  body_bytes: Buffer | null
  template: string | null
}

/** Columns of EventRow, with the tables of EVENT_TABLES. */
export const EVENT_COLUMNS = sql`e.time_ns, e.id, e.observed_ns, e.service_id, e.span_id, e.severity, e.form, e.request_id, e.trace_id, e.source_event_id,
  coalesce(e.message, left(e.body, 2000)) as message, c.name as source, r.log_group, r.log_stream`
export const EVENT_DETAIL_COLUMNS = sql`${EVENT_COLUMNS}, e.body, e.body_bytes, (select p.text from template p where p.id = e.template_id) as template`
export const EVENT_TABLES = sql`event e left join source c on c.id = e.source_id left join log_stream r on r.id = e.stream_id`

/** An event's id in JSON: its time and its hash, so that its key in the store is known at once. */
export function eventIdToHex(timeNs: UnixNano, id: bigint): string {
  return idToHex(timeNs) + idToHex(id)
}

/** The inverse; null where the text is none. */
export function eventIdFromHex(text: string): { timeNs: UnixNano; id: bigint } | null {
  const timeNs = idFromHex(text.slice(0, 16))
  const id = idFromHex(text.slice(16))
  return timeNs === null || id === null ? null : { timeNs, id }
}

/** Least severity number of each word, most severe first (OpenTelemetry, Logs Data Model, Severity Fields). */
const LEVEL_WORDS: readonly (readonly [number, string])[] = [
  [21, 'fatal'],
  [17, 'error'],
  [13, 'warn'],
  [9, 'info'],
  [5, 'debug'],
  [1, 'trace'],
]

export function levelOf(severity: number): string {
  return LEVEL_WORDS.find(([least]) => severity >= least)?.[1] ?? ''
}

export function toEventItem(row: EventRow, services: Services): EventItem {
  const service = services.of(row.service_id)
  return {
    id: eventIdToHex(row.time_ns, row.id),
    time: nsToIso(row.time_ns),
    timeNs: row.time_ns.toString(),
    observedTime: row.observed_ns === null ? null : nsToIso(row.observed_ns),
    source: row.source ?? '',
    service: service.name,
    kind: service.kind,
    logGroup: row.log_group,
    logStream: row.log_stream,
    sourceEventId: row.source_event_id,
    form: row.form === 0 ? 'log' : 'segment',
    severity: row.severity,
    level: levelOf(row.severity),
    message: row.message ?? '',
    spanId: row.span_id === null ? null : idToHex(row.span_id),
    requestId: row.request_id,
    traceId: row.trace_id,
  }
}

/** With the raw text and the fields that are found in it now: a better parser shows more in old events too. */
export function toEventDetail(row: EventDetailRow, services: Services, transactions: readonly bigint[], formats?: AccessFormats): EventDetail {
  return detailOf(row, services, transactions, fieldsOf(row, formats))
}

/** The same, with what tells which lines of a span are one entry. */
export function toSpanLine(
  row: EventDetailRow,
  services: Services,
  transactions: readonly bigint[],
  formats?: AccessFormats,
): SpanLine & { event: EventDetail } {
  const { fields, facts } = parsed(row, formats)
  const event = detailOf(row, services, transactions, fields)
  const { id, sourceEventId, severity, spanId } = event
  const writer = [row.source, row.log_group, row.log_stream, channelOf({ facts, fields })].join('\0')
  return { id, timeNs: row.time_ns, sourceEventId, severity, spanId, writer, facts, event }
}

function detailOf(row: EventDetailRow, services: Services, transactions: readonly bigint[], fields: Field[]): EventDetail {
  return {
    ...toEventItem(row, services),
    raw: row.body,
    rawBase64: row.body_bytes === null ? null : row.body_bytes.toString('base64'),
    template: row.template ?? '',
    fields,
    transactions: transactions.map(idToHex),
  }
}

/** The named values of an event, by the same parser that indexed it. */
export function fieldsOf(row: EventDetailRow, formats?: AccessFormats): Field[] {
  return parsed(row, formats).fields
}

function parsed(row: EventDetailRow, formats?: AccessFormats): ParsedEvent {
  const record = {
    form: row.form === 0 ? ('log' as const) : ('segment' as const),
    body: row.body,
    timeNs: row.time_ns,
    ...(row.log_group === null ? {} : { logGroup: row.log_group }),
    ...(row.log_stream === null ? {} : { logStream: row.log_stream }),
    ...(row.source_event_id === null ? {} : { sourceEventId: row.source_event_id }),
    line: 1,
  }
  return parseRecord(record, { sourceName: row.source ?? '', receivedNs: row.time_ns, formats })
}

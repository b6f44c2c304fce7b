/** Rows of spans -> what the API says of each. */
import { idToHex } from '#lib/base/hash'
import { durationMs, nsToIso } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import type { SpanItem } from '#lib/model/api'
import { SPAN_FORMS } from '#lib/model/codes'
import type { Services } from './services'

export interface SpanRow {
  id: bigint
  form: number
  service_id: bigint
  name: string
  start_ns: bigint
  start_exact: boolean
  end_ns: bigint | null
  open: boolean
  failed: boolean
  severity: number
  request_id: string | null
  trace_id: string | null
  event_count: number
  attributes: SpanItem['attributes']
}

/** Columns of SpanRow, for `span s`. */
export const SPAN_COLUMNS = sql`s.id, s.form, s.service_id, s.name, s.start_ns, s.start_exact, s.end_ns, s.open, s.failed, s.severity, s.request_id,
  s.trace_id, s.event_count, s.attributes - '~face' - '~end' as attributes`

export function toSpanItem(row: SpanRow, services: Services, shared: boolean): SpanItem {
  const service = services.of(row.service_id)
  return {
    id: idToHex(row.id),
    service: service.name,
    kind: service.kind,
    form: SPAN_FORMS[row.form] ?? 'event',
    name: row.name,
    startTime: nsToIso(row.start_ns),
    startNs: row.start_ns.toString(),
    startExact: row.start_exact,
    endTime: row.end_ns === null ? null : nsToIso(row.end_ns),
    endNs: row.end_ns === null ? null : row.end_ns.toString(),
    durationMs: row.end_ns === null ? null : durationMs(row.start_ns, row.end_ns),
    status: row.failed ? 'error' : 'ok',
    open: row.open,
    severity: row.severity,
    requestId: row.request_id,
    traceId: row.trace_id,
    eventCount: row.event_count,
    shared,
    attributes: row.attributes,
  }
}

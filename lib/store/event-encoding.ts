/** One event as a row of `copy event … (format binary)`. Encoded as soon as it is parsed, so that nothing else of it stays in memory. */
import type { CopyWriter } from '#lib/db/copy'
import type { EventFacts } from '#lib/model/event'
import type { EventRow } from './rows'

const COLUMNS = [
  'time_ns', 'id', 'batch_id', 'observed_ns', 'source_id', 'stream_id', 'service_id', 'group_id', 'span_id', 'template_id', 'severity', 'form',
  'request_id', 'trace_id', 'source_event_id', 'message', 'body', 'body_bytes', 'facts', 'terms', 'line_values',
] // prettier-ignore

export const COPY_EVENTS = `copy event (${COLUMNS.join(', ')}) from stdin (format binary)`

/** Where a row holds what is only known at its commit: after the column count, each of the first three columns is a length and 8 bytes. */
export const TIME_AT = 2 + 4
export const BATCH_AT = 2 + 12 + 12 + 4

/** Facts as stored: bigints as decimal strings. */
export function factsToJson(facts: EventFacts | null): string | null {
  return facts && JSON.stringify(facts, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
}

/** Appends the row. `values` of a log line (line-values.ts). */
export function encodeEvent(writer: CopyWriter, row: EventRow, values: Uint8Array | undefined): void {
  const { parsed } = row
  const { record } = parsed
  writer.row(COLUMNS.length)
  writer.int8(parsed.timeNs)
  writer.int8(row.id)
  writer.int8(0n)
  writer.int8(record.observedNs ?? null)
  writer.int8(row.sourceId)
  writer.int8(row.streamId)
  writer.int8(row.serviceId)
  writer.int8(row.groupId)
  writer.int8(row.groupId)
  writer.int8(row.templateId)
  writer.int2(parsed.severity)
  writer.int2(record.form === 'log' ? 0 : 1)
  writer.text(parsed.requestId)
  writer.text(parsed.traceId)
  writer.text(record.sourceEventId)
  writer.text(parsed.message === record.body ? null : parsed.message)
  writer.text(record.body)
  writer.bytea(record.bytes)
  writer.jsonb(factsToJson(parsed.facts))
  writer.int8ArrayOfHalves(row.terms)
  writer.bytea(values)
}

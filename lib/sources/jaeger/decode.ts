/**
 * Jaeger's JSON as records: one a span. A record's text is the document with the one span and its process, so that it stands alone.
 * https://www.jaegertracing.io/docs/ (the answer of /api/traces, and what its UI downloads), or a span alone with its process inside.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { EARLIEST_NS } from '#lib/base/log-time'
import { encodeUtf8 } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'

/** `{data: [{spans: […]}]}`. */
export function isJaeger(value: JsonObject): boolean {
  return Array.isArray(value.data) && value.data.length > 0 && value.data.every((trace) => isJsonObject(trace) && Array.isArray(trace.spans))
}

/** A span by itself with its process inside, as Jaeger keeps it in Elasticsearch. */
export function isJaegerSpan(value: JsonObject): boolean {
  return typeof value.traceID === 'string' && typeof value.spanID === 'string' && 'startTime' in value && 'operationName' in value
}

export function* decodeJaeger(value: JsonObject, at: { line: number; latestNs: UnixNano }): Generator<RawRecord | RefusedRecord> {
  if (isJaegerSpan(value)) return yield spanRecord(value, {}, at)
  for (const trace of Array.isArray(value.data) ? value.data.filter(isJsonObject) : []) {
    for (const span of Array.isArray(trace.spans) ? trace.spans : []) yield spanRecord(span, trace, at)
  }
}

function spanRecord(span: unknown, trace: JsonObject, at: { line: number; latestNs: UnixNano }): RawRecord | RefusedRecord {
  const processes = isJsonObject(trace.processes) ? trace.processes : {}
  const id = isJsonObject(span) && typeof span.processID === 'string' ? span.processID : undefined
  const process = id !== undefined && Object.hasOwn(processes, id) ? { processes: { [id]: processes[id] } } : {}
  const json = { data: [{ ...(trace.traceID === undefined ? {} : { traceID: trace.traceID }), spans: [span], ...process }] }
  const body = JSON.stringify(json)
  const refuse = (code: string, message: string): RefusedRecord => ({
    fate: 'quarantined', code, message, line: at.line, bytes: encodeUtf8(body).slice(0, 64 * 1024),
  }) // prettier-ignore
  if (!isJsonObject(span)) return refuse('invalid_span', 'the span is no object')
  if (!isId(span.traceID ?? trace.traceID, 32) || !isId(span.spanID, 16)) {
    return refuse('invalid_span', 'traceID and spanID are up to 32 and 16 hex digits, not all zeros')
  }
  const start = Number(span.startTime) * 1000
  if (!(start >= Number(EARLIEST_NS) && start <= Number(at.latestNs))) {
    return refuse('timestamp_out_of_range', `startTime ${JSON.stringify(span.startTime)?.slice(0, 80)} µs is not between 1990 and a day from now`)
  }
  return { form: 'segment', body, json, timeNs: null, line: at.line, format: 'jaeger' }
}

function isId(value: unknown, max: number): boolean {
  return typeof value === 'string' && value.length <= max && /^[0-9a-f]+$/i.test(value) && /[1-9a-f]/i.test(value)
}

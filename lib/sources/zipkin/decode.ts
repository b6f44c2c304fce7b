/**
 * A Zipkin v2 span as a record (https://zipkin.io/zipkin-api/). Bodies are arrays of them; on /api/v1/ingest they also come one a line.
 * Not understood: v1 (binaryAnnotations), protobuf, thrift.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { EARLIEST_NS } from '#lib/base/log-time'
import { encodeUtf8 } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'

const ID = /^[0-9a-f]{1,32}$/i
const ID_CORE = /[1-9a-f]/i

/** Both ids at their full length, and something that no log line has beside them: plenty of loggers write traceId, id and duration. */
export function isZipkinSpan(value: JsonObject): boolean {
  if (!isId(value.traceId) || !isId(value.id) || 'level' in value || 'message' in value || 'msg' in value) return false
  if (!/^(?:.{16}|.{32})$/.test(String(value.traceId)) || String(value.id).length !== 16) return false
  if (isJsonObject(value.localEndpoint) || isJsonObject(value.remoteEndpoint) || Array.isArray(value.annotations)) return true
  return typeof value.name === 'string' && typeof value.timestamp === 'number' && typeof value.duration === 'number'
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && ID.test(value) && ID_CORE.test(value)
}

/** `text`: the span's own source. Its time is found by the parser: it may have none. */
export function zipkinRecord(value: JsonObject, text: string, at: { line: number; latestNs: UnixNano }): RawRecord | RefusedRecord {
  const bytes = (): Uint8Array => encodeUtf8(text).slice(0, 64 * 1024)
  if (!isId(value.traceId) || !isId(value.id) || String(value.id).length > 16) {
    const message = 'traceId and id of a span are up to 32 and 16 hex digits, not all zeros'
    return { fate: 'quarantined', code: 'invalid_span', message, line: at.line, bytes: bytes() }
  }
  const { timestamp } = value
  const isNumber = typeof timestamp === 'number' && timestamp > 0
  if (isNumber && !(timestamp * 1000 >= Number(EARLIEST_NS) && timestamp * 1000 <= Number(at.latestNs))) {
    const message = `timestamp ${timestamp} µs is not between 1990 and a day from now`
    return { fate: 'quarantined', code: 'timestamp_out_of_range', message, line: at.line, bytes: bytes() }
  }
  return { form: 'segment', body: text, json: value, timeNs: null, line: at.line, format: 'zipkin' }
}

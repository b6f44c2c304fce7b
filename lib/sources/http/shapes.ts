/**
 * What a JSON value in an ingest body is, told by its shape alone (design.md §6). One entry a shape; the first that fits reads it,
 * and a value that fits none is a log line of the delivery's NAME. The formats with files of their own are beside this folder.
 *
 * Sources of the shapes: CloudWatch Logs API (FilterLogEvents, GetLogEvents) and its subscription payload; X-Ray's BatchGetTraces and
 * segment documents (docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html); CloudTrail's log files
 * (docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html).
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { bytesToLatin1, encodeUtf8, encodeWtf8, isStorable, latin1ToBytes, storable } from '#lib/base/text-bytes'
import { epochToNs, inRange, isoToNs } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { cloudTrailRecords, eventOfRow, isAwsLogs, isCloudTrailFile, isQueryResult, openAwsLogs, tailLineOf } from './envelopes'
import { decodeJaeger, isJaeger, isJaegerSpan } from '#lib/sources/jaeger/decode'
import { decodeOtlp, isOtlp } from '#lib/sources/otlp/decode'
import { isZipkinSpan, zipkinRecord } from '#lib/sources/zipkin/decode'

export type Decoded = RawRecord | RefusedRecord

/** One JSON value of the body. */
export interface JsonSource {
  value: unknown
  /** Its source text, exactly. */
  text: string
  /** Its bytes, given only where they are not valid UTF-8. */
  invalidUtf8: Uint8Array | null
  line: number
  /** Times after this are impossible. */
  latestNs: UnixNano
}

/** How much of a refused record is kept for the quarantine. */
export const REFUSED_BYTES_MAX = 64 * 1024

export function refused(fate: RefusedRecord['fate'], code: string, message: string, at: { line: number; bytes: Uint8Array }): RefusedRecord {
  return { fate, code, message, line: at.line, bytes: at.bytes.slice(0, REFUSED_BYTES_MAX) }
}

interface Shape {
  fits(value: JsonObject): boolean
  read(value: JsonObject, source: JsonSource, out: Decoded[]): void
}

const SHAPES: Shape[] = [
  { fits: isCloudWatchEvent, read: (value, source, out) => out.push(cloudWatchEvent(value, {}, source)) },
  {
    fits: (value) => typeof value.messageType === 'string' && Array.isArray(value.logEvents),
    read(value, source, out) {
      if (value.messageType === 'CONTROL_MESSAGE') return
      readEvents(value.logEvents, { logGroup: textOf(value.logGroup), logStream: textOf(value.logStream) }, { source, out })
    },
  },
  {
    fits: isAwsLogs,
    read(value, source, out) {
      const opened = isAwsLogs(value) ? openAwsLogs(value) : null
      if (opened !== null) return readShape({ ...source, ...opened, invalidUtf8: null }, out)
      const at = { line: source.line, bytes: encodeUtf8(source.text.slice(0, REFUSED_BYTES_MAX)) }
      out.push(refused('quarantined', 'invalid_awslogs', 'awslogs.data is no subscription payload in base64 of gzip', at))
    },
  },
  {
    fits: isQueryResult,
    read(value, source, out) {
      readEvents((value.results as unknown[]).map(eventOfRow), {}, { source, out })
    },
  },
  {
    fits: isCloudTrailFile,
    read(value, { line }, out) {
      for (const { record, text, senderId } of cloudTrailRecords(value))
        out.push({ ...textRecord(text, { json: record, timeNs: null, line }), ...(senderId === undefined ? {} : { senderId }) })
    },
  },
  {
    fits: (value) => Array.isArray(value.events) && isEventList(value, value.events),
    read(value, source, out) {
      const outer = { logGroup: textOf(value.logGroup ?? value.logGroupName), logStream: textOf(value.logStream ?? value.logStreamName) }
      readEvents(value.events, outer, { source, out })
    },
  },
  { fits: isTrace, read: readTrace },
  {
    fits: (value) => Array.isArray(value.Traces) && value.Traces.every((trace) => isJsonObject(trace) && isTrace(trace)),
    read(value, source, out) {
      for (const trace of value.Traces as JsonObject[]) readTrace(trace, source, out)
    },
  },
  {
    fits: isOtlp,
    read(value, { line, latestNs }, out) {
      for (const record of decodeOtlp(value, { line, latestNs })) out.push(record)
    },
  },
  {
    fits: (value) => isJaeger(value) || isJaegerSpan(value),
    read(value, source, out) {
      for (const record of decodeJaeger(value, source)) out.push(record)
    },
  },
  { fits: isZipkinSpan, read: (value, source, out) => out.push(zipkinRecord(value, storable(source.text), source)) },
  { fits: isSegment, read: (value, source, out) => out.push(segmentRecord(value, source.text, source)) },
]

/** Reads one value into the records it holds: none, one or many. Never throws. */
export function readShape(source: JsonSource, out: Decoded[]): void {
  const { value } = source
  if (isJsonObject(value)) {
    for (const shape of SHAPES) if (shape.fits(value)) return shape.read(value, source, out)
  }
  out.push(logLine(source))
}

/** Any other value: a log line whose body is its source text; a JSON string is the line itself. */
function logLine(source: JsonSource): RawRecord {
  const { value, line, invalidUtf8 } = source
  if (typeof value === 'string') {
    const bytes = invalidUtf8 === null ? undefined : latin1Member(invalidUtf8, (parsed) => parsed)
    return textRecord(value, { timeNs: null, line }, bytes)
  }
  const record: RawRecord = { form: 'log', body: source.text, json: value, timeNs: null, line }
  if (invalidUtf8 !== null) record.bytes = invalidUtf8.slice()
  return record
}

/** A record of text that may hold what Postgres refuses. */
export function textRecord(text: string, rest: Omit<RawRecord, 'form' | 'body'>, bytes?: Uint8Array): RawRecord {
  if (bytes === undefined && isStorable(text)) return { form: 'log', body: text, ...rest }
  return { form: 'log', body: storable(text), bytes: bytes ?? encodeWtf8(text), ...rest }
}

/** A line of text: one that the command line's `aws logs tail` wrote is the event that it shows. */
export function textLine(text: string, { line, latestNs }: Pick<JsonSource, 'line' | 'latestNs'>, bytes?: Uint8Array): RawRecord {
  const tail = bytes === undefined ? tailLineOf(text, latestNs) : null
  if (tail === null) return textRecord(text, { timeNs: null, line }, bytes)
  const { message, ...place } = tail
  return textRecord(message, { ...place, line })
}

interface Outer {
  logGroup?: string | undefined
  logStream?: string | undefined
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? storable(value) : undefined
}

/** `{logGroup, message}` is enough; without a group, a line of FilterLogEvents' output is known by its other names. */
function isCloudWatchEvent(value: JsonObject): boolean {
  if (typeof value.message !== 'string') return false
  if (typeof value.logGroup === 'string' || typeof value.logGroupName === 'string') return true
  return isListedEvent(value) && (typeof value.eventId === 'string' || 'ingestionTime' in value || typeof value.logStreamName === 'string')
}

function isListedEvent(value: unknown): value is JsonObject {
  return isJsonObject(value) && typeof value.message === 'string' && 'timestamp' in value
}

/** The output of FilterLogEvents or GetLogEvents; an empty page is known by its tokens only. */
function isEventList(value: JsonObject, events: unknown[]): boolean {
  if (events.length > 0) return events.every(isListedEvent)
  return ['nextToken', 'nextForwardToken', 'nextBackwardToken', 'searchedLogStreams'].some((name) => name in value) || Object.keys(value).length === 1
}

function readEvents(events: unknown, outer: Outer, { source, out }: { source: JsonSource; out: Decoded[] }): void {
  if (!Array.isArray(events)) return
  for (const event of events) {
    if (isJsonObject(event) && typeof event.message === 'string') out.push(cloudWatchEvent(event, outer, source))
    else
      out.push(refused('quarantined', 'invalid_event', 'a log event without a message', { line: source.line, bytes: encodeUtf8(JSON.stringify(event) ?? '') }))
  }
}

function cloudWatchEvent(event: JsonObject, outer: Outer, source: JsonSource): Decoded {
  const { latestNs, line } = source
  const message = event.message as string
  let timeNs: UnixNano | null = null
  if (event.timestamp !== undefined) {
    timeNs = anyTime(exactNumber(event.timestamp, source, 'timestamp'), latestNs)
    if (timeNs === null) {
      const shown = JSON.stringify(event.timestamp)?.slice(0, 80)
      const bytes = encodeUtf8(outer.logGroup === undefined ? source.text.slice(0, REFUSED_BYTES_MAX) : JSON.stringify({ ...outer, ...event }))
      return refused('quarantined', 'timestamp_out_of_range', `timestamp ${shown} is not between 1990 and a day from now in s, ms, µs or ns`, { line, bytes })
    }
  }
  const record: RawRecord = { form: 'log', body: message, timeNs, line }
  // An escape is the only way for NUL or half a pair to get through valid UTF-8.
  if (source.text.includes('\\u') && !isStorable(message)) {
    record.body = storable(message)
    record.bytes = encodeWtf8(message)
  }
  if (source.invalidUtf8 !== null && message.includes('\ufffd')) {
    const bytes = latin1Member(source.invalidUtf8, (value) => (isJsonObject(value) ? value.message : undefined))
    if (bytes !== undefined) record.bytes = bytes
  }
  const observedNs = event.ingestionTime === undefined ? null : anyTime(event.ingestionTime, latestNs)
  if (observedNs !== null) record.observedNs = observedNs
  const logGroup = textOf(event.logGroup ?? event.logGroupName) ?? outer.logGroup
  if (logGroup !== undefined) record.logGroup = logGroup
  const logStream = textOf(event.logStream ?? event.logStreamName) ?? outer.logStream
  if (logStream !== undefined) record.logStream = logStream
  const eventId = textOf(event.eventId ?? event.id)
  if (eventId !== undefined) record.sourceEventId = eventId
  return record
}

/** Epoch in any unit, or ISO 8601. */
function anyTime(value: unknown, latestNs: UnixNano): UnixNano | null {
  const epoch = epochToNs(value, latestNs)
  if (epoch !== null || typeof value !== 'string') return epoch
  const iso = isoToNs(value)
  return iso === null ? null : inRange(iso, latestNs)
}

/** The fast path parses with plain JSON.parse; a member beyond 2^53 (nanoseconds) is read again from the source. */
function exactNumber(value: unknown, source: JsonSource, name: string): unknown {
  if (typeof value !== 'number' || Math.abs(value) <= Number.MAX_SAFE_INTEGER) return value
  const exact = parseJson(source.text)
  return exact.ok && isJsonObject(exact.value) && name in exact.value ? exact.value[name] : value
}

function latin1Member(bytes: Uint8Array, pick: (value: unknown) => unknown): Uint8Array | undefined {
  const parsed = parseJson(bytesToLatin1(bytes))
  const member = parsed.ok ? pick(parsed.value) : undefined
  return typeof member === 'string' ? latin1ToBytes(member) : undefined
}

function isTrace(value: JsonObject): boolean {
  return typeof value.Id === 'string' && Array.isArray(value.Segments)
}

function isSegment(value: JsonObject): boolean {
  return typeof value.trace_id === 'string' && typeof value.id === 'string' && 'start_time' in value
}

function readTrace(trace: JsonObject, source: JsonSource, out: Decoded[]): void {
  for (const segment of trace.Segments as unknown[]) {
    const document = isJsonObject(segment) ? segment.Document : undefined
    const text = typeof document === 'string' ? document : (JSON.stringify(document ?? segment) ?? '')
    const parsed = parseJson(text)
    const at = { line: source.line, bytes: encodeUtf8(text) }
    if (!parsed.ok) out.push(refused('quarantined', 'invalid_json', 'the segment document is not valid JSON', at))
    else if (!isJsonObject(parsed.value)) out.push(refused('quarantined', 'invalid_segment', 'the segment document is no object', at))
    else out.push(segmentRecord(parsed.value, text, source))
  }
}

/** One segment document; without its ids or an acceptable start it can't be placed. */
function segmentRecord(value: JsonObject, text: string, { line, latestNs }: JsonSource): Decoded {
  const at = { line, bytes: encodeUtf8(text) }
  if (!isTraceId(value.trace_id))
    return refused('quarantined', 'invalid_segment', `trace_id ${JSON.stringify(value.trace_id)?.slice(0, 80)} is not 1-8hex-24hex`, at)
  if (!isSegmentId(value.id)) return refused('quarantined', 'invalid_segment', `id ${JSON.stringify(value.id)?.slice(0, 80)} is not 16 hex digits`, at)
  if (epochToNs(value.start_time, latestNs) === null) {
    return refused(
      'quarantined',
      'timestamp_out_of_range',
      `start_time ${JSON.stringify(value.start_time)?.slice(0, 80)} is not between 1990 and a day from now`,
      at,
    )
  }
  const record: RawRecord = { form: 'segment', body: text, json: value, timeNs: null, line }
  if (!isStorable(text)) {
    record.body = storable(text)
    record.bytes = encodeWtf8(text)
  }
  return record
}

/** X-Ray's own form, or the 32 hex digits of W3C; all zeros is nobody's. */
function isTraceId(value: unknown): boolean {
  return typeof value === 'string' && /^(?:1-[0-9a-f]{8}-[0-9a-f]{24}|[0-9a-f]{32})$/i.test(value) && /[1-9a-f]/i.test(value.slice(2))
}

function isSegmentId(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]{16}$/i.test(value) && /[1-9a-f]/i.test(value)
}

/**
 * An OTLP export request, from either of its encodings, as records: one a log record, one a span. A record's text is the request with it
 * alone inside its resource and scope, in OTLP/JSON, so that it can be read, exported and sent again by itself.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/docs/specification.md
 *
 * Understood: resourceLogs, resourceSpans; ids in hex of either case, 64-bit integers as texts or numbers; instrumentationLibraryLogs and
 * …Spans of OTLP before 0.19. Unknown fields stay in the text and mean nothing. A broken record is quarantined alone.
 * Not understood: metrics (counted only), profiles.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { EARLIEST_NS } from '#lib/base/log-time'
import { encodeUtf8, storable } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'

type Decoded = RawRecord | RefusedRecord

interface Names {
  list: string
  scopes: string[]
  records: string
}

const LOGS: Names = { list: 'resourceLogs', scopes: ['scopeLogs', 'instrumentationLibraryLogs'], records: 'logRecords' }
const SPANS: Names = { list: 'resourceSpans', scopes: ['scopeSpans', 'instrumentationLibrarySpans'], records: 'spans' }
const METRICS: Names = { list: 'resourceMetrics', scopes: ['scopeMetrics', 'instrumentationLibraryMetrics'], records: 'metrics' }

const REFUSED_BYTES_MAX = 64 * 1024

interface Place {
  /** 1-based: of the delivery for a line, else of the record within the request. */
  line: number | null
  /** Times after this are impossible. */
  latestNs: UnixNano
}

/** True for a value that is an OTLP request of logs or spans. */
export function isOtlp(value: JsonObject): boolean {
  return isListOfObjects(value.resourceLogs) || isListOfObjects(value.resourceSpans)
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isJsonObject)
}

/** The records of a request, in its order. Never throws. */
export function* decodeOtlp(value: JsonObject, place: Place): Generator<Decoded> {
  let number = 0
  for (const names of [LOGS, SPANS]) {
    for (const { record, envelope } of walk(value, names)) {
      number++
      const at = { line: place.line ?? number, latestNs: place.latestNs }
      yield names === LOGS ? logRecord(record, envelope, at) : spanRecord(record, envelope, at)
    }
  }
}

/** How many data points a metrics request has. */
export function countDataPoints(value: JsonObject): number {
  let count = 0
  for (const { record } of walk(value, METRICS)) {
    if (!isJsonObject(record)) continue
    for (const kind of ['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary']) {
      const data = record[kind]
      if (isJsonObject(data) && Array.isArray(data.dataPoints)) count += data.dataPoints.length
    }
  }
  return count
}

function* walk(value: JsonObject, { list, scopes, records }: Names): Generator<{ record: unknown; envelope: JsonObject }> {
  for (const outer of objects(value[list])) {
    for (const name of scopes) {
      for (const inner of objects(outer[name])) {
        const found = inner[records]
        if (!Array.isArray(found)) continue
        for (const record of found) yield { record, envelope: { [list]: [{ ...outer, [name]: [{ ...inner, [records]: [record] }] }] } }
      }
    }
  }
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

interface At {
  line: number
  latestNs: UnixNano
}

function logRecord(record: unknown, envelope: JsonObject, at: At): Decoded {
  const body = JSON.stringify(envelope)
  if (!isJsonObject(record)) return refuse('invalid_event', 'the log record is no object', body, at)
  const stated = nanos(record.timeUnixNano)
  const observed = nanos(record.observedTimeUnixNano)
  // Zero means unknown; then the collector's time is the best there is.
  const timeNs = stated === 0n ? observed : stated
  if (timeNs === null || observed === null) return refuse('invalid_event', 'a time of the log record is no number of nanoseconds', body, at)
  if (timeNs !== 0n && !isPossible(timeNs, at)) {
    return refuse('timestamp_out_of_range', `the time ${timeNs} ns is not between 1990 and a day from now`, body, at)
  }
  const out = rawRecord('log', body, envelope, at.line)
  if (timeNs !== 0n) out.timeNs = timeNs
  if (observed !== 0n && isPossible(observed, at)) out.observedNs = observed
  const uid = uidOf(record.attributes)
  if (uid !== undefined) out.senderId = `log.record.uid:${uid}`
  return out
}

function uidOf(attributes: unknown): string | undefined {
  for (const { key, value } of objects(attributes)) {
    const text = key === 'log.record.uid' && isJsonObject(value) ? value.stringValue : undefined
    if (typeof text === 'string' && text.length >= 6 && text.length <= 512) return storable(text)
  }
  return undefined
}

function spanRecord(record: unknown, envelope: JsonObject, at: At): Decoded {
  const body = JSON.stringify(envelope)
  if (!isJsonObject(record)) return refuse('invalid_span', 'the span is no object', body, at)
  if (!isHexId(record.traceId, 32)) return refuse('invalid_span', `traceId ${shown(record.traceId)} is not 32 hex digits, or all zeros`, body, at)
  if (!isHexId(record.spanId, 16)) return refuse('invalid_span', `spanId ${shown(record.spanId)} is not 16 hex digits, or all zeros`, body, at)
  const startNs = nanos(record.startTimeUnixNano)
  if (startNs === null || nanos(record.endTimeUnixNano) === null) return refuse('invalid_span', 'a time of the span is no number of nanoseconds', body, at)
  if (!isPossible(startNs, at)) return refuse('timestamp_out_of_range', `the start ${startNs} ns is not between 1990 and a day from now`, body, at)
  return rawRecord('segment', body, envelope, at.line)
}

/** JSON escapes what Postgres refuses, so the text can always be stored as it is. */
function rawRecord(form: RawRecord['form'], body: string, json: JsonObject, line: number): RawRecord {
  return { form, body, json, timeNs: null, line, format: 'otlp' }
}

function refuse(code: string, message: string, body: string, { line }: At): RefusedRecord {
  return { fate: 'quarantined', code, message, line, bytes: encodeUtf8(body).slice(0, REFUSED_BYTES_MAX) }
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 80) ?? 'missing'
}

/** A fixed64 as JSON has it: digits in a text, or a number. 0 where it is absent, null where it is something else. */
function nanos(value: unknown): UnixNano | null {
  if (value === undefined || value === null || value === '') return 0n
  if (typeof value === 'string') return /^\d{1,20}$/.test(value) ? BigInt(value) : null
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? BigInt(value) : null
}

function isPossible(ns: UnixNano, { latestNs }: At): boolean {
  return ns >= EARLIEST_NS && ns <= latestNs
}

function isHexId(value: unknown, length: number): value is string {
  return typeof value === 'string' && value.length === length && /^[0-9a-f]+$/i.test(value) && /[1-9a-f]/i.test(value)
}

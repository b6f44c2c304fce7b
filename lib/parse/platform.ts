/**
 * Lambda's own lines. Text: INIT_START, START, END, REPORT (time-outs, crashes, restores, X-Ray's part), EXTENSION, TELEMETRY, the
 * time-out and crash messages. JSON log format: `{time, type: 'platform.…', record}`.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html, …/telemetry-schema-reference.html
 *
 * Counts only at the very start of a line and with a uuid: user text may contain the same words.
 * Ignores: billing details beyond memory, spans of initReport and runtimeDone, managed instances' metrics.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { isoPrefix, isoToNs } from '#lib/base/log-time'
import type { Marker } from '#lib/model/event'
import { addRef, type Draft } from './draft'
import { requestIdOf, traceIdOf } from './ids'

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
const START = new RegExp(`^START RequestId: (${UUID})(?:\\s+Version: (\\S+))?`)
const END = new RegExp(`^END RequestId: (${UUID})`)
const REPORT = new RegExp(`^REPORT RequestId: (${UUID})`)
const TIMEOUT = new RegExp(`^\\S+ (${UUID}) Task timed out after ([\\d.]+) seconds`)
const CRASH = new RegExp(`^RequestId: (${UUID}) (?:Error: |Process exited)`)

/** Reads a platform line of text into the draft; false where the line is none. */
export function readPlatformText(text: string, draft: Draft): boolean {
  switch (text.charCodeAt(0)) {
    case 73: // I
      return text.startsWith('INIT_START ') || text.startsWith('INIT_REPORT ') ? init(text, draft) : false
    case 83: // S
      return start(START.exec(text), draft)
    case 69: // E
      return text.startsWith('EXTENSION\t') ? plain(draft, 'EXTENSION') : end(END.exec(text), draft)
    case 84: // T
      return text.startsWith('TELEMETRY\t') ? plain(draft, 'TELEMETRY') : false
    case 82: // R
      return text.startsWith('REPORT ') ? report(text, draft) : crash(text, draft)
    case 50: // 2, an ISO time
      return text.startsWith(' Task timed out after ', 61) ? timeout(text, draft) : false
    default:
      return false
  }
}

function plain(draft: Draft, template: string): boolean {
  draft.severity = 9
  draft.template = template
  return true
}

function init(text: string, draft: Draft): boolean {
  const failed = /\tStatus: (?:timeout|error)/.test(text)
  mark(draft, { type: 'init', ...number('initMs', /Init Duration: ([\d.]+) ms/.exec(text)?.[1]) })
  draft.template = text.startsWith('INIT_START') ? 'INIT_START' : 'INIT_REPORT'
  draft.severity = failed ? 17 : 9
  const runtime = /Runtime Version: ([^\s]+)/.exec(text)?.[1]
  if (runtime) draft.fields.push({ name: 'runtime', value: runtime })
  return true
}

function start(match: RegExpExecArray | null, draft: Draft): boolean {
  const requestId = requestIdOf(match?.[1])
  if (requestId === undefined) return false
  draft.requestId = requestId
  const version = match?.[2]
  mark(draft, version === undefined ? { type: 'start' } : { type: 'start', version })
  draft.template = 'START RequestId: *'
  draft.severity = 9
  return true
}

function end(match: RegExpExecArray | null, draft: Draft): boolean {
  const requestId = requestIdOf(match?.[1])
  if (requestId === undefined) return false
  draft.requestId = requestId
  mark(draft, { type: 'end' })
  draft.template = 'END RequestId: *'
  draft.severity = 9
  return true
}

/** Separators are tabs or runs of blanks, and the order varies (SAM local prints Init Duration first), so each part is looked for alone. */
function report(text: string, draft: Draft): boolean {
  const requestId = requestIdOf(REPORT.exec(text)?.[1])
  if (requestId === undefined) return false
  draft.requestId = requestId
  const durationMs = /(?<!Billed |Init |Restore )\bDuration: ([\d.]+) ms/.exec(text)?.[1]
  const status = reportStatus(/Status: (\w+)/.exec(text)?.[1])
  mark(draft, { type: 'report', status, ...number('durationMs', durationMs), ...number('initMs', /(?:Init|Restore) Duration: ([\d.]+) ms/.exec(text)?.[1]) })
  draft.template = status === 'ok' ? 'REPORT RequestId: *' : `REPORT RequestId: * Status: ${status}`
  draft.severity = status === 'ok' ? 9 : 17
  const memory = /Max Memory Used: (\d+) MB/.exec(text)?.[1]
  if (memory) draft.fields.push({ name: 'maxMemoryUsedMb', value: memory })
  const errorType = /Error Type: ([\w.]+)/.exec(text)?.[1]
  if (errorType) draft.fields.push({ name: 'errorType', value: errorType })
  xray(text, draft)
  return true
}

/** `XRAY TraceId: 1-…\tSegmentId: …\tSampled: true`: the execution's own segment, so the exact join to its trace. */
function xray(text: string, draft: Draft): void {
  const traceId = traceIdOf(/XRAY TraceId: (\S+)/.exec(text)?.[1])
  if (traceId === undefined) return
  draft.traceId = traceId
  const segment = /SegmentId: ([0-9a-f]{16})\b/.exec(text)?.[1]
  if (segment === undefined || !/[1-9a-f]/.test(segment)) return
  draft.fields.push({ name: 'segmentId', value: segment })
  if (!text.includes('Sampled: false')) addRef(draft, { kind: 'span', role: 'called', value: `${traceId}:${segment}` })
}

function reportStatus(status: unknown): NonNullable<Marker['status']> {
  if (status === 'timeout') return 'timeout'
  return status === 'error' || status === 'failure' ? 'error' : 'ok'
}

function timeout(text: string, draft: Draft): boolean {
  const match = TIMEOUT.exec(text)
  const requestId = requestIdOf(match?.[1])
  if (requestId === undefined) return false
  draft.requestId = requestId
  draft.lineNs ??= isoPrefix(text)?.ns ?? null
  mark(draft, { type: 'timeout', status: 'timeout', durationMs: Number(match?.[2]) * 1000 })
  draft.severity = 17
  draft.message = text.slice(text.indexOf('Task timed out')).trim()
  draft.template = 'Task timed out after * seconds'
  return true
}

function crash(text: string, draft: Draft): boolean {
  const requestId = requestIdOf(CRASH.exec(text)?.[1])
  if (requestId === undefined) return false
  draft.requestId = requestId
  mark(draft, { type: 'crash', status: 'error' })
  draft.severity = 17
  draft.message = text.slice(text.indexOf(requestId) + 37).trim()
  draft.template = draft.message.replace(/\d+/g, '*')
  return true
}

function mark(draft: Draft, marker: Marker): void {
  draft.facts.marker = marker
}

function number<K extends string>(name: K, text: string | undefined): { [P in K]?: number } {
  const value = text === undefined ? Number.NaN : Number(text)
  return Number.isFinite(value) ? ({ [name]: value } as { [P in K]?: number }) : {}
}

/**
 * What a function or extension wrote, as the Telemetry API hands it on: `{time, type: 'function', record}`, the record a text, or a value
 * where the function logs JSON. undefined where the value is something else; the line's time is taken over.
 */
export function telemetryLine(value: JsonObject, draft: Draft): unknown {
  if ((value.type !== 'function' && value.type !== 'extension') || typeof value.time !== 'string' || Object.keys(value).length !== 3) return undefined
  draft.lineNs ??= isoToNs(value.time)
  return typeof value.record === 'string' || isJsonObject(value.record) ? value.record : undefined
}

/** Reads a platform event of the JSON log format or the Telemetry API; false where the value is none. */
export function readPlatformJson(value: JsonObject, draft: Draft): boolean {
  const { type } = value
  if (typeof type !== 'string' || !type.startsWith('platform.')) return false
  const record = isJsonObject(value.record) ? value.record : {}
  if (typeof value.time === 'string') draft.lineNs = isoToNs(value.time)
  const requestId = requestIdOf(record.requestId)
  if (requestId !== undefined) draft.requestId = requestId
  draft.severity = 9
  draft.message = type
  draft.template = type
  const metrics = isJsonObject(record.metrics) ? record.metrics : {}
  if (type === 'platform.initStart' || type === 'platform.initReport') mark(draft, { type: 'init', ...finite('initMs', metrics.durationMs) })
  else if (type === 'platform.start') startEvent(record, draft)
  else if (type === 'platform.report') reportEvent(record, metrics, draft)
  else if (type === 'platform.runtimeDone') runtimeDone(record, draft)
  else if (type === 'platform.logsDropped' || type === 'platform.fault') draft.severity = 13
  tracing(record, draft)
  return true
}

function startEvent(record: JsonObject, draft: Draft): void {
  mark(draft, typeof record.version === 'string' ? { type: 'start', version: record.version } : { type: 'start' })
}

function runtimeDone(record: JsonObject, draft: Draft): void {
  const failed = record.status !== undefined && record.status !== 'success'
  if (failed) draft.severity = 17
  draft.template = failed ? `platform.runtimeDone ${String(record.status)}` : 'platform.runtimeDone'
  mark(draft, failed ? { type: 'end', status: record.status === 'timeout' ? 'timeout' : 'error' } : { type: 'end' })
}

function reportEvent(record: JsonObject, metrics: JsonObject, draft: Draft): void {
  const status = reportStatus(record.status)
  mark(draft, { type: 'report', status, ...finite('durationMs', metrics.durationMs), ...finite('initMs', metrics.initDurationMs ?? metrics.restoreDurationMs) })
  if (status !== 'ok') {
    draft.severity = 17
    draft.template = `platform.report ${status}`
  }
  if (typeof record.errorType === 'string') draft.fields.push({ name: 'errorType', value: record.errorType })
  if (typeof metrics.maxMemoryUsedMB === 'number') draft.fields.push({ name: 'maxMemoryUsedMb', value: String(metrics.maxMemoryUsedMB) })
}

/** `tracing: {spanId, type, value: 'Root=…;Parent=…'}`: spanId is the invocation's own segment. */
function tracing(record: JsonObject, draft: Draft): void {
  const trace = isJsonObject(record.tracing) ? record.tracing : {}
  const traceId = traceIdOf(trace.value)
  if (traceId === undefined) return
  draft.traceId = traceId
  const parent = typeof trace.value === 'string' ? /(?:^|;)\s*Parent=([0-9a-f]{16})/i.exec(trace.value)?.[1] : undefined
  if (parent !== undefined && draft.facts.marker?.type === 'start') addRef(draft, { kind: 'span', role: 'parent', value: `${traceId}:${parent.toLowerCase()}` })
}

function finite<K extends string>(name: K, value: unknown): { [P in K]?: number } {
  return typeof value === 'number' && Number.isFinite(value) ? ({ [name]: value } as { [P in K]?: number }) : {}
}

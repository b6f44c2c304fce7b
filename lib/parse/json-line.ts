/**
 * Log lines that are JSON objects, told by their keys: Lambda's own JSON format (all four runtimes), Powertools, pino, bunyan, winston,
 * zap, zerolog, serilog compact, logback/logstash, ECS (flat or nested), structlog, Google Cloud, Datadog, MongoDB, OpenTelemetry's names.
 * A key may come under many names; the first that is there counts. What is not named here stays a field.
 *
 * Ignores: metric definitions of CloudWatch EMF (emf.ts has them), Datadog's decimal trace ids (kept as fields), bunyan's serialised requests.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { epochToNs, isoToNs, DAY_NS } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { flatten, looksLikeContainer } from './flatten'
import { requestIdOf, traceIdOf } from './ids'
import { nameOfArn } from './service'
import { severityOfLevel } from './severity'

const LEVEL_KEYS = [
  'level',
  'severity',
  'log.level',
  'levelname',
  'severityText',
  'SeverityText',
  'lvl',
  'loglevel',
  'logLevel',
  'Level',
  '@l',
  'level_name',
  'status',
]
const TIME_KEYS = ['timestamp', 'time', '@timestamp', 'ts', '@t', 'datetime', 'eventTime', 'date', 'Timestamp', 't.$date']
const MESSAGE_KEYS = ['message', 'msg', '@m', 'event', '@mt', 'log', 'Message', 'text', 'body', 'Body', 'short_message']
const TRACE_KEYS = [
  'xray_trace_id',
  'xrayTraceId',
  'xray_traceid',
  'traceId',
  'trace_id',
  'trace.id',
  '@tr',
  'traceparent',
  'X-Amzn-Trace-Id',
  'x-amzn-trace-id',
  'traceHeader',
  'logging.googleapis.com/trace',
  'TraceId',
  'otelTraceID',
]
/** Names that only a Lambda logger gives to its own RequestId. Plain `requestId` is not one: people put a caller's id there. */
const REQUEST_KEYS = [
  'function_request_id',
  'awsRequestId',
  'AWSRequestId',
  'aws_request_id',
  'lambda_request_id',
  'faas.invocation_id',
  'faas.execution',
  'lambda.request_id',
  'context.awsRequestId',
]
const FUNCTION_KEYS = ['function_name', 'functionName', 'faas.name', 'function_arn', 'functionArn', 'lambda.arn', 'invokedFunctionArn']
const SERVICE_KEYS = ['service', 'service.name', 'service_name', 'serviceName', 'app', 'application']
const OUTCOME_KEYS = ['outcome', 'event.outcome', 'result', 'decision', 'verdict']

/** Envelope of the logger: read into columns, so no fields. */
const ENVELOPE = new Set([
  ...TIME_KEYS,
  'level',
  'severity',
  'log.level',
  'levelname',
  '@l',
  'lvl',
  'msg',
  'message',
  '@m',
  '@mt',
  'pid',
  'v',
  '@version',
  'level_value',
  'requestId',
  '_aws',
  'stack',
  'stackTrace',
  'stack_trace',
  'xray_trace_id',
  'function_arn',
  'function_name',
  'function_memory_size',
  'sampling_rate',
  ...REQUEST_KEYS,
])

/** What the line says in words; the rest of the draft is filled in. */
export function readJsonLine(value: JsonObject, draft: Draft): { human: string; inner: unknown } {
  const own = severityOfLevel(lookUp(value, LEVEL_KEYS, (level) => severityOfLevel(level) !== 0)) || mongoSeverity(value)
  // Behind a prefix that names a level, JSON without one does not take it away.
  if (own !== 0) draft.severity = own
  draft.lineNs ??= timeOf(lookUp(value, TIME_KEYS), draft.eventNs)
  draft.requestId ??= requestIdOf(lookUp(value, REQUEST_KEYS)) ?? runtimeRequestId(value, draft)
  draft.traceId ??= traceIdOf(lookUp(value, TRACE_KEYS, (id) => traceIdOf(id) !== undefined))
  readService(value, draft)
  const outcome = lookUp(value, OUTCOME_KEYS)
  if (typeof outcome === 'string' && /^[\w.-]{2,40}$/.test(outcome)) draft.facts.outcome = outcome
  if (draft.severity === 0 && typeof value.errorMessage === 'string' && typeof value.errorType === 'string') draft.severity = 17
  flatten(value, draft.fields, ENVELOPE)
  return messageOf(value, draft)
}

const MONGO: Readonly<Record<string, number>> = { F: 21, E: 17, W: 13, I: 9, D: 5 }

/** MongoDB's structured log: `{"t":{"$date":…},"s":"I","c":"ACCESS","id":20249,"ctx":"conn1","msg":…}`, D1 to D5 for debugging. */
function mongoSeverity(value: JsonObject): number {
  const { s, c, ctx, t } = value
  return typeof s === 'string' && typeof c === 'string' && typeof ctx === 'string' && isJsonObject(t) ? (MONGO[s.charAt(0)] ?? 0) : 0
}

/** A key at the top, or a dotted one as a path. The first value that is there and, where asked, fits. */
function lookUp(value: JsonObject, keys: readonly string[], fits?: (found: unknown) => boolean): unknown {
  for (const key of keys) {
    let found = Object.hasOwn(value, key) ? value[key] : undefined
    if (found === undefined) {
      const dot = key.indexOf('.')
      const outer = dot < 0 ? undefined : value[key.slice(0, dot)]
      if (isJsonObject(outer)) found = outer[key.slice(dot + 1)]
    }
    if (found !== undefined && found !== null && found !== '' && (fits === undefined || fits(found))) return found
  }
  return undefined
}

/**
 * Lambda's JSON log format begins with `timestamp` and has `level` and `requestId`; there requestId is the execution's. In a line of
 * any other logger it may be a caller's id, which as an execution would melt several into one.
 */
function runtimeRequestId(value: JsonObject, draft: Draft): string | undefined {
  const requestId = requestIdOf(value.requestId)
  if (requestId === undefined || typeof value.timestamp !== 'string' || typeof value.level !== 'string') return undefined
  const isFunction = draft.service.kind === 'function' || draft.service.assumed === true
  for (const key in value) return key === 'timestamp' && isFunction ? requestId : undefined
  return undefined
}

/** Seconds, ms, µs, ns or ISO, also Python's `2021-05-03 11:47:12,494+0200`; null where it is none or lies a day after the event. */
function timeOf(value: unknown, latestNs: UnixNano): UnixNano | null {
  if (typeof value === 'string') {
    const iso = isoToNs(value)
    if (iso !== null) return iso
  }
  return epochToNs(value, latestNs + DAY_NS)
}

/** Where the group tells nothing certain, the function or service that the line names is the better guess. */
function readService(value: JsonObject, draft: Draft): void {
  if (draft.service.assumed !== true) return
  const name = lookUp(value, FUNCTION_KEYS)
  if (typeof name === 'string' && name.length <= 200) {
    draft.service = { kind: 'function', name: name.startsWith('arn:') ? nameOfArn(name) : name }
    return
  }
  const service = lookUp(value, SERVICE_KEYS)
  if (typeof service === 'string' && service.length <= 200 && service !== 'service_undefined')
    draft.service = { kind: 'container', name: service, assumed: true }
  else if (value.v === 0 && typeof value.name === 'string' && typeof value.hostname === 'string')
    draft.service = { kind: 'container', name: value.name, assumed: true }
}

function messageOf(value: JsonObject, draft: Draft): { human: string; inner: unknown } {
  const found = lookUp(value, MESSAGE_KEYS)
  if (isJsonObject(found)) {
    // `message` is left out of the fields as the line's words; an object there is the line itself.
    if (value.message === found || value.msg === found) flatten(found, draft.fields, ENVELOPE)
    const words = lookUp(found, MESSAGE_KEYS)
    if (typeof words === 'string') return { human: words, inner: undefined }
    return { human: '', inner: found }
  }
  if (typeof found === 'string') return looksLikeContainer(found) ? { human: '', inner: found } : { human: found, inner: undefined }
  if (typeof value.errorMessage === 'string') return { human: `${String(value.errorType ?? 'Error')}: ${value.errorMessage}`, inner: undefined }
  return { human: '', inner: undefined }
}

/**
 * AppSync's logs, log group `/aws/appsync/apis/<api id>`. https://docs.aws.amazon.com/appsync/latest/devguide/monitoring.html
 *
 *   {"logType":"RequestSummary","requestId":"…","graphQLAPIId":"…","statusCode":200,"latency":242000000}
 *   {"logType":"ExecutionSummary", … "startTime":"…","endTime":"…"}    Tracing, RequestMapping, ResponseMapping, …
 *   dbe87af3-… Begin Request        dbe87af3-… Tokens Consumed: 1        dbe87af3-… GraphQL Query: query Q {…}, Operation: Q, Variables: {}
 *
 * All lines of a request id speak of one span. A function that resolves a field sees the id in its event's request headers
 * (logged-event.ts). Latencies are nanoseconds. A field in error makes the line an error.
 * Ignores: spans of fields of their own, contexts and results of mappings (kept as fields), Event APIs' channel names.
 */
import type { JsonObject } from '#lib/base/json'
import { isoToNs } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { severityOfStatus } from './gateway-request'
import { isUuid, requestIdOf } from './ids'
import { scanText } from './text-scan'

export function isAppSyncLog(value: JsonObject): boolean {
  return typeof value.logType === 'string' && typeof value.requestId === 'string' && ('graphQLAPIId' in value || 'apiId' in value || 'eventAPIId' in value)
}

export function readAppSyncLog(value: JsonObject, draft: Draft): boolean {
  const requestId = requestIdOf(value.requestId)
  if (requestId === undefined) return false
  const api = [value.graphQLAPIId, value.apiId, value.eventAPIId].find((id) => typeof id === 'string')
  const type = String(value.logType)
  const own = requestOf(requestId, draft, typeof api === 'string' ? api : undefined)
  draft.severity = 9
  if (type === 'RequestSummary') summary(value, own, draft)
  else if (type === 'ExecutionSummary') {
    own.startNs = typeof value.startTime === 'string' ? isoToNs(value.startTime) : null
    own.endNs = typeof value.endTime === 'string' ? isoToNs(value.endTime) : null
  }
  // Of a request's fields those at the root say what it is.
  const field = typeof value.fieldName === 'string' && typeof value.parentType === 'string' ? cutText(`${value.parentType}.${value.fieldName}`, 200) : ''
  if (field !== '' && (!Array.isArray(value.path) || value.path.length === 1)) own.name = field
  if (value.fieldInError === true || (Array.isArray(value.errors) && value.errors.length > 0)) draft.severity = 17
  draft.lineNs ??= own.startNs
  draft.message = `${type}${field === '' ? '' : ` ${field}`}${typeof value.statusCode === 'number' ? ` ${value.statusCode}` : ''}`
  draft.template = type
  flatten(value, draft.fields)
  return true
}

function summary(value: JsonObject, own: SpanFact, draft: Draft): void {
  const status = typeof value.statusCode === 'number' ? value.statusCode : undefined
  if (typeof value.latency === 'number' && value.latency >= 0 && value.latency < 1e15) own.startNs = draft.eventNs - BigInt(Math.round(value.latency))
  own.endNs = draft.eventNs
  if (status === undefined) return
  own.status = status >= 500 ? 'error' : 'ok'
  own.attributes = { 'http.status': status }
  draft.facts.httpStatus = status
  draft.severity = severityOfStatus(status)
}

function requestOf(requestId: string, draft: Draft, api: string | undefined): SpanFact {
  const own: SpanFact = {
    key: `gateway:${requestId}`,
    form: 'request',
    service: { kind: 'gateway', name: draft.service.kind === 'gateway' || api === undefined ? draft.service.name : api },
    name: '',
    startNs: null,
    endNs: null,
    refs: [{ kind: 'request', role: 'self', value: requestId }],
  }
  draft.facts.own = own
  draft.service = own.service
  return own
}

const WORDS = /^(?:Begin |End |GraphQL Query:|Request Headers:|Response Headers:|Tokens Consumed:|Variables:|Operation:|No more |Field in error)/

export function looksLikeAppSyncText(text: string, draft: Draft): boolean {
  return text.charCodeAt(36) === 32 && draft.service.kind === 'gateway' && isUuid(text.slice(0, 36)) && WORDS.test(text.slice(37, 60))
}

/** The lines that are not JSON: the query, headers, and marks of begin and end. */
export function readAppSyncText(text: string, draft: Draft): boolean {
  const requestId = requestIdOf(text.slice(0, 36))
  if (requestId === undefined) return false
  const rest = text.slice(37).trim()
  const own = requestOf(requestId, draft, undefined)
  if (rest === 'Begin Request') own.startNs = draft.lineNs
  else if (rest === 'End Request') own.endNs = draft.lineNs
  const operation = /, Operation: ([A-Za-z_]\w{0,100}), Variables: /.exec(rest.slice(0, 8192))?.[1]
  if (operation !== undefined && operation !== 'null') own.name = operation
  draft.severity = 9
  draft.message = rest
  const scan = scanText(rest)
  draft.template = scan.template
  draft.fields.push({ name: 'requestId', value: requestId }, ...scan.fields.slice(0, 63))
  return true
}

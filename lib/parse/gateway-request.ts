/**
 * What an access line of API Gateway says of its request, whichever form the line had: the names are the format's, without case, dots
 * and underscores, in the spellings of the console, the guides and common templates.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html, …/http-api-logging-variables.html
 *
 * `requestTimeEpoch` is milliseconds on REST APIs and seconds on HTTP APIs in real logs; `-` stands for absent.
 * Ignores: what a WebSocket's connection id and message id would tell of its other requests.
 */
import type { JsonObject } from '#lib/base/json'
import { epochToNs, DAY_NS } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import { msToNs, type UnixNano } from '#lib/base/time'
import type { Ref, ServiceRef, SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { idOf, isPlaceholder, traceIdOf } from './ids'
import { parseClfTime } from './clf-time'

/** Paths are longer only where somebody attacks. */
const OPERATION_MAX = 500

/** Keys without case, dots and underscores. */
export type AccessValues = ReadonlyMap<string, unknown>

/**
 * Fills in the draft as far as the values go, with a gateway's span where they name the request; false where they name no operation.
 * `certain`: these are a gateway's values whatever they are, so that a request's id is enough; its span has no name then.
 */
export function readAccessValues(plain: AccessValues, draft: Draft, certain = false): boolean {
  const requestId = text(plain, 'requestid') ?? text(plain, 'extendedrequestid')
  const named = operationOf(plain)
  if (named === null && (!certain || requestId === undefined)) return false
  const operation = named ?? ''
  const status = numberOf(plain, 'status') ?? numberOf(plain, 'statuscode') ?? numberOf(plain, 'responsestatus')
  const stated = startOf(plain, draft.eventNs)
  const traceId = traceIdOf(plain.get('xraytraceid')) ?? traceIdOf(plain.get('traceid'))
  if (traceId !== undefined) draft.traceId = traceId
  if (requestId !== undefined) draft.facts.own = requestFact({ plain, requestId, operation, status, stated }, draft)
  if (draft.facts.own !== undefined) draft.service = draft.facts.own.service
  if (operation !== '') draft.facts.name = operation
  if (status !== undefined) draft.facts.httpStatus = status
  draft.severity = severityOfStatus(status)
  draft.lineNs ??= stated.startNs
  const words = operation === '' ? draft.service.name : operation
  draft.message = status === undefined ? words : `${words} ${status}`
  draft.template = `${words} ${status === undefined ? '*' : `${Math.floor(status / 100)}xx`}`
  return true
}

interface Request {
  plain: AccessValues
  requestId: string
  operation: string
  status: number | undefined
  stated: { startNs: UnixNano | null; uncertain: boolean }
}

function requestFact({ plain, requestId, operation, status, stated }: Request, draft: Draft): SpanFact {
  const latency =
    numberOf(plain, 'responselatency') ?? numberOf(plain, 'latency') ?? numberOf(plain, 'integrationlatency') ?? numberOf(plain, 'integrationlatencyms')
  const { uncertain } = stated
  const startNs = uncertain ? withinSecond(stated.startNs, latency, draft.eventNs) : stated.startNs
  const endNs = startNs !== null && latency !== undefined ? startNs + msToNs(latency) : laterOf(startNs, draft.eventNs)
  const own: SpanFact = {
    key: `gateway:${requestId}`,
    form: 'request',
    service: serviceOf(plain, draft.service),
    name: operation,
    startNs,
    endNs,
    refs: refsOf(plain),
  }
  const variant = text(plain, 'extendedrequestid')
  if (variant !== undefined && variant !== requestId) own.variant = variant
  if (status !== undefined) own.status = status >= 500 ? 'error' : 'ok'
  if (draft.traceId !== undefined) own.traceId = draft.traceId
  own.attributes = {}
  if (status !== undefined) own.attributes['http.status'] = status
  // A whole second may be up to a second before the request: whoever orders by it must know.
  if (uncertain) own.attributes['start.uncertain_ms'] = 1000
  return own
}

/** Where only the second is stated: the line is written when the answer went out, so the request began its latency before that, in that second. */
function withinSecond(second: UnixNano | null, latencyMs: number | undefined, writtenNs: UnixNano): UnixNano | null {
  if (second === null || latencyMs === undefined) return second
  const began = writtenNs - msToNs(latencyMs)
  const last = second + msToNs(999)
  return began < second ? second : began > last ? last : began
}

/** Without a latency the line itself, written when the answer went out, is the latest sign of the request. */
function laterOf(startNs: UnixNano | null, eventNs: UnixNano): UnixNano {
  return startNs === null || eventNs > startNs ? eventNs : startNs
}

/** A server's failure is an error, a client's a warning. */
export function severityOfStatus(status: number | undefined): number {
  if (status === undefined || status < 400) return 9
  return status >= 500 ? 17 : 13
}

export function plainKeys(value: JsonObject): Map<string, unknown> {
  const plain = new Map<string, unknown>()
  for (const key of Object.keys(value))
    plain.set(
      key
        .replace(/[._\s-]/g, '')
        .toLowerCase()
        .replace(/^context/, ''),
      value[key],
    )
  return plain
}

function text(plain: AccessValues, key: string): string | undefined {
  return idOf(plain.get(key))
}

function numberOf(plain: AccessValues, key: string): number | undefined {
  const value = plain.get(key)
  if (value === undefined || value === null || value === '' || value === '-') return undefined
  const number = Number(value)
  return Number.isFinite(number) && number >= 0 ? number : undefined
}

/** `POST /v1/bookings/{id}`: the route as configured before the path as called, which has ids in it. */
function operationOf(plain: AccessValues): string | null {
  const method = plain.get('httpmethod') ?? plain.get('method')
  const methodName = typeof method === 'string' && /^[A-Z]{3,10}$/.test(method) ? `${method} ` : ''
  const route = plain.get('routekey')
  // `GET /pets` holds the method already; `$default` and a WebSocket's `$connect` do not.
  if (typeof route === 'string' && !isPlaceholder(route)) return cutText(route.includes(' ') ? route : methodName + route, OPERATION_MAX)
  const path = plain.get('resourcepath') ?? plain.get('path')
  return typeof path !== 'string' || isPlaceholder(path) ? null : cutText(methodName + path, OPERATION_MAX)
}

function startOf(plain: AccessValues, eventNs: UnixNano): { startNs: UnixNano | null; uncertain: boolean } {
  const epoch = plain.get('requesttimeepoch')
  const startNs = epochToNs(epoch, eventNs + DAY_NS)
  if (startNs !== null) return { startNs, uncertain: String(epoch).length <= 10 }
  const clf = plain.get('requesttime')
  const seconds = typeof clf === 'string' ? parseClfTime(clf) : null
  return { startNs: seconds, uncertain: seconds !== null }
}

function serviceOf(plain: AccessValues, service: ServiceRef): ServiceRef {
  if (service.kind === 'gateway') return service
  const api = text(plain, 'apiid')
  const stage = plain.get('stage')
  if (api !== undefined) return { kind: 'gateway', name: typeof stage === 'string' && !isPlaceholder(stage) ? `${api}/${stage}` : api }
  return { kind: 'gateway', name: text(plain, 'domainname') ?? service.name }
}

function refsOf(plain: AccessValues): Ref[] {
  const refs: Ref[] = []
  for (const key of ['requestid', 'extendedrequestid']) {
    const id = text(plain, key)
    if (id !== undefined && !refs.some((ref) => ref.value === id)) refs.push({ kind: 'request', role: 'self', value: id })
  }
  // The id that the integration answered with is the Lambda RequestId; awsEndpointRequestId is its older name.
  for (const key of ['integrationrequestid', 'awsendpointrequestid', 'lambdarequestid', 'authorizerrequestid']) {
    const id = text(plain, key)
    if (id !== undefined && !refs.some((ref) => ref.value === id)) refs.push({ kind: 'request', role: 'called', value: id })
  }
  return refs
}

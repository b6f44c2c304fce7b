/**
 * Access lines of web servers and gateways in the common and combined log formats, with what API Gateway's CLF format appends:
 *
 *   10.0.0.1 - bob [02/Nov/2026:08:00:01 +0000] "GET /v1/orders HTTP/1.1" 200 1513 [requestId [extendedRequestId]]
 *   [extendedRequestId] 10.0.0.1 - bob [02/Nov/2026:08:00:01 +0000] "GET GET /v1/orders HTTP/1.1" 200 1513 requestId
 *
 * https://httpd.apache.org/docs/2.4/logs.html#common, …/apigateway/latest/developerguide/set-up-logging.html
 * Ignores: user names, referrers, agents (they stay in the text).
 */
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { idOf, isUuid } from './ids'
import { parseClfTime } from './clf-time'

/** Paths are longer only where somebody attacks. */
const LENGTH_MAX = 4096
const ACCESS = /^(?:(\S+) )?(\S{1,100}) \S+ \S+ \[([^\]]{20,32})\] "(?:([A-Z]{3,10}) )?([^" ]{1,2000})(?: HTTP\/[\d.]+)?([^"]{0,200})" (\d{3}) (\d+|-)([^"]*)/

/** False where the line is none. */
export function readAccessLine(text: string, draft: Draft): boolean {
  if (!text.includes('] "')) return false
  const match = ACCESS.exec(text.length > LENGTH_MAX ? text.slice(0, LENGTH_MAX) : text)
  if (match === null) return false
  const [, first = '', client = '', time = '', method = '', word = '', more = '', status = '', bytes = '', rest = ''] = match
  // $context.routeKey of an HTTP API has the method a second time.
  const path = word === method ? (/^ (\/[^" ]{0,1000})/.exec(more)?.[1] ?? word) : word
  const code = Number(status)
  const startNs = parseClfTime(time)
  draft.lineNs ??= startNs
  draft.severity = code >= 500 ? 17 : 9
  draft.message = `${method} ${path} ${status}`.trim()
  draft.template = `${method} * ${status.slice(0, 1)}xx`.trim()
  draft.fields = [
    { name: 'client', value: client },
    { name: 'path', value: path },
    { name: 'status', value: status },
  ].filter(({ value }) => value.length <= 512)
  if (method !== '') draft.fields.push({ name: 'method', value: method })
  if (bytes !== '-') draft.fields.push({ name: 'bytes', value: bytes })
  // In front of a line stand an id, or a domain, which is none.
  const ids = isUuid(first) || first.endsWith('=') ? `${rest} ${first}` : rest
  if (draft.service.kind === 'gateway') gatewayRequest({ operation: `${method} ${path}`.trim(), status: code, startNs, ids }, draft)
  return true
}

interface Request {
  operation: string
  status: number
  startNs: UnixNano | null
  /** What the format has behind the bytes or in front: the request's id, and its extended one. */
  ids: string
}

/** On a gateway's log group the line is a request's, if it names it; its whole second is uncertain by one. */
function gatewayRequest({ operation, status, startNs, ids: text }: Request, draft: Draft): void {
  const ids = text
    .split(/\s+/)
    .map(idOf)
    .filter((id) => id !== undefined)
  const [key, variant] = ids
  draft.facts.httpStatus = status
  if (key === undefined) return
  draft.facts.own = {
    key: `gateway:${key}`,
    form: 'request',
    service: draft.service,
    name: operation,
    startNs,
    endNs: startNs !== null && draft.eventNs < startNs ? startNs : draft.eventNs,
    status: status >= 500 ? 'error' : 'ok',
    refs: ids.map((value) => ({ kind: 'request', role: 'self', value })),
    attributes: { 'http.status': status, 'start.uncertain_ms': 1000 },
    ...(variant !== undefined && variant !== key ? { variant } : {}),
  }
}

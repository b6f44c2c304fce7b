/**
 * Access logs of Elastic Load Balancing.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-access-logs.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/access-log-collection.html
 *
 * Application: one request a line, with its Root of X-Amzn-Trace-Id. It begins when the balancer got it (request_creation_time; before
 * that field existed, time less the three processing times) and ends when it was answered. Network: one TLS connection a line. Classic:
 * one request a line, without an id. Fields that later versions append are ignored, missing ones at the end are no fault.
 *
 * A Root that the balancer made itself names the request to whoever got it; where a client sent one (`Self=` beside it), or nothing is
 * known of the target, it says only which trace this is.
 * Ignores: connection logs, header values in quotes that a backslash hides.
 */
import { isoToNs, DAY_NS } from '#lib/base/log-time'
import { msToNs, type UnixNano } from '#lib/base/time'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { severityOfStatus } from './gateway-request'
import { traceIdOf } from './ids'
import { addFields, amount, named, operationOfRequest, splitQuoted } from './tokens'

const ALB = [
  'type', 'time', 'elb', 'client', 'target', 'request_processing_time', 'target_processing_time', 'response_processing_time', 'elb_status_code',
  'target_status_code', 'received_bytes', 'sent_bytes', 'request', 'user_agent', 'ssl_cipher', 'ssl_protocol', 'target_group_arn', 'trace_id',
  'domain_name', 'chosen_cert_arn', 'matched_rule_priority', 'request_creation_time', 'actions_executed', 'redirect_url', 'error_reason',
  'target_list', 'target_status_code_list', 'classification', 'classification_reason', 'conn_trace_id',
] // prettier-ignore
const NLB = [
  'type', 'version', 'time', 'elb', 'listener', 'client', 'destination', 'connection_time', 'tls_handshake_time', 'received_bytes', 'sent_bytes',
  'incoming_tls_alert', 'chosen_cert_arn', 'chosen_cert_serial', 'tls_cipher', 'tls_protocol_version', 'tls_named_group', 'domain_name',
  'alpn_fe_protocol', 'alpn_be_protocol', 'alpn_client_preference_list', 'tls_connection_creation_time',
] // prettier-ignore
const CLASSIC = [
  'time', 'elb', 'client', 'backend', 'request_processing_time', 'backend_processing_time', 'response_processing_time', 'elb_status_code',
  'backend_status_code', 'received_bytes', 'sent_bytes', 'request', 'user_agent', 'ssl_cipher', 'ssl_protocol',
] // prettier-ignore

const APPLICATION_LINE = /^(?:https?|h2|grpcs|wss?) \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z \S{3,80} /
const NETWORK_LINE = /^tls \d\.\d \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d net\//
const CLASSIC_LINE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z [\w-]{1,40} [\d.]{7,15}:\d+ (?:[\d.]{7,15}:\d+|-) -?[\d.]+ -?[\d.]+ -?[\d.]+ /

type Values = { [name: string]: string }

export function looksLikeElb(text: string): boolean {
  const first = text.charCodeAt(0)
  if (first >= 48 && first <= 57) return text.charCodeAt(27) === 32 && CLASSIC_LINE.test(text)
  return first === 116 ? NETWORK_LINE.test(text) : (first === 103 || first === 104 || first === 119) && APPLICATION_LINE.test(text)
}

export function readElbLine(text: string, draft: Draft): boolean {
  const first = text.charCodeAt(0)
  if (first === 116) return readConnection(named(NLB, splitQuoted(text, NLB.length)), draft)
  const isClassic = first >= 48 && first <= 57
  const names = isClassic ? CLASSIC : ALB
  const values = named(names, splitQuoted(text, names.length))
  return readRequest(values, isClassic ? 'backend' : 'target', draft)
}

function readRequest(values: Values, target: string, draft: Draft): boolean {
  const endNs = isoToNs(values.time ?? '')
  const elb = values.elb ?? ''
  if (endNs === null || values.request === undefined) return false
  const processing = ['request_processing_time', `${target}_processing_time`, 'response_processing_time'].map((name) => amount(values[name]) ?? 0)
  const status = amount(values.elb_status_code)
  const traceField = values.trace_id ?? ''
  const traceId = traceIdOf(/Root=([^;"\s]{1,60})/i.exec(traceField)?.[1])
  const operation = operationOfRequest(values.request)
  const own: SpanFact = {
    key: `elb:${elb}:${traceId ?? ''}:${values.client ?? ''}:${endNs}`,
    form: 'request',
    service: { kind: 'gateway', name: nameOfBalancer(elb) },
    name: operation,
    startNs: startOf(
      values.request_creation_time,
      endNs,
      processing.reduce((a, b) => a + b),
    ),
    endNs,
    refs: [],
  }
  if (traceId !== undefined) {
    draft.traceId = own.traceId = traceId
    // With Self= the Root is the client's, and the same for all that the client does.
    if (!/Self=/i.test(traceField)) own.refs.push({ kind: 'request', role: 'self', value: `Root=${traceId}` })
  }
  finish(own, status, draft)
  addFields(values, draft)
  return true
}

/** The stated time of receipt, unless it is none: it lies behind the answer, or days before it. */
function startOf(created: string | undefined, endNs: UnixNano, seconds: number): UnixNano {
  const createdNs = isoToNs(created ?? '')
  return createdNs !== null && createdNs <= endNs && endNs - createdNs < DAY_NS ? createdNs : endNs - msToNs(seconds * 1000)
}

function readConnection(values: Values, draft: Draft): boolean {
  const endNs = isoToNs(values.time ?? '')
  if (endNs === null || values.destination === undefined) return false
  const createdNs = isoToNs(values.tls_connection_creation_time ?? '')
  const own: SpanFact = {
    key: `elb:${values.elb}:${values.listener}:${values.client}:${endNs}`,
    form: 'request',
    service: { kind: 'gateway', name: nameOfBalancer(values.elb ?? '') },
    name: 'TLS connection',
    startNs: createdNs !== null && createdNs <= endNs ? createdNs : endNs - msToNs(amount(values.connection_time) ?? 0),
    endNs,
    refs: [],
    attributes: { 'start.uncertain_ms': 1000 },
  }
  finish(own, undefined, draft)
  addFields(values, draft)
  return true
}

function finish(own: SpanFact, status: number | undefined, draft: Draft): void {
  if (status !== undefined) {
    own.status = status >= 500 ? 'error' : 'ok'
    own.attributes = { ...own.attributes, 'http.status': status }
    draft.facts.httpStatus = status
  }
  draft.facts.own = own
  draft.facts.name = own.name
  draft.service = own.service
  draft.lineNs ??= own.endNs
  draft.severity = severityOfStatus(status)
  draft.message = status === undefined ? own.name : `${own.name} ${status}`.trim()
  draft.template = `${own.name.split(' ')[0] ?? ''} * ${status === undefined ? '' : `${Math.floor(status / 100)}xx`}`.trim()
}

/** `app/my-balancer/50dc6c495c0c9188` -> my-balancer. */
function nameOfBalancer(elb: string): string {
  const parts = elb.split('/')
  return (parts.length > 1 ? parts[1] : elb) || 'load balancer'
}

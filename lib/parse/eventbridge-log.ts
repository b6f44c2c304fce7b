/**
 * EventBridge's own logs of event buses: each step that it performs for an event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-logs-schema.html
 *
 *   {"resource_arn":"arn:aws:events:…:event-bus/shop","request_id":"…","event_id":"…","invocation_id":"…","message_timestamp_ms":1793606400000,
 *    "message_type":"INVOCATION_SUCCESS","log_level":"INFO","details":{"rule_arn":"…","target_arn":"…", …}}
 *
 * All steps of an event speak of one span, the one that a target's logged event speaks of too. It was put by the call of request_id; what a
 * target answered with (a MessageId, an execution's ARN, the request id of a failed call) leads on. An event that a target never took is
 * an error; an attempt that is tried again is a warning.
 * Ignores: target input, archives and replays, the rule's pattern.
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { epochToNs, DAY_NS } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf } from './ids'
import { answerRefs } from './answer'
import { nameOfArn } from './service'

const FAILED = new Set(['EVENT_INGEST_FAILURE', 'INVOCATION_FAILURE', 'INVOCATION_DLQ'])
const TRIED = new Set([
  'INVOCATION_ATTEMPT_PERMANENT_FAILURE',
  'INVOCATION_ATTEMPT_RETRYABLE_FAILURE',
  'INVOCATION_ATTEMPT_THROTTLE',
  'INVOCATION_THROTTLE_START',
])
const STARTED = new Set(['EVENT_RECEIPT', 'EVENT_INGEST_SUCCESS', 'EVENT_INGEST_FAILURE'])

export function isBusLog(value: JsonObject): boolean {
  return typeof value.message_type === 'string' && typeof value.event_id === 'string' && typeof value.resource_arn === 'string'
}

export function readBusLog(value: JsonObject, draft: Draft): boolean {
  const eventId = idOf(value.event_id)
  const type = String(value.message_type)
  if (eventId === undefined) return false
  const details = isJsonObject(value.details) ? value.details : {}
  const atNs = epochToNs(value.message_timestamp_ms, draft.eventNs + DAY_NS) ?? draft.eventNs
  const key = `events:${eventId}`
  const own: SpanFact = {
    key,
    form: 'delivery',
    service: { kind: 'bus', name: cutText(nameOfArn(String(value.resource_arn)), 200) },
    name: typeof details.detail_type === 'string' ? cutText(details.detail_type.trim(), 100) : 'event',
    startNs: STARTED.has(type) ? atNs : null,
    endNs: atNs,
    refs: [
      { kind: 'event', role: 'consumed', value: eventId },
      { kind: 'span', role: 'self', value: key },
    ],
  }
  const requestId = idOf(value.request_id)
  if (requestId !== undefined) own.refs.push({ kind: 'request', role: 'self', value: requestId })
  const answer = typeof details.target_response_body === 'string' ? parseJson(details.target_response_body) : null
  if (answer?.ok && isJsonObject(answer.value)) own.refs.push(...answerRefs(answer.value))
  const refused = isJsonObject(value.error) ? idOf(value.error.request_id) : undefined
  if (refused !== undefined && refused !== requestId) own.refs.push({ kind: 'request', role: 'called', value: refused })
  if (FAILED.has(type)) own.status = 'error'
  const rule = typeof details.rule_arn === 'string' ? details.rule_arn.slice(details.rule_arn.lastIndexOf('/') + 1) : undefined
  if (rule !== undefined) own.attributes = { 'events.rule': cutText(rule, 200) }
  draft.facts.own = own
  draft.service = own.service
  draft.lineNs ??= atNs
  draft.severity = own.status === 'error' ? 17 : TRIED.has(type) ? 13 : 9
  const target = typeof details.target_arn === 'string' ? ` -> ${nameOfArn(details.target_arn)}` : ''
  draft.message = `${type}${rule === undefined ? '' : ` ${rule}`}${target}`
  draft.template = type
  flatten(value, draft.fields)
  return true
}

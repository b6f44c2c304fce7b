/**
 * EventBridge Pipes' logs: each step of a pipe's execution.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-schema.html
 *
 *   {"executionId":"…","timestamp":1793606400000,"messageType":"TARGET_INVOCATION_SUCCEEDED","resourceArn":"arn:aws:pipes:…:pipe/orders",
 *    "logLevel":"TRACE","payload":"[{…}]","awsRequest":"{…}","awsResponse":"{…}"}
 *
 * All steps of an execution speak of one span. With execution data logged, the payload of its first step holds the records that the pipe
 * took (queue, stream), and awsResponse the ids that its target or enrichment answered with.
 * Ignores: payloads after a transformation (they are the team's own), awsRequest, what truncatedFields names.
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { epochToNs, isoToNs, DAY_NS } from '#lib/base/log-time'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf } from './ids'
import { readLoggedEvents } from './logged-event'
import { answerRefs } from './answer'
import { nameOfArn } from './service'

export function isPipesLog(value: JsonObject): boolean {
  return typeof value.executionId === 'string' && typeof value.messageType === 'string' && String(value.resourceArn).includes(':pipe/')
}

const ENDED = /^EXECUTION_(?:SUCCEEDED|FAILED|PARTIALLY_FAILED|TIMEOUT)$/
const BODIES = new Set(['payload', 'awsRequest', 'awsResponse'])

export function readPipesLog(value: JsonObject, draft: Draft): boolean {
  const executionId = idOf(value.executionId)
  if (executionId === undefined) return false
  const type = String(value.messageType)
  const stated = typeof value.timestamp === 'string' ? isoToNs(value.timestamp) : null
  const atNs = stated ?? epochToNs(value.timestamp, draft.eventNs + DAY_NS) ?? draft.eventNs
  const name = nameOfArn(String(value.resourceArn))
  const own: SpanFact = {
    key: `pipe:${executionId}`,
    form: 'span',
    service: { kind: 'bus', name },
    name,
    startNs: type === 'EXECUTION_STARTED' ? atNs : null,
    endNs: ENDED.test(type) ? atNs : null,
    refs: [{ kind: 'span', role: 'self', value: `pipe:${executionId}` }],
  }
  if (!ENDED.test(type)) own.open = true
  else own.status = type === 'EXECUTION_SUCCEEDED' ? 'ok' : 'error'
  if (isJsonObject(value.error)) {
    const refused = idOf(value.error.requestId)
    if (refused !== undefined) own.refs.push({ kind: 'request', role: 'called', value: refused })
  }
  const answer = jsonOf(value.awsResponse)
  if (isJsonObject(answer)) own.refs.push(...answerRefs(answer))
  draft.facts.own = own
  draft.service = own.service
  draft.lineNs ??= atNs
  draft.severity = type.endsWith('FAILED') || type.endsWith('TIMEOUT') ? 17 : 9
  if (type === 'EXECUTION_STARTED') readLoggedEvents(jsonOf(value.payload), draft)
  draft.message = type
  draft.template = type
  flatten(value, draft.fields, BODIES)
  flatten(jsonOf(value.payload), draft.fields)
  return true
}

function jsonOf(value: unknown): unknown {
  if (typeof value !== 'string') return isJsonObject(value) || Array.isArray(value) ? value : undefined
  const parsed = parseJson(value)
  return parsed.ok ? parsed.value : undefined
}

/**
 * API Gateway execution logs, log group `API-Gateway-Execution-Logs_{api id}/{stage}`: some twenty lines a request, each behind its id.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 *
 *   (ec91…) Extended Request Id: tQTltz4_zK0YPK4=
 *   (ec91…) HTTP Method: GET, Resource Path: /pets
 *   (ec91…) Endpoint request URI: https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:…:function:pets/invocations
 *   (ec91…) Endpoint response headers: {x-amzn-RequestId=fbd8…, X-Amzn-Trace-Id=root=1-…;sampled=0}
 *   (ec91…) Method completed with status: 200
 *
 * All lines of an id speak of one span, the one of the request's access line and of X-Ray's stage segment.
 * Supports: ids that the integration answered with (Lambda's RequestId; a queue's MessageId, a bus' EventId, an execution's ARN where
 * the gateway calls those services itself), WebSocket APIs, lines cut with [TRUNCATED].
 * Ignores: what stands in bodies, authorizers' answers.
 */
import { cutText } from '#lib/base/text-bytes'
import type { Ref, SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { severityOfStatus } from './gateway-request'
import { idOf, isUuid, requestIdOf, traceIdOf } from './ids'
import { scanText } from './text-scan'

const OPENING =
  /^(?:Extended Request Id:|Verifying Usage Plan|API Key |Usage Plan check|Starting execution for request:|HTTP Method:|Method (?:request|response|completed)|Endpoint re(?:quest|sponse)|Sending request to |Received response\.|Successfully completed|AWS Integration Endpoint RequestId|X-ray Tracing ID|Execution failed|Lambda (?:execution|invocation) failed|Gateway response type|Starting authorizer)/
const STARTS = /^(?:Extended Request Id:|Verifying Usage Plan|Starting execution for request:|X-ray Tracing ID)/
const OPERATION = /^HTTP Method: ([A-Z]{3,10}), Resource Path: (\S{1,400})/
const COMPLETED = /^Method completed with status: (\d{3})\b/
const FAILED = /^(?:Execution failed|Lambda (?:execution|invocation) failed)/
const RETURNED = /(?:x-amzn-RequestId=|AWS Integration Endpoint RequestId ?: ?|Lambda request id: )([0-9a-f-]{36})/i
/** Lines whose rest is a body: words in it say nothing. */
const BODY = /^(?:Method|Endpoint) re(?:quest|sponse) body /
const LOOK_MAX = 8192

/** The id in front of a line and what follows it; null where it is no such line. */
function split(text: string, draft: Draft): { id: string; rest: string } | null {
  if (text.charCodeAt(0) !== 40) return null
  const close = text.indexOf(') ')
  if (close < 7 || close > 65) return null
  const id = text.slice(1, close)
  if (idOf(id) === undefined) return null
  const rest = text.slice(close + 2)
  // In another group than API Gateway's own the words have to be its own, and the id too.
  return draft.service.kind === 'gateway' || (isUuid(id) && OPENING.test(rest)) ? { id, rest } : null
}

export function looksLikeExecutionLine(text: string, draft: Draft): boolean {
  return split(text, draft) !== null
}

export function readExecutionLine(text: string, draft: Draft): boolean {
  const found = split(text, draft)
  if (found === null) return false
  const { id, rest } = found
  const own: SpanFact = {
    key: `gateway:${id}`,
    form: 'request',
    service: { kind: 'gateway', name: draft.service.name },
    name: '',
    startNs: STARTS.test(rest) ? draft.lineNs : null,
    endNs: null,
    open: true,
    refs: [{ kind: 'request', role: 'self', value: id }],
  }
  draft.facts.own = own
  draft.service = own.service
  draft.severity = 9
  draft.message = rest
  readStep(rest, own, draft)
  const scan = scanText(rest)
  draft.template = scan.template
  draft.fields.push({ name: 'requestId', value: id }, ...scan.fields.slice(0, 63))
  return true
}

function readStep(rest: string, own: SpanFact, draft: Draft): void {
  const operation = OPERATION.exec(rest)
  // Of the span's names the access line's is the better one, as its service is.
  if (operation !== null) draft.facts.name = cutText(`${operation[1]} ${operation[2]}`, 500)
  const completed = COMPLETED.exec(rest)
  if (completed !== null) complete(Number(completed[1]), own, draft)
  if (FAILED.test(rest)) {
    own.status = 'error'
    draft.severity = 17
  }
  const look = rest.length > LOOK_MAX ? rest.slice(0, LOOK_MAX) : rest
  if (BODY.test(look)) return void own.refs.push(...answeredIds(look))
  const extended = look.startsWith('Extended Request Id: ') ? idOf(look.slice(21).trim()) : undefined
  if (extended !== undefined && extended !== own.refs[0]?.value) own.refs.push({ kind: 'request', role: 'self', value: extended })
  const returned = requestIdOf(RETURNED.exec(look)?.[1])
  if (returned !== undefined && !look.startsWith('Method ')) own.refs.push({ kind: 'request', role: 'called', value: returned })
  const traceId = /trac(?:e-id|ing id)/i.test(look) ? traceIdOf(/\b1-[0-9a-f]{8}-[0-9a-f]{24}\b/i.exec(look)?.[0]) : undefined
  if (traceId !== undefined) draft.traceId = own.traceId = traceId
}

function complete(status: number, own: SpanFact, draft: Draft): void {
  delete own.open
  own.endNs = draft.eventNs
  own.status = status >= 500 ? 'error' : 'ok'
  own.attributes = { 'http.status': status }
  draft.facts.httpStatus = status
  draft.severity = severityOfStatus(status)
}

const ANSWERED = /SendMessage(?:Batch)?Res|Publish(?:Batch)?Res|FailedEntryCount|"startDate"/
const PRODUCED: [pattern: RegExp, kind: Ref['kind'], role: Ref['role']][] = [
  [/(?:<MessageId>|"MessageId": ?")([0-9a-f-]{36})[<"]/g, 'message', 'produced'],
  [/"EventId": ?"([0-9a-f-]{36})"/g, 'event', 'produced'],
  [/"executionArn": ?"(arn:aws[\w-]*:states:[^"\s]{1,300})"/g, 'execution', 'called'],
]

/** What SQS, SNS, EventBridge or Step Functions answered to the gateway itself; a function's answer may hold the ids of others. */
function answeredIds(text: string): Ref[] {
  if (!text.startsWith('Endpoint response body ') || !ANSWERED.test(text)) return []
  return PRODUCED.flatMap(([pattern, kind, role]) => [...text.matchAll(pattern)].slice(0, 10).map(([, value = '']): Ref => ({ kind, role, value })))
}

/**
 * CloudTrail: one call of an AWS API a record, from a trail's files (`{"Records":[…]}`, taken apart by the door) or its log group.
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
 *
 * requestID is what the caller was answered with: the call stands between the caller and what it did. What that was, stands in the answer
 * where the service puts it there: SendMessage and Publish (messageId), PutEvents (entries), StartExecution (executionArn), Invoke (the
 * request id is the execution's), writes to S3 (the notification has the request id). Those are data events, which a trail has to be told
 * to record. eventTime is a whole second. A refused call is a warning, not a failure of the service.
 * Ignores: who called (kept as fields), insights, digest files, calls that only read beyond their own span.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { isoToNs } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { Ref, ServiceRef, SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf, requestIdOf } from './ids'
import { nameOfArn } from './service'

const ENVELOPE = new Set(['eventVersion', 'eventTime', 'tlsDetails', 'managementEvent', 'readOnly', 'eventCategory', 'eventType'])
const SERVER_FAULT = /InternalFailure|InternalError|InternalServerError|ServiceUnavailable|ServiceException/
const S3_WRITES = /^(?:PutObject|CopyObject|CompleteMultipartUpload|DeleteObjects?|RestoreObject|PutObjectTagging|PutObjectAcl)$/

export function isCloudTrail(value: JsonObject): boolean {
  return typeof value.eventID === 'string' && typeof value.eventName === 'string' && String(value.eventSource).endsWith('.amazonaws.com')
}

export function readCloudTrail(value: JsonObject, draft: Draft): boolean {
  const eventName = cutText(String(value.eventName), 100)
  const source = String(value.eventSource).slice(0, -'.amazonaws.com'.length)
  const eventId = idOf(value.eventID)
  const startNs = typeof value.eventTime === 'string' ? isoToNs(value.eventTime) : null
  const errorCode = typeof value.errorCode === 'string' ? cutText(value.errorCode, 100) : undefined
  draft.service = serviceOf(source, isJsonObject(value.requestParameters) ? value.requestParameters : {})
  if (eventId !== undefined) {
    const own: SpanFact = {
      key: keyOf(source, eventId, idOf(value.requestID)),
      form: 'request',
      service: draft.service,
      name: eventName,
      startNs,
      endNs: startNs ?? draft.eventNs,
      status: errorCode !== undefined && SERVER_FAULT.test(errorCode) ? 'error' : 'ok',
      refs: errorCode === undefined ? refsOf(value, source, eventName) : callOf(idOf(value.requestID)),
      attributes: { 'start.uncertain_ms': 1000 },
    }
    if (errorCode !== undefined) own.attributes = { ...own.attributes, 'error.type': errorCode }
    draft.facts.own = own
  }
  draft.facts.name = eventName
  draft.lineNs ??= startNs
  draft.severity = errorCode === undefined ? 9 : SERVER_FAULT.test(errorCode) ? 17 : 13
  const message = typeof value.errorMessage === 'string' ? `: ${cutText(value.errorMessage, 500)}` : ''
  draft.message = `${source} ${eventName}${errorCode === undefined ? '' : ` ${errorCode}`}${message}`
  draft.template = `${source} ${eventName}${errorCode === undefined ? '' : ` ${errorCode}`}`
  flatten(value, draft.fields, ENVELOPE)
  return true
}

/** The call itself, which S3's own access log speaks of too, and a second record of it in the account that owns the resource. */
function keyOf(source: string, eventId: string, requestId: string | undefined): string {
  if (requestId === undefined) return `cloudtrail:${eventId}`
  return source === 's3' ? `s3-request:${requestId}` : `aws-request:${requestId}`
}

/** The span is that call. */
function callOf(requestId: string | undefined): Ref[] {
  return requestId === undefined ? [] : [{ kind: 'request', role: 'self', value: requestId }]
}

function refsOf(value: JsonObject, source: string, eventName: string): Ref[] {
  const answer = isJsonObject(value.responseElements) ? value.responseElements : {}
  const requestId = idOf(value.requestID)
  const refs = callOf(requestId)
  // The id of an Invoke is its execution's; a notification names the request that wrote.
  const goesOn = (source === 'lambda' && eventName === 'Invoke' && requestIdOf(requestId)) || (source === 's3' && S3_WRITES.test(eventName))
  if (requestId !== undefined && goesOn) refs.push({ kind: 'request', role: 'called', value: requestId })
  const messageId = idOf(answer.messageId)
  if ((source === 'sqs' || source === 'sns') && messageId !== undefined) refs.push(...passedThrough('message', messageId))
  for (const list of [answer.successful, answer.entries]) {
    if (!Array.isArray(list)) continue
    for (const entry of list.filter(isJsonObject).slice(0, 10)) {
      const [message, event] = [idOf(entry.messageId), idOf(entry.eventId)]
      if (message !== undefined) refs.push(...passedThrough('message', message))
      if (event !== undefined) refs.push(...passedThrough('event', event))
    }
  }
  const execution = idOf(answer.executionArn)
  if (execution !== undefined && eventName === 'StartExecution') {
    refs.push({ kind: 'execution', role: 'called', value: execution }, { kind: 'execution', role: 'produced', value: execution })
  }
  return refs
}

/** The caller knows the id too; whoever gets it was reached through this call. */
function passedThrough(kind: 'message' | 'event', value: string): Ref[] {
  return [
    { kind, role: 'self', value },
    { kind, role: 'produced', value },
  ]
}

/** Tables and buckets do the work themselves; other calls are AWS' front, not the queue or function behind it. */
function serviceOf(source: string, parameters: JsonObject): ServiceRef {
  if (source === 'dynamodb' && typeof parameters.tableName === 'string') return { kind: 'table', name: cutText(nameOfArn(parameters.tableName), 200) }
  if (source === 's3' && typeof parameters.bucketName === 'string') return { kind: 'bucket', name: cutText(parameters.bucketName, 200) }
  return { kind: 'external', name: cutText(source, 200) }
}

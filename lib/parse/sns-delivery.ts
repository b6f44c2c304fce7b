/**
 * Delivery status logs of Amazon SNS, log groups `sns/<region>/<account>/<topic>` and `…/Failure`.
 * https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
 *
 *   {"notification":{"messageId":"…","topicArn":"…","timestamp":"2026-11-02 08:00:00.123"},
 *    "delivery":{"deliveryId":"…","destination":"arn:aws:sqs:…:orders","providerResponse":"{\"sqsRequestId\":\"…\",\"sqsMessageId\":\"…\"}",
 *                "dwellTimeMs":52,"attempts":1,"statusCode":200},"status":"SUCCESS"}
 *
 * All deliveries of a message speak of one span, the topic's. The provider's answer names the queue's message or the function's execution:
 * the only trace of the topic where a queue gets messages raw.
 * Ignores: mobile push tokens' details, SMS prices.
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { isoToNs } from '#lib/base/log-time'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf, requestIdOf } from './ids'
import { nameOfArn } from './service'

export function isSnsDelivery(value: JsonObject): boolean {
  return isJsonObject(value.notification) && isJsonObject(value.delivery) && 'messageId' in value.notification
}

export function readSnsDelivery(value: JsonObject, draft: Draft): boolean {
  const notification = isJsonObject(value.notification) ? value.notification : {}
  const delivery = isJsonObject(value.delivery) ? value.delivery : {}
  const messageId = idOf(notification.messageId)
  const arn = notification.topicArn ?? delivery.destination
  if (messageId === undefined || typeof arn !== 'string') return false
  const destination = typeof delivery.destination === 'string' ? delivery.destination : ''
  const failed = value.status === 'FAILURE'
  const key = `sns:${arn}:${messageId}`
  const startNs = typeof notification.timestamp === 'string' ? isoToNs(notification.timestamp) : null
  const own: SpanFact = {
    key,
    form: 'delivery',
    service: { kind: 'topic', name: nameOfArn(arn) },
    name: '',
    startNs,
    endNs: startNs !== null && draft.eventNs < startNs ? startNs : draft.eventNs,
    refs: [
      { kind: 'message', role: 'consumed', value: messageId },
      { kind: 'span', role: 'self', value: key },
    ],
  }
  if (failed) own.status = 'error'
  const parsed = typeof delivery.providerResponse === 'string' ? parseJson(delivery.providerResponse) : null
  const answer = parsed?.ok && isJsonObject(parsed.value) ? parsed.value : {}
  const execution = requestIdOf(answer.lambdaRequestId)
  if (execution !== undefined) own.refs.push({ kind: 'request', role: 'called', value: execution })
  const message = requestIdOf(answer.sqsMessageId)
  if (message !== undefined) own.refs.push({ kind: 'message', role: 'produced', value: message })
  draft.facts.own = own
  draft.service = own.service
  draft.lineNs ??= startNs
  draft.severity = failed ? 17 : 9
  const code = typeof delivery.statusCode === 'number' ? ` ${delivery.statusCode}` : ''
  draft.message = `${failed ? 'not delivered' : 'delivered'} to ${destination === '' ? '?' : nameOfArn(destination)}${code}`
  draft.template = failed ? 'not delivered to *' : 'delivered to *'
  flatten(value, draft.fields)
  return true
}

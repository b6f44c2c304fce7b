/**
 * Events that a function logs as it got them: the best link source that costs nothing. Each record inside proves a delivery, a span of
 * its own between whoever sent and the execution that logs it:
 *
 *   sns:<topic>:<MessageId>  ->  sqs:<queue>:<messageId>:<receive count>  ->  the execution
 *
 * Supports SQS, SNS (direct and inside SQS), EventBridge (direct and inside SQS), S3 (direct, in SNS, in SQS, as an event of the bus), Kinesis
 * (also as Firehose hands it on), DynamoDB streams, Kafka, and the requestContext of API Gateway v1, v2, WebSocket, function URLs and load
 * balancers, AppSync's context; at any depth, also as JSON in strings, up to four layers, and as Python or Node print it in any of them.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-services.html
 * Ignores: RabbitMQ and SES (no id that the sender has), CloudWatch Logs events, payloads in base64.
 */
import { hash64 } from '#lib/base/hash'
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { epochToNs, isoToNs, DAY_NS } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { Field, Ref, ServiceKind, SpanFact } from '#lib/model/event'
import { senderKey, serviceKey } from '#lib/model/keys'
import { batchKeys } from './batch-keys'
import { changeRefs } from './change-record'
import { addRef, addSpan, type Draft } from './draft'
import { flatten, looksLikeContainer } from './flatten'
import { idOf, requestIdOf, traceIdOf } from './ids'
import { embeddedValues } from './loose-value'
import { readResponse } from './response'
import { nameOfArn } from './service'
import { spanValue } from './trace-span'
import { latestWithin } from './whole-seconds'

const NODES_MAX = 2000
const LAYERS_MAX = 4
/** The shortest event with an id is longer. */
const EVENT_LENGTH_MIN = 60

/** A look at the text that spares most lines the walk. */
const MARKS =
  /aws:(?:sqs|sns|s3|kinesis|dynamodb|kafka)|SelfManagedKafka|sourceKinesisStreamArn|"?'?detail-type|requestContext|parentTypeName|TopicArn|\$metadata|ResponseMetadata|MD5OfMessageBody|Md5OfMessageBody|SequenceNumber/

export function mayHoldEvent(text: string): boolean {
  return MARKS.test(text)
}

interface Visit {
  value: unknown
  layer: number
}

/** Walks a value and adds to the draft what the records and responses inside it prove. True where it found any. */
export function readLoggedEvents(root: unknown, draft: Draft): boolean {
  const queue: Visit[] = [{ value: root, layer: 0 }]
  let found = false
  for (let i = 0; i < queue.length && i < NODES_MAX; i++) {
    const visit = queue[i]
    if (visit === undefined) break
    const value = opened(visit)
    if (typeof value === 'string' && isContainer(value)) queue.push({ value, layer: visit.layer })
    else if (Array.isArray(value)) for (const item of value) queue.push({ value: item, layer: visit.layer })
    else if (isJsonObject(value)) {
      const keys = readDelivery(value, draft, draft.eventNs)
      for (const key of keys) noteDelivery(key, value, draft)
      const handled = keys.length > 0 || readRequestContext(value, draft) || readResponse(value, draft)
      found ||= handled
      // The inside of a record belongs to its delivery and was read with it.
      if (keys.length === 0) for (const child of Object.values(value)) if (isContainer(child)) queue.push({ value: child, layer: visit.layer })
    }
  }
  return found
}

/** A record that the execution got itself: what stands in it tells it from the others of its batch. */
function noteDelivery(key: string, record: JsonObject, draft: Draft): void {
  addRef(draft, { kind: 'span', role: 'parent', value: key })
  const fact = draft.facts.more?.find((other) => other.key === key)
  if (fact === undefined) return
  const fields: Field[] = []
  flatten(record, fields)
  fact.keys = batchKeys(fields)
}

function isContainer(value: unknown): boolean {
  if (typeof value === 'string') return looksLikeContainer(value) || (value.length >= EVENT_LENGTH_MIN && mayHoldEvent(value))
  return typeof value === 'object' && value !== null
}

function opened(visit: Visit): unknown {
  if (typeof visit.value !== 'string') return visit.value
  if (visit.layer >= LAYERS_MAX) return undefined
  visit.layer++
  return openText(visit.value)
}

/** JSON, or what Python or Node printed, also with words around it. */
function openText(text: string): unknown {
  const parsed = parseJson(text)
  if (parsed.ok) return parsed.value
  const values = mayHoldEvent(text) ? embeddedValues(text) : []
  return values.length > 1 ? values : values[0]
}

/** Reads one record; returns the keys of the spans that handed it on (none where the object is no record). */
function readDelivery(value: JsonObject, draft: Draft, untilNs: UnixNano): string[] {
  const source = value.eventSource ?? value.EventSource
  if (source === 'aws:sqs') return sqs(value, draft, untilNs)
  if (source === 'aws:sns' && isJsonObject(value.Sns)) return sns(value.Sns, draft, untilNs)
  if (source === 'aws:s3' && isJsonObject(value.s3)) return s3(value, value.s3, draft, untilNs)
  if (source === 'aws:kinesis' || source === 'aws:dynamodb') return stream(value, source, draft, untilNs)
  if ((source === 'aws:kafka' || source === 'SelfManagedKafka') && isJsonObject(value.records)) return kafka(value.records, draft, untilNs)
  if (typeof value.sourceKinesisStreamArn === 'string' && Array.isArray(value.records))
    return throughFirehose(value.sourceKinesisStreamArn, value.records, draft, untilNs)
  if (value.Type === 'Notification' && typeof value.TopicArn === 'string') return sns(value, draft, untilNs)
  if (typeof value['detail-type'] === 'string' && typeof value.source === 'string' && 'detail' in value) return bus(value, draft, untilNs)
  return []
}

/** Deliveries inside the text of another one: SNS in SQS, S3 in SNS, `{Records: […]}` in either. */
function inner(text: unknown, draft: Draft, untilNs: UnixNano, layer = 1): string[] {
  if (typeof text !== 'string' || layer > LAYERS_MAX || !looksLikeContainer(text)) return []
  const value = openText(text)
  if (!isJsonObject(value)) return []
  const records = Array.isArray(value.Records) ? value.Records : [value]
  return records.flatMap((record) => (isJsonObject(record) ? readDelivery(record, draft, untilNs) : []))
}

interface Delivery {
  key: string
  kind: ServiceKind
  name: string
  startNs: UnixNano | null
  endNs: UnixNano
  attributes?: SpanFact['attributes']
  refs: Ref[]
  /** Spans that this one came from. */
  from: string[]
}

function deliver(draft: Draft, { key, kind, name, startNs, endNs, attributes, refs, from }: Delivery): string[] {
  const fact: SpanFact = {
    key,
    form: 'delivery',
    service: { kind, name },
    name: '',
    startNs,
    endNs: startNs !== null && endNs < startNs ? startNs : endNs,
    ...(attributes === undefined ? {} : { attributes }),
    refs: [...refs, { kind: 'span', role: 'self', value: key }],
  }
  for (const parent of from) fact.refs.push({ kind: 'span', role: 'parent', value: parent })
  addSpan(draft, fact)
  return [key]
}

function epoch(value: unknown, draft: Draft): UnixNano | null {
  return epochToNs(value, draft.eventNs + DAY_NS)
}

function sqs(record: JsonObject, draft: Draft, untilNs: UnixNano): string[] {
  const messageId = idOf(record.messageId ?? record.MessageId)
  const arn = record.eventSourceARN ?? record.EventSourceArn ?? record.eventSourceArn
  if (messageId === undefined || typeof arn !== 'string') return []
  const attributes = [record.attributes, record.Attributes].find(isJsonObject) ?? {}
  const startNs = epoch(attributes.SentTimestamp, draft)
  const count = Number(attributes.ApproximateReceiveCount ?? 1) || 1
  // The first receive says nothing about a later one.
  const endNs = count > 1 ? untilNs : (epoch(attributes.ApproximateFirstReceiveTimestamp, draft) ?? untilNs)
  const from = inner(record.body ?? record.Body, draft, startNs ?? untilNs)
  if (draft.traceId === undefined) draft.traceId = traceIdOf(attributes.AWSTraceHeader)
  const keys = deliver(draft, {
    key: `sqs:${arn}:${messageId}:${count}`,
    kind: 'queue',
    name: nameOfArn(arn),
    startNs,
    endNs,
    refs: [{ kind: 'message', role: 'consumed', value: messageId }, ...senderRef(attributes.SenderId, startNs)],
    from,
  })
  const fact = draft.facts.more?.find(({ key }) => key === keys[0])
  if (fact === undefined) return keys
  if (count > 1) fact.attributes = { attempt: count }
  const sender = parentOf(attributes.AWSTraceHeader)
  if (sender !== null) fact.refs.push({ kind: 'span', role: 'parent', value: sender })
  deadLetter(fact, arn, attributes.DeadLetterQueueSourceArn)
  return keys
}

/** `AROA…:checkout` is a role's session; a function's session has its name. Of other senders nobody will be found under it. */
function senderRef(senderId: unknown, sentNs: UnixNano | null): Ref[] {
  const name = typeof senderId === 'string' ? /^A[A-Z0-9]{3,40}:([\w-]{1,64})$/.exec(senderId)?.[1] : undefined
  if (name === undefined || sentNs === null) return []
  return [{ kind: 'sender', role: 'consumed', value: senderKey(hash64(serviceKey({ kind: 'function', name })), sentNs) }]
}

/** The segment that sent the message, where the trace header names it: `Root=1-…;Parent=…;Sampled=1`. */
function parentOf(header: unknown): string | null {
  const trace = traceIdOf(header)
  const parent = typeof header === 'string' ? /(?:^|;)\s*Parent=([0-9a-f]{16})(?:;|$)/i.exec(header)?.[1] : undefined
  return trace === undefined || parent === undefined || /^0+$/.test(parent) ? null : `${trace}:${parent.toLowerCase()}`
}

/** A message in a dead-letter queue names the queue that gave it up; back in that queue it was redriven. */
function deadLetter(fact: SpanFact, arn: string, from: unknown): void {
  if (typeof from !== 'string' || !from.startsWith('arn:')) return
  if (from === arn) fact.attributes = { ...fact.attributes, redriven: true }
  else {
    fact.status = 'error'
    fact.attributes = { ...fact.attributes, dead_letter_of: nameOfArn(from) }
  }
}

/** The same MessageId reaches every subscriber: one span a topic and message, with as many deliveries behind it. */
function sns(message: JsonObject, draft: Draft, untilNs: UnixNano): string[] {
  const messageId = idOf(message.MessageId)
  const arn = message.TopicArn
  if (messageId === undefined || typeof arn !== 'string') return []
  const startNs = typeof message.Timestamp === 'string' ? isoToNs(message.Timestamp) : null
  return deliver(draft, {
    key: `sns:${arn}:${messageId}`,
    kind: 'topic',
    name: nameOfArn(arn),
    startNs,
    endNs: startNs ?? untilNs,
    refs: [{ kind: 'message', role: 'consumed', value: messageId }],
    from: inner(message.Message, draft, startNs ?? untilNs),
  })
}

/** The event does not name its bus; AWS's own events come by the default one, others are told apart by their source. */
function bus(event: JsonObject, draft: Draft, untilNs: UnixNano): string[] {
  const id = idOf(event.id)
  if (id === undefined) return []
  const source = String(event.source)
  const { startNs, attributes } = latestWithin(typeof event.time === 'string' ? isoToNs(event.time) : null, untilNs)
  draft.facts.name ??= typeof event['detail-type'] === 'string' ? cutText(event['detail-type'], 100) : undefined
  return deliver(draft, {
    key: `events:${id}`,
    kind: 'bus',
    name: source.startsWith('aws.') ? 'default' : source,
    startNs,
    endNs: startNs ?? untilNs,
    attributes,
    refs: [{ kind: 'event', role: 'consumed', value: id }],
    from: source === 'aws.s3' && isJsonObject(event.detail) ? s3Detail(event.detail, startNs, draft, untilNs) : [],
  })
}

/** What a bucket tells the bus: the same write that a notification would tell of. */
function s3Detail(detail: JsonObject, startNs: UnixNano | null, draft: Draft, untilNs: UnixNano): string[] {
  const bucket = isJsonObject(detail.bucket) ? detail.bucket.name : undefined
  if (typeof bucket !== 'string' || !isJsonObject(detail.object)) return []
  return s3Write({ bucket, object: detail.object, requestId: idOf(detail['request-id']), startNs }, draft, untilNs)
}

function s3(record: JsonObject, s3Part: JsonObject, draft: Draft, untilNs: UnixNano): string[] {
  const bucket = isJsonObject(s3Part.bucket) ? s3Part.bucket.name : undefined
  const object = isJsonObject(s3Part.object) ? s3Part.object : {}
  if (typeof bucket !== 'string' || typeof object.key !== 'string') return []
  const response = isJsonObject(record.responseElements) ? record.responseElements : {}
  const startNs = typeof record.eventTime === 'string' ? isoToNs(record.eventTime) : null
  return s3Write({ bucket, object, requestId: idOf(response['x-amz-request-id']), startNs }, draft, untilNs)
}

interface Write {
  bucket: string
  object: JsonObject
  requestId: string | undefined
  startNs: UnixNano | null
}

function s3Write({ bucket, object, requestId, startNs }: Write, draft: Draft, untilNs: UnixNano): string[] {
  if (typeof object.key !== 'string') return []
  return deliver(draft, {
    key: `s3:${bucket}/${object.key}@${String(object.sequencer ?? requestId ?? '')}`,
    kind: 'bucket',
    name: bucket,
    startNs,
    endNs: startNs ?? untilNs,
    refs: requestId === undefined ? [] : [{ kind: 'request', role: 'consumed', value: requestId }],
    from: [],
  })
}

/** Kinesis' eventID is `shardId-…:sequence number`, what PutRecord answers with; DynamoDB's is known to nobody else: there the row tells. */
function stream(record: JsonObject, source: 'aws:kinesis' | 'aws:dynamodb', draft: Draft, untilNs: UnixNano): string[] {
  const eventId = idOf(record.eventID)
  const arn = record.eventSourceARN
  if (eventId === undefined || typeof arn !== 'string') return []
  const part = [record.kinesis, record.dynamodb].find(isJsonObject) ?? {}
  const statedNs = epoch(part.approximateArrivalTimestamp ?? part.ApproximateCreationDateTime, draft)
  return deliver(draft, {
    key: source === 'aws:dynamodb' ? `ddb:${eventId}` : `kinesis:${arn}:${eventId}`,
    kind: 'stream',
    name: nameOfArn(arn),
    ...latestWithin(statedNs, untilNs),
    endNs: untilNs,
    refs: [{ kind: 'position', role: 'consumed', value: eventId }, ...(source === 'aws:dynamodb' ? changeRefs(part, statedNs) : [])],
    from: [],
  })
}

/** Amazon MSK and self-managed clusters: `records: {"orders-0": [{topic, partition, offset, …}]}`; a header's bytes come as numbers. */
function kafka(partitions: JsonObject, draft: Draft, untilNs: UnixNano): string[] {
  return Object.values(partitions)
    .flatMap((records) => (Array.isArray(records) ? records : []))
    .filter(isJsonObject)
    .slice(0, NODES_MAX)
    .flatMap((record) => {
      const { topic, partition, offset } = record
      if (typeof topic !== 'string' || !isCount(partition) || !isCount(offset)) return []
      const position = `${topic}-${partition}@${offset}`
      const startNs = epoch(record.timestamp, draft)
      const header = (Array.isArray(record.headers) ? record.headers : []).filter(isJsonObject).find((pair) => 'traceparent' in pair)?.traceparent
      return deliver(draft, {
        key: `kafka:${position}`,
        kind: 'topic',
        name: topic,
        startNs,
        endNs: untilNs,
        refs: [{ kind: 'position', role: 'consumed', value: position }],
        from: senderOf(header),
      })
    })
}

function isCount(value: unknown): value is number | string {
  return (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) || (typeof value === 'string' && /^\d{1,20}$/.test(value))
}

/** The span in a traceparent that came as bytes. */
function senderOf(bytes: unknown): string[] {
  if (!Array.isArray(bytes) || bytes.length !== 55) return []
  const header = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(String.fromCharCode(...bytes.map(Number)))
  return header === null || traceIdOf(header[0]) === undefined ? [] : [spanValue(header[1] ?? '', header[2] ?? '')]
}

/** Records of a Kinesis stream that Firehose hands to a transformation. */
function throughFirehose(arn: string, records: unknown[], draft: Draft, untilNs: UnixNano): string[] {
  return records
    .filter(isJsonObject)
    .slice(0, NODES_MAX)
    .flatMap(({ kinesisRecordMetadata: metadata }) => {
      if (!isJsonObject(metadata) || typeof metadata.shardId !== 'string' || typeof metadata.sequenceNumber !== 'string') return []
      const position = idOf(`${metadata.shardId}:${metadata.sequenceNumber}`)
      if (position === undefined) return []
      const startNs = epoch(metadata.approximateArrivalTimestamp, draft)
      const refs: Ref[] = [{ kind: 'position', role: 'consumed', value: position }]
      return deliver(draft, { key: `kinesis:${arn}:${position}`, kind: 'stream', name: nameOfArn(arn), startNs, endNs: startNs ?? untilNs, refs, from: [] })
    })
}

/** A load balancer passes on the trace id and nothing else; its own log knows the request by it. */
function readTarget(value: JsonObject, draft: Draft): boolean {
  const traceId = headerTrace(value.headers) ?? headerTrace(value.multiValueHeaders)
  if (traceId === undefined) return false
  draft.traceId ??= traceId
  if (typeof value.httpMethod === 'string' && typeof value.path === 'string') draft.facts.name ??= `${value.httpMethod} ${cutText(value.path, 200)}`
  addRef(draft, { kind: 'request', role: 'parent', value: `Root=${traceId}` })
  return true
}

/** The gateway's ids for the request that this execution answers. */
function readRequestContext(value: JsonObject, draft: Draft): boolean {
  const context = value.requestContext
  if (isJsonObject(context) && isJsonObject(context.elb)) return readTarget(value, draft)
  if (isJsonObject(value.info) && isJsonObject(value.request)) return readResolver(value.info, value.request, draft)
  if (!isJsonObject(context) || !('apiId' in context || 'stage' in context || 'resourcePath' in context || 'http' in context)) return false
  const ids = [idOf(context.extendedRequestId), idOf(context.requestId)].filter((id) => id !== undefined)
  for (const id of ids) addRef(draft, { kind: 'request', role: 'parent', value: id })
  const http = isJsonObject(context.http) ? context.http : {}
  const method = context.httpMethod ?? http.method
  const path = context.resourcePath ?? value.resource ?? value.routeKey
  if (typeof context.routeKey === 'string' && context.routeKey.includes(' ')) draft.facts.name ??= context.routeKey
  else if (typeof method === 'string' && typeof path === 'string') draft.facts.name ??= `${method} ${path}`
  if (draft.traceId === undefined) draft.traceId = headerTrace(value.headers) ?? headerTrace(value.multiValueHeaders)
  // Behind a gateway the id is that of the gateway's own distribution, which logs nothing.
  const front = String(context.domainName).includes('.lambda-url.') ? idOf(header(value.headers, 'x-amz-cf-id')) : undefined
  if (front !== undefined) addRef(draft, { kind: 'request', role: 'parent', value: front })
  return ids.length > 0
}

/** AppSync's context: its logs have the id that stands in the request's headers. */
function readResolver(info: JsonObject, request: JsonObject, draft: Draft): boolean {
  const id = requestIdOf(header(request.headers, 'x-amzn-requestid'))
  if (id === undefined || typeof info.fieldName !== 'string') return false
  addRef(draft, { kind: 'request', role: 'parent', value: id })
  if (typeof info.parentTypeName === 'string') draft.facts.name ??= cutText(`${info.parentTypeName}.${info.fieldName}`, 200)
  draft.traceId ??= headerTrace(request.headers)
  return true
}

function headerTrace(headers: unknown): string | undefined {
  return traceIdOf(header(headers, 'x-amzn-trace-id'))
}

/** The header's first value, whatever its case; multi-value headers are lists. */
function header(headers: unknown, name: string): unknown {
  if (!isJsonObject(headers)) return undefined
  const key = Object.keys(headers).find((other) => other.toLowerCase() === name)
  return key === undefined ? undefined : [headers[key]].flat()[0]
}

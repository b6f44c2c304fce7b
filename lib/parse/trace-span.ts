/**
 * Spans of OpenTelemetry, Zipkin and Jaeger: what their formats have in common, as a SpanFact. The formats' own files (otel.ts, zipkin.ts,
 * jaeger.ts) only translate. Names are the semantic conventions' of today; older ones come through ALIASES.
 * https://github.com/open-telemetry/semantic-conventions (docs/messaging, docs/faas, docs/database, docs/registry/attributes/aws.md)
 *
 * A trace id counts in X-Ray's form (1-8-24) wherever spans join, so that both worlds meet. A consumer gets one span of its queue or topic
 * for each message: producer -> delivery -> consumer.
 * Ignores: trace state, baggage, the messages that a producer's batch span sent without naming them.
 */
import { cutText } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { Ref, ServiceKind, ServiceRef, SpanFact } from '#lib/model/event'
import { addSpan, type Draft } from './draft'
import { flatten } from './flatten'
import { idOf, requestIdOf } from './ids'
import { nameOfArn, queueArn } from './service'
import { scanText } from './text-scan'

export type Attributes = { [name: string]: unknown }

export interface TraceSpan {
  /** 32 hex digits, lower case. */
  traceId: string
  /** 16 hex digits, lower case. */
  spanId: string
  parentId: string | null
  name: string
  kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer'
  startNs: UnixNano | null
  endNs: UnixNano | null
  open: boolean
  failed: boolean
  attributes: Attributes
  resource: Attributes
  links: { traceId: string; spanId: string; attributes: Attributes }[]
  /** Zipkin: client and server of one call share one span id, and this is one of the two halves. */
  half?: 'client' | 'server'
}

const ALIASES: readonly (readonly [name: string, ...older: string[]])[] = [
  ['messaging.operation.type', 'messaging.operation'],
  ['messaging.message.id', 'messaging.message_id', 'messaging.kafka.message_id'],
  ['messaging.destination.name', 'messaging.destination', 'messaging.source.name', 'kafka.topic', 'rabbit.queue', 'rabbit.routing_key', 'jms.queue', 'jms.topic', 'message_bus.destination', 'topic.name', 'queue.name'],
  ['messaging.system', 'component'],
  ['faas.invocation_id', 'faas.execution', 'faas.execution_id'],
  ['db.system.name', 'db.system'],
  ['db.namespace', 'db.name', 'db.instance'],
  ['db.collection.name', 'db.sql.table', 'db.mongodb.collection', 'db.cassandra.table'],
  ['server.address', 'net.peer.name', 'net.sock.peer.name', 'peer.hostname'],
  ['http.response.status_code', 'http.status_code'],
  ['aws.request_id', 'aws.requestId', 'http.request_id'],
  ['aws.dynamodb.table_names', 'aws.table_name', 'aws.table.name'],
  ['aws.s3.bucket', 'aws.bucket_name', 'aws.bucket.name'],
  ['aws.kinesis.stream_name', 'aws.stream_name', 'aws.stream.name'],
  ['aws.sqs.queue.url', 'aws.queue_url', 'aws.queue.url', 'messaging.url'],
  ['aws.sns.topic.arn', 'aws.topic_arn'],
  ['aws.step_functions.state_machine.arn', 'aws.state_machine_arn'],
] // prettier-ignore

const NAMES_OF: ReadonlyMap<string, readonly string[]> = new Map(ALIASES.map((names) => [names[0], names]))

/** The attribute's value as text, under its name of today or an older one. */
function textOf(attributes: Attributes, name: string): string | undefined {
  for (const key of NAMES_OF.get(name) ?? [name]) {
    const value = Object.hasOwn(attributes, key) ? attributes[key] : undefined
    const found = Array.isArray(value) ? value[0] : value
    if (typeof found === 'string' && found !== '') return found
    if (typeof found === 'number' || typeof found === 'boolean') return String(found)
  }
  return undefined
}

/** What spans of X-Ray call the same span: `1-<8>-<24>:<16>`. */
export function spanValue(traceId: string, spanId: string): string {
  return `1-${traceId.slice(0, 8)}-${traceId.slice(8)}:${spanId}`
}

/** A log line that names the span it was written in belongs to that span. `traceId` has 32 hex digits, `spanId` 16. */
export function placeInSpan(traceId: string, spanId: string, draft: Draft): void {
  const self = spanValue(traceId, spanId)
  // The span itself, when it comes, has this key too and is what the parent ref names; until then, or where the span is known
  // under another key (a Lambda's execution, an X-Ray segment), the records are its child.
  draft.facts.own = {
    key: `span:${self}`,
    form: 'event',
    service: draft.service,
    name: '',
    startNs: null,
    endNs: null,
    traceId,
    refs: [{ kind: 'span', role: 'parent', value: self }],
  }
}

export function readTraceSpan(span: TraceSpan, draft: Draft): void {
  const within = serviceOf(span.resource, span.attributes, draft.service)
  const own = factOf(span, within)
  draft.facts.own = own
  draft.service = own.service
  draft.lineNs ??= span.startNs
  draft.traceId = own.traceId
  draft.requestId = own.requestId
  draft.severity = span.failed ? 17 : 9
  draft.message = own.name === '' ? own.service.name : `${own.service.name} ${own.name}`
  draft.template = `span ${scanText(own.name === '' ? own.service.name : own.name).template}`
  if (span.parentId !== null) own.refs.push({ kind: 'span', role: 'parent', value: spanValue(span.traceId, span.parentId) })
  causesOf(span, within, own, draft)
  flatten(span.attributes, draft.fields)
  flatten(identifying(span.resource), draft.fields)
}

/** Resources repeat the whole machine on every record; what tells one sender from another is kept searchable. */
export function identifying(resource: Attributes): Attributes {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !/^(?:telemetry|process|os|host|container|k8s\.pod)\./.test(name)))
}

function factOf(span: TraceSpan, within: ServiceRef): SpanFact {
  const self = spanValue(span.traceId, span.spanId)
  const invocation = span.kind === 'server' || span.kind === 'consumer' ? requestIdOf(textOf(span.attributes, 'faas.invocation_id')) : undefined
  const fact: SpanFact = {
    key: invocation === undefined ? `span:${self}${span.half === 'server' ? ':server' : ''}` : `exec:${invocation}`,
    form: invocation === undefined ? 'span' : 'execution',
    service: span.kind === 'client' ? (calledService(span.attributes) ?? within) : within,
    name: cutText(span.name, 200),
    startNs: span.startNs,
    endNs: span.endNs !== null && span.startNs !== null && span.endNs < span.startNs ? span.startNs : span.endNs,
    traceId: shownTrace(span),
    refs: [],
  }
  if (invocation !== undefined) fact.requestId = invocation
  if (span.open) fact.open = true
  else fact.status = span.failed ? 'error' : 'ok'
  const status = Number(textOf(span.attributes, 'http.response.status_code'))
  if (Number.isInteger(status) && status > 0) fact.attributes = { 'http.status': status }
  // The client's half is only the call: whoever names this id as parent means the server's half, where there is one.
  fact.refs.push({ kind: 'span', role: span.half === 'client' ? 'called' : 'self', value: self })
  if (span.half === 'server') fact.refs.push({ kind: 'span', role: 'parent', value: self })
  const requestId = span.kind === 'server' ? undefined : idOf(textOf(span.attributes, 'aws.request_id'))
  if (requestId !== undefined && requestId !== invocation) fact.refs.push({ kind: 'request', role: 'called', value: requestId })
  return fact
}

/** X-Ray's form where its first digits are the time of the trace, as X-Ray makes them; else as OpenTelemetry writes it. */
function shownTrace({ traceId, startNs }: TraceSpan): string {
  const seconds = Number.parseInt(traceId.slice(0, 8), 16)
  const start = startNs === null ? Number.NaN : Number(startNs / 1_000_000_000n)
  return Math.abs(start - seconds) < 2 * 86_400 ? `1-${traceId.slice(0, 8)}-${traceId.slice(8)}` : traceId
}

/** Span links and messages: what caused the span beside its parent. */
function causesOf(span: TraceSpan, within: ServiceRef, own: SpanFact, draft: Draft): void {
  const { attributes } = span
  const messageId = idOf(textOf(attributes, 'messaging.message.id'))
  const role = messageRole(span)
  if (role === 'produced' && messageId !== undefined) own.refs.push({ kind: 'message', role, value: messageId })
  const destination = role === 'consumed' ? destinationOf(attributes) : undefined
  const links = span.links.filter((link) => link.traceId !== span.traceId || link.spanId !== span.spanId)
  if (destination === undefined) {
    for (const link of links) own.refs.push({ kind: 'span', role: 'consumed', value: spanValue(link.traceId, link.spanId) })
    if (role === 'consumed' && messageId !== undefined) own.refs.push({ kind: 'message', role, value: messageId })
    return
  }
  const at = {
    destination,
    consumer: within.name,
    untilNs: span.startNs,
    queue: queueArn(textOf(attributes, 'aws.sqs.queue.url') ?? textOf(attributes, 'messaging.destination.name')),
  }
  for (const link of links) {
    const linked = spanValue(link.traceId, link.spanId)
    const linkedMessage = idOf(textOf(link.attributes, 'messaging.message.id')) ?? (links.length === 1 ? messageId : undefined)
    deliver({ ...at, messageId: linkedMessage, from: { kind: 'span', role: 'consumed', value: linked } }, own, draft)
  }
  if (links.length > 0) return
  // Without a link, the parent of a consumer is the producer; a poll that received nothing in particular has neither.
  const parent = span.kind === 'consumer' ? own.refs.find((ref) => ref.kind === 'span' && ref.role === 'parent') : undefined
  if (messageId === undefined && parent === undefined) return
  if (parent !== undefined) own.refs = own.refs.filter((ref) => ref !== parent)
  deliver({ ...at, messageId, from: parent }, own, draft)
}

interface Delivery {
  destination: ServiceRef
  consumer: string
  untilNs: UnixNano | null
  messageId: string | undefined
  from: Ref | undefined
  /** ARN of the SQS queue, where its address is known. */
  queue: string | null
}

/** One message on its way to one consumer, as a span between the two. */
function deliver({ destination, consumer, untilNs, messageId, from, queue }: Delivery, own: SpanFact, draft: Draft): void {
  // The record that the consumer may have logged has the same key (logged-event.ts): they are one delivery.
  const record = queue === null || messageId === undefined ? null : `sqs:${queue}:${messageId}:1`
  const key = record ?? `delivery:${destination.name}:${messageId ?? from?.value ?? ''}:${consumer}`
  const refs: Ref[] = [{ kind: 'span', role: 'self', value: key }]
  if (messageId !== undefined) refs.push({ kind: 'message', role: 'consumed', value: messageId })
  if (from !== undefined) refs.push(from)
  addSpan(draft, { key, form: 'delivery', service: destination, name: '', startNs: null, endNs: untilNs, refs })
  own.refs.push({ kind: 'span', role: 'parent', value: key })
}

/** The operation's type says more than the span's kind: a receiving span is a client's where it only polls. */
function messageRole({ kind, attributes }: TraceSpan): 'produced' | 'consumed' | undefined {
  switch (textOf(attributes, 'messaging.operation.type')?.toLowerCase()) {
    case 'send':
    case 'create':
    case 'publish':
      return 'produced'
    case 'receive':
    case 'process':
    case 'deliver':
      return 'consumed'
    case 'settle':
      return undefined
    default:
      return kind === 'producer' ? 'produced' : kind === 'consumer' ? 'consumed' : undefined
  }
}

const SYSTEMS: [pattern: RegExp, kind: ServiceKind][] = [
  [/sqs|rabbit|activemq|servicebus|jms|queue/i, 'queue'],
  [/kinesis|eventhubs/i, 'stream'],
  [/eventbridge|eventgrid/i, 'bus'],
  [/sns|kafka|pubsub|pulsar|nats|mqtt|topic/i, 'topic'],
]

function destinationOf(attributes: Attributes): ServiceRef | undefined {
  const name = textOf(attributes, 'messaging.destination.name') ?? textOf(attributes, 'aws.sqs.queue.url') ?? textOf(attributes, 'aws.sns.topic.arn')
  if (name === undefined) return undefined
  const hint = `${textOf(attributes, 'messaging.system') ?? ''} ${Object.keys(attributes).join(' ')}`
  const system = textOf(attributes, 'messaging.system') ?? ''
  const kind = SYSTEMS.find(([pattern]) => pattern.test(system))?.[1] ?? SYSTEMS.find(([pattern]) => pattern.test(hint))?.[1] ?? 'queue'
  return { kind, name: cutText(lastName(name), 200) }
}

/** `https://sqs…/123/orders`, `arn:aws:sns:…:orders` and `orders` are one name. */
function lastName(name: string): string {
  if (name.startsWith('arn:')) return nameOfArn(name)
  return name.startsWith('http') ? name.slice(name.lastIndexOf('/') + 1) : name
}

/** What a client span called, where its attributes name a thing that logs nothing itself. */
function calledService(attributes: Attributes): ServiceRef | undefined {
  const resources: [name: string, kind: ServiceKind][] = [
    ['aws.dynamodb.table_names', 'table'],
    ['aws.s3.bucket', 'bucket'],
    ['aws.kinesis.stream_name', 'stream'],
    ['aws.step_functions.state_machine.arn', 'workflow'],
  ]
  for (const [attribute, kind] of resources) {
    const name = textOf(attributes, attribute)
    if (name !== undefined) return { kind, name: cutText(lastName(name), 200) }
  }
  const system = textOf(attributes, 'db.system.name')
  if (system === undefined) return undefined
  if (/dynamodb/i.test(system)) {
    const table = textOf(attributes, 'db.collection.name')
    return table === undefined ? undefined : { kind: 'table', name: cutText(table, 200) }
  }
  return { kind: 'external', name: cutText(textOf(attributes, 'db.namespace') ?? textOf(attributes, 'server.address') ?? system, 200) }
}

/** Who sent it: a function by its name, any other sender by service.name, of which only the name is certain. */
export function serviceOf(resource: Attributes, attributes: Attributes, fallback: ServiceRef): ServiceRef {
  const arn = textOf(attributes, 'aws.lambda.invoked_arn')
  const service = textOf(resource, 'service.name')
  const isLambda = textOf(resource, 'cloud.platform') === 'aws_lambda'
  const name = textOf(resource, 'faas.name') ?? (arn?.startsWith('arn:') === true ? nameOfArn(arn) : undefined) ?? (isLambda ? service : undefined)
  if (name !== undefined) return { kind: 'function', name: cutText(name, 200) }
  return service === undefined ? fallback : { kind: 'container', name: cutText(service, 200), assumed: true }
}

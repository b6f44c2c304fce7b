/**
 * The producer's side: what an SDK call answered with, and ids that a logger wrote next to a word of sending or receiving.
 * Recognised by `$metadata` (JS v3), `ResponseMetadata` (boto3, JS v2), `MD5OfMessageBody`, `SequenceNumber` with `ShardId`.
 *
 * Consumed and produced must not be mixed up: a cause would become an effect. Where a line has words of both kinds or of none, its ids
 * are only mentioned, with the place that does so: who else names them, and when, tells who sent (lib/link/match.ts).
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { cutText } from '#lib/base/text-bytes'
import type { Field, Ref } from '#lib/model/event'
import { addRef, addSpan, type Draft } from './draft'
import { idOf, isUuid } from './ids'
import { nameOfArn, queueArn } from './service'

/** Adds what a response proves; false where the value is no response. */
export function readResponse(value: JsonObject, draft: Draft): boolean {
  const metadata = [value.$metadata, value.ResponseMetadata].find(isJsonObject)
  const digest = typeof (value.MD5OfMessageBody ?? value.Md5OfMessageBody ?? value.MD5OfBody) === 'string'
  const position = typeof value.ShardId === 'string' && idOf(value.SequenceNumber)
  // A received message has a digest too, and a receipt handle with it.
  if ((metadata === undefined && !digest && !position) || 'ReceiptHandle' in value || 'receiptHandle' in value) return false
  const produced = (kind: Ref['kind'], id: unknown): void => {
    const known = idOf(id)
    if (known !== undefined) addRef(draft, { kind, role: 'produced', value: known })
  }
  produced('message', value.MessageId)
  if (position) produced('position', `${String(value.ShardId)}:${position}`)
  for (const entry of list(value.Entries)) produced('event', entry.EventId)
  for (const entry of list(value.Successful)) produced('message', entry.MessageId)
  for (const record of list(value.Records)) if (typeof record.ShardId === 'string') produced('position', `${record.ShardId}:${String(record.SequenceNumber)}`)
  for (const id of [metadata?.requestId, metadata?.RequestId, value.RequestId, s3RequestId(metadata)]) called(draft, 'request', id)
  if ('startDate' in value) called(draft, 'execution', value.executionArn)
  return true
}

/** boto3 keeps S3's own request id among the headers. */
function s3RequestId(metadata: JsonObject | undefined): unknown {
  return isJsonObject(metadata?.HTTPHeaders) ? metadata.HTTPHeaders['x-amz-request-id'] : undefined
}

function list(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function called(draft: Draft, kind: Ref['kind'], id: unknown): void {
  const known = idOf(id)
  if (known !== undefined) addRef(draft, { kind, role: 'called', value: known })
}

const SENDING =
  /^(?:send|sends|sent|sending|publish|publishes|published|publishing|put|puts|enqueue|enqueued|enqueuing|queued|dispatch|dispatched|dispatching|emit|emits|emitted|emitting|produced|producing|forwarded|forwarding|pushed|pushing|announce|announces|announced|announcing)$/
const RECEIVING =
  /^(?:receive|receives|received|receiving|handle|handles|handling|handled|process|processes|processing|consume|consumes|consumed|consuming|dequeue|dequeued|dequeuing|polled|polling|got|incoming|picked|seen|observed)$/
const STARTING = /^(?:start|starts|started|starting)$/

type Direction = 'sending' | 'receiving' | 'starting' | null

/** Which way a message of a logger speaks: `Message sent to orders`, `PutEvents FareCaptured`, `Handling event`. */
function directionOf(human: string): Direction {
  let direction: Direction = null
  for (const [word] of human.slice(0, 200).matchAll(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g)) {
    const says = meaningOf(word.toLowerCase())
    if (says === null) continue
    if (direction !== null && direction !== says) return null
    direction = says
  }
  return direction
}

function meaningOf(word: string): Direction {
  if (SENDING.test(word)) return 'sending'
  if (RECEIVING.test(word)) return 'receiving'
  return STARTING.test(word) ? 'starting' : null
}

/** Ids by the names that people give them, without case, dots, dashes and underscores. */
const MESSAGE_NAME = /^(?:aws|sqs|sns|queue|topic)*messageid$/
const EVENT_NAME = /^(?:aws)?(?:eventbridge)?eventid$/
const GATEWAY_NAME = /^(?:aws)?(?:api|apigw|apigateway|gateway)requestid$/
/** Names that say which way by themselves: `sourceMessageId`, `sentMessageId`. */
const SENT_NAME = /^(?:sent|published|produced|outgoing|out)/
const RECEIVED_NAME = /^(?:source|received|consumed|incoming|trigger|parent|in)/
const CANDIDATE = /id|arn/i
const ID_LENGTH_MIN = 8
/** Keys that a caller gives so that an operation is done once. */
const IDEMPOTENCY_NAME = /^(?:x|http|sqs|aws)?(?:idempotency(?:key|token|id)|messagededuplicationid)$/

const S3_NAME = /^(?:s3|aws|xamz|amz|putobject|bucket)+requestid$/
/** `event 6ba7…`, `(topic message: 6ba7…)`: words before an id where no name is. */
const WORDED = /\b(message|event)(?:[ _-]?id)?[ :=#([]{1,3}([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/gi

/** Nothing but the name of what a function was called with: `Event: {…}`. */
const INPUT = /^\W{0,4}(?:lambda )?(?:event|input)\W{0,4}$/i

type NamedKind = 'message' | 'event' | 'execution' | 'request'

function kindOfName(plain: string): NamedKind | null {
  if (MESSAGE_NAME.test(plain)) return 'message'
  if (EVENT_NAME.test(plain)) return 'event'
  if (S3_NAME.test(plain)) return 'request'
  return plain === 'executionarn' ? 'execution' : null
}

interface Speech {
  draft: Draft
  /** The line's words. */
  human: string
  /** Which way they speak, once asked. */
  words?: Direction
}

/** Ids in fields of the line itself, not in those of an event or response inside it. `text`: where ids stand without a name. */
export function readNamedIds(human: string, fields: readonly Field[], draft: Draft, text = ''): void {
  // A message as it was received; whatever the words around it say of sending is about another one.
  if (fields.some(({ name }) => /^receipt_?handle$/i.test(name))) return
  const speech: Speech = { draft, human }
  for (const { name, value } of fields) {
    if (name.length > 24 || value.length < ID_LENGTH_MIN || !CANDIDATE.test(name)) continue
    const plain = name.replace(/[._-]/g, '').toLowerCase()
    if (GATEWAY_NAME.test(plain)) {
      if (idOf(value) !== undefined && draft.service.kind !== 'gateway') addRef(draft, { kind: 'request', role: 'parent', value })
      continue
    }
    if (IDEMPOTENCY_NAME.test(plain)) {
      // The same key of another operation is another thing.
      if (idOf(value) !== undefined) addRef(draft, { kind: 'idempotency', role: 'self', value: `${draft.service.name}/${value}` })
      continue
    }
    const bare = plain.replace(SENT_NAME, '').replace(RECEIVED_NAME, '')
    // `incomingMessageId` is a message id with a direction, `topicMessageId` one by its own name.
    const kind = kindOfName(bare) ?? kindOfName(plain)
    if (kind !== null) sayId(speech, kind, { name, value }, directionOfName(plain, bare))
  }
  if (text !== '') for (const [, kind = '', value = ''] of text.matchAll(WORDED)) sayId(speech, kind.toLowerCase() as NamedKind, { name: kind, value }, null)
}

function sayId(speech: Speech, kind: NamedKind, { name, value }: Field, named: Direction): void {
  const { draft } = speech
  if (speech.words === undefined) speech.words = directionOf(speech.human)
  const direction = named ?? speech.words
  if (kind === 'execution') return executionRef(value, direction ?? (INPUT.test(speech.human) ? 'receiving' : null), draft)
  if (kind === 'request' ? !/^[0-9A-Z]{16}$/.test(value) : !isUuid(value) || idOf(value) === undefined) return
  if (direction === 'sending') addRef(draft, { kind, role: kind === 'request' ? 'called' : 'produced', value })
  else addRef(draft, { kind, role: direction === 'receiving' ? 'consumed' : 'mentioned', value, place: placeOf(speech, name) })
}

const PLACE_WORDS = 80

/** Who says what, without what varies: words with digits in them. */
function placeOf({ draft, human }: Speech, name: string): string {
  const words = human.slice(0, PLACE_WORDS).replace(/\S*\d\S*/g, '*')
  return cutText(`${draft.service.name}: ${words}, ${name}`, 200)
}

function directionOfName(plain: string, bare: string): Direction {
  if (plain.length === bare.length) return null
  return SENT_NAME.test(plain) ? 'sending' : 'receiving'
}

/** Whoever starts an execution calls it; whoever handles its event was called by it. */
function executionRef(arn: string, direction: Direction, draft: Draft): void {
  if (!arn.startsWith('arn:') || !arn.includes(':states:')) return
  if (direction === 'starting' || direction === 'sending') addRef(draft, { kind: 'execution', role: 'called', value: arn })
  else if (direction === 'receiving') addRef(draft, { kind: 'execution', role: 'parent', value: arn })
}

/**
 * The queue that a message was put into, where the line that has its id names the queue's address: it shows although nobody may ever be seen
 * to receive from it. A consumer that logs the record speaks of the same delivery.
 */
export function noteQueue(draft: Draft): void {
  const sent = draft.facts.refs?.filter((ref) => ref.kind === 'message' && ref.role === 'produced') ?? []
  const [message, ...others] = sent
  if (message === undefined || others.length > 0) return
  const queues = new Set(draft.fields.map(({ value }) => (value.startsWith('https://sqs.') ? queueArn(value) : null)).filter((arn) => arn !== null))
  const [arn, ...more] = queues
  if (arn === undefined || more.length > 0) return
  const key = `sqs:${arn}:${message.value}:1`
  const refs: Ref[] = [
    { kind: 'message', role: 'consumed', value: message.value },
    { kind: 'span', role: 'self', value: key },
  ]
  addSpan(draft, { key, form: 'delivery', service: { kind: 'queue', name: nameOfArn(arn) }, name: '', startNs: null, endNs: null, refs })
}

import type { Bucket } from './buckets'
import type { Bus, PutEventsEntry, Topic } from './bus'
import type { Clock } from './clock'
import type { Item } from './expressions'
import type { Running } from './functions'
import type { Ledger } from './ledger'
import { md5, type Queue } from './queues'
import type { Random } from './random'
import type { Rates } from './rates'
import type { Table, WriteInput } from './tables'
import { AwsError, type PlatformRequest, type PlatformResponse } from './wire'
import { seconds, type TraceContext, type XRay } from './xray'

/**
 * Answers the HTTP requests of the SDK's clients, in the wire formats of the services: JSON 1.0 and 1.1 (SQS, DynamoDB,
 * EventBridge), query and XML (SNS), REST and XML (S3). Only the operations that the shop's handlers call.
 */
export interface AwsServices {
  region: string
  clock: Clock
  random: Random
  ledger: Ledger
  xray: XRay
  queues: Map<string, Queue>
  tables: Map<string, Table>
  topics: Map<string, Topic>
  buses: Map<string, Bus>
  buckets: Map<string, Bucket>
  externals: Record<string, External>
  rates: Rates
}

/** A system outside: says how long it takes and what it answers. */
export type External = (request: PlatformRequest, now: number, random: Random) => { latencyMs: number; status: number; body: unknown }

/** One call, understood. */
interface Call {
  /** As X-Ray names the service, and what it says of the call. */
  name: string
  aws: Record<string, unknown>
  latencyMs: number
  answer(trace: TraceContext): { body: string; aws?: Record<string, unknown> }
}

const HANDSHAKE_MS = 28
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

export function createAws(services: AwsServices) {
  const { clock, random, xray } = services

  return function serve(request: PlatformRequest, at: number, running: Running, reply: (response: PlatformResponse) => void): void {
    const handshake = running.connections.has(request.hostname) ? 0 : random.around(HANDSHAKE_MS, 0.3)
    running.connections.add(request.hostname)
    const id = xray.segmentId()
    const requestId = requestIdFor(request, random)
    const external = services.externals[request.hostname]
    const call = external === undefined ? understand(request, requestId, running, services) : outside(request, external, at, random)
    const travel = handshake + call.latencyMs
    clock.at(at + travel * 0.6, () => {
      const trace = { root: running.trace.root, parent: running.trace.sampled ? id : running.segment, sampled: running.trace.sampled }
      const response = respond(call, request, requestId, trace)
      clock.at(at + travel, () => {
        note(running, { id, call, at, end: clock.now(), response, requestId, extra: response.aws }, services)
        reply(response)
      })
    })
  }
}

function respond(call: Call, request: PlatformRequest, requestId: string, trace: TraceContext): PlatformResponse & { aws: Record<string, unknown> } {
  try {
    const { body, aws = {} } = call.answer(trace)
    return { status: 200, headers: { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId }, body, aws }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error
    const headers = { 'x-amzn-requestid': requestId, 'x-amz-request-id': requestId, 'x-amzn-errortype': error.code }
    const xml = request.hostname.includes('.s3.') || request.hostname.startsWith('sns.')
    const body = xml
      ? `<Error><Code>${error.code}</Code><Message>${error.message}</Message></Error>`
      : JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${error.code}`, message: error.message, ...error.extra })
    return { status: error.status, headers, body, aws: {} }
  }
}

function requestIdFor(request: PlatformRequest, random: Random): string {
  if (request.hostname.includes('.s3.')) return random.hex(16).toUpperCase()
  if (/\b(dynamodb|ddb)\./.test(request.hostname)) return `${random.text(48, BASE32)}VV4KQNSO`.slice(0, 52)
  return random.uuid()
}

interface Noted {
  id: string
  call: Call
  at: number
  end: number
  response: PlatformResponse
  requestId: string
  extra: Record<string, unknown>
}

const ORIGINS: Record<string, string> = { SQS: 'AWS::SQS::Queue', SNS: 'AWS::SNS', DynamoDB: 'AWS::DynamoDB::Table', S3: 'AWS::S3::Bucket' }

/** A sampled execution's subsegment for the call, and the segment that X-Ray infers of the service behind it. */
function note(running: Running, { id, call, at, end, response, requestId, extra }: Noted, { region, xray }: AwsServices): void {
  if (!running.trace.sampled) return
  const isAws = call.name in ORIGINS || call.name === 'Events'
  const facts = {
    name: call.name,
    start_time: seconds(at),
    end_time: seconds(end),
    http: { response: { status: response.status } },
    ...(response.status >= 400 ? { error: true } : {}),
    ...(isAws ? { aws: { retries: 0, region, request_id: requestId, ...call.aws, ...extra } } : {}),
  }
  running.subsegments.push({ id, ...facts, namespace: isAws ? 'aws' : 'remote' })
  const origin = ORIGINS[call.name]
  if (origin === undefined) return
  xray.put({ id: xray.segmentId(), trace_id: running.trace.root, parent_id: id, inferred: true, ...facts, origin })
}

function outside(request: PlatformRequest, external: External, at: number, random: Random): Call {
  const { latencyMs, status, body } = external(request, at, random)
  return {
    name: request.hostname,
    aws: {},
    latencyMs,
    answer() {
      if (status >= 400) throw new AwsError('External', JSON.stringify(body), status)
      return { body: JSON.stringify(body) }
    },
  }
}

function understand(request: PlatformRequest, requestId: string, running: Running, services: AwsServices): Call {
  const operation = request.headers['x-amz-target']?.split('.').at(-1) ?? ''
  if (request.hostname.startsWith('sqs.')) return sqsCall(operation, JSON.parse(request.body) as SqsInput, running, services)
  if (request.hostname.startsWith('events.')) return eventsCall(JSON.parse(request.body) as { Entries: PutEventsEntry[] }, running, services)
  if (request.hostname.startsWith('sns.')) return snsCall(new URLSearchParams(request.body), requestId, running, services)
  if (/\b(dynamodb|ddb)\./.test(request.hostname)) return tableCall(operation, JSON.parse(request.body) as TableInput, running, services)
  const bucket = /^([^.]+)\.s3\./.exec(request.hostname)?.[1]
  if (bucket !== undefined) return bucketCall(request, bucket, requestId, running, services)
  throw new Error(`nothing answers for ${request.hostname}`)
}

function found<T>(map: Map<string, T>, name: string | undefined): T {
  const value = name === undefined ? undefined : map.get(name)
  if (value === undefined) throw new Error(`there is no ${String(name)}`)
  return value
}

interface SqsInput {
  QueueUrl: string
  MessageBody: string
  DelaySeconds?: number
  Entries?: { Id: string; MessageBody: string }[]
}

function sqsCall(operation: string, input: SqsInput, running: Running, { random, clock, ledger, queues }: AwsServices): Call {
  const queue = found(queues, input.QueueUrl.split('/').at(-1))
  const send = (body: string, trace: TraceContext): string =>
    queue.send({
      body,
      senderId: `AROAEXAMPLEEXAMPLE00:${running.functionName}`,
      trace,
      cause: (id) => ledger.emission(running.execution, 'sqs', clock.now(), [id], body),
      delayMs: (input.DelaySeconds ?? 0) * 1000,
    })
  return {
    name: 'SQS',
    aws: { operation, queue_url: input.QueueUrl },
    latencyMs: random.around(9),
    answer(trace) {
      if (operation === 'SendMessage') {
        const id = send(input.MessageBody, trace)
        return { body: JSON.stringify({ MessageId: id, MD5OfMessageBody: md5(input.MessageBody) }), aws: { message_id: id } }
      }
      if (operation !== 'SendMessageBatch') throw new Error(`SQS has no ${operation} here`)
      const Successful = (input.Entries ?? []).map(({ Id, MessageBody }) => ({ Id, MessageId: send(MessageBody, trace), MD5OfMessageBody: md5(MessageBody) }))
      return { body: JSON.stringify({ Successful, Failed: [] }) }
    },
  }
}

function eventsCall(input: { Entries: PutEventsEntry[] }, running: Running, { random, buses }: AwsServices): Call {
  const bus = found(buses, input.Entries[0]?.EventBusName)
  return {
    name: 'Events',
    aws: { operation: 'PutEvents', resource_names: [bus.name] },
    latencyMs: random.around(14),
    answer: (trace) => ({ body: JSON.stringify(bus.put(input.Entries, running, trace)) }),
  }
}

function snsCall(form: URLSearchParams, requestId: string, running: Running, { random, topics }: AwsServices): Call {
  const arn = form.get('TopicArn') ?? ''
  const topic = found(topics, arn.split(':').at(-1))
  if (form.get('Action') !== 'Publish') throw new Error(`SNS has no ${String(form.get('Action'))} here`)
  return {
    name: 'SNS',
    aws: { operation: 'Publish', topic_arn: arn },
    latencyMs: random.around(19),
    answer(trace) {
      const id = topic.publish(form.get('Message') ?? '', form.get('Subject') ?? undefined, running, trace)
      const result = `<PublishResult><MessageId>${id}</MessageId></PublishResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`
      return { body: `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">${result}</PublishResponse>` }
    },
  }
}

interface TableInput extends WriteInput {
  TableName: string
  Key: Item
  Item: Item
  UpdateExpression: string
  ReturnValues?: string
  TransactItems?: { Put?: TableInput; Update?: TableInput; ConditionCheck?: TableInput }[]
}

const TABLE_LATENCY_MS: Record<string, number> = { GetItem: 4, PutItem: 7, UpdateItem: 7, Scan: 60, TransactWriteItems: 15 }

function tableCall(operation: string, input: TableInput, running: Running, services: AwsServices): Call {
  const { random, tables, rates } = services
  // X-Ray names no table for a call on several.
  const named = input.TransactItems === undefined ? { table_name: input.TableName, resource_names: [input.TableName] } : {}
  return {
    name: 'DynamoDB',
    aws: { operation, ...named },
    latencyMs: random.around(TABLE_LATENCY_MS[operation] ?? 6),
    answer(trace) {
      if (random.chance(rates.tableThrottle)) throw new AwsError('ThrottlingException', 'Rate of requests exceeds the allowed throughput.')
      return { body: JSON.stringify(tableAnswer(operation, input, tables, running, trace)) }
    },
  }
}

function tableAnswer(operation: string, input: TableInput, tables: Map<string, Table>, running: Running, trace: TraceContext): unknown {
  if (operation === 'TransactWriteItems') return transact(input.TransactItems ?? [], tables, running, trace)
  const table = found(tables, input.TableName)
  if (operation === 'GetItem') return { Item: table.get(input.Key) }
  if (operation === 'Scan') {
    const Items = table.scan()
    return { Items, Count: Items.length, ScannedCount: Items.length }
  }
  if (operation === 'DeleteItem') {
    table.delete(input)
    return {}
  }
  if (operation === 'PutItem') {
    table.put(input, running, trace)
    return {}
  }
  if (operation !== 'UpdateItem') throw new Error(`DynamoDB has no ${operation} here`)
  const after = table.update(input, running, trace)
  return input.ReturnValues === 'ALL_NEW' ? { Attributes: after } : {}
}

/** All conditions are looked at first, then all is written; the answer to a failure names each part's reason. */
function transact(items: NonNullable<TableInput['TransactItems']>, tables: Map<string, Table>, running: Running, trace: TraceContext): unknown {
  const reasons = items.map(({ Put, Update, ConditionCheck }) => {
    const part = Put ?? Update ?? ConditionCheck
    const met = part !== undefined && found(tables, part.TableName).meets(Put?.Item ?? part.Key, part)
    return met ? { Code: 'None' } : { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' }
  })
  if (reasons.some(({ Code }) => Code !== 'None')) {
    const codes = reasons.map(({ Code }) => Code).join(', ')
    const message = `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`
    throw new AwsError('TransactionCanceledException', message, 400, { CancellationReasons: reasons })
  }
  for (const { Put, Update } of items) {
    if (Put !== undefined) found(tables, Put.TableName).put(Put, running, trace)
    if (Update !== undefined) found(tables, Update.TableName).update(Update, running, trace)
  }
  return {}
}

function bucketCall(request: PlatformRequest, name: string, requestId: string, running: Running, { random, buckets }: AwsServices): Call {
  const bucket = found(buckets, name)
  const key = decodeURIComponent(request.path.slice(1))
  const id2 = `${random.text(75, BASE64)}=`
  const operation = request.method === 'PUT' ? 'PutObject' : 'GetObject'
  return {
    name: 'S3',
    aws: { operation, bucket_name: name, key, id_2: id2, resource_names: [name] },
    latencyMs: random.around(operation === 'PutObject' ? 36 : 22),
    answer(trace) {
      if (request.method === 'GET') return { body: bucket.get(key) }
      bucket.put(key, request.body, { requestId, id2 }, running, trace)
      return { body: '' }
    },
  }
}

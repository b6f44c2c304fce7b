/**
 * One story by every protocol: ten producers send a message each, one consumer receives all ten in a batch. Whichever door the lines come by,
 * ten producer -> delivery -> consumer links and ten transactions come out. Lines of functions are the Powertools logger's real output.
 */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'
import { ZipkinExporter } from '@opentelemetry/exporter-zipkin'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BasicTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { call, exactLinks, startFront } from '#testing/push-front'

const { url, pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const origin = await startFront({ url, pool })
const links = (): Promise<string[]> => exactLinks(pool)

/** Each transaction as its services, by name. */
async function transactions(): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select string_agg(v.name, ', ' order by v.name) as line from transaction_span x
     join span s on s.id = x.span_id join service v on v.id = s.service_id group by x.transaction_id`,
  )
  return rows.map(({ line }) => line).toSorted()
}

const tenTimes = <T>(value: T): T[] => Array.from({ length: 10 }, () => value)
const id = (n: number): string => `${String(n).padStart(8, '0')}-1111-4222-8333-444444444444`
const messageId = (n: number): string => `${String(n).padStart(8, '0')}-aaaa-4bbb-8ccc-dddddddddddd`

interface Execution {
  name: string
  requestId: string
  stream: string
  atMs: number
  lines: string[]
}

const consumed = {
  Records: Array.from({ length: 10 }, (_, n) => ({
    messageId: messageId(n), receiptHandle: `AQEB${n}`, body: `{"order":${n}}`, md5OfBody: 'x', messageAttributes: {}, awsRegion: 'eu-west-1',
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(T + n * 10 + 15), SenderId: 'AIDA', ApproximateFirstReceiveTimestamp: String(T + 2000) },
    eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  })),
} // prettier-ignore

/** What ten producers and one consumer wrote, by the Powertools logger in a process that looks like Lambda's. */
function powertools(): Execution[] {
  const executions = [
    ...Array.from({ length: 10 }, (_, n) => ({
      name: 'checkout', requestId: id(n), stream: `2026/06/15/[$LATEST]${n}`, atMs: T + n * 10,
      log: { message: 'order sent', extra: { response: { $metadata: { httpStatusCode: 200, requestId: id(100 + n), attempts: 1 }, MD5OfMessageBody: 'x', MessageId: messageId(n) } } },
    })),
    { name: 'payment', requestId: id(99), stream: '2026/06/15/[$LATEST]p', atMs: T + 2000, log: { event: consumed } },
  ] // prettier-ignore
  const program = `
    import { Logger } from '@aws-lambda-powertools/logger'
    for (const { name, requestId, log } of ${JSON.stringify(executions)}) {
      const logger = new Logger({ serviceName: name })
      logger.addContext({ functionName: name, functionVersion: '$LATEST', memoryLimitInMB: '128', awsRequestId: requestId,
        invokedFunctionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:' + name })
      if (log.event) logger.logEventIfEnabled(log.event, true)
      else logger.info(log.message, log.extra)
    }`
  const env = { PATH: process.env.PATH, AWS_LAMBDA_FUNCTION_NAME: 'checkout', AWS_REGION: 'eu-west-1', TZ: 'UTC' }
  const written = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    env: env as never,
    cwd: join(import.meta.dirname, '..', '..'),
    encoding: 'utf8',
  })
  const lines = written.trimEnd().split('\n')
  expect(lines).toHaveLength(11)
  return executions.map(({ name, requestId, stream, atMs }, i) => ({ name, requestId, stream, atMs, lines: [lines[i] ?? ''] }))
}

let written: Execution[]
beforeAll(() => {
  written = powertools()
})

interface LogEvent {
  id: string
  timestamp: number
  message: string
}

/** With Lambda's own lines around what the logger wrote. */
function events({ requestId, atMs, lines, stream }: Execution): LogEvent[] {
  const messages: [number, string][] = [
    [0, `START RequestId: ${requestId} Version: $LATEST\n`],
    ...lines.map((line): [number, string] => [20, line]),
    [90, `END RequestId: ${requestId}\n`],
    [90, `REPORT RequestId: ${requestId}\tDuration: 90.00 ms\tBilled Duration: 90 ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\t\n`],
  ]
  return messages.map(([ms, message], i) => ({ id: String((BigInt(atMs + ms) << 144n) + BigInt(stream.length * 1000 + i)), timestamp: atMs + ms, message }))
}

const group = (name: string): string => `/aws/lambda/${name}`
const subscription = (execution: Execution, filter = 'all'): string =>
  JSON.stringify({
    messageType: 'DATA_MESSAGE', owner: '123456789012', logGroup: group(execution.name), logStream: execution.stream, subscriptionFilters: [filter], logEvents: events(execution),
  }) // prettier-ignore

async function ingest(body: string | Buffer, path = '/api/v1/ingest'): Promise<Record<string, unknown>> {
  const answer = await call(path, { body: body as never })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Record<string, unknown>
}

async function expectTheStory(): Promise<void> {
  expect(await links()).toEqual([...tenTimes('checkout -message-id-> orders'), ...tenTimes('orders -span-parent-> payment')])
  expect(await transactions()).toEqual(tenTimes('checkout, orders, payment'))
}

describe('an SQS batch of 10 from 10 producers gives 10 producer -> delivery -> consumer links', () => {
  it('as CloudWatch events, in any order of arrival', async () => {
    const lines = written.flatMap((execution) =>
      events(execution).map(({ id: eventId, timestamp, message }) =>
        JSON.stringify({ logGroup: group(execution.name), logStream: execution.stream, timestamp, message, ingestionTime: timestamp + 900, eventId }),
      ),
    )
    for (const order of [lines, lines.toReversed()]) {
      await pool.query('truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction')
      for (let i = 0; i < order.length; i += 15) {
        expect(await ingest(order.slice(i, i + 15).join('\n'))).toMatchObject({ rejected: 0, quarantined: 0 })
        await links()
      }
      await expectTheStory()
    }
  })

  it('as subscription payloads of two filters: each event once', async () => {
    await ingest(JSON.stringify({ messageType: 'CONTROL_MESSAGE', owner: 'CloudwatchLogs', logGroup: '', logStream: '', subscriptionFilters: [], logEvents: [{ id: '', timestamp: T, message: 'CWL CONTROL MESSAGE: Checking health of destination Kinesis stream.' }] })) // prettier-ignore
    for (const filter of ['all', 'errors']) {
      const answer = await ingest(written.map((execution) => subscription(execution, filter)).join('\n'))
      expect(answer).toMatchObject(filter === 'all' ? { stored: 44, duplicate: 0 } : { stored: 0, duplicate: 44 })
    }
    await expectTheStory()
  })

  it('as deliveries of Firehose, each sent twice', async () => {
    const records = written.map((execution) => ({ data: gzipSync(subscription(execution)).toString('base64') }))
    for (const requestId of ['r1', 'r1']) {
      const body = JSON.stringify({ requestId, timestamp: T, records })
      const answer = await call('/api/v1/ingest/firehose', { body, headers: { 'content-type': 'application/json', 'x-amz-firehose-request-id': requestId } })
      expect([answer.status, await answer.json()]).toMatchObject([200, { requestId }])
    }
    await expectTheStory()
  })

  it('as arrays of the Lambda Telemetry API', async () => {
    for (const execution of written) {
      const { name, requestId, atMs, lines } = execution
      const at = (ms: number): string => new Date(atMs + ms).toISOString()
      const array = [
        { time: at(0), type: 'platform.start', record: { requestId, version: '$LATEST' } },
        ...lines.map((line) => ({ time: at(20), type: 'function', record: line })),
        { time: at(90), type: 'platform.runtimeDone', record: { requestId, status: 'success', metrics: { durationMs: 90, producedBytes: 2 } } },
        { time: at(91), type: 'platform.report', record: { requestId, status: 'success', metrics: { durationMs: 90, billedDurationMs: 90, memorySizeMB: 128, maxMemoryUsedMB: 70 } } },
      ] // prettier-ignore
      expect(await ingest(JSON.stringify(array), `/api/v1/ingest?source=${name}`)).toMatchObject({ received: 4, stored: 4 })
    }
    await expectTheStory()
  })

  it('as X-Ray segments', async () => {
    const trace_id = (n: number): string => `1-${Math.floor(T / 1000).toString(16)}-${n.toString(16).padStart(24, '0')}`
    const hex = (n: number): string => n.toString(16).padStart(16, '0')
    const producers = Array.from({ length: 10 }, (_, n) => ({
      trace_id: trace_id(n), id: hex(n * 2 + 1), name: 'checkout', origin: 'AWS::Lambda', start_time: T / 1000 + n / 100, end_time: T / 1000 + 1, aws: { request_id: id(n) },
      subsegments: [{ id: hex(n * 2 + 2), name: 'SQS', namespace: 'aws', start_time: T / 1000 + n / 100, end_time: T / 1000 + 0.5, aws: { operation: 'SendMessage', queue_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders', message_id: messageId(n) } }],
    })) // prettier-ignore
    await ingest(
      producers.map((document) => JSON.stringify({ Id: document.trace_id, Segments: [{ Id: document.id, Document: JSON.stringify(document) }] })).join('\n'),
    )
    await ingest(written.slice(10).map((execution) => subscription(execution)).join('\n')) // prettier-ignore
    expect(await links()).toEqual(
      [
        ...tenTimes('checkout -span-parent-> orders SendMessage'),
        ...tenTimes('orders SendMessage -message-id-> orders'),
        ...tenTimes('orders -span-parent-> payment'),
      ].toSorted(),
    )
  })

  it("as Zipkin spans of OpenTelemetry's exporter: one processing span a message", async () => {
    const tracer = (service: string): BasicTracerProvider =>
      new BasicTracerProvider({
        resource: resourceFromAttributes({ 'service.name': service }),
        spanProcessors: [new SimpleSpanProcessor(new ZipkinExporter({ url: `${origin}/api/v2/spans` }))],
      })
    const [shop, mail] = [tracer('checkout'), tracer('payment')]
    const attributes = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'orders' }
    for (let n = 0; n < 10; n++) {
      const sent = shop.getTracer('t').startSpan(`send ${n}`, { kind: SpanKind.PRODUCER, attributes }, ROOT_CONTEXT)
      sent.end()
      const within = trace.setSpan(ROOT_CONTEXT, sent)
      mail.getTracer('t').startSpan(`process ${n}`, { kind: SpanKind.CONSUMER, attributes: { ...attributes, 'messaging.operation.type': 'process' } }, within).end() // prettier-ignore
    }
    await Promise.all([shop.forceFlush(), mail.forceFlush()])
    const expected = Array.from({ length: 10 }, (_, n) => [`checkout send ${n} -span-parent-> orders`, `orders -span-parent-> payment process ${n}`]).flat()
    expect(await links()).toEqual(expected.toSorted())
  })

  it('as Jaeger spans: one processing span with ten references', async () => {
    const processes = { p1: { serviceName: 'checkout', tags: [] }, p2: { serviceName: 'payment', tags: [] } }
    const tags = (kind: string): object[] =>
      Object.entries({ 'span.kind': kind, 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'orders', 'messaging.operation.type': kind === 'consumer' ? 'process' : 'send' }).map(([key, value]) => ({ key, type: 'string', value })) // prettier-ignore
    const traceID = (n: number): string => (n + 1).toString(16).padStart(32, 'a')
    const spanID = (n: number): string => (n + 1).toString(16).padStart(16, 'b')
    const producers = Array.from({ length: 10 }, (_, n) => ({
      traceID: traceID(n), spanID: spanID(n), operationName: `send ${n}`, references: [], startTime: (T + n) * 1000, duration: 100, tags: tags('producer'), logs: [], processID: 'p1',
    })) // prettier-ignore
    const consumer = {
      traceID: traceID(50), spanID: spanID(50), operationName: 'process', startTime: (T + 2000) * 1000, duration: 100, tags: tags('consumer'), logs: [], processID: 'p2',
      references: producers.map((span) => ({ refType: 'FOLLOWS_FROM', traceID: span.traceID, spanID: span.spanID })),
    } // prettier-ignore
    const data = [...producers, consumer].map((span) => ({ traceID: span.traceID, spans: [span], processes, warnings: null }))
    expect(await ingest(JSON.stringify({ data, total: 11 }))).toMatchObject({ received: 11, stored: 11 })
    const expected = Array.from({ length: 10 }, (_, n) => `checkout send ${n} -span-link-> orders`)
    expect(await links()).toEqual([...expected, ...tenTimes('orders -span-parent-> payment process')].toSorted())
  })
})

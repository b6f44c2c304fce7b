/** The doors of other protocols, driven by clients that we did not write, on a real Postgres: what arrives is linked. */
import { gzipSync } from 'node:zlib'
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Span } from '@opentelemetry/api'
import { SeverityNumber } from '@opentelemetry/api-logs'
import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchLogRecordProcessor, LoggerProvider } from '@opentelemetry/sdk-logs'
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { call, exactLinks, startFront } from '#testing/push-front'

const { url, pool } = await createTestDatabase()
const origin = await startFront({ url, pool })
const links = (): Promise<string[]> => exactLinks(pool)

async function count(): Promise<number> {
  return Number((await pool.query<{ n: bigint }>('select count(*) as n from event')).rows[0]?.n)
}

function tracer(service: string): {
  provider: BasicTracerProvider
  start: (name: string, options?: Parameters<ReturnType<BasicTracerProvider['getTracer']>['startSpan']>[1], parent?: Span) => Span
} {
  // prettier-ignore
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url: `${origin}/v1/traces`, compression: 'gzip' as never }))],
  })
  const of = provider.getTracer('test')
  return { provider, start: (name, options, parent) => of.startSpan(name, options, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT) }
}

describe("OpenTelemetry's own exporters", () => {
  it('an HTTP call over two services, with a failure and the log records inside it, is one chain', async () => {
    const [web, stock] = [tracer('web'), tracer('stock')]
    const root = web.start('GET /cart', { kind: SpanKind.SERVER })
    const out = web.start('GET', { kind: SpanKind.CLIENT }, root)
    const inner = stock.start('GET /stock', { kind: SpanKind.SERVER }, out)
    inner.setStatus({ code: SpanStatusCode.ERROR })
    const logs = new LoggerProvider({
      resource: resourceFromAttributes({ 'service.name': 'stock' }),
      processors: [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter({ url: `${origin}/v1/logs` }) })],
    })
    logs.getLogger('test').emit({ severityNumber: SeverityNumber.ERROR, body: 'out of stock for sku=abc-123', context: trace.setSpan(ROOT_CONTEXT, inner) })
    for (const span of [inner, out, root]) span.end()
    await logs.forceFlush()
    await Promise.all([web.provider.forceFlush(), stock.provider.forceFlush()])
    expect(await links()).toEqual(['web GET -span-parent-> stock GET /stock', 'web GET /cart -span-parent-> web GET'])
    const { rows } = await pool.query(
      `select s.event_count::int as events, s.failed, count(t.*)::int as transactions from span s join service v on v.id = s.service_id and v.name = 'stock'
       join transaction_span x on x.span_id = s.id join transaction t on t.id = x.transaction_id group by s.id, s.event_count, s.failed`,
    )
    expect(rows).toEqual([{ events: 1, failed: true, transactions: 1 }])
  })

  it('a batch of 10 messages from 10 producers leads each producer through its own delivery to the consumer', async () => {
    const [shop, mail] = [tracer('shop'), tracer('mail')]
    const sent = Array.from({ length: 10 }, (_, i) => {
      const span = shop.start(`send ${i}`, { kind: SpanKind.PRODUCER, attributes: { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'orders' } })
      span.end()
      return span
    })
    const attributes = { 'messaging.system': 'aws_sqs', 'messaging.operation.type': 'process', 'messaging.destination.name': 'orders' }
    mail.start('process orders', { kind: SpanKind.CONSUMER, attributes, links: sent.map((span) => ({ context: span.spanContext() })) }).end()
    await Promise.all([shop.provider.forceFlush(), mail.provider.forceFlush()])
    const expected = Array.from({ length: 10 }, (_, i) => `shop send ${i} -span-link-> orders`)
    expect(await links()).toEqual([...Array.from({ length: 10 }, () => 'orders -span-parent-> mail process orders'), ...expected].toSorted())
    const { rows } = await pool.query('select count(*)::int as transactions from transaction')
    expect(rows).toEqual([{ transactions: 10 }])
  })

  it('a span that X-Ray recorded and one that OpenTelemetry recorded meet by the same trace', async () => {
    const seconds = Math.floor(Date.now() / 1000)
    const traceId = seconds.toString(16) + 'b'.repeat(24)
    const segment = { trace_id: `1-${traceId.slice(0, 8)}-${traceId.slice(8)}`, id: 'a'.repeat(16), name: 'edge', start_time: seconds, end_time: seconds + 1 }
    expect((await call('/api/v1/ingest', { body: JSON.stringify(segment) })).status).toBe(200)
    const app = tracer('app')
    const remote = trace.wrapSpanContext({ traceId, spanId: 'a'.repeat(16), traceFlags: 1 })
    app.start('GET /', { kind: SpanKind.SERVER }, remote).end()
    await app.provider.forceFlush()
    expect(await links()).toEqual(['edge -span-parent-> app GET /'])
  })
})

const ID = { traceId: 'f'.repeat(32), spanId: '1'.repeat(16), startTimeUnixNano: '1764000000000000000', endTimeUnixNano: '1764000001000000000', name: 'x' }
const otlp = (spans: object[]): string => JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] })
const JSON_TYPE = { 'content-type': 'application/json' }

describe('OTLP/HTTP', () => {
  it('names what it did not take, keeps the rest, and stores a repeat once', async () => {
    const body = otlp([ID, { ...ID, spanId: 'zz' }])
    const first = await call('/v1/traces', { body, headers: JSON_TYPE })
    expect(first.status).toBe(200)
    expect(await first.json()).toEqual({ partialSuccess: { rejectedSpans: '1', errorMessage: expect.stringMatching(/record 2: invalid_span: spanId "zz"/) } })
    const again = await call('/v1/traces', { body: gzipSync(otlp([ID])), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } })
    expect(await again.json()).toEqual({})
    expect(await count()).toBe(1)
  })

  it('answers in the encoding of the request, errors too', async () => {
    const protobuf = { 'content-type': 'application/x-protobuf' }
    const empty = await call('/v1/logs', { body: new Uint8Array(0), headers: protobuf })
    expect([empty.status, empty.headers.get('content-type'), (await empty.arrayBuffer()).byteLength]).toEqual([200, 'application/x-protobuf', 0])
    const broken = await call('/v1/logs', { body: new Uint8Array([10, 200]), headers: protobuf })
    expect([broken.status, broken.headers.get('content-type')]).toEqual([400, 'application/x-protobuf'])
    expect(
      Buffer.from(await broken.arrayBuffer())
        .subarray(2)
        .toString(),
    ).toMatch(/^not a protobuf message/)
    const text = await call('/v1/logs', { body: '{"resourceLogs":', headers: JSON_TYPE })
    expect([text.status, await text.json()]).toEqual([400, { message: 'the body is not JSON' }])
    expect((await call('/v1/logs', { body: 'x', headers: { 'content-type': 'text/plain' } })).status).toBe(415)
  })

  it('refuses metrics as a partial success, so that their sender goes on', async () => {
    const metrics = { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name: 'm', sum: { dataPoints: [{}, {}] } }] }] }] }
    const answer = await call('/v1/metrics', { body: JSON.stringify(metrics), headers: JSON_TYPE })
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { partialSuccess: { rejectedDataPoints: '2', errorMessage: 'Specter keeps logs and traces, not metrics' } },
    ])
  })

  it('is understood on /api/v1/ingest too, and a span is the same by either door', async () => {
    await call('/v1/traces', { body: otlp([ID]), headers: JSON_TYPE })
    const answer = await call('/api/v1/ingest?source=file', { body: otlp([ID, { ...ID, spanId: '2'.repeat(16), parentSpanId: ID.spanId }]) })
    expect(await answer.json()).toMatchObject({ received: 2, stored: 1, duplicate: 1 })
    expect(await links()).toHaveLength(1)
  })
})

describe('what several formats say of one story', () => {
  const T = 1764000000
  const TRACE = T.toString(16) + 'c'.repeat(24)
  const REQUEST = '0f1e2d3c-4b5a-4678-8abc-def012345678'
  const attribute = (key: string, value: string): object => ({ key, value: { stringValue: value } })
  const resource = (service: string): object => ({ attributes: [attribute('service.name', service)] })
  const consumer = {
    traceId: TRACE, spanId: 'd'.repeat(16), kind: 5, name: 'process', startTimeUnixNano: `${T + 2}000000000`, endTimeUnixNano: `${T + 3}000000000`,
    attributes: [attribute('messaging.system', 'aws_sqs'), attribute('messaging.destination.name', 'orders'), attribute('messaging.message.id', 'm-77aa-0001')],
  } // prettier-ignore
  const log = { timeUnixNano: `${T + 2}500000000`, traceId: TRACE, spanId: consumer.spanId, severityNumber: 17, body: { stringValue: 'card refused' } }
  const segment = {
    trace_id: `1-${TRACE.slice(0, 8)}-${'c'.repeat(24)}`, id: 'a'.repeat(16), name: 'checkout', origin: 'AWS::Lambda', start_time: T, end_time: T + 1, aws: { request_id: REQUEST },
    subsegments: [{ id: 'b'.repeat(16), name: 'SQS', namespace: 'aws', start_time: T + 0.1, end_time: T + 0.2, aws: { operation: 'SendMessage', queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/orders', message_id: 'm-77aa-0001' } }],
  } // prettier-ignore
  const bodies = [
    JSON.stringify({ resourceSpans: [{ resource: resource('mail'), scopeSpans: [{ spans: [consumer] }] }] }),
    JSON.stringify({ resourceLogs: [{ resource: resource('mail'), scopeLogs: [{ logRecords: [log] }] }] }),
    JSON.stringify(segment),
  ]

  it('X-Ray sent the message that OpenTelemetry received, and the log record is part of the receiver, in any order', async () => {
    const results: unknown[] = []
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [1, 0, 2],
    ]) {
      await pool.query('truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction')
      for (const i of order) {
        expect((await call('/api/v1/ingest', { body: bodies[i] ?? '' })).status).toBe(200)
        await links()
      }
      const spans = await pool.query<{ line: string }>(
        `select concat_ws(' ', v.name, nullif(s.name, ''), s.event_count, s.failed) as line from span s join service v on v.id = s.service_id`,
      )
      results.push([await links(), spans.rows.map(({ line }) => line).toSorted()])
    }
    expect(results[0]).toEqual([
      ['checkout -span-parent-> orders SendMessage', 'orders -span-parent-> mail process', 'orders SendMessage -message-id-> orders'],
      ['checkout 0 f', 'mail process 1 t', 'orders 0 f', 'orders SendMessage 0 f'],
    ])
    for (const other of results.slice(1)) expect(other).toEqual(results[0])
  })
})

describe('Zipkin', () => {
  const half = (kind: string, service: string, rest: object = {}): object => ({
    traceId: '1e223ff1f80f1c69', id: '74280ae0c10d8062', name: kind.toLowerCase(), kind, timestamp: 1764000000000000, duration: 500, localEndpoint: { serviceName: service }, ...rest,
  }) // prettier-ignore

  it('two halves of one span id: what follows hangs under the server, in any order of arrival', async () => {
    const spans = [
      half('CLIENT', 'a'),
      half('SERVER', 'b', { shared: true }),
      { traceId: '1e223ff1f80f1c69', id: '43210ae0c10d1234', parentId: '74280ae0c10d8062', name: 'async', timestamp: 1764000000000100, duration: 50, localEndpoint: { serviceName: 'b' } }, // prettier-ignore
    ]
    const expected = ['a client -span-call-> b server', 'b server -span-parent-> b async']
    for (const order of [spans, [...spans].reverse(), [spans[2], spans[0], spans[1]]]) {
      await pool.query('truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction')
      for (const span of order) {
        expect((await call('/api/v2/spans', { body: JSON.stringify([span]), headers: JSON_TYPE })).status).toBe(202)
        await links()
      }
      expect(await links()).toEqual(expected)
    }
  })

  it('without the server half, the child hangs under the client; a body that is no array is refused', async () => {
    const child = half('SERVER', 'b', { id: '000000000000d234', parentId: '74280ae0c10d8062' })
    expect(await (await call('/api/v1/ingest', { body: JSON.stringify([half('CLIENT', 'a'), child]) })).json()).toMatchObject({ stored: 2 })
    expect(await links()).toEqual(['a client -span-call-> b server'])
    expect((await call('/api/v2/spans', { body: '{"a":1}', headers: JSON_TYPE })).status).toBe(400)
    expect((await call('/api/v2/spans', { body: 'x', headers: { 'content-type': 'application/x-protobuf' } })).status).toBe(415)
  })
})

describe('Firehose', () => {
  const subscription = (id: string): string =>
    JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: '/app/f', logStream: 's', logEvents: [{ id, timestamp: 1764000000000, message: `line ${id}` }] })
  const body = (...data: (string | Buffer)[]): string =>
    JSON.stringify({ requestId: 'ed4acda5-034f', timestamp: 1764000000000, records: data.map((record) => ({ data: Buffer.from(record).toString('base64') })) })

  it('takes gzip, concatenated payloads, text and empty records; repeats the requestId; a retry stores nothing twice', async () => {
    const request = body(gzipSync(subscription('1')), subscription('2') + subscription('3'), 'hello world', '', Buffer.from([0x1f, 0x8b, 0]))
    for (const [stored] of [[4], [4]]) {
      const answer = await call('/api/v1/ingest/firehose', { body: request, headers: { ...JSON_TYPE, 'x-amz-firehose-request-id': 'ed4acda5-034f' } })
      expect([answer.status, await answer.json()]).toEqual([200, { requestId: 'ed4acda5-034f', timestamp: expect.any(Number) }])
      expect(await count()).toBe(stored)
    }
    const { rows } = await pool.query(`select code from quarantine where code = 'invalid_record'`)
    expect(rows.length).toBeGreaterThan(0)
  })

  it('takes the key that is set and no other, and says so in its own form', async () => {
    process.env.SPECTER_FIREHOSE_KEY = 'k1'
    try {
      const send = (key: string): Promise<Response> =>
        call('/api/v1/ingest/firehose', { body: body('a line'), headers: { 'x-amz-firehose-access-key': key, 'x-amz-firehose-request-id': 'r1' } })
      const refused = await send('k2')
      expect([refused.status, await refused.json()]).toMatchObject([401, { requestId: 'r1', errorMessage: expect.any(String) }])
      expect(await count()).toBe(0)
      expect((await send('k1')).status).toBe(200)
    } finally {
      delete process.env.SPECTER_FIREHOSE_KEY
    }
    expect((await call('/api/v1/ingest/firehose', { body: '{"records":7}', headers: JSON_TYPE })).status).toBe(400)
  })
})

import { describe, expect, it } from 'vitest'
import type { RawRecord } from '#lib/model/event'
import { hops, lambda, linked, linkTexts, segment, T0, uuid } from './test-read'

/** One thing that two sources tell of is one span. */

const TRACE = '6ae843007f6693a83263b99e9d2db8ce'
const XRAY = `1-${TRACE.slice(0, 8)}-${TRACE.slice(8)}`
const M = uuid(0xa1)

interface Otel {
  spanId: string
  parent?: string
  name: string
  /** OTLP's number: 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number
  ms: number
  attributes?: Record<string, string>
}

function otel({ spanId, parent, name, kind, ms, attributes = {} }: Otel): RawRecord {
  const value = (text: string): object => ({ stringValue: text })
  const list = (from: Record<string, string>): object[] => Object.entries(from).map(([key, text]) => ({ key, value: value(text) }))
  const span = { traceId: TRACE, spanId, ...(parent === undefined ? {} : { parentSpanId: parent }), name, kind, startTimeUnixNano: `${T0 + ms}000000`, endTimeUnixNano: `${T0 + ms + 10}000000`, attributes: list(attributes) } // prettier-ignore
  const document = { resourceSpans: [{ resource: { attributes: list({ 'service.name': 'worker' }) }, scopeSpans: [{ spans: [span] }] }] }
  return { form: 'segment', format: 'otlp', body: JSON.stringify(document), json: document, timeNs: null, line: 1 }
}

describe('a span of OpenTelemetry that X-Ray has too', () => {
  it('is one span, by its trace and span id', () => {
    const id = '4e389a109ab7353c'
    const both = linked([
      otel({ spanId: id, name: 'GET /rates', kind: 2, ms: 0 }),
      segment({
        id,
        trace_id: XRAY,
        name: 'rates',
        start_time: T0 / 1000,
        end_time: T0 / 1000 + 0.01,
        http: { request: { method: 'GET', url: 'https://x/rates' } },
      }),
    ])
    expect(both.spans.size).toBe(1)
  })
})

describe('a delivery that a consumer logs and traces', () => {
  const traced = otel({
    spanId: 'aaaaaaaaaaaaaaa1', name: 'orders process', kind: 5, ms: 100,
    attributes: { 'messaging.system': 'aws_sqs', 'messaging.operation.type': 'process', 'messaging.message.id': M, 'aws.sqs.queue.url': 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders', 'faas.invocation_id': uuid(2) },
  }) // prettier-ignore
  const record = {
    messageId: M,
    body: '{}',
    attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(T0 + 40) },
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  }

  it('is one node between producer and consumer', () => {
    const result = linked([traced, ...lambda({ name: 'worker', run: 2, start: 100, end: 160 }, [[101, `Event: ${JSON.stringify({ Records: [record] })}`]])])
    expect(linkTexts(result)).toEqual(['queue orders > worker (A span-parent)'])
    expect(result.spans.size).toBe(2)
  })
})

describe('attempts of an asynchronous call that X-Ray recorded', () => {
  const T = T0 / 1000
  const failing = 'ba60085d1450cbd1'
  const working = 'ba60085d1450cbd2'
  const documents = [
    { id: 'c04b4a2073c435ad', trace_id: XRAY, name: 'payment', origin: 'AWS::Lambda', start_time: T, end_time: T + 60.1, aws: { request_id: uuid(2) }, subsegments: [
      { id: '16f9a247c0dffb61', name: 'Attempt #1', start_time: T + 1, end_time: T + 1.1 },
      { id: '16f9a247c0dffb62', name: 'Attempt #2', start_time: T + 60, end_time: T + 60.1 },
    ] },
    { id: failing, trace_id: XRAY, parent_id: '16f9a247c0dffb61', name: 'payment', origin: 'AWS::Lambda::Function', error: true, start_time: T + 1, end_time: T + 1.1 },
    { id: working, trace_id: XRAY, parent_id: '16f9a247c0dffb62', name: 'payment', origin: 'AWS::Lambda::Function', start_time: T + 60, end_time: T + 60.1, subsegments: [
      { id: '7e6db4fedfe562c8', name: 'Events', namespace: 'aws', start_time: T + 60.05, end_time: T + 60.06, aws: { operation: 'PutEvents', resource_names: ['shop-bus'] } },
    ] },
    { id: '7c78754d8af459db', trace_id: XRAY, parent_id: '7e6db4fedfe562c8', name: 'confirm', origin: 'AWS::Lambda', start_time: T + 61, end_time: T + 61.1, aws: { request_id: uuid(3) } },
  ].map(segment) // prettier-ignore
  const attempt = (start: number, stream: string, segmentId: string, level: string): RawRecord[] =>
    lambda({ name: 'payment', run: 2, start, end: start + 100, stream }, [[start + 50, 'charging', level]]).map((line) => ({
      ...line,
      body: line.body.replace(/^REPORT.*/, (text) => `${text}\nXRAY TraceId: ${XRAY}\tSegmentId: ${segmentId}\tSampled: true`),
    }))
  const logs = [
    ...attempt(1_000, 'p1', failing, 'ERROR'),
    ...attempt(60_000, 'p2', working, 'INFO'),
    ...lambda({ name: 'confirm', run: 3, start: 61_000, end: 61_100 }),
  ]

  it('what an attempt called is its own doing, not that of the other attempts or of who called them', () => {
    const result = linked([...documents, ...logs])
    expect(hops(result).filter((hop) => hop.endsWith('> confirm'))).toEqual(['payment#4 > confirm'])
    expect(result.transactions).toMatchObject([{ failed: false, retried: true }])
  })
})

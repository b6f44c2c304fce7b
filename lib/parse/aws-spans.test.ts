/** Synthetic, from the fields that AWS's pages show: no public recording of the log group was found. */
import { expect, test } from 'vitest'
import { AT_MS, parseLine, tell } from './testing'

const TRACE = '6ae84300a7c9983f3f244039c4d784f6'
const ns = (ms: number): number => (AT_MS + ms) * 1e6
const span = (rest: object): string =>
  JSON.stringify({
    resource: { attributes: { 'service.name': 'orders', 'telemetry.sdk.language': 'nodejs' } },
    scope: { name: '@opentelemetry/instrumentation-http', version: '0.57.0' },
    traceId: TRACE, spanId: '1a2b3c4d5e6f7a8b', parentSpanId: '9c8d7e6f5a4b3c2d', flags: 256, name: 'POST /orders', kind: 'SERVER',
    startTimeUnixNano: ns(10), endTimeUnixNano: ns(35), durationNano: 25_000_000, attributes: { 'http.response.status_code': 201 }, status: { code: 'UNSET' },
    ...rest,
  }) // prettier-ignore
const own = (rest: object): unknown => tell(parseLine(span(rest), 'aws/spans')).own

test('is a span with its parent, service, times and status', () => {
  expect(tell(parseLine(span({}), 'aws/spans'))).toEqual({
    trace: '1-6ae84300-a7c9983f3f244039c4d784f6',
    severity: 9,
    message: 'orders POST /orders',
    fields: ['http.response.status_code=201', 'service.name=orders'],
    own: 'container orders span:1-6ae84300-a7c9983f3f244039c4d784f6:1a2b3c4d5e6f7a8b "POST /orders" 10…35 {span self 1-6ae84300-a7c9983f3f244039c4d784f6:1a2b3c4d5e6f7a8b} {span parent 1-6ae84300-a7c9983f3f244039c4d784f6:9c8d7e6f5a4b3c2d}',
  })
})

test('gets by with any two of its times, with ids in X-Ray form, with enums as numbers and attributes as a list', () => {
  expect(own({ startTimeUnixNano: undefined })).toContain(' 10…35 ')
  expect(own({ endTimeUnixNano: undefined })).toContain(' 10…35 ')
  expect(own({ durationNano: undefined })).toContain(' 10…35 ')
  expect(own({ startTimeUnixNano: String(AT_MS + 10) + '000000' })).toContain(' 10…35 ')
  expect(own({ traceId: '1-6ae84300-a7c9983f3f244039c4d784f6' })).toBe(own({}))
  expect(own({ kind: 2, status: { code: 2 } })).toContain('ERROR')
  expect(own({ attributes: [{ key: 'http.response.status_code', value: { intValue: '503' } }] })).toContain('ERROR')
})

test('a consumer with links is one delivery for each message; an execution is the one that its log lines name', () => {
  const links = ['a', 'b'].map((digit) => ({ traceId: digit.repeat(32), spanId: digit.repeat(16) }))
  const attributes = { 'messaging.system': 'aws_sqs', 'messaging.destination.name': 'orders', 'messaging.operation.type': 'process' }
  const told = tell(parseLine(span({ kind: 'CONSUMER', parentSpanId: undefined, attributes, links }), 'aws/spans'))
  expect(told.more).toEqual([expect.stringContaining('queue orders'), expect.stringContaining('queue orders')])
  const id = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
  expect(own({ attributes: { 'faas.invocation_id': id } })).toContain(`exec:${id}`)
})

test("a logger's line with both ids is no span; neither is one whose ids are none", () => {
  expect(tell(parseLine(JSON.stringify({ level: 'info', message: 'paid', traceId: TRACE, spanId: '1a2b3c4d5e6f7a8b', duration: 5 }))).message).toBe('paid')
  expect(own({ spanId: '0000000000000000' })).toBeUndefined()
  expect(own({ traceId: 'not hex' })).toBeUndefined()
})

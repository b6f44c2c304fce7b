import { describe, expect, test } from 'vitest'
import { parseLine, parseText, tell } from './testing'

const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
const line = (value: object): Record<string, unknown> => tell(parseLine(JSON.stringify(value)))

describe('loggers', () => {
  test.each([
    [
      'Lambda, node',
      { timestamp: '2026-11-02T08:00:00.488Z', level: 'INFO', requestId: U, message: 'search done' },
      { request: U, severity: 9, message: 'search done' },
    ],
    [
      'Lambda, an object as the message',
      { timestamp: '2026-11-02T08:00:00.488Z', level: 'INFO', requestId: U, message: { msg: 'search done', hits: 3 } },
      { request: U, severity: 9, message: 'search done', fields: ['hits=3'] },
    ],
    [
      'Lambda, python',
      { timestamp: '2026-11-02T08:00:06Z', level: 'ERROR', message: 'no file', logger: 'root', requestId: U },
      { request: U, severity: 17, message: 'no file', fields: ['logger=root'] },
    ],
    ['Lambda, java', { timestamp: '2026-11-02T08:00:06Z', message: 'paid', level: 'WARN', AWSRequestId: U }, { request: U, severity: 13, message: 'paid' }],
    [
      'Powertools',
      {
        cold_start: true,
        function_arn: 'arn:aws:lambda:eu-west-1:1:function:pay',
        function_name: 'pay',
        function_request_id: U,
        level: 'INFO',
        message: 'paid',
        service: 'payment',
        xray_trace_id: '1-6ae84301-ea7ac545f5b1a335bdac38ad',
        timestamp: '2021-05-03 11:47:12,494+0200',
      },
      { request: U, severity: 9, trace: '1-6ae84301-ea7ac545f5b1a335bdac38ad', message: 'paid' },
    ],
    ['pino', { level: 50, time: 1793606401458, pid: 8, hostname: 'h', awsRequestId: U, msg: 'no seat' }, { request: U, severity: 17, message: 'no seat' }],
    ['bunyan', { name: 'app', hostname: 'h', pid: 1, level: 40, msg: 'slow', time: '2026-11-02T08:00:00.000Z', v: 0 }, { severity: 13, message: 'slow' }],
    ['zap', { level: 'dpanic', ts: 1793606401.458, caller: 'main.go:7', msg: 'broken' }, { severity: 21, message: 'broken' }],
    [
      'serilog compact',
      { '@t': '2026-11-02T08:00:00Z', '@l': 'Warning', '@m': 'slow', '@tr': '0af7651916cd43dd8448eb211c80319c' },
      { severity: 13, message: 'slow', trace: '0af7651916cd43dd8448eb211c80319c' },
    ],
    [
      'logstash',
      { '@timestamp': '2026-11-02T08:00:00Z', '@version': '1', level: 'ERROR', level_value: 40000, logger_name: 'c.e.A', message: 'broken' },
      { severity: 17, message: 'broken' },
    ],
    [
      'ECS, nested',
      { '@timestamp': '2026-11-02T08:00:00Z', log: { level: 'error' }, message: 'broken', trace: { id: '0af7651916cd43dd8448eb211c80319c' } },
      { severity: 17, message: 'broken', trace: '0af7651916cd43dd8448eb211c80319c' },
    ],
    ['ECS, flat', { '@timestamp': '2026-11-02T08:00:00Z', 'log.level': 'error', message: 'broken' }, { severity: 17, message: 'broken' }],
    ['structlog', { event: 'order paid', level: 'info', timestamp: '2026-11-02T08:00:00Z' }, { severity: 9, message: 'order paid' }],
    [
      'Google Cloud',
      { severity: 'NOTICE', message: 'hi', 'logging.googleapis.com/trace': 'projects/p/traces/0af7651916cd43dd8448eb211c80319c' },
      { severity: 10, message: 'hi' },
    ],
    ['Datadog', { status: 'error', message: 'broken', dd: { trace_id: '6289723489723489' } }, { severity: 17, message: 'broken' }],
  ])('%s', (_, value, expected) => expect(line(value)).toMatchObject(expected))
})

test("a plain requestId of any other logger may be a caller's: it stays a field of the line, not its execution", () => {
  expect(line({ level: 'info', requestId: U, msg: 'x' })).not.toHaveProperty('request')
  expect(line({ level: 30, time: 1793606401458, requestId: U, msg: 'x' })).not.toHaveProperty('request')
})

test.each(['undefined', '', '-', 'null', '00000000-0000-0000-0000-000000000000', 7, null, { a: 1 }])('request id %j is none', (id) => {
  expect(line({ level: 'info', function_request_id: id, msg: 'x' })).not.toHaveProperty('request')
})

test('fields: dotted names, lists under their own, JSON in strings opened, placeholders and long values left out, 64 at most', () => {
  const value = {
    msg: 'x',
    order: { id: 'A-77123', lines: [{ sku: 'S1' }, { sku: 'S2' }] },
    detail: '{"coupon":"SAVE20"}',
    none: 'undefined',
    dash: '-',
    long: 'y'.repeat(600),
  }
  expect(line(value).fields).toEqual(['order.id=A-77123', 'detail.coupon=SAVE20', 'order.lines.sku=S1', 'order.lines.sku=S2'])
  expect(parseLine(JSON.stringify(Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, i])))).fields).toHaveLength(64)
})

test('of a batch of ten, what the records carry is found, not what AWS repeats in each', () => {
  const record = (i: number): object => ({
    messageId: `m-${i}`,
    receiptHandle: 'r'.repeat(100),
    body: JSON.stringify({ orderId: `A-7000${i}`, coupon: 'SAVE20' }),
    attributes: { SenderId: 'x', SentTimestamp: '1' },
    md5OfBody: 'y',
    eventSource: 'aws:sqs',
    awsRegion: 'eu-west-1',
  })
  const fields = line({ Records: Array.from({ length: 10 }, (_, i) => record(i)) }).fields as string[]
  expect(fields).toHaveLength(30)
  expect(fields).toContain('Records.body.orderId=A-70009')
})

test('numbers beyond 2^53 are found by their own digits', () => {
  expect(tell(parseLine('{"msg":"x","orderId":9007199254740993}')).fields).toEqual(['orderId=9007199254740993'])
})

test('keys of the prototype are keys', () => {
  const event = parseLine('{"msg":"x","__proto__":{"polluted":"y"},"constructor":{"prototype":{"polluted":"y"}}}')
  expect(event.fields.map(({ name }) => name)).toEqual(['__proto__.polluted', 'constructor.prototype.polluted'])
  expect(({} as { polluted?: string }).polluted).toBeUndefined()
})

test('NUL and half pairs do not come back through escapes', () => {
  const event = parseLine('{"msg":"a\\u0000b","k\\ud800":"v\\udc00","$metadata":{"requestId":"abc\\u0000defgh"}}')
  const texts = JSON.stringify({ ...event, record: null, timeNs: null })
  expect(texts).not.toMatch(/\\u0000|\\ud800|\\udc00/)
})

describe('service', () => {
  const service = (value: object, group?: string): unknown => {
    const { kind, name } = (group === undefined ? parseText(JSON.stringify(value)) : parseLine(JSON.stringify(value), group)).service
    return `${kind} ${name}`
  }
  test.each([
    ['/aws/lambda/orders', 'function orders'],
    ['/aws/apigateway/public', 'gateway public'],
    ['API-Gateway-Execution-Logs_a1b2/prod', 'gateway a1b2/prod'],
    ['/aws/vendedlogs/states/refund-Logs', 'workflow refund'],
    ['/aws/events/catch-all', 'bus catch-all'],
    ['/ecs/web', 'container web'],
    ['/my/team/worker', 'container worker'],
  ])('of group %s', (group, expected) => expect(service({ msg: 'x' }, group)).toBe(expected))

  test('a line says it itself where the group is unknown or missing', () => {
    expect(service({ msg: 'x', function_arn: 'arn:aws:lambda:eu-west-1:1:function:pay:live' }, '/shared/logs')).toBe('function pay')
    expect(service({ msg: 'x', service: 'payment' })).toBe('container payment')
    expect(service({ msg: 'x' })).toBe('container app')
    expect(service({ msg: 'x', service: 'payment' }, '/aws/lambda/orders')).toBe('function orders')
  })
})

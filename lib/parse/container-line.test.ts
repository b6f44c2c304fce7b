/** What container runtimes and log routers wrap around a line, EMF, and lines that go on with the one before. */
import { describe, expect, test } from 'vitest'
import { continuationOf } from './continuation'
import { parseLine, parseText, tell } from './testing'

const named = (event: ReturnType<typeof parseText>, name: string): string | undefined => event.fields.find((field) => field.name === name)?.value

describe('containers', () => {
  test('docker: the line inside is read as if it had come alone, with the time outside', () => {
    const event = parseText(
      '{"log":"{\\"level\\":\\"error\\",\\"msg\\":\\"no seat\\",\\"order\\":\\"A-77123\\"}\\n","stream":"stderr","time":"2026-11-02T08:00:00.25Z"}',
    )
    expect([event.severity, event.message, named(event, 'order'), named(event, 'stream'), event.untimed]).toEqual([17, 'no seat', 'A-77123', 'stderr', false])
    expect(event.facts?.part).toBeUndefined()
  })

  test('docker: a line without its newline is a part, and another follows', () => {
    expect(parseText('{"log":"aaa","stream":"stdout","time":"2026-11-02T08:00:00.25Z"}').facts?.part).toEqual({ of: 'stdout', more: true })
  })

  test('CRI: P is a part, F is not', () => {
    const part = parseText('2026-11-02T08:00:00.25Z stdout P {"msg":"no')
    expect([part.message, part.facts?.part]).toEqual(['{"msg":"no', { of: 'stdout', more: true }])
    const whole = parseText('2026-11-02T08:00:00.25Z stderr F 2026-11-02 08:00:00 [error] no seat')
    expect([whole.severity, whole.message, whole.facts]).toEqual([17, 'no seat', null])
  })

  test('FireLens: the container is the service where the group tells none, its task a field', () => {
    const line = { log: '[WARN] no seat', source: 'stdout', container_id: 'f1', container_name: '/ecs-shop-7-web-aabbccddeeff00112200', ecs_cluster: 'prod', ecs_task_arn: 'arn:aws:ecs:eu-west-1:1:task/prod/9f', ecs_task_definition: 'shop:7' } // prettier-ignore
    const event = parseText(JSON.stringify(line))
    expect([event.severity, event.message, event.service]).toEqual([13, 'no seat', { kind: 'container', name: 'web', assumed: true }])
    expect(named(event, 'ecs_task_arn')).toBe(line.ecs_task_arn)
    expect(parseLine(JSON.stringify(line), '/ecs/checkout').service).toEqual({ kind: 'container', name: 'checkout' })
  })

  test('FireLens: parts share an id, and the last says so', () => {
    const part = { log: 'aaa', container_id: 'f1', partial_message: 'true', partial_id: 'dc37', partial_ordinal: '1' }
    expect(parseText(JSON.stringify({ ...part, partial_last: 'false' })).facts?.part).toEqual({ of: 'stdout', id: 'dc37', more: true })
    expect(parseText(JSON.stringify({ ...part, partial_last: 'true' })).facts?.part).toEqual({ of: 'stdout', id: 'dc37' })
  })

  test('Kubernetes: the container in the pod', () => {
    const event = parseText('{"log":"no seat","kubernetes":{"pod_name":"web-1","container_name":"web","namespace_name":"shop"}}')
    expect([event.message, event.service.name, named(event, 'kubernetes.pod_name')]).toEqual(['no seat', 'web', 'web-1'])
  })

  test("a logger's own key `log` is no wrapping", () => {
    expect(parseText('{"log":"no seat","level":"error","order":"A-77123"}')).toMatchObject({ message: 'no seat', severity: 17 })
  })

  test('wrappings are taken off three deep, and no deeper', () => {
    const wrap = (text: string): string => JSON.stringify({ log: text, stream: 'stdout', time: '2026-11-02T08:00:00Z' })
    let line = 'no seat\n'
    for (let i = 0; i < 12; i++) line = `${wrap(line)}\n`
    expect(parseText(line).message).toContain('"log"')
    expect(parseText(wrap(`${wrap('<14>1 - - - - - - no seat')}\n`)).message).toBe('no seat')
  })
})

describe('EMF', () => {
  const line = {
    _aws: { Timestamp: 1793606400250, CloudWatchMetrics: [{ Namespace: 'shop', Dimensions: [['service', 'region']], Metrics: [{ Name: 'orders', Unit: 'Count' }, { Name: 'ms' }] }] },
    service: 'checkout', region: 'eu-west-1', orders: 1, ms: [12, 17], coupon: 'SAVE20', function_request_id: '42c183a4-fa29-40a4-9729-d3f14b9aef76',
  } // prettier-ignore

  test('one event: dimensions, metrics and properties are fields, the metrics its words', () => {
    expect(tell(parseText(JSON.stringify(line)))).toEqual({
      request: '42c183a4-fa29-40a4-9729-d3f14b9aef76',
      severity: 9,
      message: 'shop orders=1 ms=[12, 17]',
      fields: ['metrics.namespace=shop', 'service=checkout', 'region=eu-west-1', 'orders=1', 'coupon=SAVE20', 'ms=12', 'ms=17'],
    })
    expect(parseText(JSON.stringify(line))).toMatchObject({ untimed: false, template: 'shop orders=* ms=*' })
  })

  test.each([
    ['no definitions', { ...line, _aws: { CloudWatchMetrics: 'x' } }],
    ['an empty one', { ...line, _aws: { CloudWatchMetrics: [{}, null, 7] } }],
  ])('%s: a JSON line all the same', (_, value) => expect(named(parseText(JSON.stringify(value)), 'coupon')).toBe('SAVE20'))
})

test('MongoDB says its level with a letter', () => {
  const line = (s: string): number =>
    parseText(`{"t":{"$date":"2026-11-02T08:00:00.903+02:00"},"s":"${s}","c":"ACCESS","id":20249,"ctx":"conn1","msg":"no seat"}`).severity
  expect(['F', 'E', 'W', 'I', 'D2', 'x'].map(line)).toEqual([21, 17, 13, 9, 5, 0])
})

test.each([
  ['\tat com.shop.Cart.pay(Cart.java:22)', 'any', undefined],
  ['    at pay (/var/task/cart.js:7:3)', 'any', undefined],
  ['at com.shop.Cart.pay(Cart.java:22)', 'any', undefined],
  ['Caused by: java.lang.IllegalStateException: no seat', 'any', undefined],
  ['... 12 more', 'any', undefined],
  ['}', 'any', undefined],
  [']),', 'any', undefined],
  ['Traceback (most recent call last):', 'error', 'trace'],
  ["KeyError: 'seat'", 'trace', undefined],
  ['botocore.exceptions.ClientError: no seat', 'trace', undefined],
  ['During handling of the above exception, another exception occurred:', 'trace', undefined],
  ['panic: no seat', undefined, 'panic'],
  ['goroutine 4 [running]:', 'panic', undefined],
  ['main.(*Cart).pay(0xc420024120)', 'panic', undefined],
  ['created by main.main', 'panic', undefined],
  ['# Time: 2026-11-02T08:00:00Z', undefined, 'slow'],
  ['# Query_time: 2.0  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 0', 'slow', 'slow'],
  ['SET timestamp=1793606400;', 'slow', undefined],
  ['XRAY TraceId: 1-6ae84300-7f6693a83263b99e9d2db8ce\tSegmentId: 1f7e521a8acfcd46', 'any', undefined],
  ['  2026-11-02 08:00:00 paid', undefined, undefined],
  ['  [INFO] paid', undefined, undefined],
  ['  INFORMED nobody', 'any', undefined],
  ['paid order 7', undefined, undefined],
  ['at 8:00 the seat was gone', undefined, undefined],
  ['# a heading', undefined, undefined],
  ['   ', undefined, undefined],
  ['', undefined, undefined],
])('%s', (line, continues, opens) => expect(continuationOf(line) ?? {}).toEqual({ ...(continues && { continues }), ...(opens && { opens }) }))

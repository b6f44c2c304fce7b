import { describe, expect, test } from 'vitest'
import { AT_MS, parseLine, parseText, tell } from './testing'

const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'

describe('runtimes: request id, level, and the rest as a line of its own', () => {
  const read = (body: string): unknown[] => {
    const event = parseLine(body)
    return [event.requestId, event.severity, event.message]
  }
  test.each([
    ['node', `2026-11-02T08:00:00.488Z\t${U}\tINFO\tRedeem voucher\n`, [U, 9, 'Redeem voucher']],
    [
      'node, an error with its stack',
      `2026-11-02T08:00:00.488Z\t${U}\tERROR\tInvoke Error \t{"errorType":"TypeError"}\n`,
      [U, 17, 'Invoke Error \t{"errorType":"TypeError"}'],
    ],
    ['node during init', '2026-11-02T08:00:00.488Z\tundefined\tWARN\tcold\n', [undefined, 13, 'cold']],
    ['.NET', `2026-11-02T08:00:04.273Z\t${U}\tfail\tEvent: x\n`, [U, 17, 'Event: x']],
    ['python', `[WARNING]\t2026-11-02T08:00:01.306Z\t${U}\tlow stock`, [U, 13, 'low stock']],
    ['python during init', '[INFO]\t2026-11-02T08:00:12.616Z\t\tFound credentials', [undefined, 9, 'Found credentials']],
    ['java, log4j2 with AWSRequestId', `2026-11-02 08:00:03 ${U} INFO  TimetableSyncHandler - started`, [U, 9, 'TimetableSyncHandler - started']],
    ['java without an id', '2026-11-02 08:00:04,836 ERROR FareHandler:93 - Batch failed', [undefined, 17, 'FareHandler:93 - Batch failed']],
    ['logback with a thread', '2026-11-02 08:00:04.836 [main] WARN  c.e.Handler - slow', [undefined, 13, 'slow']],
    ['ruby', 'E, [2026-11-02T08:00:05.000245 #8] ERROR -- : no seat', [undefined, 17, 'no seat']],
    ['go', '2026/11/02 08:00:05 posting booked', [undefined, 0, 'posting booked']],
    ['brackets', '[2026-11-02 08:00:05] [error] no seat', [undefined, 17, 'no seat']],
    ['a level alone', 'ERROR: no seat', [undefined, 17, 'no seat']],
    ['a uuid in free text is no request id', `order ${U} created`, [undefined, 0, `order ${U} created`]],
    ['zeros are none', `2026-11-02T08:00:00.488Z\t00000000-0000-0000-0000-000000000000\tINFO\tx`, [undefined, 9, 'x']],
    ['a list is no prefix', '[a, b] c', [undefined, 0, '[a, b] c']],
    [
      'an exception without a level',
      'java.lang.IllegalStateException: connection pool is closed',
      [undefined, 17, 'java.lang.IllegalStateException: connection pool is closed'],
    ],
  ])('%s', (_, body, expected) => expect(read(body)).toEqual(expected))
})

describe('time', () => {
  test.each([
    ['2026-11-02T07:59:59.25Z x', -750],
    ['2026-11-02 08:59:59,5+01:00 x', -500],
    ['2026/11/02 07:59:59 x', -1000],
    ['1793606399 x', -1000],
    ['1793606399123 x', -877],
    ['Nov  2 07:59:59 host app[7]: x', -1000],
    ['<34>1 2026-11-02T07:59:59.5Z host app - - - x', -500],
    ['10.0.0.1 - - [02/Nov/2026:07:59:59 +0000] "GET / HTTP/1.1" 200 5', -1000],
    ['[02/Nov/2026:07:59:59 +0000] x', -1000],
    ['10.0.0.1:50033 [02/Nov/2026:07:59:59.088] front back 0/0/0/1/1 200', -912],
    ['www.example.com 10.0.0.1 - - [02/Nov/2026:07:59:59 +0000] "GET / HTTP/1.1" 200 5', -1000],
    ['[Mon Nov 02 07:59:59.5 2026] [error] x', -500],
    [`[INFO]\t2026-11-02T07:59:59.000Z\t${U}\tx`, -1000],
    ['{"level":"info","ts":1793606399.5,"msg":"x"}', -500],
    ['{"level":30,"time":1793606399500,"msg":"x"}', -500],
    ['{"@timestamp":"2026-11-02T07:59:59.500Z","message":"x"}', -500],
    ['no time at all', undefined],
    ['{"msg":"no time"}', undefined],
    ['2026-13-45T99:00:00Z x', undefined],
  ])('%s, where the envelope has none', (body, offsetMs) => {
    const event = parseText(body)
    expect(event.untimed).toBe(offsetMs === undefined)
    if (offsetMs !== undefined) expect(Number(event.timeNs / 1_000_000n) - AT_MS).toBe(offsetMs)
  })

  test("the envelope's time wins over the line's", () => {
    expect(parseLine('2020-01-01T00:00:00Z x').timeNs).toBe(BigInt(AT_MS) * 1_000_000n)
  })
})

test('JSON behind a prefix is read as a JSON line', () => {
  expect(tell(parseLine(`2026-11-02T08:00:00.488Z\t${U}\tINFO\t{"level":"error","msg":"no seat","orderId":"A-77123"}`))).toEqual({
    request: U,
    severity: 17,
    message: 'no seat',
    fields: ['orderId=A-77123'],
  })
})

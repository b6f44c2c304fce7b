import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { decode, NOW_MS, tell } from './testing'

describe('shapes', () => {
  const message = 'a line \n'

  test('a CloudWatch event under each of its names', () => {
    expect(tell(JSON.stringify({ logGroup: 'g', logStream: 's', timestamp: 1674981729487, message, ingestionTime: 1674981730853, eventId: '37' }))).toEqual([
      'log @1 g s 37 1674981729487000000 "a line \\n"',
    ])
    expect(tell(JSON.stringify({ logGroupName: 'g', logStreamName: 's', timestamp: 1674981729487, message }))).toEqual([
      'log @1 g s 1674981729487000000 "a line \\n"',
    ])
    expect(tell(JSON.stringify({ logStreamName: 's', timestamp: 1674981729487, message, ingestionTime: 1, eventId: '37' }))).toEqual([
      'log @1 s 37 1674981729487000000 "a line \\n"',
    ])
  })

  test('pages of FilterLogEvents and GetLogEvents, and an empty page', () => {
    const events = [
      { timestamp: 1559763003171, message: 'one', ingestionTime: 1559763003309 },
      { timestamp: 1559763003173, message: 'two', ingestionTime: 1559763018353 },
    ]
    expect(tell(JSON.stringify({ events, nextForwardToken: 'f/1', nextBackwardToken: 'b/1' }, null, 2))).toEqual([
      'log @1 1559763003171000000 "one"',
      'log @1 1559763003173000000 "two"',
    ])
    expect(tell('{"events":[],"searchedLogStreams":[],"nextToken":"t"}')).toEqual([])
    expect(tell('{"events":[{"name":"mine"}]}')).toEqual(['log @1 "{\\"events\\":[{\\"name\\":\\"mine\\"}]}"'])
  })

  test('a subscription payload counts as what it holds, and one bad event of it is quarantined alone', () => {
    const logEvents = [
      { id: '1', timestamp: 1674981729487, message: 'ok' },
      { id: '2', timestamp: 0, message: 'bad' },
      7,
      { id: '3', timestamp: 1674981729488, message: 'ok too' },
    ]
    expect(tell(JSON.stringify({ messageType: 'DATA_MESSAGE', owner: '1', logGroup: 'g', logStream: 's', subscriptionFilters: [], logEvents }))).toEqual([
      'log @1 g s 1 1674981729487000000 "ok"',
      expect.stringMatching(/^quarantined timestamp_out_of_range @1: \{"logGroup":"g","logStream":"s","id":"2"/),
      'quarantined invalid_event @1: 7',
      'log @1 g s 3 1674981729488000000 "ok too"',
    ])
  })

  test('the event that a subscription filter calls a function with is the payload in it; what can’t be opened is quarantined', () => {
    const payload = {
      messageType: 'DATA_MESSAGE',
      owner: '1',
      logGroup: 'g',
      logStream: 's',
      subscriptionFilters: [],
      logEvents: [{ id: '1', timestamp: 1674981729487, message: 'ä' }],
    }
    const wrapped = (data: string): string => JSON.stringify({ awslogs: { data } })
    const packed = gzipSync(JSON.stringify(payload)).toString('base64')
    expect(tell(wrapped(packed))).toEqual(['log @1 g s 1 1674981729487000000 "ä"'])
    for (const data of ['', 'x', packed.slice(0, 40), gzipSync('{"a":1}').toString('base64'), gzipSync(wrapped(packed)).toString('base64')])
      expect(tell(wrapped(data))).toEqual([expect.stringContaining('quarantined invalid_awslogs @1')])
    expect(tell(wrapped(gzipSync('{"logEvents":[' + ' '.repeat(65 << 20) + ']}').toString('base64')))).toEqual([
      expect.stringContaining('quarantined invalid_awslogs'),
    ])
  })

  test('a file of CloudTrail is taken apart, and one of its records is known again by its id; a notification of S3 is a line', () => {
    const id = '94960c89-0827-44eb-9c4f-f979111461b8'
    const trail = (eventID: string): object => ({ eventVersion: '1.08', eventSource: 'sts.amazonaws.com', eventID })
    const records = decode(JSON.stringify({ Records: [trail(id), trail('none')] }, null, 4))
    expect(records.map((record) => ('fate' in record ? record.code : [record.body, record.senderId]))).toEqual([
      [JSON.stringify(trail(id)), `cloudtrail:${id}`],
      [JSON.stringify(trail('none')), undefined],
    ])
    expect(tell('{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventID":"x"}]}')).toHaveLength(1)
  })

  test('lines of `aws logs tail` are the events that they show', () => {
    const stream = '2026/11/02/[$LATEST]0123456789abcdef0123456789abcdef'
    expect(
      tell(
        [
          `2026-11-02T08:00:00.123000+00:00 ${stream} START RequestId: x\tVersion: 1`,
          `2026-11-02T09:00:00+01:00 2026/11/02/orders[12]0123456789abcdef0123456789abcdef {"a":1}`,
          '2026-11-02T08:00:00.123000+00:00 myhost app started',
          `2126-11-02T08:00:00.123000+00:00 ${stream} from the future`,
        ].join('\n'),
      ),
    ).toEqual([
      `log @1 ${stream} 1793606400123000000 "START RequestId: x\\tVersion: 1"`,
      'log @2 2026/11/02/orders[12]0123456789abcdef0123456789abcdef 1793606400000000000 "{\\"a\\":1}"',
      'log @3 "2026-11-02T08:00:00.123000+00:00 myhost app started"',
      expect.stringMatching(/^log @4 "2126/),
    ])
  })

  test('lines of an export to S3 and of `aws logs tail --format short` are the events behind their time; other lines keep theirs', () => {
    const id = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
    expect(
      tell(
        [
          `2026-11-02T08:00:00.123Z START RequestId: ${id} Version: 1`,
          `2026-11-02T08:00:00 END RequestId: ${id}`,
          `2026-11-02T08:00:00.124Z 2026-11-02T08:00:00.100Z\t${id}\tINFO\thello`,
          `2026-11-02T08:00:00.125Z [INFO]\t2026-11-02T08:00:00.100Z\t${id}\thello`,
          `2026-11-02T08:00:00.126Z ${id} Task timed out after 3.00 seconds`,
          '2026-11-02T08:00:00.127Z INFO a logger of its own',
        ].join('\n'),
      ),
    ).toEqual([
      `log @1 1793606400123000000 "START RequestId: ${id} Versio"`,
      `log @2 1793606400000000000 "END RequestId: ${id}"`,
      `log @3 1793606400124000000 "2026-11-02T08:00:00.100Z\\t${id.slice(0, 35)}"`,
      `log @4 1793606400125000000 "[INFO]\\t2026-11-02T08:00:00.100Z\\t${id.slice(0, 28)}"`,
      `log @5 "2026-11-02T08:00:00.126Z ${id.slice(0, 35)}"`,
      'log @6 "2026-11-02T08:00:00.127Z INFO a logger of its own"',
    ])
  })

  test('rows of a Logs Insights query are events where they hold one whole; statistics are a line', () => {
    const row = (fields: object): object[] => Object.entries(fields).map(([field, value]) => ({ field, value: value as string }))
    const event = row({ '@timestamp': '2026-11-02 08:00:00.123', '@message': 'm', '@log': '123456789012:/aws/lambda/f', '@logStream': 's', '@ptr': 'Cn' })
    expect(
      tell(JSON.stringify({ results: [event, row({ '@timestamp': '2026-11-02 08:00:00.124', '@message': 'n' })], statistics: {}, status: 'Complete' })),
    ).toEqual(['log @1 /aws/lambda/f s 1793606400123000000 "m"', 'log @1 1793606400124000000 "n"'])
    expect(tell(JSON.stringify({ results: [row({ 'count(*)': '7' })] }))).toEqual([expect.stringContaining('log @1 "{')])
    expect(tell('{"results":[]}')).toEqual(['log @1 "{\\"results\\":[]}"'])
  })

  test('an X-Ray trace counts as its documents, BatchGetTraces as those of its traces, a document as itself', () => {
    const document = JSON.stringify({
      id: '7727af9f20ffa9ff',
      trace_id: '1-5fbcfee0-7b1fbf0a7eb1fe0e1bdc9b17',
      name: 'x',
      start_time: 1606220832.0,
      end_time: 1606220837.766,
    })
    const trace = {
      Id: '1-5fbcfee0-7b1fbf0a7eb1fe0e1bdc9b17',
      Duration: 1,
      Segments: [
        { Id: 'a', Document: document },
        { Id: 'b', Document: '{"id":' },
      ],
    }
    const segment = `segment @1 ${JSON.stringify(document.slice(0, 60))}`
    expect(tell(JSON.stringify(trace))).toEqual([segment, 'quarantined invalid_json @1: {"id":'])
    expect(tell(JSON.stringify({ Traces: [trace, trace], UnprocessedTraceIds: [] }))).toHaveLength(4)
    expect(tell(document)).toEqual([segment])
    expect(tell(document.replace('7727af9f20ffa9ff', '0000000000000000'))).toEqual([expect.stringContaining('quarantined invalid_segment')])
    expect(tell(document.replace('1606220832', '12'))).toEqual([expect.stringContaining('quarantined timestamp_out_of_range')])
  })

  test('seconds, ms, µs and ns are told apart, to the nanosecond; text and ISO times are taken too', () => {
    const at = (timestamp: string): string[] => tell(`{"logGroup":"g","timestamp":${timestamp},"message":"m"}`)
    for (const given of ['1674981729', '1674981729000', '1674981729000000', '1674981729000000000', '"1674981729"', '"2023-01-29T08:42:09Z"'])
      expect(at(given)).toEqual(['log @1 g 1674981729000000000 "m"'])
    expect(at('1674981729487123457')).toEqual(['log @1 g 1674981729487123457 "m"'])
  })

  test.each(['0', '-1', '1', '99999999999999999999999', '1e400', '"x"', 'null', '{}', 'true', String(NOW_MS + 2 * 86_400_000)])(
    'timestamp %s is quarantined',
    (timestamp) => {
      expect(tell(`{"logGroup":"g","timestamp":${timestamp},"message":"m"}\n{"ok":1}`)).toEqual([
        expect.stringContaining('quarantined timestamp_out_of_range @1'),
        'log @2 "{\\"ok\\":1}"',
      ])
    },
  )
})

import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBodyDecoder, type Decoded } from './decode'

const NOW_MS = Date.UTC(2026, 10, 22)

function decode(body: string | Uint8Array, pieceBytes = Number.POSITIVE_INFINITY, recordBytesMax?: number): Decoded[] {
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
  const decoder = createBodyDecoder({ nowMs: NOW_MS, ...(recordBytesMax === undefined ? {} : { recordBytesMax }) })
  const out: Decoded[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = bytes.slice(at, at + pieceBytes)
    out.push(...decoder.push(piece))
    // The caller may use its buffer again.
    piece.fill(0x21)
  }
  return [...out, ...decoder.end()]
}

/** One record a line, as a person would tell it. */
function tell(body: string | Uint8Array, recordBytesMax?: number): string[] {
  return decode(body, undefined, recordBytesMax).map((record) => {
    if ('fate' in record) return `${record.fate} ${record.code} @${record.line}: ${new TextDecoder().decode(record.bytes).slice(0, 60)}`
    const place = [record.logGroup, record.logStream, record.sourceEventId, record.timeNs === null ? undefined : String(record.timeNs)]
    return [`${record.form} @${record.line}`, ...place.filter((part) => part !== undefined), JSON.stringify(record.body.slice(0, 60))].join(' ')
  })
}

describe('kinds of bodies', () => {
  test.each([
    ['nothing', ''],
    ['an empty array', '[]'],
    ['blank lines', '\n \r\n\t\n'],
    ['a BOM alone', '\ufeff'],
    ['a control message', '{"messageType":"CONTROL_MESSAGE","logGroup":"","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE"}]}'],
  ])('%s holds no record', (_, body) => expect(tell(body)).toEqual([]))

  test('NDJSON, concatenated, pretty-printed and text lines may come mixed', () => {
    const body = [
      '{"a":1}{"b":2}',
      '{',
      '  "c": [',
      '    3',
      '  ]',
      '}',
      'plain text\r',
      '',
      '[INFO] text',
      '  at Foo.bar (x.js:1)',
      '[2026-11-02 08:00:00] text',
      '{"d":4},',
      'null',
      '"a line"',
      '{"e":5}',
    ].join('\n')
    expect(tell(body)).toEqual([
      'log @1 "{\\"a\\":1}"',
      'log @1 "{\\"b\\":2}"',
      'log @2 "{\\n  \\"c\\": [\\n    3\\n  ]\\n}"',
      'log @7 "plain text"',
      'log @9 "[INFO] text"',
      'log @10 "  at Foo.bar (x.js:1)"',
      'log @11 "[2026-11-02 08:00:00] text"',
      'log @12 "{\\"d\\":4}"',
      'log @13 "null"',
      'log @14 "\\"a line\\""',
      'log @15 "{\\"e\\":5}"',
    ])
  })

  test('an array is read element by element, whatever the elements are and wherever its lines break', () => {
    expect(tell('[{"a":1},\n {"b":[2,{"c":3}]}\n,"text",[4],5,null,\n]\nafter')).toEqual([
      'log @1 "{\\"a\\":1}"',
      'log @2 "{\\"b\\":[2,{\\"c\\":3}]}"',
      'log @3 "text"',
      'log @4 "[4]"',
      'log @5 "5"',
      'log @6 "null"',
      'log @5 "after"',
    ])
  })

  test('UTF-16 of both kinds, with and without BOM, is the same as UTF-8', () => {
    const text = '{"a":"ä😀"}\nplain ß\n'
    const expected = ['log @1 "{\\"a\\":\\"ä😀\\"}"', 'log @2 "plain ß"']
    const little = Buffer.from(text, 'utf16le')
    const withBom = Buffer.from('\ufeff' + text, 'utf16le')
    expect(tell(text)).toEqual(expected)
    expect(tell('\ufeff' + text)).toEqual(expected)
    for (const bytes of [little, withBom, Buffer.from(little).swap16(), Buffer.from(withBom).swap16()]) expect(tell(bytes)).toEqual(expected)
  })
})

test.each(['  {a: 1}', '\t[x] done', '   { a } and more', ' {'])('a line that only begins like a value keeps its indentation: %j', (line) => {
  for (const piece of [1, 2, 3, 1000]) {
    expect(decode(`one\n${line}\ntwo`, piece).map((record) => ('body' in record ? record.body : record.code))).toEqual(['one', line, 'two'])
  }
})

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

describe('a broken record costs no good one', () => {
  test.each([
    ['truncated JSON at the end', '{"a":1}\n{"b":', ['log @1 "{\\"a\\":1}"', 'quarantined invalid_json @2: {"b":']],
    ['a value cut off by the next line', '{"a":\n{"b":1}\n{"c":2}', ['quarantined invalid_json @1: {"a":', 'log @2 "{\\"b\\":1}"', 'log @3 "{\\"c\\":2}"']],
    ['a string cut off by the next line', '{"a":"x\n{"b":1}', ['quarantined invalid_json @1: {"a":"x', 'log @2 "{\\"b\\":1}"']],
    ['trailing garbage', '{"a":1} tail\n{"b":2}', ['quarantined invalid_json @1: {"a":1} tail', 'log @2 "{\\"b\\":2}"']],
    ['NaN', '{"a":NaN}\nx', ['quarantined invalid_json @1: {"a":NaN}', 'log @2 "x"']],
    ['a bad escape, which only JSON.parse sees', '{"a":"\\x"}\nx', ['quarantined invalid_json @1: {"a":"\\x"}', 'log @2 "x"']],
    ['Python and Node, which mean no JSON', "{'a': None}\n{ a: 1 }\n[{'b': 1}]", ['log @1 "{\'a\': None}"', 'log @2 "{ a: 1 }"', 'log @3 "[{\'b\': 1}]"']],
    ['a broken element', '[{"a":1},{"b":bad},{"c":3}]', ['log @1 "{\\"a\\":1}"', 'quarantined invalid_json @2: {"b":bad}', 'log @3 "{\\"c\\":3}"']],
    ['a cut-off element', '[{"a":1},{"b":', ['log @1 "{\\"a\\":1}"', 'quarantined invalid_json @2: {"b":']],
    ['an array without its end', '[{"a":1},\n{"b":2}', ['log @1 "{\\"a\\":1}"', 'log @2 "{\\"b\\":2}"']],
    ['a cut-off pretty-printed value', '{\n "a": 1,\n "b', ['quarantined invalid_json @1: {\n "a": 1,\n "b']],
  ])('%s', (_, body, expected) => expect(tell(body)).toEqual(expected))

  test('a deep value stays a text event, and the next record is fine', () => {
    expect(tell('['.repeat(100_000) + ']'.repeat(100_000) + '\nnext')).toEqual([`log @1 "${'['.repeat(60)}"`, 'log @2 "next"'])
    expect(tell(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}\nnext`)).toHaveLength(2)
    expect(tell('['.repeat(100_000))).toEqual([`log @1 "${'['.repeat(60)}"`])
  })

  test('a 2 MB line is stored whole; beyond the limit a record is rejected, in each kind of place, and the next is fine', () => {
    const long = 'x'.repeat(2_000_000)
    expect(decode(`${long}\n{"m":"${long}"}`, 65_536).map((record) => ('fate' in record ? record.fate : record.body.length))).toEqual([2_000_000, 2_000_008])
    const big = 'y'.repeat(3_000)
    expect(tell(`${big}\n{"big":"${big}"}\n[{"big":"${big}"},{"a":1}]\nnext`, 1_000)).toEqual([
      expect.stringContaining('rejected record_too_large @1'),
      expect.stringContaining('rejected record_too_large @2'),
      expect.stringContaining('rejected record_too_large @1'),
      'log @2 "{\\"a\\":1}"',
      'log @4 "next"',
    ])
  })

  test('what is rejected is not buffered', () => {
    const decoder = createBodyDecoder({ nowMs: NOW_MS, recordBytesMax: 100_000 })
    const piece = new TextEncoder().encode('z'.repeat(65_536))
    const refused = Array.from({ length: 2_000 }, () => decoder.push(piece)).flat()
    expect(refused.map((record) => 'fate' in record && record.code)).toEqual(['record_too_large'])
    expect([...decoder.push(new TextEncoder().encode('\nnext\n')), ...decoder.end()]).toHaveLength(1)
  })
})

describe('text that the store refuses keeps its bytes', () => {
  const one = (body: string | Uint8Array): { body: string; bytes: number[] | undefined } => {
    const record = decode(body)[0]
    if (record === undefined || 'fate' in record) throw new Error('refused')
    return { body: record.body, bytes: record.bytes && [...record.bytes] }
  }

  test.each([
    ['NUL in a line', 'a\0b', 'a\ufffdb', [97, 0, 98]],
    ['NUL escaped in a message', '{"logGroup":"g","message":"a\\u0000b"}', 'a\ufffdb', [97, 0, 98]],
    ['half a pair in a message', '{"logGroup":"g","message":"a\\ud800b"}', 'a\ufffdb', [97, 0xed, 0xa0, 0x80, 98]],
    ['a whole pair', '{"logGroup":"g","message":"\\ud83d\\ude00"}', '😀', undefined],
  ])('%s', (_, given, body, bytes) => expect(one(given)).toEqual({ body, bytes }))

  test('invalid and overlong UTF-8, in a line and in a message', () => {
    expect(one(Uint8Array.of(97, 0xff, 98))).toEqual({ body: 'a\ufffdb', bytes: [97, 0xff, 98] })
    expect(one(Uint8Array.of(0xc0, 0x80)).bytes).toEqual([0xc0, 0x80])
    const [open, close] = ['{"logGroup":"g","message":"ä', '"}'].map((text) => new TextEncoder().encode(text)) as [Uint8Array, Uint8Array]
    expect(one(Uint8Array.of(...open, 0xe9, ...close))).toEqual({ body: 'ä\ufffd', bytes: [0xc3, 0xa4, 0xe9] })
  })

  test('integers beyond 2^53, duplicate keys and __proto__ stay as they were written', () => {
    const text = '{"id":12345678901234567890,"id":9007199254740993,"__proto__":{"x":1}}'
    expect(one(text)).toEqual({ body: text, bytes: undefined })
    expect(({} as { x?: number }).x).toBeUndefined()
  })
})

describe('properties', () => {
  const part = fc.oneof(
    { weight: 3, arbitrary: fc.json({ maxDepth: 3 }) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        '"',
        '\\',
        '\n',
        '\r\n',
        ' ',
        '{"',
        '[{"',
        '["',
        '{"a":1}',
        '[1,2]',
        '\ufeff',
        '\0',
        'INFO x',
        'é😀',
        '{"logGroup":"g","timestamp":1674981729487,"message":"m"}',
      ),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  )
  const body = fc.array(part, { maxLength: 20 }).map((parts) => new TextEncoder().encode(parts.join('')))
  const shown = (records: Decoded[]): string => JSON.stringify(records, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))

  test('how the bytes are cut makes no difference', () => {
    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 40 }), (bytes, pieceBytes) => {
        expect(shown(decode(bytes, pieceBytes))).toBe(shown(decode(bytes)))
      }),
      { numRuns: 1_000 },
    )
  })

  test('nor with a limit on records', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json({ maxDepth: 2 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 4, max: 60 }),
        (values, pieceBytes, max) => {
          const bytes = new TextEncoder().encode(values.join('\n'))
          expect(decode(bytes, pieceBytes, max)).toEqual(decode(bytes, undefined, max))
        },
      ),
    )
  })

  test('any bytes are taken without a throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), fc.integer({ min: 1, max: 50 }), (bytes, pieceBytes) => void decode(bytes, pieceBytes)))
  })

  test('each JSON object of NDJSON is one record, with its text as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })), { maxLength: 20 }), (objects) => {
        const lines = objects.map((object) => JSON.stringify({ ...object, own: 1 }))
        expect(decode(lines.join('\n')).map((record) => ('fate' in record ? record.code : record.body))).toEqual(lines)
        expect(decode(`[${lines.join(',')}]`)).toHaveLength(lines.length)
      }),
    )
  })
})

import { describe, expect, test } from 'vitest'
import { createBodyDecoder } from './decode'
import { decode, NOW_MS, tell } from './testing'

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

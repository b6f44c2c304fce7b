import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JSON_DEPTH_MAX, parseJson } from './json'

const value = (text: string): unknown => {
  const parsed = parseJson(text)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.value
}

describe('numbers that a double would change keep their digits', () => {
  test.each([
    ['{"n":9007199254740993}', { n: '9007199254740993' }],
    ['[12345678901234567890,-9007199254740993]', ['12345678901234567890', '-9007199254740993']],
    ['{"n":9007199254740991}', { n: 9007199254740991 }],
    ['{"t":1619760991.9685893}', { t: 1619760991.9685893 }],
    ['{"t":1619760991.968589312345}', { t: '1619760991.968589312345' }],
    ['{"n":1e400}', { n: '1e400' }],
    ['9007199254740993', '9007199254740993'],
    ['{"s":"order 9007199254740993, \\"12345678901234567890\\"","n":1}', { s: 'order 9007199254740993, "12345678901234567890"', n: 1 }],
    ['{"a\\\\":12345678901234567890}', { 'a\\': '12345678901234567890' }],
  ])('%s', (text, expected) => expect(value(text)).toEqual(expected))

  test('whatever else is in the value stays as it is', () => {
    fc.assert(
      fc.property(fc.json(), fc.bigInt({ min: 2n ** 53n + 1n, max: 10n ** 30n }), (json, big) => {
        fc.pre(!/e\d{3}|\d{16}/i.test(json))
        expect(value(`{"big":${big},"rest":${json}}`)).toEqual({ big: String(big), rest: JSON.parse(json) as unknown })
      }),
    )
  })
})

describe('hostile texts', () => {
  const nested = (depth: number, open = '[', close = ']'): string => open.repeat(depth) + close.repeat(depth)

  test('64 levels are read, 65 are not, a million neither', () => {
    expect(parseJson(nested(JSON_DEPTH_MAX)).ok).toBe(true)
    expect(parseJson(nested(JSON_DEPTH_MAX + 1))).toEqual({ ok: false, reason: 'depth' })
    expect(parseJson(nested(1_000_000))).toEqual({ ok: false, reason: 'depth' })
    expect(parseJson(nested(5_000, '{"a":', '}').replace('}', '1}'))).toEqual({ ok: false, reason: 'depth' })
  })

  test('brackets inside strings are no levels', () => {
    expect(value(JSON.stringify({ text: '[{"'.repeat(5_000) }))).toEqual({ text: '[{"'.repeat(5_000) })
  })

  test('__proto__ is a key like any other', () => {
    const parsed = value('{"__proto__":{"polluted":1},"n":12345678901234567890}') as object
    expect(Object.hasOwn(parsed, '__proto__')).toBe(true)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('any text gives a value or a reason, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const parsed = parseJson(text)
        expect(parsed.ok || parsed.reason === 'syntax' || parsed.reason === 'depth').toBe(true)
      }),
    )
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import { applyCompletion, completionAt, matchingFields } from './complete'
import { compareValue, type Condition, lookupsOf, understand } from './conditions'
import { idsInPaste } from './paste'
import { toSql, toText } from './to-sql'

function draw(condition: Condition | null): string {
  if (!condition) return 'all'
  switch (condition.type) {
    case 'and':
    case 'or':
      return `${condition.type}(${condition.parts.map(draw).join(', ')})`
    case 'not':
      return `not(${draw(condition.part)})`
    case 'term': {
      const { lookup } = condition
      return [...condition.keys, ...(lookup ? [`${lookup.type}?`] : [])].join('|')
    }
    default:
      return Object.entries(condition)
        .map(([k, v]) => (k === 'type' ? v : `${k}=${v}`))
        .join(' ')
  }
}
const sqlOf = (text: string, target: 'transaction' | 'event' = 'transaction') => {
  const { condition, diagnostics } = understand(text)
  const found = new Map(lookupsOf(condition).map((lookup) => [lookup, ['t:x *']]))
  return { diagnostics, ...toText(toSql(condition, { target, eventsFromNs: 5n, nowNs: 10n ** 18n, found })) }
}

describe('understand', () => {
  it.each([
    ['SAVE20', 'v:save20|template?'],
    ['coupon:SAVE20', 'f:coupon=save20'],
    ['coupon:"SAVE*"', 'f:coupon=save*'],
    ['coupon:SAVE*', 'values?'],
    ['amount:>10', 'values?'],
    ['status:error', 'status status=error'],
    ['status:404', 'f:status=404'],
    ['"status":error', 'f:status=error'],
    ['service:pay*', 'service pattern=pay%'],
    ['service:a_b%', 'service pattern=a\\_b\\%'],
    ['duration:>1.5s', 'duration op=> ns=1500000000'],
    ['level:error', 'level from=17 to=21'],
    ['level:>=warn', 'level from=13 to=32767'],
    ['trace:Root=1-5759e988-bd862e3fe1be46a994272793', 'v:1-5759e988-bd862e3fe1be46a994272793'],
    ['id:00000000000000ff', 'id id=255'],
    ['00000000000000ff', 'or(v:00000000000000ff|template?, id id=255)'],
    ['id:00000000000000010000000000000002', 'event timeNs=1 id=2'],
    ['-(a:1 OR status:ok)', 'not(or(f:a=1, status status=ok))'],
    ['', 'all'],
  ])('reads %s', (text, expected) => {
    const { condition, diagnostics } = understand(text)
    expect(diagnostics).toEqual([])
    expect(draw(condition)).toBe(expected)
  })

  it.each(['duration:fast', 'duration:5', 'service:>a', 'level:>loud', 'SAVE*', '""'])('says what is wrong with %s', (text) => {
    expect(understand(text).diagnostics).toHaveLength(1)
  })

  it('refuses more conditions than it can ask, and keeps 100 pasted alternatives', () => {
    expect(understand(Array.from({ length: 500 }, (_, i) => `k:${i}`).join(' OR ')).diagnostics).toHaveLength(1)
    expect(understand(Array.from({ length: 100 }, (_, i) => `k:${i}`).join(' OR ')).diagnostics).toEqual([])
  })
})

describe('toSql', () => {
  it('binds what was typed and nothing else', () => {
    expect(sqlOf('coupon:SAVE20').values).toEqual([[hash64('f:coupon=save20')], 5n])
    expect(sqlOf("service:x'); drop table event; --").text).not.toContain('drop')
  })

  const value = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constantFrom("'", "';--", '%', '$1', '\\', '" or 1=1', '{}', '(a+)+$', ':*&|!'))
  const shapes = ['service', 'name', 'outcome', 'source', 'coupon', '__proto__', 'template', 'trace', 'request']
  it('has the same text for every value of a condition', () => {
    const quoted = (text: string) => '"' + text.replace(/["\\]/g, (c) => '\\' + c) + '"'
    fc.assert(
      fc.property(fc.constantFrom(...shapes), value, value, fc.constantFrom('transaction' as const, 'event' as const), (name, a, b, target) => {
        const one = sqlOf(`${name}:${quoted(a)} -${quoted(b)}`, target)
        const other = sqlOf(`${name}:${quoted(b)} -${quoted(a)}`, target)
        expect(one.diagnostics).toEqual([])
        // A bare id adds a condition, so words that are ids have a shape of their own.
        if (!/^[0-9a-f]{16,32}$/.test(a) && !/^[0-9a-f]{16,32}$/.test(b)) expect(one.text).toBe(other.text)
        expect(one.values.length).toBe((one.text.match(/\$\d+/g) ?? []).length)
      }),
      { numRuns: 2000 },
    )
  })

  it('lowers whatever parses without a diagnostic', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), fc.constantFrom('transaction' as const, 'event' as const), (text, target) => {
        const { diagnostics, text: sql, values } = sqlOf(text, target)
        if (diagnostics.length === 0) expect(values.length).toBe((sql.match(/\$\d+/g) ?? []).length)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('compareValue', () => {
  it('orders numbers as numbers, other text as text, and never one with the other', () => {
    expect(compareValue('10', '>', '9')).toBe(true)
    expect(compareValue('2026-01-02', '>', '2026-01-01')).toBe(true)
    expect(compareValue('abc', '>', '5')).toBe(false)
    expect(compareValue('5', '<=', '5.0')).toBe(true)
  })
  it('matches * as any text, once for each', () => {
    expect(compareValue('SAVE20', '=', 'SAVE*')).toBe(true)
    expect(compareValue('aXbXc', '=', 'a*b*c')).toBe(true)
    expect(compareValue('ab', '=', 'ab*b')).toBe(false)
    expect(compareValue('xSAVE', '=', 'SAVE*')).toBe(false)
    // Backtracking would not end within the runner's time-out.
    expect(compareValue('a'.repeat(100_000), '=', 'a*'.repeat(500) + 'b')).toBe(false)
  })
})

describe('a pasted line', () => {
  it('is looked for by its ids', () => {
    const id = '0a1b2c3d-1111-4222-8333-abcdefabcdef'
    expect(idsInPaste(`2023-01-29T08:38:12.000Z\t${id}\tINFO\torder ord-1`)).toEqual([id])
    expect(idsInPaste(`{"orderId": "ord-90317", "requestId": "${id}"}`)).toEqual([id, 'ord-90317'])
    expect(idsInPaste(`START RequestId: ${id} Version: $LATEST`)).toEqual([id])
  })
  it('is not seen where somebody types a query', () => {
    for (const text of ['coupon:SAVE20 status:error', '2023-01-29T08:38:12Z', '(a OR b)', 'x']) expect(idsInPaste(text)).toBeNull()
  })
})

describe('completion', () => {
  it('knows whether a name or a value is being typed', () => {
    expect(completionAt('a coup', 6)).toEqual({ kind: 'field', prefix: 'coup', from: 2, to: 6 })
    expect(completionAt('status:er x', 9)).toEqual({ kind: 'value', field: 'status', prefix: 'er', from: 7, to: 9 })
    expect(completionAt('coupon:"SA', 10)).toEqual({ kind: 'value', field: 'coupon', prefix: 'SA', from: 7, to: 10 })
    expect(completionAt('-lev', 4)).toEqual({ kind: 'field', prefix: 'lev', from: 1, to: 4 })
    expect(completionAt('', 0)).toEqual({ kind: 'field', prefix: '', from: 0, to: 0 })
  })
  it('offers names that begin so before those that contain it', () => {
    expect(
      matchingFields('s')
        .map((field) => field.name)
        .slice(0, 3),
    ).toEqual(['status', 'service', 'source'])
  })
  it('writes a choice in place and puts the caret behind it', () => {
    expect(applyCompletion('a coup', completionAt('a coup', 6), 'coupon')).toEqual({ text: 'a coupon:', caret: 9 })
    expect(applyCompletion('coupon:S', completionAt('coupon:S', 8), 'SAVE 20')).toEqual({ text: 'coupon:"SAVE 20" ', caret: 17 })
  })
})

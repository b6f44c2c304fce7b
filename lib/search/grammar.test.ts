import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SearchNode } from './ast'
import { conditionState, conditionText, withCondition, withoutCondition } from './edit'
import { parse, serialize } from './grammar'

/** The tree as text: `and(coupon=SAVE20, not(status=ok))`. */
function draw(node: SearchNode | null): string {
  if (!node) return '-'
  switch (node.type) {
    case 'word':
      return node.quoted ? JSON.stringify(node.value) : node.value
    case 'field':
      return `${node.name} ${node.op} ${node.quoted ? JSON.stringify(node.value) : node.value}`
    case 'not':
      return `not(${draw(node.part)})`
    case 'group':
      return `(${draw(node.part)})`
    default:
      return `${node.type}(${node.parts.map(draw).join(', ')})`
  }
}
const tree = (text: string) => draw(parse(text).query.root)
const complaints = (text: string) => parse(text).diagnostics.map((d) => `${d.span.start}-${d.span.end} ${d.message}`)

describe('parse', () => {
  it.each([
    ['coupon:SAVE20 status:error', 'and(coupon = SAVE20, status = error)'],
    ['  word ', 'word'],
    ['"two words" x', 'and("two words", x)'],
    ['key:"a \\"b\\" \\\\"', 'key = "a \\"b\\" \\\\"'],
    ['"odd key":v', 'odd key = v'],
    ['duration:>500 a.b:<=2', 'and(duration > 500, a.b <= 2)'],
    ['-status:ok', 'not(status = ok)'],
    ['NOT status:ok x', 'and(not(status = ok), x)'],
    ['a OR b c', 'or(a, and(b, c))'],
    ['(a OR b) -(c d)', 'and((or(a, b)), not((and(c, d))))'],
    ['a AND b', 'and(a, b)'],
    ['http://x.y/z?a=1', 'http://x.y/z?a=1'],
    ['arn:aws:sqs:eu:1:q', 'arn:aws:sqs:eu:1:q'],
    ['08:38:12', '08:38:12'],
    ['handler(x) y', 'and(handler(x), y)'],
    ['ORDER OR x', 'or(ORDER, x)'],
    ['order-1', 'order-1'],
    ['- a', 'and(-, a)'],
    ['', '-'],
  ])('reads %s', (text, expected) => {
    expect(tree(text)).toBe(expected)
    expect(complaints(text)).toEqual([])
  })

  it.each([
    ['"open', ['0-5 This " is never closed']],
    ['(a', ['0-1 This ( is never closed']],
    ['a)', ['1-2 This ) closes nothing']],
    ['()', ['0-2 Nothing stands between these parentheses']],
    ['key:', ['0-4 key: needs a value']],
    ['OR a', ['0-2 OR needs a condition on both sides']],
    ['a OR', ['2-4 OR needs a condition on both sides']],
    ['a AND', ['2-5 AND needs a condition on both sides']],
    ['a NOT', ['2-5 Nothing follows that could be excluded']],
  ])('says where %s is wrong, and still parses the rest', (text, expected) => {
    expect(complaints(text)).toEqual(expected)
    expect(serialize(parse(text).query)).toBe(text)
  })

  it('refuses a thousand nested parentheses without falling over', () => {
    const text = '('.repeat(1000) + 'a' + ')'.repeat(1000)
    expect(parse(text).diagnostics.length).toBeGreaterThan(0)
    expect(serialize(parse(text).query)).toBe(text)
    expect(() => parse('-'.repeat(10_000) + 'a')).not.toThrow()
  })

  const anyText = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(fc.constantFrom('(', ')', '"', '-', ':', '>', '\\', ' ', 'OR', 'AND ', 'NOT ', 'a', 'key:', 'ü', '\t', '*'), { maxLength: 40 })
      .map((parts) => parts.join('')),
  )
  it('never throws and gives every text back unchanged', () => {
    fc.assert(
      fc.property(anyText, (text) => serialize(parse(text).query) === text),
      { numRuns: 3000 },
    )
  })
  it('puts every diagnostic inside the text', () => {
    fc.assert(
      fc.property(anyText, (text) => parse(text).diagnostics.every((d) => d.span.start >= 0 && d.span.end <= text.length && d.span.start <= d.span.end)),
    )
  })
  it('reads back every name and value that it writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }), (name, value) => {
        const { query, diagnostics } = parse(conditionText(name, value))
        expect(diagnostics).toEqual([])
        expect(query.root).toMatchObject({ type: 'field', name, value, op: '=' })
      }),
      { numRuns: 2000 },
    )
  })
})

describe('edits', () => {
  it('adds, excludes and takes away a condition, leaving the rest as typed', () => {
    expect(withCondition('', 'coupon', 'SAVE20', 'include')).toBe('coupon:SAVE20')
    expect(withCondition('status:error', 'coupon', 'A B', 'include')).toBe('status:error coupon:"A B"')
    expect(withCondition('a coupon:X', 'coupon', 'X', 'exclude')).toBe('a -coupon:X')
    expect(withCondition('a OR b', 'k', 'v', 'include')).toBe('(a OR b) k:v')
    expect(withoutCondition('a  coupon:X (b OR c)', 'coupon', 'X')).toBe('a (b OR c)')
    expect(conditionState('a -coupon:X', 'coupon', 'X')).toBe('exclude')
    expect(conditionState('coupon:X OR b', 'coupon', 'X')).toBeNull()
  })
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitsPattern, isChosen } from '#lib/base/group-pattern'
import { namedGroups, prefixesOf } from './patterns'

describe('a pattern', () => {
  it.each([
    ['/aws/lambda/cart', '/aws/lambda/*', true],
    ['/aws/lambda/cart', '/aws/lambda/cart', true],
    ['/aws/lambda/cart', '*cart', true],
    ['/aws/lambda/cart', '*lam*ar?', true],
    ['/aws/lambda/cart', '/aws/lambda', false],
    ['/aws/lambda/cart', '/aws/lambda/?', false],
    ['a.b', 'a?b', true],
    ['axb', 'a.b', false],
    ['', '*', true],
  ])('%s %s %s', (name, pattern, fits) => expect(fitsPattern(name, pattern)).toBe(fits))

  it('means what the same regular expression means', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '*', '?'), maxLength: 8 })
    fc.assert(
      fc.property(text, text, (name, pattern) => {
        const regex = new RegExp(`^${[...pattern].map((c) => (c === '*' ? '.*' : c === '?' ? '.' : c.replace('/', '\\/'))).join('')}$`)
        expect(fitsPattern(name, pattern)).toBe(regex.test(name))
      }),
    )
  })
  it('of many stars takes no time', () => expect(fitsPattern('a'.repeat(512), '*a'.repeat(200) + 'b')).toBe(false))
})

describe('groups', () => {
  it('are chosen by a pattern and none that excludes', () => {
    const choice = { groups: ['/aws/lambda/*', '/app'], excludedGroups: ['*-canary'] }
    expect(['/aws/lambda/a', '/app', '/app2', '/aws/lambda/a-canary'].map((name) => isChosen(name, choice))).toEqual([true, true, false, false])
    expect(namedGroups({ groups: ['/a', '/b*', '/a', '/c'], excludedGroups: ['/c'] })).toEqual(['/a'])
  })
  it('are listed by few prefixes that cover every pattern', () => {
    expect(prefixesOf(['/aws/lambda/*', '/aws/lambda/cart', '/app'])).toEqual(['/app', '/aws/lambda/'])
    expect(prefixesOf(['*x', '/app'])).toEqual([''])
    expect(prefixesOf(Array.from({ length: 100 }, (_, i) => `/aws/lambda/f${100 + i}`))).toEqual(['/aws/lambda/'])
    expect(prefixesOf(Array.from({ length: 100 }, (_, i) => `g${String.fromCharCode(65 + (i % 26))}${i}`))).toEqual([''])
  })
  it('that are chosen begin with one of the prefixes', () => {
    const name = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '.'), minLength: 1, maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '/', '-', '*'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 60 }), name, (groups, one) => {
        const prefixes = prefixesOf(groups)
        expect(prefixes.length).toBeLessThanOrEqual(20)
        if (isChosen(one, { groups, excludedGroups: [] })) expect(prefixes.some((prefix) => one.startsWith(prefix))).toBe(true)
      }),
    )
  })
})

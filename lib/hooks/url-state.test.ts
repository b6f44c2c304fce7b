import { expect, it } from 'vitest'
import { readState, writeState } from './url-state'

const DEFAULTS = { q: '', from: '-24h', to: 'now' }

it('leaves defaults out of the URL and reads them back', () => {
  const text = writeState(new URLSearchParams(), DEFAULTS, { q: 'a b', from: '-24h' })
  expect(text).toBe('?q=a+b')
  expect(readState(new URLSearchParams(text), DEFAULTS)).toEqual({ q: 'a b', from: '-24h', to: 'now' })
})

it('keeps parameters that belong to others', () => {
  expect(writeState(new URLSearchParams('service=coupon&q=x'), DEFAULTS, { q: '' })).toBe('?service=coupon')
})

it('writes the same state as the same text, whatever the order of the changes', () => {
  const one = writeState(new URLSearchParams('to=b'), DEFAULTS, { from: 'a' })
  const other = writeState(new URLSearchParams('from=a'), DEFAULTS, { to: 'b' })
  expect(one).toBe(other)
})

it('takes back what it wrote, with any characters', () => {
  const q = 'coupon:"50 % off" & más #1 + é'
  expect(readState(new URLSearchParams(writeState(new URLSearchParams(), DEFAULTS, { q })), DEFAULTS).q).toBe(q)
})

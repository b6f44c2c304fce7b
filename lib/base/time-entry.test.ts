import { describe, expect, it } from 'vitest'
import { parseTimeEntry, relativeLabel, resolveTime } from './time-entry'

describe('times as people type and paste them', () => {
  it.each([
    ['now', 'now'],
    ['-24h', '-24h'],
    [' -90 min ', '-90m'],
    ['1669125871', '2022-11-22T14:04:31.000Z'],
    ['1669125871902', '2022-11-22T14:04:31.902Z'],
    ['1669125871902123', '2022-11-22T14:04:31.902Z'],
    ['1669125871902123456', '2022-11-22T14:04:31.902Z'],
    ['2022-11-22T14:04:31.902Z', '2022-11-22T14:04:31.902Z'],
    ['"2022-11-22T14:04:31Z",', '2022-11-22T14:04:31.000Z'],
    ['2022-11-22 14:04', '2022-11-22T14:04:00.000Z'],
    ['2022-11-22 9:04:05,250', '2022-11-22T09:04:05.250Z'],
    ['2022-11-22', '2022-11-22T00:00:00.000Z'],
    ['2022-11-22 14:04 +0100', '2022-11-22T13:04:00.000Z'],
  ])('%s is %s', (text, canonical) => expect(parseTimeEntry(text, 'utc')).toBe(canonical))
  it.each(['', 'soon', '12', '2022-13-41', '-5 years', '99999999999999999999'])('%j is no time', (text) => expect(parseTimeEntry(text, 'utc')).toBeNull())
  it('gives what it is given back: a canonical time stays', () => {
    for (const text of ['now', '-15m', '2022-11-22T14:04:31.902Z']) expect(parseTimeEntry(text, 'utc')).toBe(text)
  })
})

it('resolves relative times against the clock it is given', () => {
  expect([resolveTime('now', 1000), resolveTime('-1m', 100_000), resolveTime('1500', 0), resolveTime('nonsense', 0)]).toEqual([1000, 40_000, 1500, null])
})

it('names only ranges that end now', () => {
  expect([relativeLabel('-24h', 'now'), relativeLabel('-24h', '-1h'), relativeLabel('2022-11-22T00:00:00.000Z', 'now')]).toEqual(['Last 24\u202fh', null, null])
})

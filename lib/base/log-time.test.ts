import { describe, expect, test } from 'vitest'
import { epochToNs, isoPrefix, isoToNs, secondsToNs } from './log-time'

const LATEST = 1_800_000_000_000_000_000n

describe('epoch', () => {
  test.each([
    [1674981729, 1674981729000000000n],
    [1674981729487, 1674981729487000000n],
    [1674981729487123, 1674981729487123000n],
    ['1674981729487123456', 1674981729487123456n],
    ['1674981729487', 1674981729487000000n],
    [1674981729.25, 1674981729250000000n],
    ['1.6197609918856246E9', 1619760991885624600n],
    [631152000, 631152000000000000n],
  ])('%s is told apart by its magnitude', (given, ns) => expect(epochToNs(given, LATEST)).toBe(ns))

  test.each([0, -1, 1, 631151999, Number.NaN, Number.POSITIVE_INFINITY, 1e30, 9e12, '', 'now', null, {}, [], true, '2023', 1_900_000_000])(
    '%s is no time',
    (given) => {
      expect(epochToNs(given, LATEST)).toBeNull()
    },
  )
})

test('seconds are read from their digits, not through a double', () => {
  expect(secondsToNs('1606220832')).toBe(1606220832000000000n)
  expect(secondsToNs('1793606421.5529447')).toBe(1793606421552944700n)
  expect(secondsToNs('1793606421.552944712999')).toBe(1793606421552944712n)
  expect(secondsToNs('1.6197609918856246E9')).toBe(1619760991885624600n)
  expect(secondsToNs('-1')).toBeNull()
  expect(secondsToNs('1e99')).toBeNull()
  expect(secondsToNs('x')).toBeNull()
})

describe('ISO 8601', () => {
  const ns = (text: string): bigint => BigInt(Date.parse(text)) * 1_000_000n
  test.each([
    ['2026-11-02T08:00:00.488Z', ns('2026-11-02T08:00:00.488Z')],
    ['2026-11-02 08:00:00,488', ns('2026-11-02T08:00:00.488Z')],
    ['2026-11-02T08:00:00.488123456Z', ns('2026-11-02T08:00:00.488Z') + 123456n],
    ['2021-05-03 11:47:12,494+0200', ns('2021-05-03T09:47:12.494Z')],
    ['2021-05-03T11:47:12-05:30', ns('2021-05-03T17:17:12Z')],
    ['2019-03-10 03:54:59 UTC', ns('2019-03-10T03:54:59Z')],
    ['2024-02-29T00:00:00Z', ns('2024-02-29T00:00:00Z')],
    ['2016-12-31T23:59:60Z', ns('2017-01-01T00:00:00Z')],
  ])('%s', (text, expected) => expect(isoToNs(text)).toBe(expected))

  test.each(['2023-02-29T00:00:00Z', '2023-13-01T00:00:00Z', '2023-01-01T24:00:00Z', '2023-01-01', '08:00:00', '2023-01-01T00:00:00Zjunk'])(
    '%s is none',
    (text) => {
      expect(isoToNs(text)).toBeNull()
    },
  )

  test('a prefix says how long it is', () => {
    expect(isoPrefix('2026-11-02 08:00:00,488 INFO x')?.length).toBe(23)
  })
})

import { describe, expect, it } from 'vitest'
import {
  durationUnit,
  formatBytes,
  formatCount,
  formatDuration,
  formatDurationIn,
  formatPercent,
  formatPlural,
  formatRate,
  formatShort,
  rateUnit,
} from './format'

// The narrow no-break space reads badly in a test: shown as an underscore.
const plain = (text: string) => text.replaceAll('\u202f', '_')

describe('counts', () => {
  it('keeps exact counts exact, with commas', () => {
    expect(formatCount(1_246_061)).toBe('1,246,061')
  })
  it.each([
    [0, '0'],
    [999, '999'],
    [9_999, '9,999'],
    [10_000, '10.0_k'],
    [48_213, '48.2_k'],
    [168_597, '169_k'],
    [999_499, '999_k'],
    [999_500, '1.00_M'],
    [1_246_061, '1.25_M'],
    [2.5e9, '2.50_G'],
  ])('shortens %d to %s', (n, text) => expect(plain(formatShort(n))).toBe(text))
  it('says one service and two services', () => {
    expect([formatPlural(1, 'service'), formatPlural(2, 'service'), formatPlural(2, 'bus', 'buses')]).toEqual(['1 service', '2 services', '2 buses'])
  })
})

describe('shares', () => {
  it.each([
    [0, '0_%'],
    [0.0001, '<0.1_%'],
    [0.0005, '0.1_%'],
    [0.041, '4.1_%'],
    [0.0994, '9.9_%'],
    [0.0996, '10_%'],
    [0.71, '71_%'],
    [0.995, '99.5_%'],
    [0.99996, '>99.9_%'],
    [1, '100_%'],
  ])('%d reads %s: nothing but nothing is 0, nothing but all is 100', (share, text) => expect(plain(formatPercent(share))).toBe(text))
})

describe('durations', () => {
  it.each([
    [0, '0_ms'],
    [0.05, '50_µs'],
    [0.4, '0.4_ms'],
    [4, '4_ms'],
    [88.4, '88_ms'],
    [999.4, '999_ms'],
    [999.6, '1.00_s'],
    [4212, '4.21_s'],
    [59_994, '59.99_s'],
    [59_996, '1_min'],
    [187_000, '3_min 07_s'],
    [7_500_000, '2_h 05_min'],
    [90_000_000, '1_d 1_h'],
    [-12, '\u221212_ms'],
  ])('%d ms reads %s', (ms, text) => expect(plain(formatDuration(ms))).toBe(text))
  it('compares two values in the unit of the larger', () => {
    const unit = durationUnit(2310)
    expect([110, 2310].map((ms) => plain(formatDurationIn(ms, unit)))).toEqual(['0.11_s', '2.31_s'])
  })
})

describe('rates', () => {
  it.each([
    [120, '120/s'],
    [0.56, '33.6/min'],
    [0.0005, '0.03/min'],
    [10 / 3600, '10/h'],
    [0.00000001, '<0.01/d'],
    [0, '0/d'],
  ])('%d per second reads %s in a unit of its own', (perSecond, text) => {
    const unit = text.endsWith('/min') ? rateUnit(1) : rateUnit(perSecond)
    expect(formatRate(perSecond, unit)).toBe(text)
  })
})

it('prints bytes in decimal units', () => {
  expect([12, 1500, 2.1e9].map((n) => plain(formatBytes(n)))).toEqual(['12_B', '1.50_kB', '2.10_GB'])
})

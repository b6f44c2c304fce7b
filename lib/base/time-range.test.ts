import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nsToIso } from './time'
import { EARLIEST_NS, LATEST_NS, parseTime, resolveRange } from './time-range'

const NOW = 1_674_981_492_000_000_000n // 2023-01-29T08:38:12Z
const HOUR = 3_600_000_000_000n

describe('parseTime', () => {
  it.each([
    ['now', '2023-01-29T08:38:12.000Z'],
    ['-1h', '2023-01-29T07:38:12.000Z'],
    ['now-15m', '2023-01-29T08:23:12.000Z'],
    ['-7d', '2023-01-22T08:38:12.000Z'],
    ['1674981492123', '2023-01-29T08:38:12.123Z'],
    ['0', '1970-01-01T00:00:00.000Z'],
    ['2023-01-29', '2023-01-29T00:00:00.000Z'],
    ['2023-01-29T08:38', '2023-01-29T08:38:00.000Z'],
    ['2023-01-29 08:38:12', '2023-01-29T08:38:12.000Z'],
    ['2023-01-29T08:38:12.123456789Z', '2023-01-29T08:38:12.123456789Z'],
    ['2023-01-29T08:38:12+01:00', '2023-01-29T07:38:12.000Z'],
    ['2023-01-29T08:38:12-0530', '2023-01-29T14:08:12.000Z'],
  ])('reads %s', (text, iso) => {
    const ns = parseTime(text, NOW)
    expect(ns === null ? null : nsToIso(ns)).toBe(iso)
  })
  it.each(['', 'yesterday', 'now-1M', '2023-02-30', '2023-13-01', '1e5', '0x10', '294277-01-01', '2023-01-29T25:00', '9'.repeat(15)])('refuses %s', (text) => {
    expect(parseTime(text, NOW)).toBeNull()
  })
  it('never throws, and stays within what the store holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.integer().map(String),
          fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
        ),
        (text) => {
          const ns = parseTime(text, NOW)
          return ns === null || (ns >= EARLIEST_NS && ns <= LATEST_NS)
        },
      ),
    )
  })
})

describe('resolveRange', () => {
  it('defaults to the length before `to`, or to all time', () => {
    expect(resolveRange({}, NOW, HOUR)).toEqual({ range: { fromNs: NOW - HOUR, toNs: NOW } })
    expect(resolveRange({ to: '0' }, NOW, HOUR)).toEqual({ range: { fromNs: -HOUR, toNs: 0n } })
    expect(resolveRange({}, NOW, null)).toEqual({ range: { fromNs: EARLIEST_NS, toNs: LATEST_NS } })
  })
  it('names each bound that is none, and refuses a reversed range', () => {
    expect(resolveRange({ from: 'x', to: 'y' }, NOW, HOUR)).toMatchObject({ invalid: [{ name: 'from' }, { name: 'to' }] })
    expect(resolveRange({ from: 'now', to: '-1h' }, NOW, HOUR)).toMatchObject({ invalid: [{ name: 'from' }] })
    expect(resolveRange({ from: '-1h', to: '-1h' }, NOW, HOUR)).toEqual({ range: { fromNs: NOW - HOUR, toNs: NOW - HOUR } })
  })
})

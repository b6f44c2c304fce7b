import { describe, expect, it } from 'vitest'
import { formatClock, formatMoment, formatNear, formatSpanOfTime, timeTicks } from './clock'

const at = Date.parse('2026-11-22T14:04:31.902Z')

describe('points in time', () => {
  it('shows as much of the clock as asked for', () => {
    expect([formatClock(at, 'utc', 'minute'), formatClock(at, 'utc'), formatClock(at, 'utc', 'ms')]).toEqual(['14:04', '14:04:31', '14:04:31.902'])
  })
  it('names the year only where it is another one', () => {
    expect(formatMoment(at, 'utc', 'minute', at)).toBe('22 Nov, 14:04')
    expect(formatMoment(Date.parse('2023-01-29T08:00:00Z'), 'utc', 'minute', at)).toBe('29 Jan 2023, 08:00')
  })
  it('leaves out the day within a day', () => {
    expect(formatNear(at - 3_600_000, 'utc', at)).toBe('13:04:31')
    expect(formatNear(at - 90_000_000, 'utc', at)).toBe('21 Nov, 13:04:31')
  })
  it('names the day of a range once', () => {
    expect(formatSpanOfTime(at - 3_600_000, at, 'utc', at)).toBe('22 Nov, 13:04 to 14:04')
    expect(formatSpanOfTime(at - 86_400_000, at, 'utc', at)).toBe('21 Nov, 14:04 to 22 Nov, 14:04')
  })
})

describe('ticks of a time axis', () => {
  it('stand on round times, never more than asked for', () => {
    const ticks = timeTicks(at - 86_400_000, at, 6, 'utc')
    expect(ticks.map((tick) => tick.label)).toEqual(['18:00', '22 Nov', '06:00', '12:00'])
  })
  it.each([1, 50, 1_000, 90_000, 3.6e6, 8.64e7, 6e8, 3e9, 4e10])('stay within the range and the count over %d ms', (span) => {
    const ticks = timeTicks(at, at + span, 8, 'utc')
    expect(ticks.length).toBeLessThanOrEqual(9)
    expect(ticks.every((tick) => tick.ms >= at && tick.ms < at + span)).toBe(true)
  })
  it('has none for a range of no length', () => expect(timeTicks(at, at, 8, 'utc')).toEqual([]))
})

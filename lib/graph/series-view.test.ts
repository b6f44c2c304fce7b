import { describe, expect, it } from 'vitest'
import type { Series } from '#lib/model/api'
import { axisValues, viewOfSeries } from './series-view'

const SERIES: Series = {
  from: '2026-01-01T00:00:00.000Z',
  to: '2026-01-01T00:04:00.000Z',
  bucketMs: 60_000,
  groups: [{ name: '', count: [60, 0, 0, 120], errors: [6, 0, 0, 12], unknown: [0, 0, 0, 0], p50Ms: [5, null, null, 7], p95Ms: [50, null, null, 70] }],
  gaps: [{ from: '2026-01-01T00:02:00.000Z', to: '2026-01-01T00:03:00.000Z' }],
}

describe('missing is not zero', () => {
  const view = viewOfSeries(SERIES)
  it('has no rate inside a gap, and zero where nothing happened', () => expect(view.rate).toEqual([1, 0, null, 2]))
  it('has no share of failures where nothing started', () => expect(view.failing).toEqual([0.1, null, null, 0.1]))
  it('measures how much of the range is known', () => expect(view.coverage).toBe(0.75))
  it('clips gaps to the range', () => {
    const wide = viewOfSeries({ ...SERIES, gaps: [{ from: '2025-12-31T00:00:00.000Z', to: '2026-01-02T00:00:00.000Z' }] })
    expect([wide.coverage, wide.gaps.length]).toEqual([0, 1])
  })
  it('adds groups up, but not their percentiles', () => {
    const group = SERIES.groups[0]
    const both = viewOfSeries({ ...SERIES, groups: group ? [group, group] : [] })
    expect(both.total).toEqual({ count: 360, errors: 36 })
    expect(both.p95Ms).toEqual([null, null, null, null])
  })
})

describe('values of an axis', () => {
  it.each([
    [62, [0, 25, 50]],
    [2.6, [0, 1, 2]],
    [0.011, [0, 0.005, 0.01]],
    [0, [0]],
    [Number.NaN, [0]],
  ])('up to %d are round', (max, values) => {
    expect(axisValues(max, 2).map((value) => Number(value.toPrecision(6)))).toEqual(values)
  })
})

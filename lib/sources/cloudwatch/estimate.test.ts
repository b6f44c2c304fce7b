import { describe, expect, it } from 'vitest'
import type { EstimateRequest } from '#lib/model/connection'
import { estimate } from './estimate'

const ASKED: EstimateRequest = {
  label: 'shop', region: 'eu-west-1', groups: ['*'], excludedGroups: [], xray: false, enabled: true, groupCount: 10, bytesPerDay: 0, tracesPerDay: 0,
} // prettier-ignore

describe('the estimate of calls and cost', () => {
  it('counts the looks of quiet groups, each minute, their sweeps and the listing', () => {
    // 10 groups: 1,440 looks, 96 + 4 + 1 sweeps of a page, and a listing each five minutes.
    expect(estimate(ASKED).callsPerDay).toEqual({ live: 14_400, sweeps: 1_010, listing: 288, total: 15_698 })
    expect(estimate(ASKED)).toMatchObject({ passSeconds: 2.5, fits: true, monthlyUsd: { logs: 0, xray: 0, total: 0 } })
  })

  it('counts pages where groups log much: a page is 1 MB', () => {
    // 1 GB a day and group: looked at each 10 s, in a page; 84 pages of two hours 96 times, 917 of 22 hours 4 times, 13,000 of 13 days.
    const busy = estimate({ ...ASKED, groupCount: 1, bytesPerDay: 1e9 })
    expect(busy.callsPerDay.live).toBe(8_640)
    expect(busy.callsPerDay.sweeps).toBe(96 * 84 + 4 * 917 + 13_000)
    expect(busy.fits).toBe(true)
  })

  it('says where the budget of an account and region is not enough', () => {
    const much = estimate({ ...ASKED, groupCount: 200, bytesPerDay: 4e11 })
    expect(much.callsPerDay.live + much.callsPerDay.sweeps).toBeGreaterThan(much.callsPerSecondLimit * 86_400)
    expect(much.fits).toBe(false)
    expect(estimate({ ...ASKED, groupCount: 200 })).toMatchObject({ fits: true, passSeconds: 50 })
  })

  it('prices X-Ray by the traces that are scanned and retrieved, and says what it assumes', () => {
    const traced = estimate({ ...ASKED, xray: true, tracesPerDay: 100_000 })
    // 3 M traces a month, each scanned ten times and retrieved twice, at 0.5 $ a million.
    expect(traced.monthlyUsd).toEqual({ logs: 0, xray: 18, total: 18 })
    expect(traced.assumptions.at(-1)).toContain('scanned 10 times and retrieved 2 times')
  })

  it('is nothing where nothing is read', () => {
    expect(estimate({ ...ASKED, groups: [], groupCount: 0 }).callsPerDay.total).toBe(0)
  })
})

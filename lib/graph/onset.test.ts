import { describe, expect, it } from 'vitest'
import { findOnset } from './onset'

/** A seeded stream in 0..1, the same in every run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 4294967296
  }
}

function series(shares: readonly number[], calls: number, seed: number) {
  const next = random(seed)
  const failures = shares.map((share) => Array.from({ length: calls }, next).filter((value) => value < share).length)
  return { counts: shares.map(() => calls), failures }
}

describe('since when it fails', () => {
  it('finds the bucket from which on failures are four times as many', () => {
    const { counts, failures } = series(
      Array.from({ length: 96 }, (_, i) => (i >= 78 ? 0.024 : 0.006)),
      500,
      7,
    )
    const onset = findOnset(counts, failures)
    expect(Math.abs((onset?.index ?? 0) - 78)).toBeLessThanOrEqual(2)
    expect(onset?.after).toBeGreaterThan(0.018)
    expect(onset?.before).toBeLessThan(0.009)
  })
  it('claims nothing for a steady rate, in two hundred different ones', () => {
    const claims = Array.from({ length: 200 }, (_, seed) =>
      series(
        Array.from({ length: 96 }, () => 0.01),
        200,
        seed + 1,
      ),
    ).filter(({ counts, failures }) => findOnset(counts, failures) !== null)
    expect(claims.length).toBe(0)
  })
  it('does not call one bad bucket at the end an era', () => {
    const counts = Array.from({ length: 96 }, () => 100)
    const failures = counts.map((_, i) => (i === 95 ? 60 : 0))
    expect(findOnset(counts, failures)?.index ?? 0).toBeLessThanOrEqual(93)
  })
  it('claims nothing where it got better, where almost nothing failed, and of nothing', () => {
    const better = series(
      Array.from({ length: 96 }, (_, i) => (i < 20 ? 0.1 : 0.01)),
      300,
      3,
    )
    expect(findOnset(better.counts, better.failures)).toBeNull()
    expect(findOnset([100, 100, 100, 100, 100, 100, 100], [0, 0, 0, 0, 1, 1, 1])).toBeNull()
    expect(findOnset([], [])).toBeNull()
  })
})

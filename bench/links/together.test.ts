import { describe, expect, it } from 'vitest'
import type { Interval } from './steps'
import { matchTogether } from './together'

/** A repeatable stream of numbers in 0..1. */
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

/** Requests that overlap, each with calls `a`, `b` side by side: `a` after a delay of any length, `b` 40 us after `a`, the way out 30 us after both. */
function sideBySide(count: number): { requests: Interval[]; calls: Interval[]; truth: Map<string, string> } {
  const next = numbers(7)
  const out = { requests: [] as Interval[], calls: [] as Interval[], truth: new Map<string, string>() }
  let at = 0
  for (let i = 0; i < count; i++) {
    at += 400 + 1600 * next()
    const a = at + 300 + 2500 * next()
    const b = a + 40 + 4 * next()
    const ends = [a + 500 + 900 * next(), b + 500 + 900 * next()]
    out.requests.push({ id: `r${i}`, kind: 'upload', start: at, end: Math.max(...ends) + 30 + 4 * next() })
    out.calls.push({ id: `a${i}`, kind: 'a', start: a, end: ends[0] ?? 0 }, { id: `b${i}`, kind: 'b', start: b, end: ends[1] ?? 0 })
    out.truth.set(`a${i}`, `r${i}`).set(`b${i}`, `r${i}`)
  }
  return out
}

const wrong = (found: ReadonlyMap<string, string>, truth: ReadonlyMap<string, string>): number =>
  [...truth].filter(([id, cause]) => found.get(id) !== cause).length

describe('calls of one request, matched together', () => {
  const { requests, calls, truth } = sideBySide(300)

  it('mends a first matching in which half of one kind of call had their requests swapped', () => {
    const first = new Map(truth)
    for (let i = 0; i + 1 < 300; i += 4) first.set(`a${i}`, `r${i + 1}`).set(`a${i + 1}`, `r${i}`)
    expect(wrong(first, truth)).toBe(150)
    expect(wrong(matchTogether(requests, calls, first), truth)).toBeLessThan(6)
  })

  it('gives every call one request, and the same whatever the order of its input', () => {
    const found = matchTogether(requests, calls, truth)
    expect([...found.keys()].sort()).toEqual(calls.map(({ id }) => id).sort())
    expect(new Map([...matchTogether(requests, [...calls].reverse(), truth)].sort())).toEqual(new Map([...found].sort()))
  })

  it('leaves a call that lies in no request with what it had', () => {
    const stray = { id: 'stray', kind: 'a', start: -5000, end: -4000 }
    expect(matchTogether(requests, [...calls, stray], new Map([...truth, ['stray', 'r5']])).get('stray')).toBe('r5')
  })
})

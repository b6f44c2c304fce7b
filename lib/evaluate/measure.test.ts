import { expect, test } from 'vitest'
import { expectedCalibrationError, measure, type Predicted, type Truth } from './measure'

/**
 *   one transaction:  a ─▶ b ─▶ c,  a or x ─▶ d        another:  r ─▶ e
 */
const truth: Truth = {
  roots: [
    { effect: 'a', transaction: 'one' },
    { effect: 'r', transaction: 'another' },
  ],
  links: [
    { effect: 'b', causes: ['a'], transaction: 'one', level: 'exact' },
    { effect: 'c', causes: ['b'], transaction: 'one', level: 'key' },
    { effect: 'd', causes: ['a', 'x'], transaction: 'one', level: 'timing' },
    { effect: 'e', causes: ['r'], transaction: 'another', level: 'exact' },
  ],
}
const link = (cause: string, effect: string, tier: Predicted['tier'], confidence: number, others: [string | null, number][] = []): Predicted => ({
  effect,
  cause,
  tier,
  confidence,
  alternatives: others.map(([other, p]) => ({ cause: other, p })),
})
/** Three right, one of them by an alternative truth; a wrong one whose second guess is right; a root that is nearly given a cause. */
const predicted = [
  link('a', 'b', 'A', 1),
  link('b', 'c', 'B', 0.96),
  link('x', 'd', 'C', 0.97, [['a', 0.02]]),
  link('a', 'e', 'C', 0.99, [['r', 0.005]]),
  link('a', 'r', 'C', 0.6, [[null, 0.4]]),
]

test('each figure is what one counts by hand', () => {
  const m = measure(predicted, truth, 0.95)
  expect(m.links).toBe(4)
  // Shown are all but the last; e's cause is wrong.
  expect(m.precision).toBe(3 / 4)
  expect(m.recall).toBe(3 / 4)
  expect(m.bestGuess).toBe(3 / 4)
  // b, c, d and the root a of four links and two roots: r has a likelier cause than none.
  expect(m.bestWithRoots).toBe(4 / 6)
  expect(m.rootsGivenCause).toBe(0)
  expect(m.childrenCalledRoot).toBe(0)
  expect(m.childrenLeftAlone).toBe(0)
  expect(m.wholeTransactions).toBe(1 / 2)
  expect(m.top3).toBe(1)
  // In order of confidence: right, wrong, right, right, wrong.
  expect([m.coverage99, m.coverage95, m.coverage90]).toEqual([1 / 4, 1 / 4, 1 / 4])
  // Four links at 0.9 and above claim 3.92 and get 3; one at 0.6 claims 0.6 and gets 0.
  expect(m.ece).toBeCloseTo((0.92 + 0.6) / 5, 9)
  expect(m.eceInferred).toBeCloseTo((2.92 - 2 + 0.6) / 4, 9)
  expect(m.byTier.A).toEqual({ shown: 1, right: 1, precision: 1, recall: 1 / 4, heldBack: 0, ece: 0 })
  expect(m.byTier.C).toMatchObject({ shown: 2, right: 1, precision: 1 / 2, recall: 1 / 4, heldBack: 1 })
  expect(m.byTier.C?.ece).toBeCloseTo((0.97 + 0.99 - 1 + 0.6) / 3, 9)
  expect(m.byLevel).toEqual({
    exact: { links: 2, recall: 1 / 2, bestGuess: 1 / 2 },
    key: { links: 1, recall: 1, bestGuess: 1 },
    timing: { links: 1, recall: 1, bestGuess: 1 },
  })
})

test('the threshold decides what is shown, not what is guessed', () => {
  const m = measure(predicted, truth, 0.98)
  expect(m.precision).toBe(1 / 2)
  expect(m.recall).toBe(1 / 4)
  expect(m.bestGuess).toBe(3 / 4)
  // c and d have a cause that is not shown.
  expect(m.childrenLeftAlone).toBe(2 / 4)
  expect(measure(predicted, truth, 0.5).rootsGivenCause).toBe(1 / 2)
})

test('an effect without a candidate, or whose likeliest candidate is none, is called a root', () => {
  const m = measure([link('a', 'b', 'A', 1), link('b', 'c', 'C', 0.3, [[null, 0.5]])], truth, 0.95)
  expect(m.childrenCalledRoot).toBe(3 / 4)
})

test('links of sampled transactions are neither right nor wrong, and strangers don’t count', () => {
  const also: Truth = { ...truth, also: [{ effect: 'b', causes: ['s'], transaction: 'sampled', level: 'exact' }] }
  const more = [...predicted, link('s', 'b', 'A', 1), link('p', 'q', 'C', 1)]
  expect(measure(more, also, 0.95)).toEqual(measure(predicted, truth, 0.95))
})

test('coverage is taken at the lowest confidence that keeps the precision, ties together', () => {
  const ten: Truth = { roots: [], links: Array.from({ length: 10 }, (_, i) => ({ effect: `e${i}`, causes: ['a'], transaction: 't', level: 'any' })) }
  const guesses = ten.links.map(({ effect }, i) => link(i === 9 ? 'b' : 'a', effect, 'C', i < 5 ? 0.9 : 0.5))
  // The five at 0.9 are right; of the five at 0.5 one is not, and they can't be told apart.
  expect(measure(guesses, ten, 0.95)).toMatchObject({ coverage99: 0.5, coverage95: 0.5, coverage90: 0.9 })
})

test('of nothing there is no share', () => {
  const m = measure([], { links: [], roots: [] }, 0.95)
  expect([m.precision, m.recall, m.wholeTransactions, m.ece]).toEqual([NaN, NaN, NaN, NaN])
  expect(expectedCalibrationError([{ p: 1, right: true }])).toBe(0)
})

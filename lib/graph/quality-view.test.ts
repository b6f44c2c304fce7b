import { expect, test } from 'vitest'
import type { Hop } from '#lib/model/quality'
import {
  calibrationError,
  exactShare,
  formatRight,
  inferredRight,
  interval,
  reliabilityOf,
  rightFrom,
  sortHops,
  testedHop,
  type TestedNames,
} from './quality-view'
import { learnedDirections, rulesInWords } from './rule-words'

const PAIRS: TestedNames[] = [
  { cause: 'api', effect: 'cart', hidden: 30, bins: [[0.9, 10, 9, 9.2], [0.99, 15, 15, 14.9]] },
  { cause: 'cart', effect: 'stock', hidden: 12, bins: [[0.6, 2, 1, 1.3], [0.95, 10, 9, 9.5]] },
] // prettier-ignore

test('pairs add up to one diagram, in order of what was stated', () => {
  const { hidden, bins } = reliabilityOf(PAIRS)
  expect(hidden).toBe(42)
  expect(bins.map(({ from, count, right }) => [from, count, right])).toEqual([
    [0.6, 2, 1],
    [0.9, 10, 9],
    [0.95, 10, 9],
    [0.99, 15, 15],
  ])
  expect(bins[1]?.stated).toBeCloseTo(0.92, 9)
  expect(rightFrom(bins, 0.95)).toBe(24 / 25)
  expect(rightFrom(bins, 0.5)).toBe(34 / 37)
  expect(rightFrom([], 0.5)).toBeNull()
  expect(calibrationError(bins)).toBeCloseTo((0.3 + 0.2 + 0.5 + 0.1) / 37, 9)
})

test('a hop is tested by the pairs between its source and what ran behind it', () => {
  expect(testedHop(PAIRS, 'cart', new Set(['stock']), 0.95)).toEqual({ hidden: 12, shown: 10, right: 9 })
  expect(testedHop(PAIRS, 'cart', new Set(['mail']), 0.95)).toBeNull()
})

test('what ids don’t prove comes first, the most inferred of it', () => {
  const end = (name: string): Hop['source'] => ({ id: name, name, kind: 'function' })
  const hop = (name: string, A: number, C: number, held = 0): Hop => ({
    source: end(name), target: end('x'), tiers: { A, B: 0, C }, held, stated: null, tested: null, provedBy: [],
  }) // prettier-ignore
  expect(sortHops([hop('exact', 900, 0), hop('few', 0, 5), hop('many', 50, 70), hop('open', 9, 0, 6)]).map((one) => one.source.name)).toEqual([
    'many',
    'open',
    'few',
    'exact',
  ])
  expect(exactShare(hop('many', 50, 50))).toBe(0.5)
})

test('the test of inferred hops is weighed by what they show, and what could not be tested is counted apart', () => {
  const end = { id: 'x', name: 'x', kind: 'function' as const }
  const hop = (C: number, tested: Hop['tested']): Hop => ({ source: end, target: end, tiers: { A: 9, B: 0, C }, held: 0, stated: null, tested, provedBy: [] })
  expect(
    inferredRight([
      hop(300, { hidden: 10, shown: 10, right: 9 }),
      hop(100, { hidden: 4, shown: 4, right: 4 }),
      hop(50, null),
      hop(0, { hidden: 99, shown: 99, right: 99 }),
    ]),
  ).toEqual({
    tested: 400,
    borrowed: 50,
    hidden: 14,
    right: 0.925,
  })
  expect(inferredRight([hop(5, null)])).toEqual({ tested: 0, borrowed: 5, hidden: 0, right: null })
})

test('an interval of a few cases is wide, and none claims all or nothing', () => {
  expect(interval(0, 0)).toEqual([0, 1])
  const [low, high] = interval(3, 3)
  expect(low).toBeCloseTo(0.438, 3)
  expect(high).toBe(1)
  expect(interval(98, 100)[0]).toBeCloseTo(0.93, 2)
})

test('shares near one keep their tenth and never round to certainty', () => {
  expect([0.9862, 1, 0.99998, 0.5].map(formatRight)).toEqual(['98.6\u202f%', '100\u202f%', '>99.9\u202f%', '50.0\u202f%'])
})

test('rules read as the ids that they go by, each once, and a refuted claim as what holds instead', () => {
  expect(rulesInWords([{ rule: 'call-id' }, { rule: 'gateway-request' }, { rule: 'new-rule' }])).toBe('request id, new rule')
  const claim = (rule: string, contradicted = 9) => ({ rule, effects: 10, contradicted, demoted: true })
  expect(
    learnedDirections([
      claim('sends @ a: got, id'),
      claim('receives @ b: put, id'),
      claim('sends @ c: x, id', 5),
      claim('receives @ c: x, id', 5),
      claim('call-id'),
    ]),
  ).toEqual([
    { place: 'a: got, id', words: 'received there', cases: 9, of: 10 },
    { place: 'b: put, id', words: 'sent there', cases: 9, of: 10 },
    { place: 'c: x, id', words: 'either way', cases: 5, of: 10 },
  ])
})

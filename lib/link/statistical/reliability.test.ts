import { expect, test } from 'vitest'
import { testedPairs, type HiddenOutcome } from './reliability'
import { fitModel } from './fit'
import { Names, openWindow } from './window'
import type { SpanInput } from './types'

const line = (timeMs: number, template: string) => ({ timeMs, template, severity: 9, values: [] })
const span = (id: string, service: string, startMs: number): SpanInput => ({
  id,
  service,
  startMs,
  endMs: startMs + 10,
  lines: [line(startMs, 'in'), line(startMs + 10, 'out')],
})

test('hidden links are counted by pair of services, those without any guess too, and judged by the others', () => {
  const names = new Names()
  const spans = [span('a', 'shop', 0), span('b', 'stock', 2), span('c', 'stock', 100)]
  const window = openWindow(spans, names, { succession: {}, clocks: {} })
  const [shop, stock] = [names.find('shop'), names.find('stock')]
  const known = new Map([
    [1, [0]],
    [2, [0]],
  ])
  // A hundred of each part: at a raw 0.9 nine in ten are right, so that any two parts teach the third the same.
  const outcomes: HiddenOutcome[] = Array.from({ length: 300 }, (_, i) => ({ class: 'x', p: 0.9, right: i % 10 > 0, fold: i % 3, from: shop, to: stock }))
  const [pair, ...others] = testedPairs(outcomes, window, known)
  expect(others).toEqual([])
  expect(pair).toMatchObject({ cause: shop, effect: stock, hidden: 2 })
  const count = pair?.bins.reduce((sum, [, n]) => sum + n, 0)
  const right = pair?.bins.reduce((sum, [, , n]) => sum + n, 0)
  const stated = pair?.bins.reduce((sum, [, , , p]) => sum + p, 0) ?? 0
  expect([count, right]).toEqual([300, 270])
  expect(stated / 300).toBeCloseTo(0.9, 1)
})

test('a model says how it did, the same for any order of what it was fitted on', () => {
  const spans = Array.from({ length: 60 }, (_, i) => [span(`a${i}`, 'shop', 1000 * i), span(`b${i}`, 'stock', 1000 * i + 3)]).flat()
  const certain = spans.flatMap(({ id }) => (id.startsWith('b') ? [{ effect: id, cause: id.replace('b', 'a') }] : []))
  const model = fitModel({ spans, certain })
  const [pair] = model.tested
  expect([model.names[pair?.cause ?? -1], model.names[pair?.effect ?? -1], pair?.hidden]).toEqual(['shop', 'stock', 60])
  expect(pair?.bins.reduce((sum, [, , right]) => sum + right, 0)).toBe(60)
  expect(fitModel({ spans: spans.toReversed(), certain: certain.toReversed() }).hash).toBe(model.hash)
})

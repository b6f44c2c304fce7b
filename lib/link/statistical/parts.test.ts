import { describe, expect, it } from 'vitest'
import { calibrated, fitCalibration, type Outcome } from './calibrate'
import { certainLinks } from './certain'
import { learnClocks } from './clocks'
import { BINS, WIDTH, binOf, rangeOf } from './delay'
import { match, type Graph } from './matching'
import { learnSuccession, orderLines } from './order'
import { line, seeded, shopOf, span } from './testing'

describe('bins of delays', () => {
  it('every delay lies in the range of its bin', () => {
    for (const units of [-9000, -17, -2, -0.5, 0, 0.9, 1, 3, 4, 5, 800, 60_000]) {
      const [low, high] = rangeOf(binOf(units))
      expect(units).toBeGreaterThanOrEqual(low)
      expect(units).toBeLessThanOrEqual(high)
    }
  })

  it('whole units are counted once each', () => {
    const counts = Array.from({ length: BINS }, () => 0)
    for (let units = 1; units < 1024; units++) counts[binOf(units)] = (counts[binOf(units)] ?? 0) + 1
    counts.forEach((count, bin) => {
      if (count > 0 && (rangeOf(bin)[1] ?? 0) <= 1024) expect(count).toBe(WIDTH[bin])
    })
  })
})

/** Two effects; each edge `[effect, place, weight]`. */
function graphOf(edges: [number, number, number][], rate: number, gather = 0): Graph {
  return {
    effects: 2,
    ofEffect: Int32Array.from([0, edges.filter(([e]) => e === 0).length, edges.length]),
    group: Int32Array.from(edges, ([, place]) => place),
    groups: 2,
    weight: Float64Array.from(edges, ([, , weight]) => weight),
    outside: Float64Array.from([0.001, 0.001]),
    rate: Float64Array.from([rate, rate]),
    gather: Float64Array.from([gather, gather]),
  }
}

describe('matching', () => {
  it('two effects do not share a place that calls once: the weaker takes what is left', () => {
    const p = match(graphOf([[0, 0, 1], [1, 0, 0.8], [1, 1, 0.3]], 0.98), 20) // prettier-ignore
    expect(p.edge[0]).toBeGreaterThan(0.9)
    expect(p.edge[2]).toBeGreaterThan(0.9)
  })

  it('equals the sum over all assignments on a graph without loops', () => {
    const r = 0.5
    const [w1, w2, outside] = [0.4, 0.2, 0.1]
    const p = match({ ...graphOf([[0, 0, w1], [1, 0, w2]], r), outside: Float64Array.from([outside, outside]) }, 60) // prettier-ignore
    // Both outside; the first by the place; the second by the place.
    const none = (1 - r) * outside * outside
    const first = w1 * outside
    const second = w2 * outside
    expect(p.edge[0]).toBeCloseTo(first / (none + first + second), 3)
    expect(p.edge[1]).toBeCloseTo(second / (none + first + second), 3)
  })

  it('stays finite where two effects are certain to come from one place and the evidence is overwhelming', () => {
    const p = match({ ...graphOf([[0, 0, 1e12], [1, 0, 1e12]], 0.5), outside: Float64Array.from([0, 0]) }, 20) // prettier-ignore
    expect([...p.edge].every((x) => x >= 0 && x <= 1)).toBe(true)
  })

  it('an effect that gathers keeps two causes', () => {
    const p = match(graphOf([[0, 0, 1], [0, 1, 1], [1, 1, 1e-9]], 0.95, 50), 20) // prettier-ignore
    expect(p.edge[0]).toBeGreaterThan(0.8)
    expect(p.edge[1]).toBeGreaterThan(0.8)
  })
})

describe('calibration', () => {
  it('takes overconfidence back', () => {
    const random = seeded(3)
    const outcomes: Outcome[] = Array.from({ length: 2000 }, () => ({ class: 'c', p: 0.99, right: random() < 0.8 }))
    expect(calibrated(fitCalibration(outcomes), 0.99, 'c')).toBeCloseTo(0.8, 1)
  })

  it('never reaches certainty, and rises with what the model says', () => {
    const calibration = fitCalibration(Array.from({ length: 500 }, (_, i) => ({ class: `${i % 3}`, p: (i % 100) / 100, right: i % 100 > 30 })))
    const curve = Array.from({ length: 101 }, (_, i) => calibrated(calibration, i / 100, '1'))
    curve.forEach((p, i) => expect(p).toBeGreaterThanOrEqual(curve[i - 1] ?? 0))
    expect(Math.max(...curve)).toBeLessThan(1)
  })
})

describe('borrowed calibration', () => {
  const own = fitCalibration(Array.from({ length: 400 }, (_, i) => ({ class: 'tested', p: 0.97, right: i % 100 !== 0 })))
  const lent = { ...own, borrowed: { kinds: { untested: 0 }, curves: [{ a: 1, b: 0.5, c: 0 }] } }

  it('is taken by kinds that could not be tested, and by no other', () => {
    expect(calibrated(lent, 0.97, 'untested')).toBeLessThan(calibrated(lent, 0.97, 'tested'))
    expect(calibrated(lent, 0.97, 'tested')).toBe(calibrated(own, 0.97, 'tested'))
  })

  it('is not for links that a shared value shows: these are tested with all others', () => {
    expect(calibrated(lent, 0.97, 'untested', true)).toBe(calibrated(own, 0.97, 'untested'))
  })
})

describe('clocks', () => {
  it('finds a service whose clock is ahead, and leaves the others alone', () => {
    const shop = shopOf(100, 200)
    const skewed = shop.spans.map((s) => (s.service === 'price' ? { ...s, lines: s.lines.map((l) => ({ ...l, timeMs: l.timeMs + 40 })) } : s))
    const clocks = learnClocks(skewed, shop.links)
    expect(Math.abs((clocks['price'] ?? 0) - (clocks['shop'] ?? 0) - 40)).toBeLessThan(6)
    expect(learnClocks(shop.spans, shop.links)).toEqual({})
  })
})

describe('order within a moment', () => {
  it('lines of one time take the order that other spans show', () => {
    const told = Array.from({ length: 20 }, (_, i) => span(`${i}`, 's', [line(i * 100, 'z first'), line(i * 100 + 1, 'a second')]))
    const succession = learnSuccession(told, 1)
    const tied = [line(5, 'a second'), line(5, 'z first')]
    expect(orderLines('s', tied, succession).map((l) => l.template)).toEqual(['z first', 'a second'])
  })
})

describe('what is certain', () => {
  const read = {
    logged: (id: string) => !id.startsWith('q'),
    traced: (id: string) => id.endsWith('t'),
    service: (id: string) => id.charAt(0),
    name: (id: string) => id,
  }

  it('passes through spans that logged nothing', () => {
    const links = [
      { cause: 'a', effect: 'q1' },
      { cause: 'q1', effect: 'q2' },
      { cause: 'q2', effect: 'b' },
    ]
    expect(certainLinks(links, ['a', 'b', 'q1', 'q2'], read)).toEqual([{ effect: 'b', cause: 'a' }])
  })

  it('a span whose trace leads back to itself is not called a root', () => {
    const links = [
      { cause: 'qt', effect: 'bt' },
      { cause: 'bt', effect: 'qt' },
    ]
    expect(certainLinks(links, ['bt'], read)).toEqual([])
  })

  it('a traced span behind a recorded entry is a root; one where the trace begins may not be', () => {
    expect(certainLinks([{ cause: 'qt', effect: 'bt' }], ['bt', 'ct'], read)).toEqual([{ effect: 'bt', cause: null, traced: true }])
  })
})

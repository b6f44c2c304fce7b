import { describe, expect, it } from 'vitest'
import { fitModel } from './fit'
import { scoreWindow } from './score'
import { line, seeded, shopOf, shuffled, span } from './testing'
import type { CertainLink, LineInput, SpanInput } from './types'
import { flowsTo, learnTypes, shapeOf, typesFromJson, typesToJson, type Flow, type ValueTypes } from './value-types'
import { Names, openWindow } from './window'

const T0 = 1_700_000_000_000
const said = (timeMs: number, template: string, ...values: [field: number, value: number][]): LineInput => ({
  ...line(timeMs, template, values.map(([, value]) => value)), fields: values.map(([field]) => field),
}) // prettier-ignore

const typesOf = (spans: readonly SpanInput[]): ValueTypes => learnTypes(openWindow(spans, new Names(), { succession: {}, clocks: {} }))
const flowOf = (types: ValueTypes, effect: string, cause: string): Flow | undefined => types.flows.get(effect)?.get(cause)
const shown = (spans: readonly SpanInput[], certain: readonly CertainLink[] = []) =>
  scoreWindow(fitModel({ spans, certain }), spans, certain).filter((link) => link.confidence >= 0.95)

/** Orders taken by `desk`, packed by `store` a second later; each order is packed in so many parcels. */
function orders(count: number, parcels: number): SpanInput[] {
  return Array.from({ length: count }, (_, i) => [
    span(`desk${i}`, 'desk', [said(T0 + i * 5000, 'taken', [1, 1e9 + i])]),
    ...Array.from({ length: parcels }, (__, k) => span(`store${i}-${k}`, 'store', [said(T0 + i * 5000 + 1000 + k, 'packed', [2, 1e9 + i])])),
  ]).flat()
}

describe('how values flow', () => {
  it('a value flows from the type in which it stands first, and not back', () => {
    const types = typesOf(orders(50, 1))
    const there = flowOf(types, 'store\npacked\n2', 'desk\ntaken\n1')
    const back = flowOf(types, 'desk\ntaken\n1', 'store\npacked\n2')
    expect([there && flowsTo(there), back && flowsTo(back)]).toEqual([true, false])
  })

  it('one with one is told from one with several', () => {
    const shape = (parcels: number): string | undefined => {
      const flow = flowOf(typesOf(orders(50, parcels)), 'store\npacked\n2', 'desk\ntaken\n1')
      return flow && shapeOf(flow)
    }
    expect([shape(1), shape(3)]).toEqual(['1:1', '1:n'])
  })

  it('nothing is said of four', () => {
    const flow = flowOf(typesOf(orders(4, 1)), 'store\npacked\n2', 'desk\ntaken\n1')
    expect(flow && flowsTo(flow)).toBeUndefined()
  })

  it('a field of which some values are shared by a crowd is a hub, whatever the rest', () => {
    const region = (i: number): number => (i % 2 === 0 ? 77 : 2e9 + i)
    const spans = orders(100, 1).map((s, i) => ({ ...s, lines: s.lines.map((l) => said(l.timeMs, l.template, [1, l.values[0] ?? 0], [3, region(i)])) })) // prettier-ignore
    const both = [...spans, ...spans.map((s) => ({ ...s, id: `${s.id}b`, service: `${s.service}b` }))]
    const { hubs } = typesOf(both)
    expect(hubs.has('desk\ntaken\n3')).toBe(true)
    expect(hubs.has('desk\ntaken\n1')).toBe(false)
  })

  it('is the same from any order of spans, and when it was written and read back', () => {
    const spans = orders(50, 2)
    const types = typesToJson(typesOf(spans))
    expect(typesToJson(typesOf(shuffled(spans, 3)))).toEqual(types)
    expect(typesToJson(typesFromJson(types))).toEqual(types)
  })

  it('10,000 spans that share one value join nothing', () => {
    const spans = Array.from({ length: 10_000 }, (_, i) => span(`s${i}`, `service${i % 50}`, [said(T0 + i * 997, `only ${i % 50}`, [8, 4711])]))
    expect(typesOf(spans).flows.size).toBe(0)
    expect(shown(spans)).toEqual([])
  })
})

/**
 * Every 20 s a `reader` takes what some `writer`s have written; every third batch holds what a `till` wrote too, which the till does seldom. Only the
 * till's line and the reader's own line for it have the basket.
 */
function batches(count: number) {
  const random = seeded(9)
  const spans: SpanInput[] = []
  const truth = new Set<string>()
  for (let b = 0; b < count; b++) {
    const at = T0 + b * 20_000
    const read: LineInput[] = [line(at, 'reading')]
    for (let w = 0; w < 3; w++) {
      const wrote = at - 500 - Math.floor(10_000 * random())
      const row = 5e9 + 10 * b + w
      spans.push(span(`writer${b}-${w}`, 'writer', [said(wrote, 'saved', [4, row]), line(wrote + 4, 'done')]))
      read.push(said(at + 3, 'took', [5, row]))
      truth.add(`writer${b}-${w} reader${b}`)
    }
    if (b % 3 === 0) {
      const wrote = at - 500 - Math.floor(10_000 * random())
      spans.push(span(`till${b}`, 'till', [said(wrote, 'asked again', [6, 6e9 + b]), line(wrote + 5, 'answered')]))
      read.push(said(at + 4, 'took on request', [7, 6e9 + b]))
      truth.add(`till${b} reader${b}`)
    }
    spans.push(span(`reader${b}`, 'reader', [...read, line(at + 9, 'up to date')]))
  }
  return { spans, truth }
}

describe('a sender that a value proposes', () => {
  const { spans, truth } = batches(150)
  const other = shopOf(300, 400)
  const all = [...spans, ...other.spans]
  const certain = other.links.filter((l) => Number(l.effect.replace(/\D/g, '')) % 5 === 0)

  it('is found for batches that others fill, and all that is shown is right', () => {
    const links = shown(all, certain).filter((link) => link.effect.startsWith('reader'))
    expect(links.filter((link) => !truth.has(`${link.cause} ${link.effect}`))).toEqual([])
    expect(links.filter((link) => link.cause.startsWith('till')).length).toBeGreaterThan(45)
    expect(links.length).toBeGreaterThan(0.9 * truth.size)
  })

  it('names the line on both sides, the cause first', () => {
    const link = shown(all, certain).find((one) => one.cause.startsWith('till') && one.tier === 'B')
    expect(link?.evidence).toContainEqual({ kind: 'fields', value: '"asked again" = "took on request" (1:1)' })
  })

  it('is not one that got the value from what sends the rest', () => {
    const random = seeded(4)
    const echoes = spans.flatMap((s) => {
      const row = s.lines[0]
      return s.service === 'writer' && row
        ? [span(`copy-${s.id}`, 'copy', [said(row.timeMs + Math.floor(480 * random()), 'copied', [4, row.values[0] ?? 0])])]
        : []
    })
    const found = shown([...all, ...echoes], certain).filter((link) => link.effect.startsWith('reader') && link.cause.startsWith('copy'))
    expect(found).toEqual([])
  })
})

import { describe, expect, it } from 'vitest'
import type { MapEdge, MapNode, ServiceMap } from '#lib/model/api'
import { FOLD_FROM, neighboursOf, shiftOf, unprovenOf, viewOfMap, withLoops } from './map-view'
import type { MapFilter } from './map-view'

const node = (id: string, more: Partial<MapNode> = {}): MapNode => ({
  id,
  name: id,
  kind: 'function',
  events: 10,
  spans: 100,
  errors: 0,
  ratePerSecond: 1,
  p50Ms: 5,
  p95Ms: 10,
  change: null,
  before: null,
  caused: 100,
  ...more,
})
const edge = (source: string, target: string, more: Partial<MapEdge> = {}): MapEdge => ({
  source,
  target,
  count: 10,
  errors: 0,
  p50Ms: 1,
  p95Ms: 2,
  tier: 'A',
  tiers: { A: 10, B: 0, C: 0 },
  change: null,
  before: null,
  ...more,
})
const map = (nodes: MapNode[], edges: MapEdge[] = [], more: Partial<ServiceMap> = {}): ServiceMap => ({
  nodes,
  edges,
  loops: [],
  transactions: { count: 1, failed: 0, unknown: 0 },
  complete: true,
  range: { from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z' },
  linked: { spans: 100, withCause: 100 },
  nearest: null,
  ...more,
})
const ALL: MapFilter = { unhealthyOnly: false, hidden: new Set(), fold: 'auto' }

describe('what is drawn', () => {
  it('leads from a service to itself only where one execution caused another', () => {
    const drawn = withLoops(
      map([node('a'), node('b')], [edge('a', 'b'), edge('a', 'a', { count: 9 }), edge('b', 'b')], { loops: [edge('a', 'a', { count: 2 })] }),
    )
    expect(drawn.edges.map((e) => [e.source + e.target, e.count])).toEqual([
      ['ab', 10],
      ['aa', 2],
    ])
  })
  it('hides idle edges and self-calls, keeps gone ones', () => {
    const view = viewOfMap(map([node('a'), node('b')], [edge('a', 'b', { count: 0 }), edge('a', 'a'), edge('b', 'a', { count: 0, change: 'gone' })]), ALL)
    expect(view.edges.map((e) => `${e.source}${e.target}`)).toEqual(['ba'])
  })
  it('shows the unhealthy with whom they touch, and counts them', () => {
    const view = viewOfMap(map([node('bad', { errors: 5 }), node('near'), node('far')], [edge('near', 'bad'), edge('far', 'near')]), {
      ...ALL,
      unhealthyOnly: true,
    })
    expect(view.nodes.map((n) => n.id)).toEqual(['bad', 'near'])
    expect(view.unhealthy).toBe(1)
  })
  it('knows that a hidden receiver exists: its sender is no dead end', () => {
    const view = viewOfMap(map([node('a'), node('b')], [edge('a', 'b')]), { ...ALL, hidden: new Set(['b']) })
    expect([...view.sending]).toEqual(['a'])
  })
  it('hides by name, with the edges', () => {
    const view = viewOfMap(map([node('a'), node('b')], [edge('a', 'b')]), { ...ALL, hidden: new Set(['b']) })
    expect([view.nodes.length, view.edges.length]).toEqual([1, 0])
  })
})

describe('folding', () => {
  const many = Array.from({ length: 90 }, (_, i) => node(`s${i}`, { spans: i, errors: i === 0 ? 0 : i === 1 ? 1 : 0 }))
  const view = viewOfMap(map(many, [edge('s2', 's89'), edge('s3', 's89'), edge('s2', 's3')]), ALL)
  it('keeps at most sixty, the unhealthy and the busiest among them', () => {
    expect(view.nodes.length).toBeLessThanOrEqual(FOLD_FROM)
    expect(view.nodes.some((n) => n.id === 's1')).toBe(true)
    expect(view.nodes.some((n) => n.id === 's89')).toBe(true)
  })
  it('loses no call: spans and edge counts add up to the whole', () => {
    expect(view.nodes.reduce((sum, n) => sum + n.spans, 0)).toBe(many.reduce((sum, n) => sum + n.spans, 0))
    expect(view.edges).toMatchObject([{ source: 'folded:function', target: 's89', count: 20 }])
  })
  it('says how many stand behind the fold and claims no percentile for them', () => {
    const fold = view.nodes.find((n) => n.id === 'folded:function')
    expect(fold?.members.length).toBe(view.folded)
    expect(fold?.p95Ms).toBeNull()
  })
  it('leaves sixty alone', () => expect(viewOfMap(map(many.slice(0, FOLD_FROM)), ALL).folded).toBe(0))
})

describe('what is said', () => {
  it('counts spans without a proven cause, and services that have none at all', () => {
    const found = unprovenOf(
      map([node('root', { caused: 0 }), node('a'), node('alone', { caused: 0 })], [edge('root', 'a')], { linked: { spans: 200, withCause: 50 } }),
    )
    expect(found).toEqual({ spans: 200, without: 150, share: 0.75, services: 1 })
  })
  it('claims no share of nothing', () => expect(unprovenOf(map([], [], { linked: { spans: 0, withCause: 0 } })).share).toBe(0))
  it('orders neighbours: causes, itself, effects; each the busiest first', () => {
    const found = neighboursOf(
      map([node('a'), node('b'), node('c')], [edge('b', 'a', { count: 1 }), edge('c', 'a', { count: 5 }), edge('a', 'b'), edge('a', 'a')]),
      'a',
    )
    expect(found.map((n) => `${n.direction} ${n.node.id}`)).toEqual(['from c', 'from b', 'self a', 'to b'])
  })
  it('tells a shift only where both values are known', () => {
    const before = { events: 1, spans: 1, errors: 0, ratePerSecond: 1, p50Ms: 1, p95Ms: 240 }
    expect(shiftOf(node('a', { change: 'shifted', p95Ms: 2310, before }))?.ratio).toBeCloseTo(9.6, 1)
    expect(shiftOf(node('a', { change: 'shifted', p95Ms: 2310, before: { ...before, p95Ms: null } }))).toBeNull()
    expect(shiftOf(node('a', { before }))).toBeNull()
  })
})

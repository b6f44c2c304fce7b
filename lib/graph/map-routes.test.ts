import { describe, expect, it } from 'vitest'
import { NODE_RADIUS, pathOf, routeMap } from './map-routes'
import type { Point } from './layout'

const edge = (source: string, target: string) => ({ id: `${source}>${target}`, source, target, labelled: true, priority: 0 })

const AIRED = { scale: 1, short: false }
const named = (positions: Record<string, Point>) => Object.keys(positions).map((id) => ({ id, name: id, failing: false }))

function route(positions: Record<string, Point>, ...edges: ReturnType<typeof edge>[]) {
  const result = routeMap({ positions, nodes: named(positions), edges, size: AIRED })
  const path = (id: string) => {
    const found = edges.find((e) => e.id === id)
    const r = result.routes[id]
    const from = positions[found?.source ?? '']
    const to = positions[found?.target ?? '']
    return r && from && to ? pathOf(from, to, r) : []
  }
  return { ...result, path }
}

describe('how an edge runs', () => {
  it('is a straight line on one row', () => {
    const { routes } = route({ a: { x: 0, y: 0 }, b: { x: 300, y: 0 } }, edge('a', 'b'))
    expect(routes['a>b']).toMatchObject({ controls: [], start: 'right', end: 'left' })
  })
  it('goes around a service that stands in its way', () => {
    const positions = { a: { x: 0, y: 0 }, wall: { x: 200, y: 0 }, b: { x: 400, y: 0 } }
    const { path } = route(positions, edge('a', 'b'))
    for (const p of path('a>b')) expect(Math.hypot(p.x - 200, p.y)).toBeGreaterThan(NODE_RADIUS)
  })
  it('leaves at the top or bottom when it goes back to an earlier rank', () => {
    const { routes } = route({ a: { x: 400, y: 0 }, b: { x: 0, y: 0 } }, edge('a', 'b'))
    expect(['top', 'bottom']).toContain(routes['a>b']?.start)
  })
  it('tells an edge and its way back apart', () => {
    const { path } = route({ a: { x: 0, y: 0 }, b: { x: 300, y: 0 } }, edge('a', 'b'), edge('b', 'a'))
    const highest = (id: string) => Math.max(...path(id).map((p) => Math.abs(p.y)))
    expect(highest('a>b')).toBe(0)
    expect(highest('b>a')).toBeGreaterThan(40)
  })
  it('begins and ends at the rim of both pictures', () => {
    const { path } = route({ a: { x: 0, y: 0 }, b: { x: 300, y: 120 } }, edge('a', 'b'))
    expect(path('a>b')[0]).toEqual({ x: NODE_RADIUS, y: 0 })
    expect(path('a>b').at(-1)).toEqual({ x: 300 - NODE_RADIUS, y: 120 })
  })
  it('leaves out an edge whose service has no place', () => {
    const positions = { a: { x: 0, y: 0 } }
    expect(routeMap({ positions, nodes: named(positions), edges: [edge('a', 'b')], size: AIRED }).routes).toEqual({})
  })
})

describe('where numbers stand', () => {
  it('keeps two numbers apart', () => {
    const positions = { a: { x: 0, y: 0 }, b: { x: 300, y: 0 }, c: { x: 0, y: 20 }, d: { x: 300, y: 20 } }
    const { routes } = route(positions, edge('a', 'b'), edge('c', 'd'))
    const shown = Object.values(routes).filter((r) => !r.crowded)
    shown.forEach((one, i) =>
      shown.slice(i + 1).forEach((two) => expect(Math.abs(one.label.x - two.label.x) >= 80 || Math.abs(one.label.y - two.label.y) >= 16).toBe(true)),
    )
  })
  it('gives the only place to what matters most', () => {
    const positions = { a: { x: 0, y: 0 }, b: { x: 170, y: 0 }, c: { x: 0, y: 14 }, d: { x: 170, y: 14 } }
    const edges = [edge('a', 'b'), { ...edge('c', 'd'), priority: 1 }]
    const { routes } = routeMap({ positions, nodes: named(positions), edges, size: AIRED })
    expect(routes['c>d']?.crowded).toBe(false)
  })
  it('says that there is no room rather than writing over a name', () => {
    const { routes } = route({ a: { x: 0, y: 0 }, b: { x: 75, y: 0 } }, edge('a', 'b'))
    expect(routes['a>b']?.crowded).toBe(true)
  })
})

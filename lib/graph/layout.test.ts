import { describe, expect, it } from 'vitest'
import { layoutMap } from './layout'
import type { LayoutEdge, Point } from './layout'

const edge = (source: string, target: string, weight = 0.5): LayoutEdge => ({ source, target, weight })
const SHOP = {
  nodes: ['api', 'cart', 'checkout', 'orders', 'payment', 'coupon'],
  edges: [
    edge('api', 'cart'),
    edge('api', 'checkout', 1),
    edge('checkout', 'orders', 1),
    edge('orders', 'payment', 1),
    edge('payment', 'coupon'),
    edge('checkout', 'coupon'),
  ],
  width: 1040,
  height: 540,
}

function closest(positions: Record<string, Point>): number {
  const points = Object.values(positions)
  let least = Infinity
  points.forEach((a, i) => points.slice(i + 1).forEach((b) => (least = Math.min(least, Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y))))))
  return least
}

describe('a map that is drawn for the first time', () => {
  it('puts each cause left of its effect', () => {
    const at = layoutMap({ ...SHOP, kept: {} })
    for (const { source, target } of SHOP.edges) expect(at[source]?.x).toBeLessThan(at[target]?.x ?? 0)
  })
  it('does not depend on the order in which services and edges come', () => {
    const reversed = { ...SHOP, nodes: [...SHOP.nodes].reverse(), edges: [...SHOP.edges].reverse() }
    expect(layoutMap({ ...reversed, kept: {} })).toEqual(layoutMap({ ...SHOP, kept: {} }))
  })
  it('stays inside the canvas where there is room', () => {
    for (const p of Object.values(layoutMap({ ...SHOP, kept: {} }))) {
      expect(p.x).toBeGreaterThan(0)
      expect(p.x).toBeLessThan(SHOP.width)
      expect(p.y).toBeGreaterThan(0)
      expect(p.y).toBeLessThan(SHOP.height)
    }
  })
  it('wraps a rank of thirty into columns, so that no two names touch and the drawing is not a tall strip', () => {
    const leaves = Array.from({ length: 30 }, (_, i) => `leaf-${i}`)
    const at = layoutMap({ nodes: ['root', ...leaves], edges: leaves.map((leaf) => edge('root', leaf)), width: 1040, height: 540, kept: {} })
    expect(closest(at)).toBeGreaterThanOrEqual(90)
    const ys = Object.values(at).map((p) => p.y)
    expect(Math.max(...ys) - Math.min(...ys)).toBeLessThan(900)
  })
  it('sets services without any edge in rows under the others', () => {
    const at = layoutMap({ ...SHOP, nodes: [...SHOP.nodes, 'cron', 'audit'], kept: {} })
    const lowest = Math.max(...SHOP.nodes.map((id) => at[id]?.y ?? 0))
    expect(at.cron?.y).toBeGreaterThan(lowest)
    expect(at.audit?.y).toBe(at.cron?.y)
  })
  it('takes cycles, self-calls, an edge to a service that is not there, and nothing at all', () => {
    expect(layoutMap({ nodes: [], edges: [], width: 800, height: 400, kept: {} })).toEqual({})
    const at = layoutMap({ nodes: ['a', 'b'], edges: [edge('a', 'b'), edge('b', 'a'), edge('a', 'a'), edge('a', 'gone')], width: 800, height: 400, kept: {} })
    expect(Object.keys(at).sort()).toEqual(['a', 'b'])
  })
})

describe('a map that was drawn before', () => {
  const before = layoutMap({ ...SHOP, kept: {} })
  it('moves nothing when nothing is new, on any canvas', () => {
    expect(layoutMap({ ...SHOP, width: 700, height: 900, kept: before })).toEqual(before)
  })
  it('moves nothing when a service is new, and finds it a free place', () => {
    const after = layoutMap({ ...SHOP, nodes: [...SHOP.nodes, 'email'], edges: [...SHOP.edges, edge('payment', 'email')], kept: before })
    for (const id of SHOP.nodes) expect(after[id]).toEqual(before[id])
    expect(closest(after)).toBeGreaterThanOrEqual(90)
  })
  it('moves nothing when a service is gone', () => {
    const after = layoutMap({ ...SHOP, nodes: SHOP.nodes.filter((id) => id !== 'coupon'), kept: before })
    for (const id of Object.keys(after)) expect(after[id]).toEqual(before[id])
  })
  it('is drawn anew when most of it is unknown', () => {
    const at = layoutMap({ ...SHOP, kept: { api: { x: 9999, y: 9999 } } })
    expect(at.api?.x).toBeLessThan(SHOP.width)
  })
})

import { describe, expect, it } from 'vitest'
import { layoutMap, wordSize } from './layout'
import type { Point } from './layout'
import { nameBox, nameSize, overlap, wrapName } from './map-names'
import type { Box } from './map-names'
import { NODE_RADIUS, routeMap } from './map-routes'

const SHORT = { scale: 1, short: true }
const FULL = { scale: 1, short: false }

/** The shop's services by short names, as its map has them: cause>effect. */
const SHOP = `storefront>cart storefront>coupon-redeem email>mail.example order-confirm>email order-confirm>invoice order-confirm>order-confirmed
  order-confirm>loyalty loyalty-points>loyalty campaign-stats>campaign-table invoice>order-archive invoice>archive order-archive>archive-register
  bus>order-confirm bus>campaign-stats bus>stock-relay bus>payment order-confirmed>email order-confirmed>invoice order-confirmed>loyalty-relay
  cart>storefront cart>catalog cart>carts order-worker>bus order-worker>inventory order-worker>payment order-worker>postal.example
  order-worker>orders-table checkout>order-worker checkout>carts checkout>orders nightly-settlement>order-archive inventory>stock
  backoffice>coupon-admin orders>order-worker stock-relay>stock-requests stock-requests>inventory archive>invoice archive>order-archive
  coupon-refresher>offers loyalty>loyalty-table payment>order-confirm payment>bus payment>psp.example payment>payments checkout-api>checkout
  coupon-redeem>offers coupon-redeem>storefront coupon-redeem>campaign-stats coupon-redeem>bus coupon-redeem>DynamoDB coupon-redeem>carts
  coupon-redeem>coupons coupon-admin>coupon-refresher coupon-admin>coupons loyalty-relay>loyalty-points`
  .split(/\s+/)
  .map((text) => text.split('>'))
  .map(([source = '', target = '']) => ({ id: `${source}>${target}`, source, target, weight: 0.2, labelled: true, priority: 0 }))

function drawn(edges: typeof SHOP, width: number, height: number) {
  const ids = [...new Set(edges.flatMap((edge) => [edge.source, edge.target]))]
  const nodes = ids.map((id) => ({ id, name: `shop-${id}`, failing: id === 'postal.example' || id === 'coupon-redeem' }))
  const positions = layoutMap({ nodes: ids, edges, width, height, kept: {} })
  const result = routeMap({ positions, nodes, edges, size: wordSize(positions, { width, height }) })
  const { size } = result
  const names = nodes.map((node): { id: string; box: Box } => {
    const { side, lines } = result.names[node.id] ?? { side: 'below', lines: [node.name] }
    return { id: node.id, box: nameBox(positions[node.id] ?? { x: 0, y: 0 }, side, nameSize(lines, node.failing, size)) }
  })
  return { ...result, positions, names, size }
}

const picture = ({ x, y }: Point): Box => ({ left: x - NODE_RADIUS, right: x + NODE_RADIUS, top: y - NODE_RADIUS, bottom: y + NODE_RADIUS })

function collisions({ names, positions }: ReturnType<typeof drawn>): string[] {
  return names.flatMap(({ id, box }, i) => [
    ...names.slice(i + 1).flatMap((other) => (overlap(box, other.box) ? [`${id} on ${other.id}`] : [])),
    ...Object.entries(positions).flatMap(([other, p]) => (other !== id && overlap(box, picture(p)) ? [`${id} on the picture of ${other}`] : [])),
  ])
}

describe('the name of a service', () => {
  it('stays whole where it fits', () => {
    expect(wrapName('coupon-redeem', SHORT)).toEqual(['coupon-redeem'])
    expect(wrapName('shop-coupon-redeem', FULL)).toEqual(['shop-coupon-redeem'])
  })
  it('breaks where a word ends, as evenly as can be', () => {
    expect(wrapName('shop-nightly-settlement', SHORT)).toEqual(['shop-nightly-', 'settlement'])
    expect(wrapName('shop-order-archive', SHORT)).toEqual(['shop-order-', 'archive'])
    expect(wrapName('OrderPlacedHandler', SHORT)).toEqual(['OrderPlaced', 'Handler'])
  })
  it('ends in an ellipsis when two lines do not hold it, also without any word in it', () => {
    expect(wrapName('x'.repeat(40), SHORT)).toEqual(['x'.repeat(15), `${'x'.repeat(15)}\u2026`])
    expect(wrapName('a-very-long-name-of-a-service-in-production', SHORT)).toEqual(['a-very-long-', 'name-of-a-servi\u2026'])
  })
})

describe('names on a map', () => {
  it.each([
    [1040, 540],
    [1300, 700],
    [900, 480],
  ])('cover no other name and no picture in the shop of forty services on %i x %i', (width, height) => {
    expect(collisions(drawn(SHOP, width, height))).toEqual([])
  })
  it('cover nothing in maps of any shape', () => {
    for (let seed = 1; seed <= 12; seed++) {
      let state = seed
      const next = (below: number) => (state = (state * 48271) % 2147483647) % below
      const count = 6 + next(30)
      const edges = Array.from({ length: count + next(count) }, () => [next(count), next(count)])
        .filter(([a, b]) => a !== b)
        .map(([a, b]) => ({ id: `s-${a}>s-${b}`, source: `service-${a}`, target: `service-${b}`, weight: 0.3, labelled: true, priority: 0 }))
      expect(collisions(drawn(edges, 1040, 540)), `seed ${seed}`).toEqual([])
    }
  })
  it('stand above where an edge leaves below', () => {
    const positions = { a: { x: 0, y: 0 }, b: { x: 0, y: 200 } }
    const nodes = [
      { id: 'a', name: 'a', failing: false },
      { id: 'b', name: 'b', failing: false },
    ]
    const edges = [{ id: 'a>b', source: 'a', target: 'b', labelled: true, priority: 0 }]
    expect(routeMap({ positions, nodes, edges, size: FULL }).names).toMatchObject({ a: { side: 'above' }, b: { side: 'below' } })
  })
  it('are all inside the bounds that the view is fitted to', () => {
    const { names, bounds } = drawn(SHOP, 900, 480)
    for (const { box } of names) expect(box.left >= bounds.left && box.right <= bounds.right && box.top >= bounds.top && box.bottom <= bounds.bottom).toBe(true)
  })
  it('are read without zooming in when the whole shop is shown', () => {
    const { bounds, size } = drawn(SHOP, 1300, 700)
    const zoom = Math.min(1, 1300 / (bounds.right - bounds.left), 700 / (bounds.bottom - bounds.top))
    expect(11 * size.scale * zoom).toBeGreaterThan(9.5)
  })
})

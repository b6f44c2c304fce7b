import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { causeTree } from './cause-tree'
import { foldTransaction, type FoldedTransaction, repeatKey } from './fold-transaction'
import { layoutTransaction, type PlacedUnit, type TransactionLayout } from './layout-transaction'
import { linkFixture, spanFixture, transactionFixture } from './transaction-fixture'

const SHOP = `
shop-api(gateway) POST /checkout 0-412 #api
  checkout place 11-396 #co
    inventory reserve 38-104 #inv B0.98
    coupon reserve 118-203 #cp B0.98
      coupons(table) stream 187-438 #tab B0.98
        coupon-refresher - 438-2392 #ref C0.97
    orders(queue) - 291-1502 #ord
      payment charge 1502-1671 #pay !
        coupon validate 1548-1584 #val ! B0.99
        shop-bus(bus) order.refused 1640-1731 #bus
          notifications(topic) - 1712-1712 #not
          inventory release 1731-4210 #rel
`

function fold(text: string, open: string[] = [], limit = 300): FoldedTransaction {
  const { spans, links, originNs } = transactionFixture(text)
  return foldTransaction(causeTree(spans, links, originNs), links, { open: new Set(open), missing: [], keep: new Set(), limit })
}

function place(folded: FoldedTransaction, critical: string[] = [], width = 1000): TransactionLayout {
  return layoutTransaction({ ...folded, critical: new Set(critical), widthOf: () => 120, width })
}

const touches = (a: PlacedUnit, b: PlacedUnit) => Math.abs(a.x - b.x) < (a.width + b.width) / 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2

/** Whether an axis-parallel piece runs through the inside of a node. */
function crosses(node: PlacedUnit, a: { x: number; y: number }, b: { x: number; y: number }): boolean {
  const [left, right] = [node.x - node.width / 2, node.x + node.width / 2]
  const [top, bottom] = [node.y - node.height / 2, node.y + node.height / 2]
  return Math.max(a.x, b.x) > left && Math.min(a.x, b.x) < right && Math.max(a.y, b.y) > top && Math.min(a.y, b.y) < bottom
}

function faults(layout: TransactionLayout): string[] {
  const nodes = [...layout.nodes.values()]
  const found: string[] = []
  nodes.forEach((a, i) => nodes.slice(i + 1).forEach((b) => touches(a, b) && found.push(`${a.id} on ${b.id}`)))
  for (const { link, points } of layout.links) {
    points.slice(1).forEach((b, i) => {
      const a = points[i]
      if (!a) return
      if (a.x !== b.x && a.y !== b.y) found.push(`${link.id} is slanted`)
      for (const node of nodes) if (crosses(node, a, b)) found.push(`${link.id} through ${node.id}`)
    })
  }
  return found
}

describe('the layout of one transaction', () => {
  it('draws every cause left of its effect and the critical path in one straight row', () => {
    const critical = ['api', 'co', 'ord', 'pay', 'bus', 'rel']
    const layout = place(fold(SHOP), critical)
    expect(new Set(critical.map((id) => layout.nodes.get(id)?.y)).size).toBe(1)
    for (const { link } of layout.links) expect(layout.nodes.get(link.source)?.x).toBeLessThan(layout.nodes.get(link.target)?.x ?? 0)
    expect(faults(layout)).toEqual([])
  })

  it('runs the critical row through the middle, earlier siblings above and later ones below', () => {
    const layout = place(fold(SHOP), ['api', 'co', 'ord', 'pay', 'bus', 'rel'])
    const y = (id: string) => layout.nodes.get(id)?.y ?? NaN
    expect(y('inv')).toBeLessThan(y('ord'))
    expect(y('cp')).toBeGreaterThan(y('ord'))
  })

  it('lets links leave on a trunk 16 px from the node', () => {
    const routed = place(fold(SHOP), ['api', 'co', 'ord']).links.find(({ link }) => link.target === 'inv')
    const node = place(fold(SHOP), ['api', 'co', 'ord']).nodes.get('co')
    expect(routed?.points[1]?.x).toBe((node?.x ?? 0) + 60 + 16)
  })

  it('runs second causes around nodes, not through them', () => {
    const layout = place(
      fold(`
a one 0-100 #a
  b two 1-90 #b
    c three 2-80 #c
      d four 3-70 #d <a
  e five 60-70 #e <d`),
    )
    expect(faults(layout)).toEqual([])
  })

  it('never throws on circles', () => {
    const spans = ['x', 'y', 'z'].map((id, i) => spanFixture(id, { startMs: i, service: id }))
    const links = [linkFixture('x', 'y'), linkFixture('y', 'z'), linkFixture('z', 'x')]
    const folded = foldTransaction(causeTree(spans, links, 0n), links, { open: new Set(), missing: [], keep: new Set() })
    expect(place(folded).nodes.size).toBe(3)
  })

  const tree = fc.integer({ min: 1, max: 120 }).chain((n) =>
    fc.tuple(
      ...Array.from({ length: n }, (_, i) =>
        fc.record({
          parent: fc.nat({ max: Math.max(0, i - 1) }),
          start: fc.nat({ max: 500 }),
          extra: fc.option(fc.nat({ max: Math.max(0, i - 1) }), { freq: 8 }),
        }),
      ),
    ),
  )
  it('puts no two nodes on one place, and no tree link through a node, whatever the tree', () => {
    fc.assert(
      fc.property(tree, (rows) => {
        const spans = rows.map((row, i) => spanFixture(`n${i}`, { service: `s${i}`, startMs: row.start }))
        const links = rows.flatMap((row, i) => {
          if (i === 0) return []
          const own = [linkFixture(`n${row.parent}`, `n${i}`)]
          return row.extra !== null && row.extra !== row.parent ? [...own, linkFixture(`n${row.extra}`, `n${i}`, { confidence: 0.96 })] : own
        })
        const tree = causeTree(spans, links, BigInt(spans[0]?.startNs ?? 0))
        const layout = place(foldTransaction(tree, links, { open: new Set(), missing: [], keep: new Set() }))
        expect(layout.nodes.size).toBe(rows.length)
        expect(faults(layout)).toEqual([])
        const shuffled = foldTransaction(causeTree(spans.toReversed(), links.toReversed(), BigInt(spans[0]?.startNs ?? 0)), links, {
          open: new Set(),
          missing: [],
          keep: new Set(),
        })
        expect([...place(shuffled).nodes].sort()).toEqual([...layout.nodes].sort())
      }),
      { numRuns: 60 },
    )
  })
})

describe('folding', () => {
  it('folds inner steps of one service into the span that ran them, and opens them on demand', () => {
    const text = `
gate GET 0-100 #g
  order get 5-90 #o :segment
    order handler 6-80 #h :segment
      order SELECT 7-20 #q :segment !
      station find 30-60 #st :segment`
    const closed = fold(text)
    expect([...closed.units.keys()]).toEqual(['g', 'o', 'st'])
    expect(closed.units.get('o')).toMatchObject({ fold: 'inner', spans: ['o', 'h', 'q'], failed: 1 })
    expect(closed.links.map((link) => link.id)).toEqual(['g>o', 'o>st'])
    expect([...fold(text, ['o']).units.keys()].sort()).toEqual(['g', 'h', 'o', 'q', 'st'])
  })

  it('folds a traced handler into its execution, but not a message that a function sends to itself', () => {
    expect(fold('worker run 0-100 #a\n  worker handler 20-30 #b').units.size).toBe(1)
    expect(fold('worker run 0-10 #a\n  worker run 20-30 #b').units.size).toBe(2)
  })

  it('draws many siblings of one shape once, with their failures counted', () => {
    const calls = Array.from({ length: 48 }, (_, i) => `  item get/${i} ${i}-${i + 5} #c${i}${i % 16 === 0 ? ' !' : ''}\n    db q ${i}-${i + 2} #d${i}`).join(
      '\n',
    )
    const folded = fold(`list all 0-100 #l\n${calls}`)
    expect([...folded.units.keys()]).toEqual(['l', 'c0', 'd0'])
    expect(folded.units.get('c0')).toMatchObject({ fold: 'repeat', failed: 3 })
    expect(folded.units.get('c0')?.heads).toHaveLength(48)
    expect(folded.units.get('d0')?.spans).toHaveLength(48)
    expect(fold(`list all 0-100 #l\n${calls}`, [repeatKey('c0')]).units.size).toBe(97)
  })

  it('keeps every span in exactly one unit and never draws more than the limit', () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => `${'  '.repeat(1 + (i % 7))}s${i % 90} op${i}x ${i}-${i + 5} #c${i}`).join('\n')
    const folded = fold(`root all 0-9000 #r\n${lines}`)
    expect(folded.units.size).toBeLessThanOrEqual(300)
    expect(folded.unitOfSpan.size).toBe(2_001)
    expect([...folded.units.values()].reduce((sum, unit) => sum + unit.spans.length, 0)).toBe(2_001)
    expect([...new Set(folded.unitOfSpan.values())].every((id) => folded.units.has(id))).toBe(true)
    expect(faults(place(folded))).toEqual([])
  })

  it('draws what is missing beside the span that should have caused it', () => {
    const { spans, links, originNs } = transactionFixture(SHOP)
    const missing = [{ nearSpanId: 'bus', service: 'email', kind: 'function' as const, reason: 'not seen', side: 'effect' as const }]
    const folded = foldTransaction(causeTree(spans, links, originNs), links, { open: new Set(), missing, keep: new Set() })
    expect(folded.links.find((link) => link.target === 'missing:0')).toMatchObject({ source: 'bus', tier: null })
    expect(faults(place(folded))).toEqual([])
  })
})

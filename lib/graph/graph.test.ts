import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findMissing, type HopHabit, type SeenRef } from './missing'
import { edgeChange, mainTier, nodeChange, NO_NODE } from './service-map'
import { nodeOfServices, type ServiceRow } from './service-nodes'
import { causalShape } from './shape'

/** `a0 b5 c5` are spans with their starts; `a>b` a link. Drawn as `a(0) b(1<a)`. */
function shape(spans: string, links: string): string {
  const id = (name: string): bigint => BigInt(name.charCodeAt(0))
  const places = causalShape(
    spans.split(' ').map((text) => ({ id: id(text), name: text.charAt(0), startNs: BigInt(text.slice(1)) })),
    links
      .split(' ')
      .filter(Boolean)
      .map((text) => ({ cause: id(text), effect: id(text.charAt(2)), tier: 'A' as const })),
  )
  return places.map(({ span, depth, parent }) => `${span.name}(${depth}${parent === null ? '' : `<${places[parent]?.span.name ?? '?'}`})`).join(' ')
}

describe('the shape of a transaction', () => {
  it('has causes before effects, siblings by start', () => {
    expect(shape('a0 c3 b1 d2', 'a>b a>c b>d')).toBe('a(0) b(1<a) d(2<b) c(1<a)')
  })
  it('hangs a span with several causes under the one that began last', () => {
    expect(shape('a0 b1 c2', 'a>b a>c b>c')).toBe('a(0) b(1<a) c(2<b)')
  })
  it('keeps spans whose cause was left out, and those of a cycle', () => {
    expect(shape('b1 c2', 'a>b b>c')).toBe('b(0) c(1<b)')
    expect(shape('a0 b1', 'a>b b>a')).toBe('a(0) b(1<a)')
  })
  it('has every span once, each behind its parent, whatever the links are', () => {
    const graph = fc.record({
      starts: fc.array(fc.nat(5), { minLength: 1, maxLength: 10 }),
      links: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 30 }),
    })
    fc.assert(
      fc.property(graph, ({ starts, links }) => {
        const spans = starts.map((start, i) => ({ id: BigInt(i), startNs: BigInt(start) }))
        const places = causalShape(
          spans,
          links.map(([cause, effect]) => ({ cause: BigInt(cause), effect: BigInt(effect), tier: 'A' as const })),
        )
        expect(new Set(places.map((place) => place.span.id)).size).toBe(spans.length)
        expect(places).toHaveLength(spans.length)
        places.forEach((place, i) => expect(place.parent ?? -1).toBeLessThan(i))
      }),
    )
  })
})

describe('what is missing', () => {
  const ref = (given: Partial<SeenRef>): SeenRef => ({ spanId: 1n, serviceId: 5n, kind: 'message', role: 'produced', value: 'm-1', answered: false, ...given })
  const habit = (produced: number, consumed: number): HopHabit => ({ serviceId: 5n, kind: 'message', produced, consumed })

  it('is a message that did not arrive where messages usually do', () => {
    expect(findMissing([ref({})], [habit(100, 99)], new Set())).toEqual([
      { nearSpanId: 1n, side: 'effect', reason: 'It sent message m-1, which was never seen to arrive' },
    ])
    expect(findMissing([ref({ answered: true })], [habit(100, 99)], new Set())).toEqual([])
  })
  it('is nothing where consumers log nothing, or too few were sent to tell', () => {
    expect(findMissing([ref({})], [habit(100, 3)], new Set())).toEqual([])
    expect(findMissing([ref({})], [habit(2, 1)], new Set())).toEqual([])
    expect(findMissing([ref({})], [], new Set())).toEqual([])
  })
  it('is a parent without a record, unless something else proves the cause', () => {
    const parent = ref({ kind: 'span', role: 'parent', value: '1-5f:abcd' })
    expect(findMissing([parent, parent], [], new Set())).toHaveLength(1)
    expect(findMissing([parent], [], new Set([1n]))).toEqual([])
  })
})

describe('the node of a service', () => {
  const service = (id: bigint, name: string, kind: string, assumed = false): ServiceRow => ({ id, name, kind, assumed })
  const nodes = (rows: ServiceRow[]) => [...nodeOfServices(rows)].map(([id, node]) => `${id}:${node.kind}`).toSorted()
  it('is the known kind of its name where its own is assumed', () => {
    expect(nodes([service(1n, 'a', 'container', true), service(2n, 'a', 'function')])).toEqual(['1:function', '2:function'])
    expect(nodes([service(1n, 'a', 'container', true), service(2n, 'b', 'function')])).toEqual(['1:container', '2:function'])
  })
  it('keeps two known kinds of one name apart, whatever the order of the rows', () => {
    const rows = [service(1n, 'a', 'queue'), service(2n, 'a', 'function'), service(3n, 'a', 'container', true)]
    expect(nodes(rows)).toEqual(['1:queue', '2:function', '3:function'])
    expect(nodes(rows.toReversed())).toEqual(nodes(rows))
  })
})

describe('a change between two ranges', () => {
  const stats = (count: number, errors: number, p95Ms: number | null) => ({ count, errors, p50Ms: p95Ms, p95Ms })
  it('is new, gone or shifted', () => {
    expect(edgeChange(stats(3, 0, 1), stats(0, 0, null))).toBe('new')
    expect(edgeChange(stats(0, 0, null), stats(3, 0, 1))).toBe('gone')
    expect(edgeChange(stats(100, 10, 50), stats(100, 1, 50))).toBe('shifted')
    expect(edgeChange(stats(100, 0, 200), stats(100, 0, 100))).toBe('shifted')
    expect(edgeChange(stats(100, 0, 50), stats(100, 0, 100))).toBe('shifted')
  })
  it('is none where little was counted, or the difference is noise', () => {
    expect(edgeChange(stats(5, 5, 900), stats(5, 0, 10))).toBeNull()
    expect(edgeChange(stats(100, 0, 3), stats(100, 0, 1))).toBeNull()
    expect(edgeChange(stats(100, 0, 110), stats(100, 0, 100))).toBeNull()
    expect(nodeChange(NO_NODE, NO_NODE)).toBeNull()
  })
  it('of tiers names the most frequent, the surer of two', () => {
    expect(mainTier({ A: 1, B: 3, C: 2 })).toBe('B')
    expect(mainTier({ A: 2, B: 2, C: 0 })).toBe('A')
  })
})

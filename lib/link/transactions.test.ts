import { describe, expect, it } from 'vitest'
import type { LinkEnds, Span } from '#lib/model/span'
import { buildTransactions, rootsOf } from './transactions'
import { shuffles } from './testing'

const span = (id: bigint, over: Partial<Span> = {}): Span => ({
  id, groupId: id, form: 'execution', serviceId: id, name: `s${id}`, startNs: id, startExact: true, endNs: id + 5n, open: false, status: 'ok',
  severity: 9, eventCount: 1, requestId: null, traceId: null, attributes: {}, firstEvent: null, ...over,
}) // prettier-ignore

/** `1>2 2>3` */
function drawLinks(drawing: string): LinkEnds[] {
  return drawing
    .split(' ')
    .filter(Boolean)
    .map((pair) => {
      const [cause = '', effect = ''] = pair.split('>')
      return { cause: BigInt(cause), effect: BigInt(effect), confidence: 1 }
    })
}

/** `root:members` of every transaction of spans 1..n. */
function built(n: number, drawing: string): string[] {
  const spans = new Map(Array.from({ length: n }, (_, i) => [BigInt(i + 1), span(BigInt(i + 1))] as const))
  const results = shuffles(drawLinks(drawing), 10).map((links) =>
    buildTransactions(
      rootsOf(spans.keys(), links, (id) => spans.get(id)?.startNs ?? 0n),
      spans,
      links,
    )
      .map(
        (tx) =>
          `${tx.rootSpan}:${tx.spans
            .map((member) => member.id)
            .sort()
            .join(',')}`,
      )
      .sort(),
  )
  for (const result of results) expect(result).toEqual(results[0])
  return results[0] ?? []
}

describe('transactions', () => {
  it('are a root and all that it caused; a span without links is one of its own', () => {
    expect(built(4, '1>2 2>3')).toEqual(['1:1,2,3', '4:4'])
  })

  it('share what a batch did: ten causes, one effect', () => {
    expect(built(4, '1>3 2>3 3>4')).toEqual(['1:1,3,4', '2:2,3,4'])
  })

  it('end for cycles: the earliest span of a cycle without an entry is its root', () => {
    expect(built(4, '1>2 2>3 3>1 3>4')).toEqual(['1:1,2,3,4'])
    expect(built(4, '1>2 2>3 3>2 3>4')).toEqual(['1:1,2,3,4'])
  })

  it('are ok and retried where a later attempt made good what failed', () => {
    const spans = new Map([
      [1n, span(1n)],
      [2n, span(2n, { groupId: 9n, status: 'error' })],
      [3n, span(3n, { groupId: 9n })],
    ])
    expect(buildTransactions([1n], spans, drawLinks('1>2 1>3'))).toMatchObject([{ failed: false, retried: true }])
    spans.set(3n, span(3n, { groupId: 9n, status: 'error' }))
    expect(buildTransactions([1n], spans, drawLinks('1>2 1>3'))).toMatchObject([{ failed: true, retried: false }])
  })

  it('take the weakest link for their confidence and the last known end for their end', () => {
    const spans = new Map([
      [1n, span(1n)],
      [2n, span(2n, { endNs: 100n })],
      [3n, span(3n, { endNs: null, open: true })],
    ])
    const links = [
      { cause: 1n, effect: 2n, confidence: 1 },
      { cause: 2n, effect: 3n, confidence: 0.96 },
    ]
    expect(buildTransactions([1n], spans, links)).toMatchObject([{ confidence: 0.96, endNs: 100n, open: true, spanCount: 3 }])
  })

  describe('of a batch', () => {
    // Producers 1 and 2, the execution 3 that got both messages (joins 11n and 12n), 4 sent for the first, 5 for the second, 6 for both.
    const ends = (cause: bigint, effect: bigint, joins: bigint[], notFor: bigint[] = []): LinkEnds => ({
      cause,
      effect,
      confidence: 1,
      kind: 'sends',
      joins,
      notFor,
    })
    const links = [ends(1n, 3n, [11n]), ends(2n, 3n, [12n]), ends(3n, 4n, [14n], [12n]), ends(3n, 5n, [15n], [11n]), ends(3n, 6n, [16n]), ends(4n, 7n, [17n])]
    const members = (given: LinkEnds[]): string[] => {
      const spans = new Map(Array.from({ length: 7 }, (_, i) => [BigInt(i + 1), span(BigInt(i + 1))] as const))
      const results = shuffles(given, 8).map((order) =>
        buildTransactions(rootsOf(spans.keys(), order, (id) => spans.get(id)?.startNs ?? 0n), spans, order).map((tx) => `${tx.rootSpan}:${tx.spans.map(({ id }) => id).sort().join(',')}`).sort(),
      ) // prettier-ignore
      for (const result of results) expect(result).toEqual(results[0])
      return results[0] ?? []
    }

    it('hold what was sent for their own message, and what was sent for all', () => {
      expect(members(links)).toEqual(['1:1,3,4,6,7', '2:2,3,5,6'])
    })

    it('begin anew where the message of a part came from nobody known', () => {
      expect(members(links.slice(1))).toEqual(['1:1', '2:2,3,5,6', '4:4,7'])
      expect(members(links.slice(2))).toEqual(['1:1', '2:2', '3:3,4,5,6,7'])
    })
  })

  it('forgive a receipt that failed, and what it did, where a later one of that message did well; two calls of one service are no attempts', () => {
    const spans = new Map([
      [1n, span(1n)],
      [2n, span(2n, { serviceId: 9n })],
      [3n, span(3n, { serviceId: 9n, attributes: { attempt: 2 }, startNs: 2n })],
      [4n, span(4n, { status: 'error' })],
      [5n, span(5n)],
    ])
    const links = (kind: string): LinkEnds[] => [
      { cause: 1n, effect: 2n, confidence: 1, kind, joins: [7n] },
      { cause: 1n, effect: 3n, confidence: 1, kind, joins: [7n] },
      { cause: 2n, effect: 4n, confidence: 1, kind: 'invokes', joins: [8n] },
      { cause: 3n, effect: 5n, confidence: 1, kind: 'invokes', joins: [9n] },
    ]
    expect(buildTransactions([1n], spans, links('sends'))).toMatchObject([{ failed: false, retried: true }])
    expect(buildTransactions([1n], spans, links('invokes'))).toMatchObject([{ failed: true, retried: false }])
    spans.set(5n, span(5n, { status: 'error' }))
    expect(buildTransactions([1n], spans, links('sends'))).toMatchObject([{ failed: true, retried: false }])
  })
})

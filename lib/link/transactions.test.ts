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
})

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { axisTicks } from './axis-ticks'
import { causeTree } from './cause-tree'
import { foldTransaction } from './fold-transaction'
import { timelineOf, unite } from './timeline'
import { transactionFixture } from './transaction-fixture'
import { elapsedOf, waited } from './waiting'

function timeline(
  text: string,
  criticalPath: { spanId: string; startMs: number; endMs: number; waiting: boolean }[] = [],
  attributes: Record<string, Record<string, number>> = {},
  expected = false,
) {
  const { spans, links, originNs } = transactionFixture(text)
  for (const span of spans) span.attributes = attributes[span.id] ?? {}
  const tree = causeTree(spans, links, originNs)
  const missing = expected ? [{ nearSpanId: spans[0]?.id ?? '', service: 'email', kind: null, reason: 'not seen', side: 'effect' as const }] : []
  return timelineOf(foldTransaction(tree, links, { open: new Set(), missing, keep: new Set() }), tree, { criticalPath, events: [] }, originNs)
}

describe('the timeline', () => {
  it('keeps effects under their cause even where their clock says that they came first', () => {
    const { rows } = timeline('api get 0-100 #a\n  late clock -30-20 #b\n  other x 5-9 #c')
    expect(rows.map((row) => row.unit.id)).toEqual(['a', 'b', 'c'])
    expect(rows[1]?.skewMs).toBe(30)
    expect(rows[2]?.skewMs).toBeNull()
  })

  it('tells waiting, cold start, work, unknown and missing apart', () => {
    const { rows, toMs } = timeline(
      'api get 0-100 #a\n  orders(queue) - 10-900 #q\n    worker run 900-1000 #w\n    lost run 900- #l',
      [],
      { w: { 'faas.init_duration_ms': 40 } },
      true,
    )
    const kinds = Object.fromEntries(rows.map((row) => [row.unit.id, row.bars.map((bar) => `${bar.kind} ${bar.fromMs}-${bar.toMs}`)]))
    expect(kinds).toEqual({
      a: ['work 0-100'],
      q: ['waiting 10-900'],
      w: ['cold 860-900', 'work 900-1000'],
      l: ['unknown 900-1000'],
      'missing:0': ['missing 100-200'],
    })
    expect(toMs).toBe(1000)
  })

  it('draws the critical path as steps from row to row and adds up work and waiting', () => {
    const path = [
      { spanId: 'a', startMs: 0, endMs: 40, waiting: false },
      { spanId: 'w', startMs: 40, endMs: 90, waiting: true },
      { spanId: 'w', startMs: 90, endMs: 120, waiting: false },
    ]
    const { stairs, workMs, waitingMs, rows } = timeline('api get 0-50 #a\n  worker run 90-120 #w', path)
    expect(stairs.map((stair) => stair.row)).toEqual([0, 1, 1])
    expect([workMs, waitingMs]).toEqual([70, 50])
    expect(rows[1]?.bars.map((bar) => bar.kind)).toEqual(['waiting', 'work'])
  })

  it('unites overlapping pieces and never loses a covered moment', () => {
    expect(
      unite([
        { fromMs: 5, toMs: 9 },
        { fromMs: 0, toMs: 6 },
        { fromMs: 12, toMs: 13 },
      ]),
    ).toEqual([
      { fromMs: 0, toMs: 9 },
      { fromMs: 12, toMs: 13 },
    ])
  })
})

describe('elapsed time', () => {
  it('is the wait where the effect began after its cause had ended, else counted from the step that called', () => {
    const { spans, links, originNs } = transactionFixture('a one 0-100 #a\n  bus put 40-50 #b :segment\n    c two 90-120 #c\n  d three 60-70 #d')
    const tree = causeTree(spans, links, originNs)
    const of = (effect: string) => links.filter((link) => link.effect.spanId === effect).map((link) => elapsedOf(link, tree))
    expect([of('c'), of('d')]).toEqual([[{ ms: 40, from: 'end' }], [{ ms: 60, from: 'start' }]])
  })
})

describe('elapsed time of a gateway, which logs when it is over', () => {
  it('is counted from its start, and unknown where that is too roughly known to tell', () => {
    const { spans, links, originNs } = transactionFixture('gate POST 0-60 #g\n  redeem run 4-54 #r')
    const call = links.map((link) => ({ ...link, rule: 'call-id', delayMs: -56 }))
    const of = () => call.map((link) => elapsedOf(link, causeTree(spans, call, originNs)).ms)
    expect(of()).toEqual([4])
    const gate = spans.find((span) => span.id === 'g')
    Object.assign(gate ?? {}, { startExact: false, startNs: String(BigInt(gate?.startNs ?? 0) + 9_000_000n) })
    expect(of()).toEqual([null])
  })
})

describe('waiting', () => {
  it('is never claimed of a call that is answered, nor where a start is only the latest possible one', () => {
    const late = transactionFixture('gate POST 0-60 #g\n  redeem run 513-574 #r')
    const rule = (name: string) => late.links.map((link) => ({ ...link, rule: name }))
    const waits = (links: typeof late.links) => links.map((link) => waited(link, causeTree(late.spans, links, late.originNs)))
    expect([waits(rule('span-parent')), waits(rule('call-id'))]).toEqual([[true], [false]])
    late.spans.forEach((span) => (span.startExact = false))
    expect(waits(rule('span-parent'))).toEqual([false])
  })
})

describe('axis ticks', () => {
  it('use one unit and round steps', () => {
    expect(axisTicks(0, 4210, 9).map((tick) => tick.label)).toEqual([
      '0',
      '0.5\u202fs',
      '1.0\u202fs',
      '1.5\u202fs',
      '2.0\u202fs',
      '2.5\u202fs',
      '3.0\u202fs',
      '3.5\u202fs',
      '4.0\u202fs',
    ])
    expect(axisTicks(0, 420, 5).map((tick) => tick.label)).toEqual(['0', '100\u202fms', '200\u202fms', '300\u202fms', '400\u202fms'])
    expect(axisTicks(0, 3_000_000, 6).map((tick) => tick.label)).toEqual(['0', '10\u202fmin', '20\u202fmin', '30\u202fmin', '40\u202fmin', '50\u202fmin'])
    expect(axisTicks(100.2, 100.9, 4).map((tick) => tick.label)).toEqual(['100.2\u202fms', '100.4\u202fms', '100.6\u202fms', '100.8\u202fms'])
  })

  it('never exceed the asked number and stay within the range', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e8, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
        fc.integer({ min: 2, max: 20 }),
        (from, length, count) => {
          const ticks = axisTicks(from, from + length, count)
          expect(ticks.length).toBeLessThanOrEqual(count + 1)
          for (const tick of ticks) expect(tick.ms).toBeGreaterThanOrEqual(from - length * 0.01)
          expect(new Set(ticks.map((tick) => tick.label)).size).toBe(ticks.length)
        },
      ),
    )
  })
})

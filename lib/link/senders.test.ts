import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import { joinKey, senderKey } from '#lib/model/keys'
import type { Span, SpanRef } from '#lib/model/span'
import { senderLinks, sentDuring, startsAround } from './senders'
import { shuffles } from './testing'

const MS = 1_000_000n
const span = (id: bigint, startMs: number, endMs: number | null, over: Partial<Span> = {}): Span => ({
  id, groupId: id, form: 'execution', serviceId: 7n, name: '', startNs: BigInt(startMs) * MS, startExact: true, endNs: endMs === null ? null : BigInt(endMs) * MS,
  open: endMs === null, status: 'ok', severity: 9, eventCount: 1, requestId: `r${id}`, traceId: null, attributes: {}, firstEvent: null, ...over,
}) // prettier-ignore
const delivery = span(99n, 70_040, 70_500, { form: 'delivery', serviceId: 1n, requestId: null })
const value = senderKey(7n, delivery.startNs)
const ref: SpanRef = {
  kind: 'sender',
  role: 'consumed',
  value,
  spanId: 99n,
  joinHash: hash64(joinKey({ kind: 'sender', value })),
  event: { timeNs: 1n, id: 1n },
}
const linked = (...executions: Span[]): string[] => {
  const results = shuffles(executions, 4).map((order) => senderLinks([{ delivery, ref }], order).map((link) => `${link.cause} ${link.tier} ${link.confidence}`))
  for (const result of results) expect(result).toEqual(results[0])
  return results[0] ?? []
}

describe('senderLinks', () => {
  it('takes the one execution of the named function that was open when the message was sent', () => {
    expect(linked(span(1n, 70_000, 70_100), span(2n, 70_200, 70_300), span(3n, 69_000, 69_900))).toEqual(['1 B 0.99'])
    // A few milliseconds behind its end by another clock.
    expect(linked(span(1n, 70_000, 70_030))).toEqual(['1 B 0.99'])
  })

  it('chooses none of two, none that was over, not yet begun or not known to end, and none of another function', () => {
    expect(linked(span(1n, 70_000, 70_100), span(2n, 70_030, 70_300))).toEqual([])
    expect(linked(span(1n, 70_000, 70_010))).toEqual([])
    expect(linked(span(1n, 70_070, 70_200))).toEqual([])
    expect(linked(span(1n, 70_000, null))).toEqual([])
    expect(linked(span(1n, 70_000, 70_100, { serviceId: 8n }))).toEqual([])
  })

  it('looks for senders once where messages were sent at about one time', () => {
    expect(startsAround([70_000n * MS, 10_000n * MS, 70_000n * MS])).toHaveLength(1)
    expect(startsAround([3_600_000n * MS, 0n])).toEqual([
      { fromNs: -900_020n * MS, toNs: 20n * MS },
      { fromNs: 2_699_980n * MS, toNs: 3_600_020n * MS },
    ])
  })

  it('is found from the execution by the minutes that it was open in', () => {
    expect(sentDuring(span(1n, 70_000, 70_100))).toEqual([ref.joinHash])
    expect(sentDuring(span(1n, 50_000, 130_000))).toContain(ref.joinHash)
    expect(sentDuring(span(1n, 59_990, 60_010))).toHaveLength(2)
    expect(sentDuring(span(1n, 0, 3_600_000)).length).toBeLessThanOrEqual(16)
    expect(sentDuring(delivery)).toEqual([])
  })
})

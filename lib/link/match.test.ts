import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import { joinKey } from '#lib/model/keys'
import type { Ref } from '#lib/model/event'
import type { SpanRef } from '#lib/model/span'
import { linksOf } from './match'
import { shuffles } from './testing'

const ref = (spanId: bigint, kind: Ref['kind'], role: Ref['role'], value: string, ms = 1): SpanRef => ({
  kind, role, value, spanId, joinHash: hash64(joinKey({ kind, value })), event: { timeNs: BigInt(ms), id: spanId },
}) // prettier-ignore

/** `1>2 message-id` for each link between the given refs. */
function links(refs: SpanRef[]): string[] {
  const results = shuffles(refs, 10).map((order) => {
    const effects = [...new Set(order.map((other) => other.spanId))]
    return effects
      .flatMap((effect) =>
        linksOf(
          effect,
          order.filter((other) => other.spanId === effect),
          (join) => order.filter((other) => other.joinHash === join),
        ),
      )
      .map((link) => `${link.cause}>${link.effect} ${link.rule}`)
      .sort()
  })
  for (const result of results) expect(result).toEqual(results[0])
  return results[0] ?? []
}

describe('linksOf', () => {
  it('joins the producer of a message to each of its deliveries', () => {
    expect(links([ref(1n, 'message', 'produced', 'm'), ref(2n, 'message', 'consumed', 'm'), ref(3n, 'message', 'consumed', 'm')])).toEqual([
      '1>2 message-id',
      '1>3 message-id',
    ])
  })

  it('does not join two producers, two consumers, other kinds or other values', () => {
    expect(links([ref(1n, 'message', 'produced', 'm'), ref(2n, 'message', 'produced', 'm')])).toEqual([])
    expect(links([ref(1n, 'message', 'consumed', 'm'), ref(2n, 'message', 'consumed', 'm')])).toEqual([])
    expect(links([ref(1n, 'message', 'produced', 'm'), ref(2n, 'event', 'consumed', 'm')])).toEqual([])
    expect(links([ref(1n, 'message', 'produced', 'm'), ref(2n, 'message', 'consumed', 'n')])).toEqual([])
  })

  it('never drops an exact link for time: an effect logged before its cause stays', () => {
    expect(links([ref(1n, 'span', 'self', 't:1', 900), ref(2n, 'span', 'parent', 't:1', 100)])).toEqual(['1>2 span-parent'])
  })

  it('keeps both facts where two ids prove one link, and makes no link to itself', () => {
    const refs = [ref(1n, 'message', 'produced', 'm'), ref(1n, 'span', 'self', 's'), ref(2n, 'message', 'consumed', 'm'), ref(2n, 'span', 'parent', 's')]
    const found = linksOf(
      2n,
      refs.filter((other) => other.spanId === 2n),
      (join) => refs.filter((other) => other.joinHash === join),
    )
    expect(found.map((link) => link.evidence.length)).toEqual([2])
    expect(links([ref(1n, 'span', 'self', 's'), ref(1n, 'span', 'parent', 's')])).toEqual([])
  })

  it('joins nothing through an id that thousands of spans claim', () => {
    const crowd = Array.from({ length: 10_000 }, (_, i) => ref(BigInt(i + 10), 'message', 'produced', 'none'))
    const effect = ref(1n, 'message', 'consumed', 'none')
    expect(linksOf(1n, [effect], () => crowd)).toEqual([])
  })

  it('leads through the span that an id passed through: caller > S3 request > notification, caller > recorded call > receiver', () => {
    const written = [ref(1n, 'request', 'called', 'w'), ref(2n, 'request', 'self', 'w'), ref(2n, 'request', 'called', 'w'), ref(3n, 'request', 'consumed', 'w')]
    expect(links(written)).toEqual(['1>2 call-id', '2>3 call-notified'])
    expect(links([written[0], written[3]].flatMap((one) => one ?? []))).toEqual(['1>3 call-notified'])
    // A record of CloudTrail between the caller, who knows the message only, and its receiver.
    const trail = [ref(2n, 'message', 'self', 'm'), ref(2n, 'message', 'produced', 'm')]
    expect(links([ref(1n, 'message', 'produced', 'm'), ...trail, ref(3n, 'message', 'consumed', 'm')])).toEqual(['1>2 message-call', '2>3 message-id'])
    expect(
      links([ref(1n, 'request', 'called', 'i'), ref(2n, 'request', 'self', 'i'), ref(2n, 'request', 'called', 'i'), ref(3n, 'request', 'self', 'i')]),
    ).toEqual(['1>2 call-id', '2>3 call-id'])
  })

  describe('of ids that are only mentioned', () => {
    const named = (spanId: bigint, ms: number, place = `p${spanId}`): SpanRef => ({ ...ref(spanId, 'message', 'mentioned', 'm', ms), place })

    it('takes the first that names an id for its sender', () => {
      expect(links([named(1n, 10), named(2n, 20), named(3n, 30)])).toEqual(['1>2 message-named', '1>3 message-named'])
    })

    it('believes who says that it sent or received over who speaks first', () => {
      expect(links([ref(1n, 'message', 'produced', 'm', 50), named(2n, 20)])).toEqual(['1>2 message-named'])
      expect(links([named(1n, 10), ref(2n, 'message', 'consumed', 'm', 20)])).toEqual(['1>2 message-named'])
      expect(links([named(1n, 30), ref(2n, 'message', 'consumed', 'm', 20)])).toEqual([])
    })

    it('claims nothing where two speak at once, one alone, or a crowd', () => {
      expect(links([named(1n, 10), named(2n, 10)])).toEqual([])
      expect(links([named(1n, 10)])).toEqual([])
      const crowd = Array.from({ length: 10_000 }, (_, i) => named(BigInt(i + 10), i))
      expect(linksOf(99n, [named(99n, 5_000)], () => crowd)).toEqual([])
    })

    it('doubts an id that is named in a call: it was not started by it', () => {
      const read = [named(1n, 10), named(2n, 20), ref(2n, 'request', 'self', 'r', 19), ref(3n, 'request', 'called', 'r', 19)]
      const found = linksOf(2n, read, (join) => read.filter((other) => other.joinHash === join))
      expect(found.map(({ cause, tier, confidence }) => `${cause} ${tier} ${confidence}`).sort()).toEqual(['1 B 0.01', '3 A 1'])
    })

    it('lets known places decide: no sender among receivers, and a sender whatever the clocks say', () => {
      const demoted = new Map([
        ['sends @ email', 0],
        ['sends @ invoice', 0],
        ['receives @ confirm', 0],
      ])
      const found = (refs: SpanRef[]): string[] =>
        refs.flatMap((effect) => linksOf(effect.spanId, [effect], () => refs, demoted)).map((link) => `${link.cause}>${link.effect}`)
      expect(found([named(1n, 10, 'email'), named(2n, 20, 'invoice')])).toEqual([])
      // A place that goes both ways proves little: its links are kept below what a transaction takes.
      const mixed = new Map([...demoted, ['sends @ relay', 0.4], ['receives @ relay', 0.6]]) // prettier-ignore
      const relayed = [named(1n, 10, 'relay'), named(2n, 20, 'invoice')]
      expect(linksOf(2n, relayed, () => relayed, mixed)).toMatchObject([{ cause: 1n, tier: 'B', confidence: 0.4 }])
      expect(found([named(1n, 10, 'email'), named(2n, 20, 'confirm'), named(3n, 30, 'invoice')])).toEqual(['2>1', '2>3'])
    })
  })

  it('notes a repeated operation as a duplicate of the first, with a cause of its own beside it', () => {
    const again = [ref(1n, 'idempotency', 'self', 'k', 1), ref(2n, 'idempotency', 'self', 'k', 2), ref(3n, 'idempotency', 'self', 'k', 3)]
    expect(links(again)).toEqual(['1>2 duplicate', '1>3 duplicate'])
  })

  it("puts a retried execution's segment under the attempt whose REPORT names it, and not under the invocation", () => {
    expect(
      links([ref(1n, 'span', 'self', 'attempt'), ref(2n, 'span', 'called', 's'), ref(3n, 'span', 'self', 's'), ref(3n, 'span', 'parent', 'attempt')]),
    ).toEqual(['2>3 segment-run'])
  })
})

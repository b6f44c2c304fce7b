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

  it('leads through the span that an id passed through: access line > execution log > function, caller > S3 request > notification', () => {
    const [access, execution, fn] = [1n, 2n, 3n]
    expect(
      links([
        ref(access, 'request', 'self', 'g'),
        ref(execution, 'request', 'self', 'g'),
        ref(execution, 'request', 'parent', 'g'),
        ref(execution, 'request', 'produced', 'g'),
        ref(fn, 'request', 'parent', 'g'),
      ]),
    ).toEqual(['1>2 gateway-request', '2>3 gateway-request'])
    const written = [ref(1n, 'request', 'called', 'w'), ref(2n, 'request', 'self', 'w'), ref(2n, 'request', 'called', 'w'), ref(3n, 'request', 'consumed', 'w')]
    expect(links(written)).toEqual(['1>2 call-id', '2>3 call-notified'])
    expect(links([written[0], written[3]].flatMap((one) => one ?? []))).toEqual(['1>3 call-notified'])
  })
})

import { describe, expect, it } from 'vitest'
import type { Link, SpanRef } from '#lib/model/span'
import type { Ref } from '#lib/model/event'
import { hash64 } from '#lib/base/hash'
import { joinKey } from '#lib/model/keys'
import { demotionsOf, ruleHealth, wilson } from './health'
import { linksOf } from './match'
import { shuffles } from './testing'

const ref = (spanId: bigint, kind: Ref['kind'], role: Ref['role'], value: string): SpanRef => ({
  kind, role, value, spanId, joinHash: hash64(joinKey({ kind, value })), event: { timeNs: 1n, id: spanId },
}) // prettier-ignore

const link = (cause: bigint, effect: bigint, rule: string, value: string): Link => ({
  cause, effect, rule, kind: 'sends', tier: 'A', confidence: 1, causeEvent: null, effectEvent: null, evidence: [{ kind: rule, value }], alternatives: [],
}) // prettier-ignore

/** `count` messages, each with one producer. */
const honest = (count: number): Link[] => Array.from({ length: count }, (_, i) => link(BigInt(i), BigInt(i + 100_000), 'message-id', `m${i}`))
/** `count` messages, each claimed by two producers that have nothing to do with each other. */
const torn = (count: number): Link[] =>
  Array.from({ length: count }, (_, i) => [200_000n, 300_000n].map((from) => link(from + BigInt(i), BigInt(i + 400_000), 'message-id', `t${i}`))).flat()

describe('ruleHealth', () => {
  it('counts an effect that has two unrelated causes through one id, in any order and repetition', () => {
    const links = [...honest(50), ...torn(5)]
    for (const order of shuffles([...links, ...links], 10)) expect(ruleHealth(order)).toMatchObject([{ rule: 'message-id', effects: 55, contradicted: 5 }])
  })

  it('demotes a rule whose lower bound is above one in a thousand, and reports what its links are still worth', () => {
    const [health] = ruleHealth([...honest(95), ...torn(5)])
    expect(health).toMatchObject({ demoted: true, rate: 0.05 })
    expect(demotionsOf(health ? [health] : []).get('message-id')).toBeCloseTo(1 - 0.1118, 3)
  })

  it('leaves a rule alone for a few accidents, few effects, or a rate that may be below one in a thousand', () => {
    expect(ruleHealth([...honest(10), ...torn(2)])).toMatchObject([{ demoted: false }])
    expect(ruleHealth([...honest(9_000), ...torn(8)])).toMatchObject([{ demoted: false }])
    expect(ruleHealth(honest(100))).toMatchObject([{ rate: 0, low: 0, demoted: false }])
  })

  it('sees one sender where an execution and the segment of its call both name the message', () => {
    const call = [link(1n, 2n, 'segment-run', 't:1'), link(2n, 3n, 'span-parent', 't:2')]
    expect(ruleHealth([...call, link(1n, 9n, 'message-id', 'm'), link(3n, 9n, 'message-id', 'm')])).toMatchObject([
      { rule: 'span-parent', contradicted: 0 },
      { rule: 'segment-run', contradicted: 0 },
      { rule: 'message-id', effects: 1, contradicted: 0 },
    ])
  })

  it('lets rules that allow several causes have them', () => {
    expect(ruleHealth([link(1n, 9n, 'span-link', 's'), link(2n, 9n, 'span-link', 's')])).toMatchObject([{ rule: 'span-link', contradicted: 0 }])
  })
})

describe('ruleHealth of places that mention ids', () => {
  const named = (i: number, first: string, after: string): Link => ({
    ...link(BigInt(i), BigInt(i + 1_000), 'message-named', `m${i}`),
    evidence: [
      { kind: 'message-named', value: `m${i}` },
      { kind: 'named-first', value: first },
      { kind: 'named-after', value: after },
    ],
  })
  const claims = (links: Link[]): string[] => [...demotionsOf(ruleHealth(links)).keys()].sort()

  it('learns which of them send and which receive, also where some lines come in the wrong order', () => {
    const links = Array.from({ length: 60 }, (_, i) => (i < 2 ? named(i, 'in', 'out') : named(i, 'out', 'in')))
    for (const order of shuffles(links, 5)) expect(claims(order)).toEqual(['receives @ out', 'sends @ in'])
  })

  it('sees that an id is only handed on, where a surer link leads from one who named it to the next, and takes its place for neither', () => {
    const links = Array.from({ length: 20 }, (_, i) => {
      const [a, b, delivery, c] = [i, i + 100, i + 200, i + 300].map(BigInt) as [bigint, bigint, bigint, bigint]
      const by = (effect: bigint, after: string): Link => ({ ...named(i, 'start', after), cause: a, effect })
      return [by(b, 'middle'), by(c, 'end'), link(b, delivery, 'message-id', `x${i}`), link(delivery, c, 'span-parent', `d${i}`)]
    }).flat()
    expect(claims(links)).toEqual(['receives @ end', 'receives @ start', 'sends @ end', 'sends @ middle'])
  })

  it('distrusts a place that names things which it was not started by', () => {
    const links = Array.from({ length: 40 }, (_, i) => {
      const found = named(i, 'write', 'read')
      return i % 4 === 0 ? { ...found, evidence: [...found.evidence, { kind: 'other-cause', value: 'gateway-request' }] } : found
    })
    expect(claims(links)).toEqual(['receives @ read', 'receives @ write', 'sends @ read'])
  })

  it('lets a place that goes both ways do neither, and says nothing of rare ones', () => {
    const mixed = Array.from({ length: 60 }, (_, i) => (i % 2 === 0 ? named(i, 'a', 'b') : named(i, 'b', 'a')))
    expect(claims(mixed)).toEqual(['receives @ a', 'receives @ b', 'sends @ a', 'sends @ b'])
    expect(claims([named(1, 'a', 'b'), named(2, 'a', 'b')])).toEqual([])
  })
})

describe('linksOf with a demoted rule', () => {
  const refs = [ref(1n, 'message', 'produced', 'm'), ref(1n, 'span', 'self', 's'), ref(2n, 'message', 'consumed', 'm'), ref(2n, 'span', 'parent', 's')]
  const linked = (kinds: Ref['kind'][], demoted: ReadonlyMap<string, number>): Link[] => {
    const held = refs.filter((other) => kinds.includes(other.kind))
    return linksOf(2n, held.filter((other) => other.spanId === 2n), (join) => held.filter((other) => other.joinHash === join), demoted) // prettier-ignore
  }

  it('gives its links tier B and what is left of their confidence', () => {
    expect(linked(['message'], new Map([['message-id', 0.9]]))).toMatchObject([{ tier: 'B', rule: 'message-id', confidence: 0.9 }])
  })

  it('keeps a link exact that another rule proves too', () => {
    for (const order of [['message', 'span'], ['span', 'message']] as Ref['kind'][][])
      expect(linked(order, new Map([['message-id', 0.9]]))).toMatchObject([{ tier: 'A', rule: 'span-parent', confidence: 1, evidence: [{}, {}] }]) // prettier-ignore
  })
})

describe('wilson', () => {
  it('gives the published interval', () => {
    // Newcombe 1998, Statistics in Medicine 17, table I: 81 of 263.
    const { low, high } = wilson(81, 263)
    expect([low.toFixed(4), high.toFixed(4)]).toEqual(['0.2553', '0.3662'])
  })
})

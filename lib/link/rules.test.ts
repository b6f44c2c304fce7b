import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import type { Ref } from '#lib/model/event'
import { joinKey } from '#lib/model/keys'
import type { SpanRef } from '#lib/model/span'
import { linksOf } from './match'
import { CAUSE_ROLES, EFFECT_ROLES, RULES } from './rules'

const ref = (spanId: bigint, kind: Ref['kind'], role: Ref['role'], value: string, ms: number): SpanRef => ({
  kind, role, value, spanId, joinHash: hash64(joinKey({ kind, value })), event: { timeNs: BigInt(ms), id: spanId }, place: `place ${spanId}`,
}) // prettier-ignore

describe('the rules', () => {
  it('have names of their own and say where they are described', () => {
    expect(new Set(RULES.map((rule) => rule.name)).size).toBe(RULES.length)
    for (const rule of RULES) expect([rule.from, rule.to, rule.source].every((text) => text.length > 2) && rule.hours > 0).toBe(true)
  })

  it.each(RULES.map((rule) => [rule.name, rule] as const))('%s links cause to effect by a shared id, and nothing by ids that differ', (_, rule) => {
    const linked = (value: string): string[] => {
      const refs = [ref(1n, rule.kind, rule.cause, 'one', 1), ref(2n, rule.kind, rule.effect, value, 2)]
      return linksOf(2n, refs, (join) => refs.filter((other) => other.joinHash === join)).map((link) => `${link.cause}>${link.effect} ${link.rule}`)
    }
    expect(linked('one')).toEqual([`1>2 ${rule.name}`])
    expect(linked('two')).toEqual([])
  })

  it.each(RULES.map((rule) => [rule.name, rule] as const))('%s joins nothing through a value that 10,000 spans share as their own', (_, rule) => {
    const crowd = Array.from({ length: 10_000 }, (_, i) => ref(BigInt(i + 10), rule.kind, rule.cause, 'none', i))
    expect(linksOf(1n, [ref(1n, rule.kind, rule.effect, 'none', 5_000)], () => crowd)).toEqual([])
  })

  it('load every role that one of them reads', () => {
    for (const rule of RULES) expect(CAUSE_ROLES.has(rule.cause) && EFFECT_ROLES.has(rule.effect)).toBe(true)
    for (const rule of RULES) for (const role of [rule.unless, rule.nearer]) if (role !== undefined) expect(CAUSE_ROLES.has(role)).toBe(true)
  })
})

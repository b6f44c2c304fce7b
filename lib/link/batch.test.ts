import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import type { EventFacts, Ref } from '#lib/model/event'
import { joinKey } from '#lib/model/keys'
import type { LinkEvent } from '#lib/model/link-event'
import type { SpanRef } from '#lib/model/span'
import { toSpanRef } from './assemble'
import { withBatches } from './batch'
import { drawEvents, shuffles } from './testing'

const named = (role: Ref['role'], value: string, place: string): Ref => ({ kind: 'message', role, value, place })
const join = (value: string): bigint => hash64(joinKey({ kind: 'message', value }))

/** One line each: what it names, and the keys on it. */
function lines(facts: EventFacts[]): LinkEvent[] {
  return drawEvents(facts.map((_, i) => `${1000 + i} s r1 x`).join('\n')).map((event, i) => ({ ...event, facts: facts[i] ?? null }))
}

/** `e1 not for m2 m3`, for each thing that was sent. */
function told(facts: EventFacts[], values: readonly string[]): string[] {
  const nameOf = new Map(values.map((value) => [join(value), value]))
  const results = shuffles(lines(facts), 6).map((events) => {
    const refs = events.flatMap((event): SpanRef[] => (event.facts?.refs ?? []).map((ref) => toSpanRef(ref, 1n, event)))
    return withBatches(refs, events)
      .flatMap((ref) => (ref.notFor ? [`${ref.value} not for ${ref.notFor.map((other) => nameOf.get(other)).sort().join(' ')}`] : []))
      .sort() // prettier-ignore
  })
  for (const result of results) expect(result).toEqual(results[0])
  return results[0] ?? []
}

const got = (value: string, keys: string[]): EventFacts => ({ refs: [named('consumed', value, 'handling')], keys })
const sent = (value: string, keys: string[]): EventFacts => ({ refs: [named('produced', value, 'sending')], keys })

describe('withBatches', () => {
  const ids = ['m1', 'm2', 'm3', 'e1', 'e2']

  it('tells by a key which message a thing was sent for', () => {
    expect(told([got('m1', ['o1']), got('m2', ['o2']), got('m3', ['o3']), sent('e1', ['o1']), sent('e2', ['o3'])], ids)).toEqual([
      'e1 not for m2 m3',
      'e2 not for m1 m2',
    ])
  })

  it('lets a thing be for all where its line carries no key, or one that all of them have', () => {
    expect(told([got('m1', ['o1', 'eu']), got('m2', ['o2', 'eu']), sent('e1', ['eu']), sent('e2', [])], ids)).toEqual([])
  })

  it('lets a thing be for several that have its key', () => {
    expect(told([got('m1', ['c1']), got('m2', ['c1']), got('m3', ['c2']), sent('e1', ['c1'])], ids)).toEqual(['e1 not for m3'])
  })

  it('needs several messages told of at one place: one message known by two ids is no batch', () => {
    const one: EventFacts[] = [
      { refs: [named('consumed', 'm1', 'here')], keys: ['o1'] },
      { refs: [named('consumed', 'm2', 'there')], keys: ['c1'] },
      sent('e1', ['o1']),
    ]
    expect(told(one, ids)).toEqual([])
  })

  it('works for ids of which nobody says whether they were got or sent', () => {
    const mention = (value: string, place: string, keys: string[]): EventFacts => ({ refs: [named('mentioned', value, place)], keys })
    const facts = [mention('m1', 'Placing', ['o1']), mention('e1', 'Placed', ['o1']), mention('m2', 'Placing', ['o2']), mention('e2', 'Placed', ['o2'])]
    expect(told(facts, ids)).toEqual(['e1 not for m2', 'e2 not for m1', 'm1 not for e2', 'm2 not for e1'])
  })
})

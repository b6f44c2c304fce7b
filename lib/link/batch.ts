/**
 * Batches: an execution got several messages in one go; which of them is what it sends for? For the one whose id or key the sending line
 * carries, told by values that its line shares with some of the messages but not with all. Where it carries none, for all of them.
 *
 *   order-worker   Placing order  message m1  order o1
 *                  Placing order  message m2  order o2
 *                  Order placed   event e1    order o1     ->  e1 was not sent for m2
 *
 * A mentioned id may be of a message or of what was sent (match.ts finds out), so it is looked at as both.
 */
import { groupBy } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { joinKey } from '#lib/model/keys'
import type { LinkEvent } from '#lib/model/link-event'
import type { Ref } from '#lib/model/event'
import type { SpanRef } from '#lib/model/span'

/** Something that the execution may have got, or sent. */
interface Item {
  /** The ids that it goes by, as join hashes. */
  joins: bigint[]
  keys: ReadonlySet<string>
  /** Messages of one batch are told of by one place in the code. */
  place: string
}

/** The refs with what each sent thing was not sent for. `events` are those of one execution. */
export function withBatches(refs: readonly SpanRef[], events: readonly LinkEvent[]): SpanRef[] {
  const batches = [...groupBy(events.flatMap(receivedBy), (item) => item.place).values()].map(mergeItems).filter((batch) => batch.length > 1)
  if (batches.length === 0) return [...refs]
  const keysAt = new Map(events.map((event) => [`${event.timeNs}/${event.id}`, event.facts?.keys ?? []]))
  return refs.map((ref) => {
    if (!isSent(ref)) return ref
    const keys = keysAt.get(`${ref.event.timeNs}/${ref.event.id}`) ?? []
    const notFor = batches.flatMap((batch) => othersOf(ref, new Set(keys), batch))
    return notFor.length === 0 ? ref : { ...ref, notFor: [...new Set(notFor)].sort((a, b) => (a < b ? -1 : 1)) }
  })
}

function isSent({ role, kind }: Ref): boolean {
  return role === 'produced' || role === 'mentioned' || (role === 'called' && kind !== 'span')
}

function receivedBy({ facts, requestId }: LinkEvent): Item[] {
  if (requestId === null && !facts?.refs) return []
  const parents = new Set((facts?.refs ?? []).flatMap((ref) => (ref.kind === 'span' && ref.role === 'parent' ? [ref.value] : [])))
  const delivered = (facts?.more ?? []).flatMap((fact): Item[] => {
    if (fact.form !== 'delivery' || !parents.has(fact.key)) return []
    const ids = fact.refs.filter((ref) => ref.kind === 'message' && ref.role === 'consumed')
    const joins = [{ kind: 'span', value: fact.key } as const, ...ids].map((ref) => hash64(joinKey(ref)))
    return [{ joins, keys: new Set(fact.keys), place: 'delivered' }]
  })
  const named = (facts?.refs ?? []).flatMap((ref): Item[] =>
    ref.place !== undefined && (ref.role === 'consumed' || ref.role === 'mentioned')
      ? [{ joins: [hash64(joinKey(ref))], keys: new Set(facts?.keys), place: ref.place }]
      : [],
  )
  return [...delivered, ...named]
}

/** Items that share an id are one. */
function mergeItems(items: readonly Item[]): Item[] {
  const merged: Item[] = []
  for (const item of items) {
    const known = merged.find((other) => other.joins.some((join) => item.joins.includes(join)))
    if (known) Object.assign(known, { joins: [...new Set([...known.joins, ...item.joins])], keys: new Set([...known.keys, ...item.keys]) })
    else merged.push({ ...item })
  }
  return merged
}

/** Ids of the messages that the ref was not sent for; none where its line tells of none, or of all. */
function othersOf(ref: SpanRef, keys: ReadonlySet<string>, batch: readonly Item[]): bigint[] {
  // What the place itself names is received by it, or sent by it, but not sent for another of its own.
  if (batch.some((item) => item.joins.includes(ref.joinHash))) return []
  const telling = [...keys].filter((key) => !batch.every((item) => item.keys.has(key)))
  const others = batch.filter((item) => !telling.some((key) => item.keys.has(key)))
  return others.length === batch.length ? [] : others.flatMap((item) => item.joins)
}

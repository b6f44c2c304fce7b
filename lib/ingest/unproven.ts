/** Causes of deliveries that no id leads to: who sent a queue's message, who made a table's change (tier B, lib/link/senders.ts and changes.ts). */
import type { PoolClient } from 'pg'
import { groupBy } from '#lib/base/group'
import { CARRIERS_MAX, changeLink, changesAround, termsWanted, wantedBy, type Carrier, type Changed } from '#lib/link/changes'
import { senderLinks, senderService, sentDuring, startsAround } from '#lib/link/senders'
import type { Link, Span, SpanRef } from '#lib/model/span'
import { executionsWith, termsOf } from '#lib/store/carriers'
import { executionsOf, loadSpans, refsOfJoins } from '#lib/store/spans'

/** Ids under which deliveries wait that this span may be the cause of. */
export const awaitedBy = (span: Span): bigint[] => [...sentDuring(span), ...changesAround(span)]

/** The same of spans that are about to go: what waits may have another cause without them. */
export async function awaitedByStored(client: PoolClient, spans: readonly bigint[]): Promise<Set<bigint>> {
  return new Set(spans.length === 0 ? [] : [...(await loadSpans(client, spans)).values()].flatMap(awaitedBy))
}

interface Uncaused {
  delivery: Span
  refs: readonly SpanRef[]
}

export async function unprovenLinks(client: PoolClient, uncaused: readonly Uncaused[]): Promise<Link[]> {
  const waiting = (kind: SpanRef['kind']): Changed[] =>
    uncaused.flatMap(({ delivery, refs }) => {
      const ref = refs.find((other) => other.kind === kind)
      return ref ? [{ delivery, ref }] : []
    })
  return [...(await sendersOf(client, waiting('sender'))), ...(await writersOf(client, waiting('change'), uncaused))]
}

async function sendersOf(client: PoolClient, sent: Changed[]): Promise<Link[]> {
  if (sent.length === 0) return []
  const services = [...new Set(sent.map(({ ref }) => senderService(ref)))]
  return senderLinks(sent, await executionsOf(client, services, startsAround(sent.map(({ delivery }) => delivery.startNs))))
}

async function writersOf(client: PoolClient, changes: readonly Changed[], uncaused: readonly Uncaused[]): Promise<Link[]> {
  if (changes.length === 0) return []
  const wanted = changes.map(wantedBy)
  // One more than there may be, and the reader.
  const found = await executionsWith(client, wanted, CARRIERS_MAX + 2)
  const own = new Map(uncaused.map(({ delivery, refs }) => [delivery.id, refs.filter((ref) => ref.kind === 'span' && ref.role === 'self')]))
  const reading = groupBy(
    (await refsOfJoins(client, [...new Set([...own.values()].flat().map((ref) => ref.joinHash))])).filter((ref) => ref.role === 'parent'),
    (ref) => ref.joinHash,
  )
  const readersOf = ({ delivery }: Changed): bigint[] =>
    (own.get(delivery.id) ?? []).flatMap((ref) => (reading.get(ref.joinHash) ?? []).map(({ spanId }) => spanId))
  const spans = await loadSpans(client, [...new Set([...found.flat(), ...changes.flatMap(readersOf)])])
  const range = { fromNs: lowest(wanted.map(({ fromNs }) => fromNs)), toNs: -lowest(wanted.map(({ toNs }) => -toNs)) }
  const terms = await termsOf(client, [...spans.values()], [...new Set(changes.flatMap(termsWanted))], range)
  const of = (ids: readonly bigint[]): Span[] => ids.flatMap((id) => spans.get(id) ?? [])
  return changes.flatMap((change, i) => {
    const carriers = of(found[i] ?? []).map((span): Carrier => ({ span, terms: terms.get(span.id) ?? new Set() }))
    return changeLink(change, carriers, of(readersOf(change))) ?? []
  })
}

const lowest = (times: readonly bigint[]): bigint => times.reduce((a, b) => (a < b ? a : b))

/**
 * The writer of a change that a table's stream delivers. Neither the write's answer nor the record has an id that the other side knows, but the
 * record names the row's key, what stands in the row now, and the second of the write. Its writer is the execution that was open in that second
 * and whose lines carry the key; of several, the one that carries all of the row's new values that any of them carries, and more.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
 *
 * Tier B, since values and a clock decide. Somebody who only read the row may have been open by chance: where so many executions around carry the
 * same that one of them would often be, none is chosen here. That is what the statistical tiers weigh.
 */
import { hash64 } from '#lib/base/hash'
import { changeOf, joinKey, minuteKey } from '#lib/model/keys'
import type { Link, Span, SpanRef } from '#lib/model/span'
import { valueTerm } from '#lib/model/terms'

const MINUTE_NS = 60_000_000_000n
const SECOND_NS = 1_000_000_000n
/** The table's clock and the function's, both AWS's own, are a few milliseconds apart. */
const SLACK_NS = 20_000_000n
const CONFIDENCE = 0.99
/** How far around a write others are counted that carry the same. */
const AROUND_NS = MINUTE_NS
/** The share of such seconds in which one of the others would be open by chance; above it, being open says too little. */
const CHANCE_MAX = 0.05
/** An execution ends after 15 minutes at the latest. */
const REACH_NS = 15n * MINUTE_NS
/** Executions with the key around one write: so many say that it tells nothing. */
export const CARRIERS_MAX = 64

export interface Changed {
  /** The record, from the write on. */
  delivery: Span
  /** Its ref of kind `change`. */
  ref: SpanRef
}

/** An execution and what its lines carry around the change (hashes of terms, lib/model/terms.ts). */
export interface Carrier {
  span: Span
  terms: ReadonlySet<bigint>
}

/** A term that a writer's lines have to carry, and the time around in which it is looked for. */
export function wantedBy({ ref }: Changed): { term: bigint; fromNs: bigint; toNs: bigint } {
  const { writtenNs, keys } = changeOf(ref.value)
  const longest = keys.reduce((a, b) => (b.length > a.length ? b : a), '')
  return { term: termOf(longest), fromNs: writtenNs - AROUND_NS, toNs: writtenNs + SECOND_NS + AROUND_NS }
}

/** Every term of it that a carrier may have. */
export function termsWanted({ ref }: Changed): bigint[] {
  const { keys, image } = changeOf(ref.value)
  return [...keys, ...image].map(termOf)
}

/** Join hashes under which changes wait that this execution may have made, or may be mistaken to have made. */
export function changesAround(execution: Span): bigint[] {
  if (execution.form !== 'execution') return []
  const last = (execution.endNs ?? execution.startNs) + SLACK_NS + AROUND_NS + SECOND_NS
  const joins: bigint[] = []
  for (let atNs = execution.startNs - AROUND_NS - SECOND_NS; atNs / MINUTE_NS <= last / MINUTE_NS && atNs < execution.startNs + REACH_NS; atNs += MINUTE_NS)
    joins.push(hash64(joinKey({ kind: 'change', value: minuteKey(atNs) })))
  return joins
}

/**
 * The link to the change from the one execution that can have made it; none where it can't be told. The same for any order of the carriers.
 * @param carriers executions with the row's key in a line around the change, in any order
 * @param readers spans whose lines hold the record: they carry everything and wrote nothing, and whoever began after them can't have written it either
 */
export function changeLink({ delivery, ref }: Changed, carriers: readonly Carrier[], readers: readonly Span[]): Link | null {
  const { writtenNs, keys, image } = changeOf(ref.value)
  const readNs = readers.reduce((first, { startNs }) => (startNs < first ? startNs : first), ref.event.timeNs)
  const of = (values: readonly string[], { terms }: Carrier): string[] => values.filter((value) => terms.has(termOf(value)))
  const others = carriers.filter((carrier) => carrier.span.startNs < readNs && of(keys, carrier).length === keys.length)
  if (carriers.length > CARRIERS_MAX) return null
  const open = others.filter(({ span }) => wasOpen(span, writtenNs))
  const [best, ...rest] = open.sort((a, b) => of(image, b).length - of(image, a).length)
  if (!best) return null
  const shared = of(image, best)
  const carriesAll = (carrier: Carrier): boolean => shared.every((value) => carrier.terms.has(termOf(value)))
  if (rest.some((other) => carriesAll(other) || of(image, other).some((value) => !shared.includes(value)))) return null
  const alike = others.filter((other) => !open.includes(other) && carriesAll(other)).length
  if (alike * Number(SECOND_NS) > CHANCE_MAX * Number(2n * AROUND_NS)) return null
  return {
    cause: best.span.id, effect: delivery.id, kind: 'sends', tier: 'B', rule: 'table-change', confidence: CONFIDENCE, causeEvent: best.span.firstEvent, effectEvent: ref.event,
    evidence: [...keys, ...shared].map((value) => ({ kind: 'table-change', value })), alternatives: [], joins: [ref.joinHash], notFor: [],
  } satisfies Link // prettier-ignore
}

const termOf = (value: string): bigint => hash64(valueTerm(value))

/** Open at a moment of that second; a time with a fraction is the moment. */
function wasOpen({ startNs, endNs }: Span, writtenNs: bigint): boolean {
  const lastNs = writtenNs % SECOND_NS === 0n ? writtenNs + SECOND_NS : writtenNs
  return endNs !== null && startNs - SLACK_NS <= lastNs && writtenNs - SLACK_NS <= endNs
}

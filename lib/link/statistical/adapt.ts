/** Between the store's shapes and the engine's: spans and lines in, links out. */
import { hashHalves, idFromHex, idToHex } from '#lib/base/hash'
import type { Field, ParsedEvent } from '#lib/model/event'
import type { EventKey, Link, Span } from '#lib/model/span'
import type { SpanInput, StatisticalLink } from './types'

export interface StoredLine extends EventKey {
  severity: number
  /** Text of its template, or any stable name of it. */
  template: string
  /** `typedValues` of the parsed line. */
  values: readonly number[]
  fields?: readonly number[]
}

/** 53 bits of the hash of a text, as a safe integer. */
export function hashNumber(text: string): number {
  const { hi, lo } = hashHalves(text)
  return (hi & 0x1fffff) * 0x100000000 + (lo >>> 0)
}

/** Values with the numbers of their fields, in one order. */
export interface TypedValues {
  values: number[]
  fields: number[]
}

/** 16 bits of the hash of a field's name: within the fields of one line's template that is a name. */
const fieldNumber = (name: string): number => hashHalves(name).lo & 0xffff

/**
 * Values of a line, and the ids that stand in longer ones (`tickets/FB-4GUZNL8.pdf` names a booking), but for the ids by which tier A joins:
 * what they prove is proved, and hiding a link must hide its id too. With the field that each stands in first; that of a bare word is `text`.
 */
export function typedValues(line: ReadLine): TypedValues {
  const fieldOf = new Map<number, number>()
  for (const { name, value } of eachValue(line)) {
    const hash = hashNumber(value)
    if (!fieldOf.has(hash)) fieldOf.set(hash, fieldNumber(name))
  }
  return { values: [...fieldOf.keys()], fields: [...fieldOf.values()] }
}

/** The field and text of a value that is known by its hash; undefined where the line does not have it. The field of a bare word is `text`. */
export function namedValue(line: ReadLine, hash: number): Field | undefined {
  for (const field of eachValue(line)) if (hashNumber(field.value) === hash) return field
  return undefined
}

function* eachValue({ facts, fields, requestId, message = '' }: ReadLine): Generator<Field> {
  const proved = new Set([requestId])
  for (const fact of [facts, facts?.own, ...(facts?.more ?? [])]) for (const ref of fact?.refs ?? []) proved.add(ref.value)
  for (const { name, value } of fields) {
    if (value.length <= 1 || proved.has(value)) continue
    yield { name, value }
    for (const id of idsIn(value)) if (!proved.has(id)) yield { name, value: id }
  }
  for (const id of idsIn(message)) if (!proved.has(id)) yield { name: 'text', value: id }
}

type ReadLine = Pick<ParsedEvent, 'facts' | 'fields' | 'requestId'> & Partial<Pick<ParsedEvent, 'message'>>

const ID_IN_TEXT = /[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*/g
const SHORTEST_ID = 6
const LONGEST_TEXT = 1000
const MOST_IN_TEXT = 16

/** Words that look like ids: six characters or more with a digit among them. */
function idsIn(text: string): string[] {
  if (text.length < SHORTEST_ID) return []
  const words = text.slice(0, LONGEST_TEXT).match(ID_IN_TEXT) ?? []
  return words.filter((word) => word.length >= SHORTEST_ID && word !== text && /\d/.test(word)).slice(0, MOST_IN_TEXT)
}

const MS_PER_NS = 1e-6
/** Exact to some 0.2 µs, which is what a double of milliseconds since 1970 holds. */
const toMs = (ns: bigint): number => Number(ns / 1_000_000n) + Number(ns % 1_000_000n) * MS_PER_NS

/** A span as the engine needs it; without its attributes a start that is only known to the second counts as unknown. */
export type StoredSpan = Pick<Span, 'id' | 'startNs' | 'startExact' | 'endNs'> & Partial<Pick<Span, 'attributes'>>

/**
 * @param service name of what logged the lines, and not what a trace calls it: traced spans must look like those that are not
 * @param lines log lines of the span, in any order
 */
export function toSpanInput(span: StoredSpan, service: string, lines: readonly StoredLine[]): SpanInput {
  const stated = span.startExact || span.attributes?.['start.uncertain_ms'] !== undefined
  return {
    id: idToHex(span.id),
    service,
    startMs: stated ? toMs(span.startNs) : null,
    endMs: span.endNs === null ? null : toMs(span.endNs),
    lines: lines.map(({ timeNs, template, severity, values, fields }) => ({ timeMs: toMs(timeNs), template, severity, values, ...(fields ? { fields } : {}) })),
  }
}

/**
 * The link as it is stored; null where an id is not one of the store's. `placeOf` finds the cause's line before the call and the effect's first.
 * @public for the linker, once tier C is switched on.
 */
export function toLink(link: StatisticalLink, placeOf: (span: bigint, line: number) => EventKey | null): Link | null {
  const cause = idFromHex(link.cause)
  const effect = idFromHex(link.effect)
  if (cause === null || effect === null) return null
  return {
    cause,
    effect,
    kind: 'invokes',
    tier: link.tier,
    rule: link.rule,
    confidence: link.confidence,
    causeEvent: placeOf(cause, link.causeLine),
    effectEvent: placeOf(effect, 0),
    evidence: [...link.evidence, { kind: 'model', value: link.model }],
    alternatives: link.alternatives.flatMap((other) => {
      const id = other.cause === null ? null : idFromHex(other.cause)
      return id === null ? [] : [{ cause: id, confidence: other.p }]
    }),
  }
}

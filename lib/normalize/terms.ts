/** What an event can be found by: hashes of its keys (lib/model/terms.ts) in the inverted index. Words are not among them: they are found through templates. */
import { hashHalves } from '#lib/base/hash'
import type { ParsedEvent } from '#lib/model/event'
import { fieldTerm, templateTerm, valueTerm } from '#lib/model/terms'

/** Each costs some 20 bytes of index; the ids among a line's values come first. */
export const TERMS_MAX = 64

/** `[hi, lo, hi, lo, …]` of hashHalves, without repeats, at most 64 pairs. */
export function eventTerms(event: ParsedEvent): number[] {
  const terms = new Set<string>()
  terms.add(templateTerm(event.template))
  if (event.requestId !== undefined) terms.add(valueTerm(event.requestId))
  if (event.traceId !== undefined) terms.add(valueTerm(event.traceId))
  const { facts, fields } = event
  if (facts !== null) {
    for (const ref of facts.refs ?? []) terms.add(valueTerm(ref.value))
    for (const ref of facts.own?.refs ?? []) terms.add(valueTerm(ref.value))
  }
  // Where there are more than fit, a value that can be found by itself is worth more than the name before it.
  const crowded = fields.length * 2 + terms.size > TERMS_MAX
  if (crowded) for (const { value } of fields) if (isTelling(value)) terms.add(valueTerm(value))
  for (const { name, value } of fields) {
    if (terms.size >= TERMS_MAX) break
    terms.add(valueTerm(value))
    terms.add(fieldTerm(name, value))
    const dot = name.lastIndexOf('.')
    if (dot >= 0) terms.add(fieldTerm(name.slice(dot + 1), value))
  }
  return hashes(terms)
}

/** Ids: long, or with digits among letters. */
function isTelling(value: string): boolean {
  return value.length >= 8 && /\d/.test(value)
}

function hashes(terms: Set<string>): number[] {
  const out: number[] = []
  for (const term of terms) {
    if (out.length >= TERMS_MAX * 2) break
    const { hi, lo } = hashHalves(term)
    out.push(hi, lo)
  }
  return out
}

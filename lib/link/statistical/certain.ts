/**
 * What tier A proves between spans that logged: its links, carried through spans that logged nothing (deliveries, queues, segments of
 * a trace), and roots, where a trace shows that nothing came before.
 */
import type { CertainLink } from './types'

export interface ExactEnds<Id> {
  cause: Id
  effect: Id
}

/** A cause further away than this through silent spans is not looked for. */
const MOST_HOPS = 64

/**
 * @param logged whether a span has lines of its own
 * @param traced whether a span is part of a recorded trace: with no cause it is then known to be a root
 */
export function certainLinks<Id extends string | bigint>(
  links: readonly ExactEnds<Id>[],
  spans: Iterable<Id>,
  { logged, traced, service, name }: { logged: (id: Id) => boolean; traced: (id: Id) => boolean; service: (id: Id) => string; name: (id: Id) => string },
): CertainLink[] {
  const causesOf = new Map<Id, Id[]>()
  for (const { cause, effect } of links) {
    const list = causesOf.get(effect)
    if (list) list.push(cause)
    else causesOf.set(effect, [cause])
  }
  const out: CertainLink[] = []
  for (const effect of spans) {
    if (!logged(effect)) continue
    const found = nearestLogged(effect, causesOf, logged)
    const known = { effect: name(effect), ...(traced(effect) ? { traced: true } : {}) }
    if (found.causes.size > 0) for (const cause of found.causes) out.push({ ...known, cause: name(cause) })
    // A recorded entry of another service is needed: a trace may as well begin in the middle, behind a stream that it did not follow.
    else if (traced(effect) && found.tops.size > 0 && [...found.tops].every((top) => traced(top) && service(top) !== service(effect)))
      out.push({ ...known, cause: null })
  }
  return out.sort((a, b) => (a.effect < b.effect ? -1 : a.effect > b.effect ? 1 : (a.cause ?? '') < (b.cause ?? '') ? -1 : 1))
}

/** Walks up until spans that logged. `tops` are the silent ones without any cause. */
function nearestLogged<Id>(effect: Id, causesOf: Map<Id, Id[]>, logged: (id: Id) => boolean): { causes: Set<Id>; tops: Set<Id> } {
  const causes = new Set<Id>()
  const tops = new Set<Id>()
  const seen = new Set<Id>([effect])
  let front = [effect]
  for (let hop = 0; hop < MOST_HOPS && front.length > 0; hop++) {
    const next: Id[] = []
    for (const span of front) {
      const above = causesOf.get(span) ?? []
      if (above.length === 0) tops.add(span)
      for (const cause of above) {
        if (seen.has(cause)) continue
        seen.add(cause)
        if (logged(cause)) causes.add(cause)
        else next.push(cause)
      }
    }
    front = next
  }
  return { causes, tops }
}

/** What is certain of a window's spans, by index. */
import type { CertainLink, ForbiddenPair } from './types'
import type { Window } from './window'

/** effect -> the spans known to have caused it, in order; none for a root. A batch may have further causes that are not known. */
export type Known = Map<number, readonly number[]>

export function knownCauses(window: Window, certain: readonly CertainLink[]): Known {
  const at = new Map(window.spans.map((span, i) => [span.id, i]))
  const known = new Map<number, Set<number>>()
  for (const { effect, cause } of certain) {
    const e = at.get(effect)
    const c = cause === null ? -1 : at.get(cause)
    if (e === undefined || c === undefined || c === e) continue
    let causes = known.get(e)
    if (!causes) known.set(e, (causes = new Set()))
    if (c >= 0) causes.add(c)
  }
  // In the order of the spans, so that sums come out the same however the links were listed.
  return new Map([...known].sort((a, b) => a[0] - b[0]).map(([e, causes]) => [e, [...causes].sort((a, b) => a - b)]))
}

/** effect -> spans that people said did not cause it. */
export function forbiddenCauses(window: Window, pairs: readonly ForbiddenPair[]): Map<number, Set<number>> {
  const at = new Map(pairs.length === 0 ? [] : window.spans.map((span, i) => [span.id, i]))
  const forbidden = new Map<number, Set<number>>()
  for (const { effect, cause } of pairs) {
    const e = at.get(effect)
    const c = at.get(cause)
    if (e === undefined || c === undefined) continue
    const causes = forbidden.get(e)
    if (causes) causes.add(c)
    else forbidden.set(e, new Set([c]))
  }
  return forbidden
}

/** Places of certain links below which an opening is learned as if it had none. */
export const FEW_LABELS = 3

/** Longest chain of certain links that is followed. */
const MOST_HOPS = 30

/** Whether `span` is known to have come of `effect`: then it can't be the effect's cause. */
export function cameOf(known: Known | undefined, span: number, effect: number): boolean {
  if ((known?.get(span)?.length ?? 0) === 0) return false
  let front: readonly number[] = [span]
  const seen = new Set(front)
  for (let hop = 0; hop < MOST_HOPS && front.length > 0; hop++) {
    const above: number[] = []
    for (const at of front) {
      for (const cause of known?.get(at) ?? []) {
        if (cause === effect) return true
        if (seen.has(cause)) continue
        seen.add(cause)
        above.push(cause)
      }
    }
    front = above
  }
  return false
}

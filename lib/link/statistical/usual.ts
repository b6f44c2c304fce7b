/**
 * Kinds of effect that are rare in a service which nearly always begins the same way are that one kind: its first line was lost, or came after
 * another (a cold start). Alone they are too few to be learned.
 */
import type { Window } from './window'

/** Effects from which a kind is learned by itself. */
const OWN_KIND = 20
/** Share of a service's effects that its usual kind must have. */
const NEARLY_ALL = 0.85

/** Service -> the place that its spans begin with, for those that nearly always begin with one. */
export function learnUsual(window: Window): Map<number, number> {
  const counts = new Map<number, Map<number, number>>()
  window.opening.forEach((opening, s) => {
    const service = window.service[s] ?? 0
    let of = counts.get(service)
    if (!of) counts.set(service, (of = new Map()))
    of.set(opening, (of.get(opening) ?? 0) + 1)
  })
  const usual = new Map<number, number>()
  for (const [service, of] of counts) {
    const total = [...of.values()].reduce((a, b) => a + b, 0)
    for (const [opening, count] of of) if (count >= OWN_KIND && count >= NEARLY_ALL * total && count < total) usual.set(service, opening)
  }
  return usual
}

/** @param own kinds that are learned by themselves; all of the window's that are frequent enough where undefined */
export function beginAsUsual(window: Window, usual: ReadonlyMap<number, number>, own?: (opening: number) => boolean): void {
  const counts = new Map<number, number>()
  for (const opening of window.opening) counts.set(opening, (counts.get(opening) ?? 0) + 1)
  const isOwn = own ?? ((opening: number): boolean => (counts.get(opening) ?? 0) >= OWN_KIND)
  window.opening.forEach((opening, s) => {
    const of = usual.get(window.service[s] ?? 0)
    if (of !== undefined && !isOwn(opening)) window.opening[s] = of
  })
}

/**
 * One message may be proven twice: by its own id from sender to receiver, and step by step over the queue or bus that a trace shows. The
 * steps say more; the link past them is not drawn beside them.
 */
import { isCarrierKind } from '#lib/model/carriers'
import type { Unit, UnitLink } from './fold-transaction'

/** The links to draw: without exact ones whose target is reached from their source over nothing but carriers. */
export function withoutShortcuts(links: readonly UnitLink[], units: ReadonlyMap<string, Unit>): UnitLink[] {
  return links.filter((link) => link.tree || link.tier !== 'A' || !reachedOverCarriers(link, units))
}

function reachedOverCarriers({ source, target }: UnitLink, units: ReadonlyMap<string, Unit>): boolean {
  const seen = new Set<string>()
  for (let at = units.get(target)?.parent ?? null; at !== null && at !== source; at = units.get(at)?.parent ?? null) {
    if (seen.has(at) || !isCarrierKind(units.get(at)?.lead?.kind ?? '')) return false
    seen.add(at)
  }
  return seen.size > 0
}

/**
 * Tier B: whether a value that effect and cause share is what tells this cause from all others. It must be rare around the effect, no other
 * candidate may carry one as rare, few spans of the cause's service may have it, and where pairs that are not true share such values as well, it
decides nothing.
 */
import type { ShareView } from './edges'
import { shareClass, type RareValue } from './sharing'
import type { SharedValue } from './types'
import type { Window } from './window'

/** Spans around that may carry it. */
const MOST_CARRIERS = 16
/** Spans of the cause's service for one that carries it. */
const LEAST_RARITY = 5
/** How much likelier such sharing must be, as far as known, with the cause than with another candidate. */
const LEAST_RATIO = 10

/** @param others the effect's other candidates, as spans */
export function decisiveValue(window: Window, shares: ShareView, effect: number, cause: number, others: readonly number[]): SharedValue | undefined {
  const rare = window.sharing.rare(effect).filter(({ spans }) => spans <= MOST_CARRIERS)
  const shared = rare.find(({ value }) => window.sharing.has(cause, value))
  if (!shared) return undefined
  const ratio = shares.get(window.opening[effect] ?? 0)?.get(window.service[cause] ?? 0)?.[shareClass(shared.spans)] ?? 0
  if (ratio < Math.log(LEAST_RATIO) || window.sharing.rarity(effect, window.service[cause] ?? 0, shared.value) < LEAST_RARITY) return undefined
  const asRare = (other: number): boolean => other !== cause && rare.some((r: RareValue) => r.spans <= shared.spans && window.sharing.has(other, r.value))
  if (others.some(asRare)) return undefined
  const lineOf = (span: number): number => (window.lines[span] ?? []).findIndex((line) => line.values.includes(shared.value))
  return { hash: shared.value, effectLine: lineOf(effect), causeLine: lineOf(cause), carriers: shared.spans }
}

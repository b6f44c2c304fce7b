/**
 * Tier B: whether a value that effect and cause share is what tells this cause from all others. It must be rare around the effect, no other
 * candidate may carry one as rare, few spans of the cause's service may have it, and where pairs that are not true share such values as well, it
 * decides nothing. Nor does a value of a hub's type that happens to be rare, or one that is known to flow the other way.
 */
import type { ShareView } from './edges'
import { shareClass, type RareValue } from './sharing'
import type { SharedValue } from './types'
import { flowsTo, placeOf, shapeOf, typeAt, type ValueTypes } from './value-types'
import type { Window } from './window'

/** Spans around that may carry it. */
const MOST_CARRIERS = 16
/** Spans of the cause's service for one that carries it. */
const LEAST_RARITY = 5
/** How much likelier such sharing must be, as far as known, with the cause than with another candidate. */
const LEAST_RATIO = 10

/** What is known of values: how much likelier it is to share them with the cause, and how their types flow. */
export interface ValueView {
  shares: ShareView
  types: ValueTypes
}

/** @param others the effect's other candidates, as spans */
export function decisiveValue(window: Window, view: ValueView, effect: number, cause: number, others: readonly number[]): SharedValue | undefined {
  const rare = window.sharing.rare(effect).filter(({ spans }) => spans <= MOST_CARRIERS)
  const shared = rare.find(({ value }) => window.sharing.has(cause, value))
  if (!shared) return undefined
  const ratio = view.shares.get(window.opening[effect] ?? 0)?.get(window.service[cause] ?? 0)?.[shareClass(shared.spans)] ?? 0
  if (ratio < Math.log(LEAST_RATIO) || window.sharing.rarity(effect, window.service[cause] ?? 0, shared.value) < LEAST_RARITY) return undefined
  const asRare = (other: number): boolean => other !== cause && rare.some((r: RareValue) => r.spans <= shared.spans && window.sharing.has(other, r.value))
  if (others.some(asRare)) return undefined
  const [effectAt, causeAt] = [placeOf(window, effect, shared.value), placeOf(window, cause, shared.value)]
  const [effectType, causeType] = [typeAt(window, effect, effectAt), typeAt(window, cause, causeAt)]
  const flow = view.types.flows.get(effectType.key)?.get(causeType.key)
  if (view.types.hubs.has(effectType.key) || view.types.hubs.has(causeType.key) || (flow && flowsTo(flow) === false)) return undefined
  const fields = sayFields(causeType, effectType, flow && flowsTo(flow) ? shapeOf(flow) : undefined)
  return { hash: shared.value, effectLine: effectAt.line, causeLine: causeAt.line, carriers: shared.spans, fields }
}

/** `"Coupon entered" = "Offer refreshed" (1:1)`, the cause's line first; the shape where it is known. */
function sayFields(cause: { template: string }, effect: { template: string }, shape: string | undefined): string {
  return `"${cut(cause.template)}" = "${cut(effect.template)}"${shape === undefined ? '' : ` (${shape})`}`
}

const LONGEST = 80
const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text)

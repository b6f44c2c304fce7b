/**
 * Further senders of batches, proposed by values. A batch holds what several sent, and those who send seldom show in no delay; but where a type
 * of value is handed from one service to such effects, one to one and always first there, the spans that carry it are their causes. What sends
 * the rest must not carry it: else it is explained already.
 */
import { addGap } from './add-gap'
import type { FirstTable } from './first-table'
import { rankPlaces, storyOf, type Story } from './places'
import { flowsTo, shapeOf, typeOf, type ValueTypes } from './value-types'
import { effectsOf, type Window } from './window'

/** Effects that must carry values of the type, and the share of them whose value the sender must have. */
const LEAST_COUNT = 5
const LEAST_SHARE = 0.8
/** Share of them whose value may be met in another sender by chance. */
const EXPLAINED = 0.05
/** Mean number of causes from which effects are batches. */
const SEVERAL = 1.03
const REACH_MS = 60_000
/** Clocks may show an effect this much before the line that sent it, in units. */
const AHEAD = 45

/** Adds the senders found to what the fit begins with. */
export function addProposed(first: FirstTable, window: Window, types: ValueTypes, unitMs: number): void {
  for (const [opening, effects] of effectsOf(window, first.sent)) {
    const shares = first.found.get(opening)
    if (!shares || Math.max(0, ...shares.values()) < SEVERAL) continue
    const senders = servicesOf(window, [...shares.keys()])
    for (const [type, carried] of carriedTypes(window, types, effects)) {
      if (carried.length < LEAST_COUNT) continue
      const flows = sendersOf(types, type)
      if (flows.length === 0 || isExplained(types, type, senders)) continue
      addSender(first, window, { opening, effects: effects.length, flows: new Set(flows), carried, unitMs })
    }
  }
}

interface Carried {
  effect: number
  value: number
}

/** Type -> the effects with a rare value of it. */
function carriedTypes(window: Window, types: ValueTypes, effects: readonly number[]): [string, Carried[]][] {
  const out = new Map<string, Carried[]>()
  for (const effect of effects) {
    for (const { value } of window.sharing.rare(effect)) {
      const type = typeOf(window, effect, value)
      if (!types.flows.has(type)) continue
      const list = out.get(type)
      if (list) list.push({ effect, value })
      else out.set(type, [{ effect, value }])
    }
  }
  return [...out].sort((a, b) => (a[0] < b[0] ? -1 : 1))
}

/** Types that hand their values to this one, each value from one span. */
function sendersOf(types: ValueTypes, type: string): string[] {
  const least = Math.max(LEAST_COUNT, LEAST_SHARE * (types.effects.get(type) ?? 0))
  const handsOn = ([, flow]: [string, Parameters<typeof flowsTo>[0]]): boolean =>
    flow.seen >= least && flowsTo(flow) === true && (shapeOf(flow) === '1:1' || shapeOf(flow) === '1:n')
  return [...(types.flows.get(type) ?? [])].filter(handsOn).map(([cause]) => cause)
}

/** Whether what sends the rest carries such values too, be it in some lines only: ids and lines get lost. */
function isExplained(types: ValueTypes, type: string, senders: ReadonlySet<string>): boolean {
  const most = EXPLAINED * (types.effects.get(type) ?? 0)
  return [...(types.flows.get(type) ?? [])].some(([cause, { seen }]) => senders.has(serviceIn(cause)) && seen > most)
}

const serviceIn = (type: string): string => type.slice(0, type.indexOf('\n'))

/** Services of places, by the spans that have them. */
function servicesOf({ anchors, spans, byBefore }: Window, places: readonly number[]): Set<string> {
  return new Set(places.map((place) => spans[anchors.span[byBefore.get(place)?.[0] ?? 0] ?? 0]?.service ?? ''))
}

interface Proposal {
  opening: number
  effects: number
  flows: ReadonlySet<string>
  carried: readonly Carried[]
  unitMs: number
}

function addSender({ table, found, ranks }: FirstTable, window: Window, { opening, effects, flows, carried, unitMs }: Proposal): void {
  const reach = { reachMs: REACH_MS, unitMs }
  const stories: Story[] = carried.map(({ effect, value }) => {
    const startMs = window.startMs[effect] ?? 0
    const carriers = window.sharing.carriers(value, startMs - REACH_MS, startMs + AHEAD * unitMs)
    return storyOf(window, effect, carriers.filter((s) => s !== effect && flows.has(typeOf(window, s, value))), reach) // prettier-ignore
  })
  const place = rankPlaces(window, stories, { reachMs: REACH_MS, leastTold: -Infinity })[0]
  if (place === undefined) return
  for (const story of stories) for (const anchor of story.places.get(place) ?? []) addGap(table, window, story.effect, anchor, unitMs, 1)
  found.get(opening)?.set(place, carried.length / effects)
  const ranked = ranks.get(opening)
  if (ranked && !ranked.includes(place)) ranked.push(place)
}

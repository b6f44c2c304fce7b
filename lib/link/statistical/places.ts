/**
 * Where in its cause an asynchronous effect was sent from. The lines of a span that is known to be the cause, or that carries one of the
 * effect's rare values and so is of the same story, are looked through for the place after which such effects come at the most regular
 * delay. What caused the cause, and what else it caused, comes at delays that are more spread (data processing inequality). Which
 * field a value is in does not matter; how rare it is around does.
 */
import type { Window } from './window'

/** Spans around that may carry a value that still tells a story from another, and those of one service. */
const MOST_CARRIERS = 16
const MOST_ALIKE = 3
/** Clocks may show an effect this much before the line that sent it, in units. */
const AHEAD = 45
/** Stories that a place must explain, and their share. */
const LEAST_COUNT = 5
const LEAST_SHARE = 0.02
/** A cause begins before its effect, but for clocks. */
const MOSTLY_FIRST = 0.9
const MOST_PLACES = 6
/** Share of the stories that must be left for another service to be a sender too. */
const SECOND_SENDER = 0.2

/** An effect and the places from which it may have been sent, with the latest anchor of each in each span. */
export interface Story {
  effect: number
  places: Map<number, number[]>
  spans: readonly number[]
}

interface Reach {
  reachMs: number
  unitMs: number
}

/** The story of an effect and spans that are known to have caused it. */
export function storyOf(window: Window, effect: number, spans: readonly number[], { reachMs, unitMs }: Reach): Story {
  const { anchors } = window
  const startMs = window.startMs[effect] ?? 0
  const untilMs = startMs + AHEAD * unitMs
  const places = new Map<number, number[]>()
  for (const s of spans) {
    const latest = new Map<number, number>()
    for (let a = (anchors.ofSpan[s] ?? 0) + 1; a < (anchors.ofSpan[s + 1] ?? 0); a++) {
      const fromMs = anchors.fromMs[a] ?? 0
      if (fromMs <= untilMs && fromMs >= startMs - reachMs) latest.set(anchors.before[a] ?? 0, a)
    }
    for (const [place, a] of latest) {
      const list = places.get(place)
      if (list) list.push(a)
      else places.set(place, [a])
    }
  }
  return { effect, places, spans }
}

/** Spans of other services that carry one of the effect's rare values and began before it. */
export function keyedSpans(window: Window, effect: number, { reachMs, unitMs }: Reach): number[] {
  const startMs = window.startMs[effect] ?? 0
  const spans = new Set<number>()
  for (const { value, spans: count } of window.sharing.rare(effect)) {
    if (count > MOST_CARRIERS) continue
    const carriers = window.sharing.carriers(value, startMs - reachMs, startMs + AHEAD * unitMs)
    const alike = new Map<number, number>()
    for (const s of carriers) alike.set(window.service[s] ?? 0, (alike.get(window.service[s] ?? 0) ?? 0) + 1)
    for (const s of carriers) {
      const service = window.service[s] ?? 0
      if (s !== effect && service !== window.service[effect] && (alike.get(service) ?? 0) <= MOST_ALIKE) spans.add(s)
    }
  }
  return [...spans].sort((a, b) => a - b)
}

/**
 * Places in order of preference: each the one that tells most about the effects that none before it explains.
 * @param leastTold nats an effect below which a place is no better than the habits of users who come again
 */
export function rankPlaces(window: Window, stories: readonly Story[], { reachMs, leastTold }: { reachMs: number; leastTold: number }): number[] {
  const ranked: number[] = []
  const first = firstSpans(window, stories)
  const least = Math.max(LEAST_COUNT, LEAST_SHARE * stories.length)
  let left = stories
  let services: Set<number> | undefined
  const serviceOf = (place: number): number =>
    window.service[window.anchors.span[stories.find((s) => s.places.has(place))?.places.get(place)?.[0] ?? 0] ?? 0] ?? 0
  while (ranked.length < MOST_PLACES && left.length >= least) {
    const place = tightest(window, left, first, { reachMs, least, leastTold })
    if (place === undefined) break
    const service = serviceOf(place)
    services ??= new Set([service])
    // Without certain links, what the first does not explain may be due to a second sender, or just to lines that were lost: then what caused the cause would pass for it.
    if (leastTold > 0 && !services.has(service) && left.length < SECOND_SENDER * stories.length) break
    services.add(service)
    ranked.push(place)
    left = left.filter((s) => !s.places.has(place))
  }
  return ranked
}

/** Services whose spans begin before the effect, nearly always. */
function firstSpans(window: Window, stories: readonly Story[]): (service: number) => boolean {
  const counts = new Map<number, { first: number; all: number }>()
  for (const { effect, spans } of stories) {
    for (const s of spans) {
      const service = window.service[s] ?? 0
      let count = counts.get(service)
      if (!count) counts.set(service, (count = { first: 0, all: 0 }))
      count.all++
      if ((window.startMs[s] ?? 0) < (window.startMs[effect] ?? 0)) count.first++
    }
  }
  return (service) => (counts.get(service)?.first ?? 0) >= MOSTLY_FIRST * (counts.get(service)?.all ?? 1)
}

interface Pairs {
  ms: number[]
  /** Index of each pair's story. */
  story: number[]
}

/** The place that tells most about when the effects come. */
function tightest(
  window: Window,
  stories: readonly Story[],
  first: (service: number) => boolean,
  { reachMs, least, leastTold }: { reachMs: number; least: number; leastTold: number },
): number | undefined {
  const places = new Map<number, Pairs>()
  const most = new Int32Array(stories.length)
  stories.forEach((story, at) => {
    for (const [place, list] of story.places) {
      if (!first(window.service[window.anchors.span[list[0] ?? 0] ?? 0] ?? 0)) continue
      let pairs = places.get(place)
      if (!pairs) places.set(place, (pairs = { ms: [], story: [] }))
      for (const a of list) {
        pairs.ms.push((window.startMs[story.effect] ?? 0) - (window.anchors.fromMs[a] ?? 0))
        pairs.story.push(at)
      }
      most[at] = Math.max(most[at] ?? 0, list.length)
    }
  })
  let best: { place: number; tells: number } | undefined
  for (const [place, pairs] of [...places].sort((a, b) => a[0] - b[0])) {
    if (new Set(pairs.story).size < least) continue
    const tells = information(pairs, most, reachMs)
    if (tells >= leastTold * stories.length && (!best || tells > best.tells)) best = { place, tells }
  }
  return best?.place
}

/** Share of the stories that a place may leave to chance. */
const BY_CHANCE = 0.05
const SETTLING = 3

/**
 * Log likelihood of the effects' times by the place, in nats, against chance (anywhere in the reach). Each story is due to one of its pairs, or
 * to several of a batch; which, is settled by the density of the delays, that is told by their spacings (Vasicek 1976), of which none
 * counts as less than a millisecond. All places answer for as many pairs as the one that has most of them.
 */
function information({ ms, story }: Pairs, most: Int32Array, reachMs: number): number {
  const order = ms.map((_, i) => i).sort((a, b) => (ms[a] ?? 0) - (ms[b] ?? 0) || a - b)
  const n = order.length
  const m = Math.max(1, Math.round(Math.sqrt(n) / 2))
  const at = (i: number): number => ms[order[i] ?? 0] ?? 0
  const sums = new Float64Array(most.length)
  const share = (value: Float64Array): Float64Array => {
    sums.fill(0)
    for (let i = 0; i < n; i++) sums[story[i] ?? 0] = (sums[story[i] ?? 0] ?? 0) + (value[i] ?? 0)
    return value.map((v, i) => v / (sums[story[i] ?? 0] || 1))
  }
  let weight: Float64Array = share(new Float64Array(n).fill(1))
  const density = new Float64Array(n)
  for (let round = 0; round < SETTLING; round++) {
    const total = new Float64Array(n + 1)
    for (let i = 0; i < n; i++) total[i + 1] = (total[i] ?? 0) + (weight[order[i] ?? 0] ?? 0)
    for (let i = 0; i < n; i++) {
      const low = Math.max(0, i - m)
      const high = Math.min(n - 1, i + m)
      const mass = (total[high] ?? 0) - (total[low] ?? 0)
      density[order[i] ?? 0] = mass / ((total[n] ?? 1) * Math.max(1, at(high) - at(low)))
    }
    weight = share(density)
  }
  share(density)
  let tells = 0
  most.forEach((pairs, s) => {
    if (pairs > 0) tells += Math.log(BY_CHANCE + ((1 - BY_CHANCE) * (sums[s] ?? 0) * reachMs) / pairs)
  })
  return tells
}

/**
 * The edge model that the fit begins with, for each kind of effect from the best that there is: links that are certain, values that are
 * shared, what is nested above chance, coincidences.
 */
import { addGap } from './add-gap'
import { addNested, nestedExcess, type Excess } from './bootstrap'
import { addEchoes } from './echoes'
import { EdgeTable } from './edges'
import { FEW_LABELS, type Known } from './known'
import { addProposed } from './proposed'
import { keyedSpans, rankPlaces, storyOf, type Story } from './places'
import type { ValueTypes } from './value-types'
import { effectsOf, type Window } from './window'

/** Effects below which coincidences are not counted. */
const FEW_EFFECTS = 20
/** Where that share lies in the gaps of one place, the calls are synchronous. */
const MOSTLY_NESTED = 0.3
/** How far back values are followed, and how many effects are looked at. */
const REACH_MS = 60_000
const SAMPLE = 1500
/** Share of an opening's effects whose cause values must show, else they are left to the coincidences. */
const LEAST_KEYED = 0.5
/** See rankPlaces: with e^2 the times are told seven times better than by chance. */
const LEAST_TOLD = 2
/** In units; a share of effects that come earlier shows that clocks are off, by up to this much. */
const EARLY = 2
const EARLY_SHARE = 0.005
const CLOCKS = 45
const SLACK = 2

export interface FirstTable {
  table: EdgeTable
  /** Openings whose places were found and not known: they keep to these. */
  found: Excess
  /** Of asynchronous openings, the places of a cause in order of preference: one span sends from the first that it has. */
  ranks: Map<number, number[]>
  /** Openings found to be asynchronous without certain links: their effects may have several causes. */
  sent: Set<number>
  /** In units, of the links that it was made from and that are asynchronous. */
  delays: number[]
}

interface Given {
  known: Known
  types: ValueTypes
  openings: Map<number, number>
  activeMs: number
  unitMs: number
}

export function firstTable(window: Window, { known, types, openings, activeMs, unitMs }: Given): FirstTable {
  const labels = new Map<number, number>()
  for (const e of known.keys()) labels.set(window.opening[e] ?? 0, (labels.get(window.opening[e] ?? 0) ?? 0) + 1)
  const enough = (opening: number): boolean => (labels.get(opening) ?? 0) >= FEW_LABELS
  const first: FirstTable = { table: new EdgeTable(), found: new Map(), ranks: new Map(), sent: new Set(), delays: [] }
  const { table, ranks } = first
  const nested = nestedLabels(window, known, unitMs)
  first.found = nestedExcess(window, activeMs, unitMs, (opening) => !enough(opening))
  const within = new Set(window.opening.filter((_, e) => window.spans[e]?.within))
  const silent = new Set<number>()
  for (const [opening, shares] of first.found) {
    const most = Math.max(0, ...shares.values())
    if (most < MOSTLY_NESTED && (openings.get(opening) ?? 0) >= FEW_EFFECTS && !within.has(opening)) {
      silent.add(opening)
      if (known.size > 0) first.found.delete(opening)
    }
  }
  addNested(table, window, first.found, unitMs)
  // Where nothing at all is certain, one asynchronous system can't be told from the habits of its users.
  if (known.size === 0) return first
  const sent = new Set([...openings.keys()].filter((opening) => silent.has(opening) || (enough(opening) && !nested.has(opening))))
  for (const [opening, effects] of effectsOf(window, sent)) {
    const explained = addStories(first, window, opening, effects, { known, unitMs })
    if (enough(opening)) {
      if (explained === 0) nested.add(opening)
      continue
    }
    if (explained > LEAST_KEYED) {
      silent.delete(opening)
      first.sent.add(opening)
    } else {
      table.sites.delete(opening)
      ranks.delete(opening)
    }
  }
  addNestedLabels(table, window, known, { nested, labels, openings, unitMs })
  for (const [opening, shares] of addEchoes(table, window, silent, { activeMs, unitMs, ahead: aheadOf(first.delays), calls: callsOf(window, known) })) {
    first.found.set(opening, shares)
    first.sent.add(opening)
    if (shares.size > 0) ranks.set(opening, [...shares.keys()])
  }
  addProposed(first, window, types, unitMs)
  return first
}

const callsOf = (window: Window, known: Known): Set<string> =>
  new Set([...known].flatMap(([e, causes]) => causes.map((c) => `${window.service[c]} ${window.service[e]}`)))

/** How far before the line that sent them effects may come: where some do, clocks are off. */
function aheadOf(delays: readonly number[]): number {
  const early = delays.filter((units) => units < -EARLY).length
  return early > EARLY_SHARE * delays.length ? CLOCKS : EARLY
}

/** Openings whose certain links lie in a gap of their cause often enough to be calls that wait; those of roots alone are among them. */
function nestedLabels(window: Window, known: Known, unitMs: number): Set<number> {
  const counts = new Map<number, { inside: number; all: number }>()
  for (const [e, causes] of known) {
    const opening = window.opening[e] ?? 0
    const count = counts.get(opening) ?? { inside: 0, all: 0 }
    counts.set(opening, count)
    count.all += causes.length
    for (const c of causes) if (isNested(window, e, gapAt(window, c, window.startMs[e] ?? 0), unitMs)) count.inside++
  }
  return new Set([...counts].filter(([, { inside, all }]) => inside >= MOSTLY_NESTED * all).map(([opening]) => opening))
}

const isNested = ({ anchors, endMs }: Window, e: number, gap: number, unitMs: number): boolean => (anchors.toMs[gap] ?? NaN) >= (endMs[e] ?? 0) - SLACK * unitMs

/** The gap of `cause` in which `timeMs` lies, or the place before its first line. */
function gapAt({ anchors }: Window, cause: number, timeMs: number): number {
  const from = anchors.ofSpan[cause] ?? 0
  let at = from
  for (let i = from + 1; i < (anchors.ofSpan[cause + 1] ?? 0); i++) if ((anchors.fromMs[i] ?? 0) <= timeMs) at = i
  return at
}

/** Certain links of calls that wait, scaled up to all effects of their kind so that rates come out right. */
function addNestedLabels(
  table: EdgeTable,
  window: Window,
  known: Known,
  { nested, labels, openings, unitMs }: Pick<Given, 'openings' | 'unitMs'> & { nested: ReadonlySet<number>; labels: Map<number, number> },
): void {
  for (const [e, causes] of known) {
    const opening = window.opening[e] ?? 0
    const seen = labels.get(opening) ?? 0
    if (seen < FEW_LABELS) continue
    const scale = (openings.get(opening) ?? 1) / seen
    if (causes.length === 0) table.addOutside(opening, scale)
    else if (nested.has(opening)) for (const c of causes) addGap(table, window, e, gapAt(window, c, window.startMs[e] ?? 0), unitMs, scale)
  }
  for (const [opening, count] of openings) if ((labels.get(opening) ?? 0) >= FEW_LABELS) table.effects.set(opening, count)
}

/** Places of asynchronous effects, from certain causes and from values. Gives the share of the effects that are explained. */
function addStories(
  { table, found, ranks, delays }: FirstTable,
  window: Window,
  opening: number,
  effects: readonly number[],
  { known, unitMs }: Pick<Given, 'known' | 'unitMs'>,
): number {
  const reach = { reachMs: REACH_MS, unitMs }
  const step = Math.max(1, effects.length / SAMPLE)
  const sample = Array.from({ length: Math.min(SAMPLE, effects.length) }, (_, i) => effects[Math.floor(i * step)] ?? 0)
  const certain = sample.filter((e) => (known.get(e)?.length ?? 0) > 0).map((e) => storyOf(window, e, known.get(e) ?? [], reach))
  const services = new Set(certain.flatMap((story) => story.spans.map((s) => window.service[s] ?? 0)))
  const admitted = (s: number): boolean => services.size === 0 || services.has(window.service[s] ?? 0)
  const keyed = sample.filter((e) => !known.has(e)).map((e) => storyOf(window, e, keyedSpans(window, e, reach).filter(admitted), reach))
  const stories: Story[] = [...certain, ...keyed.filter((story) => story.places.size > 0)]
  const ranked = rankPlaces(window, stories, { reachMs: REACH_MS, leastTold: certain.length > 0 ? -Infinity : LEAST_TOLD })
  let explained = 0
  const shares = new Map<number, number>()
  for (const story of stories) {
    const place = ranked.find((p) => story.places.has(p))
    if (place === undefined) continue
    explained++
    const sent = story.places.get(place) ?? []
    shares.set(place, (shares.get(place) ?? 0) + sent.length / sample.length)
    for (const anchor of sent) {
      delays.push(((window.startMs[story.effect] ?? 0) - (window.anchors.fromMs[anchor] ?? 0)) / unitMs)
      addGap(table, window, story.effect, anchor, unitMs, effects.length / stories.length)
    }
  }
  if (ranked.length === 0) return 0
  ranks.set(opening, ranked)
  if (services.size === 0) found.set(opening, shares)
  table.effects.set(opening, effects.length)
  table.addOutside(opening, 0.05 * effects.length)
  return explained / sample.length
}

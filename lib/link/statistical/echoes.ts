/**
 * A first edge model for what is called asynchronously and has no certain link (a stream's reader, a topic's subscriber): the delays
 * at which an effect follows a place more often than chance has it, found by counting coincidences (as in Project5, SOSP 2003).
 * All that comes before in the same transactions echoes as well; the matching then prefers the place with the tightest delay.
 *
 * A place counts only where its span went on after it: what follows the end of a span is as well the next click of a user.
 */
import { BINS, WIDTH, binOf } from './delay'
import type { EdgeTable } from './edges'
import { addGap } from './add-gap'
import { effectsOf, lowerBound, type Window } from './window'
import type { Excess } from './bootstrap'

const SAMPLE = 1000
/** Beyond that many places to an effect, most of them call nothing. */
const MOST_CAUSES = 3
/** How far back, at most: in ms, and in places (bounded work an effect). */
const REACH_MS = 30_000
const REACH_PLACES = 500
/** What follows the effect as well, within this many ms, is a callee or a sibling: its share of echoes after may not pass the other. */
const AFTER_MS = 3000
const BEHIND_MS = 1448
/** Nearer than this, in units, clocks may be the reason. */
const CLOCKS = 45
const MOST_AFTER = 0.1
/** A place is in question where it explains this share of what the best one explains. */
const NEARLY_ALL = 0.5
const DEVIATIONS = 3
/** Nats that a place must tell, in all (chance tells some twenty, by the number of bins) and for each effect. */
const LEAST_TOLD = 60
const LEAST_TOLD_EACH = 0.2
/** A cause begins before its effect. */
const MOSTLY_FIRST = 0.8
/** Below this share of firsts it is what the effects cause. */
const NOT_AFTER = 0.2
const LEAST_COUNT = 4
const LEAST_SHARE = 0.1
/** Places together explain no more than all effects, but for what is counted by chance. */
const MOST_SHARE = 1.25
const ENOUGH = 0.7
const LEAST_MAIN = 0.5
/** Of what another place tells, as far as samples of this size can say. */
const AS_MUCH = 0.75

interface Reach {
  reachMs: number
  unitMs: number
  /** How far an effect may come before its cause, in units: no further than clocks demand, else callees would pass for causes. */
  ahead: number
}

interface Echo {
  /** Share of the coincidences in which the span of the place began before the effect. */
  first: number
  /** Coincidences above chance, by bin. */
  excess: Float64Array
  seen: Float64Array
  share: number
  /** Log of how many units the delay is spread over. */
  spread: number
  /**
   * What the place tells about when such effects come, in nats: the log likelihood ratio of its coincidences against chance. A cause
   * tells more than what it caused before, or what caused it (data processing inequality), so the one that tells most is it.
   */
  tells: number
}

/** For each wanted opening the mean number of causes at each place that it echoes; fills the table with them. */
export function addEchoes(
  table: EdgeTable,
  window: Window,
  wanted: ReadonlySet<number>,
  { activeMs, unitMs, ahead, calls }: { activeMs: number; unitMs: number; ahead: number; calls: Calls },
): Excess {
  const byTime = placesByTime(window)
  const reachMs = Math.min(REACH_MS, (REACH_PLACES * activeMs) / Math.max(1, byTime.length))
  const counts = new Map<number, number>()
  for (const a of byTime) counts.set(window.anchors.before[a] ?? 0, (counts.get(window.anchors.before[a] ?? 0) ?? 0) + 1)
  const found: Excess = new Map()
  for (const [opening, effects] of effectsOf(window, wanted)) {
    const sample = everyNth(effects, SAMPLE)
    const all = echoesOf(window, byTime, sample, { reachMs, unitMs, ahead, rate: (before) => (counts.get(before) ?? 0) / activeMs })
    const echoes = explaining(window, all, { effects: sample.length, calls })
    // Each such place calls once, as far as the numbers allow: then there are as many causes to an effect as places to effects.
    const causes = (before: number): number => (counts.get(before) ?? 0) / effects.length
    found.set(opening, new Map([...echoes].map(([before, echo]) => [before, causes(before) > 1 && causes(before) < MOST_CAUSES ? causes(before) : echo.share])))
    share(table, window, byTime, { opening, effects, sample, echoes, reachMs, unitMs, ahead })
  }
  return found
}

function placesByTime({ anchors, spans, endMs }: Window): Int32Array {
  const list: number[] = []
  for (let s = 0; s < spans.length; s++) {
    const from = anchors.ofSpan[s] ?? 0
    const to = anchors.ofSpan[s + 1] ?? 0
    // The last place is open-ended; a lone line (a gateway's) has only the one before it.
    for (let a = from; a < to; a++)
      if (!Number.isNaN(anchors.toMs[a] ?? NaN) && (anchors.fromMs[a] ?? 0) <= (endMs[s] ?? 0) && !isRounded(anchors, a)) list.push(a)
  }
  return Int32Array.from(list.sort((x, y) => (anchors.fromMs[x] ?? 0) - (anchors.fromMs[y] ?? 0) || x - y))
}

/** A start that is stated in whole seconds coincides with every timer. */
const isRounded = ({ line, fromMs }: Window['anchors'], a: number): boolean => line[a] === -1 && (fromMs[a] ?? 0) % 1000 === 0

function everyNth(list: readonly number[], most: number): number[] {
  const step = Math.max(1, list.length / most)
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)] ?? 0)
}

function eachBefore(
  window: Window,
  byTime: Int32Array,
  e: number,
  { reachMs, unitMs, ahead }: Reach,
  take: (anchor: number) => void,
  aheadMs = ahead * unitMs,
): void {
  const { anchors } = window
  const startMs = window.startMs[e] ?? 0
  for (let i = lowerBound(byTime, anchors.fromMs, startMs - reachMs); i < byTime.length; i++) {
    const a = byTime[i] ?? 0
    if ((anchors.fromMs[a] ?? 0) > startMs + aheadMs) break
    if (window.service[anchors.span[a] ?? 0] !== window.service[e]) take(a)
  }
}

function echoesOf(
  window: Window,
  byTime: Int32Array,
  sample: readonly number[],
  { reachMs, unitMs, ahead, rate }: Reach & { rate: (before: number) => number },
): Map<number, Echo> {
  const seen = new Map<number, Float64Array>()
  const zero = binOf(-ahead)
  const nearest = binOf(CLOCKS)
  const first = new Map<number, { near: number; before: number }>()
  for (const e of sample) {
    eachBefore(
      window,
      byTime,
      e,
      { reachMs, unitMs, ahead },
      (a) => {
        const before = window.anchors.before[a] ?? 0
        let bins = seen.get(before)
        if (!bins) seen.set(before, (bins = new Float64Array(BINS)))
        const bin = binOf(((window.startMs[e] ?? 0) - (window.anchors.fromMs[a] ?? 0)) / unitMs)
        bins[bin] = (bins[bin] ?? 0) + 1
        if (bin >= zero && bin <= nearest) count(first, before, (window.startMs[window.anchors.span[a] ?? 0] ?? 0) < (window.startMs[e] ?? 0))
      },
      AFTER_MS,
    )
  }
  const surely = binOf(-CLOCKS)
  const echoes = new Map<number, Echo>()
  for (const [before, bins] of seen) {
    const chance = Math.max(sample.length * rate(before), chanceBehind(bins)) * unitMs
    let tells = 0
    const excess = bins.map((count, bin) => {
      const expected = chance * (WIDTH[bin] ?? 1)
      const above = count - expected
      if (above > 0 && bin >= zero) tells += count * Math.log(count / expected) - above
      return above >= LEAST_COUNT && above > DEVIATIONS * Math.sqrt(expected) ? above : 0
    })
    const after = excess.subarray(0, surely).reduce((a, b) => a + b, 0)
    excess.fill(0, 0, zero)
    const total = excess.reduce((a, b) => a + b, 0)
    if (after <= MOST_AFTER * total && total / sample.length >= LEAST_SHARE)
      echoes.set(before, {
        first: (first.get(before)?.before ?? 1) / (first.get(before)?.near ?? 1),
        excess,
        seen: bins,
        share: total / sample.length,
        spread: spreadOf(excess, total),
        tells,
      })
  }
  return echoes
}

/** Load comes and goes, so what is around an effect by chance is counted where nothing of its own is, well behind it; per ms. */
function chanceBehind(bins: Float64Array): number {
  let count = 0
  let width = 0
  for (let bin = binOf(-AFTER_MS) + 1; bin < binOf(-BEHIND_MS); bin++) {
    count += bins[bin] ?? 0
    width += WIDTH[bin] ?? 0
  }
  return count / Math.max(1, width)
}

function count(counts: Map<number, { near: number; before: number }>, place: number, isBefore: boolean): void {
  let of = counts.get(place)
  if (!of) counts.set(place, (of = { near: 0, before: 0 }))
  of.near++
  if (isBefore) of.before++
}

/** The place that tells most; then places of other services for what it leaves. */
function explaining(window: Window, echoes: Map<number, Echo>, { effects, calls }: { effects: number; calls: Calls }): Map<number, Echo> {
  const most = Math.max(0, ...[...echoes.values()].map((echo) => echo.share))
  const isMain = (echo: Echo): number => (echo.share >= NEARLY_ALL * Math.min(1, most) ? 1 : 0)
  const ranked = [...echoes]
    .filter(([, echo]) => echo.first >= MOSTLY_FIRST && echo.tells >= Math.max(LEAST_TOLD, LEAST_TOLD_EACH * effects))
    .sort((a, b) => isMain(b[1]) - isMain(a[1]) || b[1].tells - a[1].tells || a[0] - b[0])
  const serviceOf = new Map<number, number>()
  window.anchors.before.forEach((before, a) => serviceOf.set(before, window.service[window.anchors.span[a] ?? 0] ?? 0))
  preferCalled(ranked, (caller, callee) => calls.has(`${serviceOf.get(caller)} ${serviceOf.get(callee)}`))
  const out = new Map<number, Echo>()
  const services = new Set<number>()
  let explained = 0
  if ((ranked[0]?.[1].share ?? 0) < LEAST_MAIN || isBehindAnother(ranked[0]?.[1].tells ?? 0, echoes.values())) return out
  for (const [before, echo] of ranked) {
    const service = serviceOf.get(before) ?? -1
    if (services.has(service) || (out.size > 0 && (explained > ENOUGH || explained + echo.share > MOST_SHARE))) continue
    out.set(before, echo)
    services.add(service)
    explained += echo.share
  }
  return out
}

/**
 * What sends the effects tells most about them; where a place that can't be it (its spans begin after half of the effects: a sibling, or a cause whose clock is
 * off) tells much more than the best that can, that one only comes before whatever sends them.
 */
function isBehindAnother(tells: number, echoes: Iterable<Echo>): boolean {
  return [...echoes].some((echo) => echo.first >= NOT_AFTER && tells < AS_MUCH * echo.tells)
}

/** `from to` of services between which links are certain. */
export type Calls = ReadonlySet<string>

/** What a service that always calls on tells is told by the one that it calls as well; that one is nearer. Moves it to the front. */
function preferCalled(ranked: [number, Echo][], calls: (caller: number, callee: number) => boolean): void {
  for (let step = 0; step < ranked.length; step++) {
    const main = ranked[0]
    const nearer = ranked.findIndex(([place, echo]) => main && calls(main[0], place) && echo.tells >= AS_MUCH * main[1].tells && echo.share >= LEAST_MAIN)
    if (nearer < 1) return
    ranked.unshift(...ranked.splice(nearer, 1))
  }
}

/** Entropy of the delay as a density: log of the number of units that it is spread over. */
function spreadOf(excess: Float64Array, total: number): number {
  let h = 0
  excess.forEach((count, bin) => {
    if (count > 0) h -= (count / total) * Math.log(count / total / (WIDTH[bin] ?? 1))
  })
  return h
}

interface Shared extends Reach {
  opening: number
  effects: number[]
  sample: number[]
  echoes: Map<number, Echo>
}

/** The sample's coincidences as first links, those of tight places first. */
function share(table: EdgeTable, window: Window, byTime: Int32Array, { opening, effects, sample, echoes, reachMs, unitMs, ahead }: Shared): void {
  const weight = (echo: Echo): number => Math.min(1, echo.share) * Math.exp(-echo.spread)
  const sum = [...echoes.values()].reduce((total, echo) => total + weight(echo), 0)
  const scale = effects.length / Math.max(1, sample.length)
  for (const e of sample) {
    eachBefore(window, byTime, e, { reachMs, unitMs, ahead }, (a) => {
      const echo = echoes.get(window.anchors.before[a] ?? 0)
      if (!echo) return
      const bin = binOf(((window.startMs[e] ?? 0) - (window.anchors.fromMs[a] ?? 0)) / unitMs)
      const trust = (echo.excess[bin] ?? 0) / Math.max(1, echo.seen[bin] ?? 1)
      if (trust > 0) addGap(table, window, e, a, unitMs, (trust * scale * weight(echo)) / sum)
    })
  }
  const explained = Math.min(1, Math.max(0, ...[...echoes.values()].map((echo) => echo.share)))
  for (let i = 0; i < effects.length; i++) table.addEffect(opening)
  table.addOutside(opening, effects.length * (1 - explained))
}

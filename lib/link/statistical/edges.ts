/**
 * The edge model: for each kind of effect (the place of its first line) the places in other spans that it is called from, how often
 * such a place calls it, and how long call and return take. Counts are additive and weighted, so that links known for certain and
 * links believed with probability p add up the same way.
 */
import { BINS, WIDTH, blurred, rangeOf, smoothed } from './delay'
import { SHARES } from './sharing'

export interface Counts {
  mass: number
  call: Float64Array
  back: Float64Array
}

/** Pairs by the class of what they share (sharing.ts). */
export interface ShareCounts {
  right: Float64Array
  wrong: Float64Array
}

/**
 * Delays are counted from here, in units: from zero, or where they are all far from it and near each other, from their middle. The scale is fine
 * where it begins, so 44 to 49 ms (a clock that is off) are told apart as well as 2 to 7.
 */
export interface Origin {
  call: number
  back: number
}

export interface Site extends Counts {
  origin: Origin
  /** By the place after the gap. */
  after: Map<number, Counts>
}

/** Log densities ready for use. */
export interface SiteView {
  origin: Origin
  rate: number
  call: Float64Array
  /** Of returns from the right cause; what they are from others is by opening, and counted from zero. */
  back: Float64Array
  wrong: Float64Array
  after: Map<number, { rate: number; call: Float64Array; back: Float64Array }>
  /** Delays worth looking at, in units. */
  low: number
  high: number
}

export const newCounts = (): Counts => ({ mass: 0, call: new Float64Array(BINS), back: new Float64Array(BINS) })
const newSite = (): Site => ({ ...newCounts(), origin: { call: 0, back: 0 }, after: new Map() })

const CALL_PRIOR = 6
const SITE_PRIOR = 8
const RATE_PRIOR = 1
/** Mass below which a place is no longer looked at. */
const LEAST_MASS = 0.02
/** Half octaves beyond the longest delay seen, and the least reach in units. */
const WIDER = 5
const LEAST_REACH = 500

export class EdgeTable {
  readonly sites = new Map<number, Map<number, Site>>()
  /** Effects of each opening whose cause is outside, and all of them. */
  readonly outside = new Map<number, number>()
  readonly effects = new Map<number, number>()
  readonly all = newCounts()
  /** Return delays of candidates that are not the cause. */
  readonly wrongBack = new Map<number, Float64Array>()
  readonly wrongBackAll = new Float64Array(BINS)
  /** By opening and the cause's service. */
  readonly shares = new Map<number, Map<number, ShareCounts>>()

  site(opening: number, before: number): Site {
    let ofOpening = this.sites.get(opening)
    if (!ofOpening) this.sites.set(opening, (ofOpening = new Map()))
    let site = ofOpening.get(before)
    if (!site) ofOpening.set(before, (site = newSite()))
    return site
  }

  add(opening: number, before: number, after: number, call: number, back: number, weight: number): void {
    const site = this.site(opening, before)
    let gap = site.after.get(after)
    if (!gap) site.after.set(after, (gap = newCounts()))
    for (const counts of [this.all, site, gap]) {
      counts.mass += weight
      counts.call[call] = (counts.call[call] ?? 0) + weight
      if (back >= 0) counts.back[back] = (counts.back[back] ?? 0) + weight
    }
  }

  /** What the effect shares with its cause, or with one that is not. */
  addShare(opening: number, service: number, share: number, right: number, wrong: number): void {
    let ofOpening = this.shares.get(opening)
    if (!ofOpening) this.shares.set(opening, (ofOpening = new Map()))
    let counts = ofOpening.get(service)
    if (!counts) ofOpening.set(service, (counts = { right: new Float64Array(SHARES), wrong: new Float64Array(SHARES) }))
    counts.right[share] = (counts.right[share] ?? 0) + right
    counts.wrong[share] = (counts.wrong[share] ?? 0) + wrong
  }

  addWrong(opening: number, back: number, weight: number): void {
    if (back < 0) return
    let counts = this.wrongBack.get(opening)
    if (!counts) this.wrongBack.set(opening, (counts = new Float64Array(BINS)))
    counts[back] = (counts[back] ?? 0) + weight
    this.wrongBackAll[back] = (this.wrongBackAll[back] ?? 0) + weight
  }

  addOutside(opening: number, weight: number): void {
    this.outside.set(opening, (this.outside.get(opening) ?? 0) + weight)
  }

  addEffect(opening: number): void {
    this.effects.set(opening, (this.effects.get(opening) ?? 0) + 1)
  }
}

/** How many anchors there are of each `before`, and of each `before` and `after`. */
export interface AnchorCounts {
  before: Map<number, number>
  gap: Map<number, Map<number, number>>
}

export type EdgeView = Map<number, Map<number, SiteView>>

const uniform = new Float64Array(BINS).fill(1 / BINS)

export function viewEdges(table: EdgeTable, counts: AnchorCounts, maxUnits: number): EdgeView {
  const view: EdgeView = new Map()
  const allCall = smoothed(blurred(table.all.call), uniform, 2)
  const allBack = smoothed(blurred(table.all.back), uniform, 2)
  const wrongAll = smoothed(blurred(table.wrongBackAll), uniform, 20)
  for (const [opening, sites] of table.sites) {
    const wrong = logDensity(smoothed(blurred(table.wrongBack.get(opening) ?? new Float64Array(BINS)), wrongAll, 50))
    const out = new Map<number, SiteView>()
    for (const [before, site] of sites) {
      if (site.mass < LEAST_MASS) continue
      const call = smoothed(blurred(site.call), allCall, CALL_PRIOR)
      const back = smoothed(blurred(site.back), allBack, CALL_PRIOR)
      const rate = (site.mass + 0.01) / ((counts.before.get(before) ?? 0) + 0.5)
      const after: SiteView['after'] = new Map()
      for (const [place, gap] of site.after) {
        const seen = counts.gap.get(before)?.get(place) ?? 0
        after.set(place, {
          rate: (gap.mass + RATE_PRIOR * rate) / (seen + RATE_PRIOR),
          call: logDensity(smoothed(blurred(gap.call), call, SITE_PRIOR)),
          back: logDensity(smoothed(blurred(gap.back), back, SITE_PRIOR)),
        })
      }
      const { origin } = site
      out.set(before, { origin, rate, call: logDensity(call), back: logDensity(back), wrong, after, ...span(site, maxUnits) })
    }
    view.set(opening, out)
  }
  return view
}

const logDensity = (shares: Float64Array): Float64Array => shares.map((s, i) => Math.log(s / (WIDTH[i] ?? 1)))

/**
 * The delays that hold all but a sliver of the mass, widened: a fault that the labels have not seen delays a call of 10 ms by 300.
 */
function span({ call, mass, origin }: Site, maxUnits: number): { low: number; high: number } {
  const least = mass * 0.0005
  let low = 0
  let sum = 0
  while (low < BINS - 1 && (sum += call[low] ?? 0) <= least) low++
  let high = BINS - 1
  sum = 0
  while (high > low && (sum += call[high] ?? 0) <= least) high--
  const [lowest] = rangeOf(Math.max(0, low - 1))
  const [, highest] = rangeOf(Math.min(BINS - 1, high + WIDER))
  return { low: Math.max(-maxUnits, Math.min(-2, lowest + origin.call)), high: Math.min(maxUnits, Math.max(LEAST_REACH, highest + origin.call)) }
}

/** opening -> cause's service -> log of how much likelier a class of sharing is with the cause than with another. */
export type ShareView = Map<number, Map<number, Float64Array>>

const SHARE_PRIOR = 4

export function viewShares(table: EdgeTable): ShareView {
  const all: ShareCounts = { right: new Float64Array(SHARES), wrong: new Float64Array(SHARES) }
  for (const services of table.shares.values()) {
    for (const { right, wrong } of services.values()) {
      for (let i = 0; i < SHARES; i++) {
        all.right[i] = (all.right[i] ?? 0) + (right[i] ?? 0)
        all.wrong[i] = (all.wrong[i] ?? 0) + (wrong[i] ?? 0)
      }
    }
  }
  const flat = new Float64Array(SHARES).fill(1 / SHARES)
  const prior = { right: smoothed(all.right, flat, 10), wrong: smoothed(all.wrong, flat, 10) }
  const view: ShareView = new Map()
  for (const [opening, services] of table.shares) {
    const out = new Map<number, Float64Array>()
    for (const [service, { right, wrong }] of services) {
      const likely = smoothed(right, prior.right, SHARE_PRIOR)
      const chance = smoothed(wrong, prior.wrong, SHARE_PRIOR)
      out.set(
        service,
        likely.map((p, i) => Math.log(p / (chance[i] ?? 1))),
      )
    }
    view.set(opening, out)
  }
  return view
}

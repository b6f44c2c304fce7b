/**
 * For each effect the places that may have caused it, with the weight of each: blocking by what such effects are called from and by
 * the delays seen, then the densities of the edge model.
 */
import { binOf } from './delay'
import type { EdgeView, ShareView } from './edges'
import { startsTooEarly, type Guards } from './guards'
import { cameOf, type Known } from './known'
import type { Graph } from './matching'
import { shareOf } from './sharing'
import { lowerBound, type Window } from './window'

/**
 * Rows of the graph are choices: an effect's cause; of one with known causes each of these (which of its places it was), and where such
 * effects may have several, the further ones.
 */
export interface Candidates {
  graph: Graph
  /** Effect of each row. */
  effect: Int32Array
  /** The row in which an effect's unknown causes are; -1 where all are known. */
  openRow: Int32Array
  /** Anchor of each edge. */
  anchor: Int32Array
  /** Bins of the call's and the return's delay; -1 where there is no return. */
  call: Int16Array
  back: Int16Array
  /** Bin of the return's delay counted from zero. */
  away: Int16Array
  /** Class of what effect and cause share. */
  share: Int8Array
}

export interface Sources {
  edges: EdgeView
  shares: ShareView
  /** Effects from outside per unit of time, by opening. */
  outsideRate: (opening: number) => number
  /** See Graph.gather. */
  gather: (opening: number) => number
  /** Asynchronous openings: places in order of preference; a span sends from the first that it has. */
  ranks: Map<number, readonly number[]>
  guards: Guards
  unitMs: number
  known?: Known
  /** Effect -> spans that are not its cause, as people said. */
  forbidden?: ReadonlyMap<number, ReadonlySet<number>>
}

/** Edges lighter than this share of an effect's heaviest are dropped. */
const LIGHTEST = 1e-9
const MOST_EDGES = 64
/** What came of an effect begins after it, but for clocks. */
const LATER_MS = 5000
/** How far a call may stick out of what waits for it, in units: the two are recorded one after the other. */
const SLACK = 2

interface Found {
  anchor: number
  call: number
  back: number
  away: number
  share: number
  weight: number
  rate: number
}

interface Row {
  effect: number
  found: Found[]
  outside: number
  gather: number
  open: boolean
}

export function findCandidates(window: Window, sources: Sources): Candidates {
  const packing = new Packing(window)
  for (let e = 0; e < window.spans.length; e++) {
    const opening = window.opening[e] ?? 0
    const gather = sources.gather(opening)
    const known = sources.known?.get(e)
    const outside = sources.outsideRate(opening)
    if (known === undefined) packing.add({ effect: e, found: ofEffect(window, sources, e), outside, gather, open: true })
    else if (known.length === 0) packing.add({ effect: e, found: [], outside, gather: 0, open: false })
    else for (const row of rowsOfKnown(window, sources, e, known, gather)) packing.add(row)
  }
  return packing.done()
}

function rowsOfKnown(window: Window, sources: Sources, e: number, known: readonly number[], gather: number): Row[] {
  const rows = known.map((cause): Row => ({ effect: e, found: ofEffect(window, sources, e, cause), outside: 0, gather: 0, open: false }))
  if (gather === 0) return rows
  const found = ofEffect(window, sources, e).filter((f) => !known.includes(window.anchors.span[f.anchor] ?? 0))
  // With one cause certain, n further ones weigh g^n · Π up against 1: the same as g^(n-1) · Π up against 1/g.
  rows.push({ effect: e, found, outside: 1 / gather, gather, open: true })
  return rows
}

function ofEffect(window: Window, sources: Sources, e: number, known?: number): Found[] {
  const { anchors } = window
  const { unitMs } = sources
  const startMs = window.startMs[e] ?? 0
  const endMs = window.endMs[e] ?? 0
  const ranks = sources.ranks.get(window.opening[e] ?? 0)
  const forbidden = sources.forbidden?.get(e)
  const within = window.spans[e]?.within ?? false
  const slack = SLACK * unitMs
  let found: Found[] = []
  let heaviest = 0
  for (const [before, site] of sources.edges.get(window.opening[e] ?? 0) ?? []) {
    const list = window.byBefore.get(before)
    if (!list) continue
    const until = startMs - site.low * unitMs
    const rank = ranks ? ranks.indexOf(before) : 0
    for (let at = lowerBound(list, anchors.fromMs, startMs - site.high * unitMs); at < list.length; at++) {
      const anchor = list[at] ?? 0
      const fromMs = anchors.fromMs[anchor] ?? 0
      if (fromMs > until) break
      const cause = anchors.span[anchor] ?? 0
      if (cause === e || (known !== undefined && cause !== known) || forbidden?.has(cause)) continue
      if (ranks && rank > 0 && hasBetter(window, cause, ranks, rank)) continue
      if (known === undefined && (window.startMs[cause] ?? 0) >= startMs - LATER_MS && cameOf(sources.known, cause, e)) continue
      // Where the cause's start is known, nothing that began before it can be its effect, but for clocks.
      if (known === undefined && startsTooEarly(window, sources.guards, cause, e)) continue
      if (within && (startMs < (window.startMs[cause] ?? 0) - slack || endMs > (window.endMs[cause] ?? 0) + slack)) continue
      const toMs = anchors.toMs[anchor] ?? NaN
      const gap = site.after.get(anchors.after[anchor] ?? 0)
      const returned = (toMs - endMs) / unitMs
      const call = binOf((startMs - fromMs) / unitMs - site.origin.call)
      const back = Number.isNaN(toMs) ? -1 : binOf(returned - site.origin.back)
      const away = Number.isNaN(toMs) ? -1 : binOf(returned)
      const rate = gap ? gap.rate : site.rate * 0.02
      const log = ((gap ?? site).call[call] ?? -50) + (back >= 0 ? ((gap ?? site).back[back] ?? -50) - (site.wrong[away] ?? 0) : 0)
      const weight = rate * Math.exp(log)
      if (weight <= heaviest * LIGHTEST) continue
      if (weight > heaviest) heaviest = weight
      found.push({ anchor, call, back, away, share: 0, weight, rate })
    }
  }
  const least = heaviest * LIGHTEST
  found = found.filter((f) => f.weight > least)
  weighSharing(window, sources, e, found)
  if (found.length > MOST_EDGES) found = found.sort((a, b) => b.weight - a.weight || a.anchor - b.anchor).slice(0, MOST_EDGES)
  return found
}

function hasBetter({ anchors }: Window, cause: number, ranks: readonly number[], rank: number): boolean {
  for (let a = (anchors.ofSpan[cause] ?? 0) + 1; a < (anchors.ofSpan[cause + 1] ?? 0); a++) {
    const other = ranks.indexOf(anchors.before[a] ?? 0)
    if (other >= 0 && other < rank) return true
  }
  return false
}

function weighSharing(window: Window, sources: Sources, e: number, found: Found[]): void {
  const rare = window.sharing.rare(e)
  const logs = sources.shares.get(window.opening[e] ?? 0)
  for (const f of found) {
    const cause = window.anchors.span[f.anchor] ?? 0
    f.share = shareOf(window.sharing, rare, cause)
    f.weight *= Math.exp(logs?.get(window.service[cause] ?? 0)?.[f.share] ?? 0)
  }
}

/** Rows laid out in flat arrays as they come: a set has some millions of edges, which as objects would be most of the memory of a fit. */
class Packing {
  private readonly rows = { effect: [] as number[], outside: [] as number[], gather: [] as number[], from: [0] }
  private readonly openRow: Int32Array
  private edges = 0
  private anchor = new Int32Array(START)
  private group = new Int32Array(START)
  private call = new Int16Array(START)
  private back = new Int16Array(START)
  private away = new Int16Array(START)
  private share = new Int8Array(START)
  private weight = new Float64Array(START)
  /** By opening and anchor. */
  private readonly groups = new Map<number, Map<number, number>>()
  private readonly rate: number[] = []

  constructor(private readonly window: Window) {
    this.openRow = new Int32Array(window.spans.length).fill(-1)
  }

  add({ effect, found, outside, gather, open }: Row): void {
    const { rows } = this
    if (open) this.openRow[effect] = rows.effect.length
    rows.effect.push(effect)
    rows.outside.push(outside)
    rows.gather.push(gather)
    const opening = this.window.opening[effect] ?? 0
    let groups = this.groups.get(opening)
    if (!groups) this.groups.set(opening, (groups = new Map()))
    if (this.edges + found.length > this.anchor.length) this.grow(this.edges + found.length)
    for (const f of found) {
      let group = groups.get(f.anchor)
      if (group === undefined) groups.set(f.anchor, (group = this.rate.length))
      this.rate[group] = f.rate
      const k = this.edges++
      this.anchor[k] = f.anchor
      this.group[k] = group
      this.call[k] = f.call
      this.back[k] = f.back
      this.away[k] = f.away
      this.share[k] = f.share
      this.weight[k] = f.weight
    }
    rows.from.push(this.edges)
  }

  done(): Candidates {
    const { rows, edges, rate, openRow } = this
    return {
      graph: {
        effects: rows.effect.length,
        ofEffect: Int32Array.from(rows.from),
        group: this.group.subarray(0, edges),
        groups: rate.length,
        weight: this.weight.subarray(0, edges),
        outside: Float64Array.from(rows.outside),
        rate: Float64Array.from(rate),
        gather: Float64Array.from(rows.gather),
      },
      effect: Int32Array.from(rows.effect),
      openRow,
      anchor: this.anchor.subarray(0, edges),
      call: this.call.subarray(0, edges),
      back: this.back.subarray(0, edges),
      away: this.away.subarray(0, edges),
      share: this.share.subarray(0, edges),
    }
  }

  private grow(least: number): void {
    const size = Math.max(least, Math.ceil(this.anchor.length * 1.5))
    this.anchor = copied(this.anchor, new Int32Array(size))
    this.group = copied(this.group, new Int32Array(size))
    this.call = copied(this.call, new Int16Array(size))
    this.back = copied(this.back, new Int16Array(size))
    this.away = copied(this.away, new Int16Array(size))
    this.share = copied(this.share, new Int8Array(size))
    this.weight = copied(this.weight, new Float64Array(size))
  }
}

const START = 1 << 14

function copied<T extends Int8Array | Int16Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from)
  return to
}

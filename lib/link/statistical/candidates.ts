/**
 * For each effect the places that may have caused it, with the weight of each: blocking by what such effects are called from and by
 * the delays seen, then the densities of the edge model.
 */
import { binOf } from './delay'
import type { EdgeView, ShareView } from './edges'
import type { Graph } from './matching'
import { shareOf } from './sharing'
import { lowerBound, type Window } from './window'

export interface Candidates {
  graph: Graph
  /** Anchor of each edge. */
  anchor: Int32Array
  /** Bins of the call's and the return's delay; -1 where there is no return. */
  call: Int16Array
  back: Int16Array
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
  unitMs: number
  /** Where certain: the span that caused this one, -1 for none; undefined where unknown. */
  known?: Map<number, number>
}

/** Edges lighter than this share of an effect's heaviest are dropped. */
const LIGHTEST = 1e-9
const MOST_EDGES = 64
/** What clocks of one platform may differ by after what was learned of them. */
const CLOCK_ERROR_MS = 50

interface Found {
  anchor: number
  call: number
  back: number
  share: number
  weight: number
  rate: number
}

export function findCandidates(window: Window, sources: Sources, first = 0, last = window.spans.length): Candidates {
  const lists: Found[][] = []
  const outside = new Float64Array(last - first)
  let total = 0
  for (let e = first; e < last; e++) {
    const opening = window.opening[e] ?? 0
    const known = sources.known?.get(e)
    outside[e - first] = known !== undefined && known >= 0 ? 0 : sources.outsideRate(opening)
    const found = known === -1 ? [] : ofEffect(window, sources, e, known)
    lists.push(found)
    total += found.length
  }
  return pack(window, lists, outside, { total, first, ...sources })
}

function ofEffect(window: Window, sources: Sources, e: number, known: number | undefined): Found[] {
  const { anchors } = window
  const { unitMs } = sources
  const startMs = window.startMs[e] ?? 0
  const endMs = window.endMs[e] ?? 0
  let found: Found[] = []
  let heaviest = 0
  for (const [before, site] of sources.edges.get(window.opening[e] ?? 0) ?? []) {
    const list = window.byBefore.get(before)
    if (!list) continue
    const until = startMs - site.low * unitMs
    for (let at = lowerBound(list, anchors.fromMs, startMs - site.high * unitMs); at < list.length; at++) {
      const anchor = list[at] ?? 0
      const fromMs = anchors.fromMs[anchor] ?? 0
      if (fromMs > until) break
      const cause = anchors.span[anchor] ?? 0
      if (cause === e || (known !== undefined && cause !== known)) continue
      // Where the cause's start is known, nothing that began before it can be its effect, but for clocks.
      if (startMs < (window.spans[cause]?.startMs ?? -Infinity) - CLOCK_ERROR_MS) continue
      const toMs = anchors.toMs[anchor] ?? NaN
      const gap = site.after.get(anchors.after[anchor] ?? 0)
      const call = binOf((startMs - fromMs) / unitMs)
      const back = Number.isNaN(toMs) ? -1 : binOf((toMs - endMs) / unitMs)
      const rate = gap ? gap.rate : site.rate * 0.02
      const log = ((gap ?? site).call[call] ?? -50) + (back >= 0 ? ((gap ?? site).back[back] ?? 0) : 0)
      const weight = rate * Math.exp(log)
      if (weight > heaviest) heaviest = weight
      found.push({ anchor, call, back, share: 0, weight, rate })
    }
  }
  const least = heaviest * LIGHTEST
  found = found.filter((f) => f.weight > least)
  weighSharing(window, sources, e, found)
  if (found.length > MOST_EDGES) found = found.sort((a, b) => b.weight - a.weight || a.anchor - b.anchor).slice(0, MOST_EDGES)
  return found
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

function pack(
  window: Window,
  lists: Found[][],
  outside: Float64Array,
  { total, first, gather, known }: { total: number; first: number } & Sources,
): Candidates {
  const graph: Graph = {
    effects: lists.length,
    ofEffect: new Int32Array(lists.length + 1),
    group: new Int32Array(total),
    groups: 0,
    weight: new Float64Array(total),
    outside,
    rate: new Float64Array(total),
    gather: Float64Array.from(lists, (_, at) => (known?.has(first + at) ? 0 : gather(window.opening[first + at] ?? 0))),
  }
  const out: Candidates = { graph, anchor: new Int32Array(total), call: new Int16Array(total), back: new Int16Array(total), share: new Int8Array(total) }
  const groups = new Map<number, number>()
  const openings = Math.max(...window.opening, 0) + 1
  let k = 0
  lists.forEach((list, at) => {
    graph.ofEffect[at] = k
    for (const f of list) {
      const key = f.anchor * openings + (window.opening[first + at] ?? 0)
      let group = groups.get(key)
      if (group === undefined) groups.set(key, (group = groups.size))
      graph.group[k] = group
      graph.rate[group] = f.rate
      graph.weight[k] = f.weight
      out.anchor[k] = f.anchor
      out.call[k] = f.call
      out.back[k] = f.back
      out.share[k] = f.share
      k++
    }
  })
  graph.ofEffect[lists.length] = k
  graph.groups = groups.size
  return out
}

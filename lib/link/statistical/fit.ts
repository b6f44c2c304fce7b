/**
 * Learns the edge model from a sealed set: first from the links that are certain (or, where there are none, from what is open when an
 * effect begins), then by expectation and maximisation over all effects, the certain ones held fixed.
 */
import { findCandidates, type Candidates, type Sources } from './candidates'
import { binOf } from './delay'
import { excessOf, fromExcess, keepOnly } from './bootstrap'
import { EdgeTable, viewEdges, type AnchorCounts, type EdgeView } from './edges'
import { match, type Posterior } from './matching'
import { learnSuccession } from './order'
import type { CertainLink, SealedSet } from './types'
import { Names, openWindow, type Window } from './window'

const ROUNDS = 4
const MATCH_ROUNDS = 12
const MAX_UNITS = 2 ** 22
/** A stretch of time without any span that counts as not recorded. */
const IDLE_MS = 10_000

export interface Fitted {
  names: Names
  window: Window
  edges: EdgeView
  outsideRate: Map<number, number>
  known: Map<number, number>
  candidates: Candidates
  posterior: Posterior
  unitMs: number
}

export function fitEdges(set: SealedSet, rounds = ROUNDS): Fitted {
  const names = new Names()
  const unitMs = 1
  const window = openWindow(set.spans, names, learnSuccession(set.spans, unitMs))
  const known = knownCauses(window, set.certain)
  const counts = countAnchors(window)
  const activeUnits = activeTime(window) / unitMs
  const believable = known.size > 0 ? null : excessOf(window, activeUnits * unitMs, unitMs)
  let table = believable ? fromExcess(window, believable, unitMs) : fromCertain(window, known, unitMs)
  let fitted: Fitted | undefined
  for (let round = 0; ; round++) {
    const edges = viewEdges(table, counts, MAX_UNITS)
    const outsideRate = outsideRates(table, window, activeUnits)
    const sources: Sources = { edges, outsideRate: (o) => outsideRate.get(o) ?? 1e-9, unitMs, known }
    const candidates = findCandidates(window, sources)
    const posterior = match(candidates.graph, MATCH_ROUNDS)
    fitted = { names, window, edges, outsideRate, known, candidates, posterior, unitMs }
    if (round === rounds) return fitted
    table = fromPosterior(window, candidates, posterior, known)
    if (believable) keepOnly(table, believable)
  }
}

export function knownCauses(window: Window, certain: readonly CertainLink[]): Map<number, number> {
  const at = new Map(window.spans.map((span, i) => [span.id, i]))
  const known = new Map<number, number>()
  for (const { effect, cause } of certain) {
    const e = at.get(effect)
    const c = cause === null ? -1 : at.get(cause)
    if (e !== undefined && c !== undefined) known.set(e, c)
  }
  return known
}

function countAnchors({ anchors }: Window): AnchorCounts {
  const counts: AnchorCounts = { before: new Map(), gap: new Map() }
  for (let i = 0; i < anchors.count; i++) {
    const before = anchors.before[i] ?? 0
    const after = anchors.after[i] ?? 0
    counts.before.set(before, (counts.before.get(before) ?? 0) + 1)
    let gap = counts.gap.get(before)
    if (!gap) counts.gap.set(before, (gap = new Map()))
    gap.set(after, (gap.get(after) ?? 0) + 1)
  }
  return counts
}

function activeTime(window: Window): number {
  const buckets = new Set<number>()
  for (const ms of window.startMs) buckets.add(Math.floor(ms / IDLE_MS))
  return Math.max(1, buckets.size) * IDLE_MS
}

function outsideRates(table: EdgeTable, window: Window, activeUnits: number): Map<number, number> {
  const all = new Map<number, number>()
  for (const opening of window.opening) all.set(opening, (all.get(opening) ?? 0) + 1)
  const rates = new Map<number, number>()
  for (const [opening, count] of all) {
    const seen = table.effects.get(opening) ?? 0
    const share = ((table.outside.get(opening) ?? 0) + 0.05) / (seen + (seen > 0 ? 0.5 : 0.1))
    rates.set(opening, (Math.min(1, share) * count) / activeUnits)
  }
  return rates
}

/** The gap of `cause` in which `timeMs` lies, or the place before its first line. */
function gapAt(window: Window, cause: number, timeMs: number): number {
  const { anchors } = window
  const from = anchors.ofSpan[cause] ?? 0
  let at = from
  for (let i = from + 1; i < (anchors.ofSpan[cause + 1] ?? 0); i++) if ((anchors.fromMs[i] ?? 0) <= timeMs) at = i
  return at
}

export function addGap(table: EdgeTable, window: Window, e: number, anchor: number, unitMs: number, weight: number): void {
  const { anchors } = window
  const toMs = anchors.toMs[anchor] ?? NaN
  const call = binOf(((window.startMs[e] ?? 0) - (anchors.fromMs[anchor] ?? 0)) / unitMs)
  const back = Number.isNaN(toMs) ? -1 : binOf((toMs - (window.endMs[e] ?? 0)) / unitMs)
  table.add(window.opening[e] ?? 0, anchors.before[anchor] ?? 0, anchors.after[anchor] ?? 0, call, back, weight)
}

/** The first model: certain links only, scaled up to all effects of their kind so that rates come out right. */
function fromCertain(window: Window, known: Map<number, number>, unitMs: number): EdgeTable {
  const table = new EdgeTable()
  const total = new Map<number, number>()
  const seen = new Map<number, number>()
  for (let e = 0; e < window.spans.length; e++) {
    const opening = window.opening[e] ?? 0
    total.set(opening, (total.get(opening) ?? 0) + 1)
    if (known.has(e)) seen.set(opening, (seen.get(opening) ?? 0) + 1)
  }
  for (const [e, cause] of known) {
    const opening = window.opening[e] ?? 0
    const scale = (total.get(opening) ?? 1) / (seen.get(opening) ?? 1)
    if (cause < 0) table.addOutside(opening, scale)
    else addGap(table, window, e, gapAt(window, cause, window.startMs[e] ?? 0), unitMs, scale)
  }
  for (const [opening, count] of total) table.effects.set(opening, seen.has(opening) ? count : 0)
  return table
}

function fromPosterior(window: Window, candidates: Candidates, posterior: Posterior, known: Map<number, number>): EdgeTable {
  const table = new EdgeTable()
  const { anchors } = window
  const { graph, anchor, call, back } = candidates
  for (let e = 0; e < graph.effects; e++) {
    const opening = window.opening[e] ?? 0
    table.addEffect(opening)
    table.addOutside(opening, posterior.outside[e] ?? 0)
    for (let k = graph.ofEffect[e] ?? 0; k < (graph.ofEffect[e + 1] ?? 0); k++) {
      const p = posterior.edge[k] ?? 0
      const a = anchor[k] ?? 0
      if (p > 1e-4) table.add(opening, anchors.before[a] ?? 0, anchors.after[a] ?? 0, call[k] ?? 0, back[k] ?? -1, p)
      if (!known.has(e)) table.addWrong(opening, back[k] ?? -1, 1 - p)
    }
  }
  return table
}

/**
 * Learns the edge model from a sealed set: first from the links that are certain (or, where there are none, from what is open when an
 * effect begins), then by expectation and maximisation over all effects, the certain ones held fixed.
 */
import { hashHalves } from '#lib/base/hash'
import { excessOf, fromExcess, keepOnly } from './bootstrap'
import { fitCalibration, type Outcome } from './calibrate'
import { findCandidates, type Candidates } from './candidates'
import { learnClocks } from './clocks'
import { binOf } from './delay'
import { EdgeTable, type AnchorCounts } from './edges'
import { guess } from './guess'
import { match, type Posterior } from './matching'
import { sealModel, sourcesOf, type Learned, type Model } from './model'
import { learnSuccession } from './order'
import type { CertainLink, SealedSet } from './types'
import { Names, openWindow, type Window } from './window'

const ROUNDS = 4
/** Rounds of the fits that only predict hidden links. */
const HIDDEN_ROUNDS = 2
const FOLDS = 3
const MATCH_ROUNDS = 12
/** A stretch of time without any span that counts as not recorded. */
const IDLE_MS = 10_000

export function fitModel(set: SealedSet): Model {
  const names = new Names()
  const unitMs = 1
  const succession = learnSuccession(set.spans, unitMs)
  const clocks = learnClocks(set.spans, set.certain)
  const window = openWindow(set.spans, names, { succession, clocks })
  const known = knownCauses(window, set.certain)
  const learned = learnEdges(window, known, unitMs, ROUNDS)
  const calibration = fitCalibration(hiddenOutcomes(window, names, known, unitMs))
  return sealModel({ unitMs, names: names.list, succession, clocks, learned, calibration, certain: known.size })
}

export function learnEdges(window: Window, known: Map<number, number>, unitMs: number, rounds: number): Learned {
  const activeUnits = activeTime(window) / unitMs
  const openings = new Map<number, number>()
  for (const opening of window.opening) openings.set(opening, (openings.get(opening) ?? 0) + 1)
  const anchors = countAnchors(window)
  const believable = known.size > 0 ? null : excessOf(window, activeUnits * unitMs, unitMs)
  let table = believable ? fromExcess(window, believable, unitMs) : fromCertain(window, known, unitMs)
  for (let round = 0; round < rounds; round++) {
    const sources = sourcesOf({ table, anchors, openings, activeUnits }, unitMs, known)
    const candidates = findCandidates(window, sources)
    const posterior = match(candidates.graph, MATCH_ROUNDS)
    table = fromPosterior(window, candidates, posterior, known)
    if (believable) keepOnly(table, believable)
  }
  return { table, anchors, openings, activeUnits }
}

/** Hides each third of the transactions that are certain in turn, and predicts their links from the rest. */
function hiddenOutcomes(window: Window, names: Names, known: Map<number, number>, unitMs: number): Outcome[] {
  const outcomes: Outcome[] = []
  const fold = foldsOf(window, known)
  for (let f = 0; f < FOLDS && known.size > 0; f++) {
    const rest = new Map([...known].filter(([e]) => fold.get(e) !== f))
    const learned = learnEdges(window, rest, unitMs, HIDDEN_ROUNDS)
    const guesses = guess(window, sourcesOf(learned, unitMs, rest))
    for (const [e, cause] of known) {
      const best = fold.get(e) === f ? guesses.best(e) : undefined
      if (best) outcomes.push({ class: names.at(window.opening[e] ?? 0), p: best.p, right: best.cause === cause })
    }
  }
  return outcomes
}

/** Whole transactions share a fold, else a hidden link would be seen through its neighbours. */
function foldsOf(window: Window, known: Map<number, number>): Map<number, number> {
  const fold = new Map<number, number>()
  for (const e of known.keys()) {
    let root = e
    for (let depth = 0; depth < 1000; depth++) {
      const up = known.get(root)
      if (up === undefined || up < 0) break
      root = up
    }
    fold.set(e, (hashHalves(window.spans[root]?.id ?? '').lo >>> 0) % FOLDS)
  }
  return fold
}

export function knownCauses(window: Window, certain: readonly CertainLink[]): Map<number, number> {
  const at = new Map(window.spans.map((span, i) => [span.id, i]))
  const known = new Map<number, number>()
  for (const { effect, cause } of certain) {
    const e = at.get(effect)
    const c = cause === null ? -1 : at.get(cause)
    if (e !== undefined && c !== undefined) known.set(e, c)
  }
  // In the order of the spans, so that sums come out the same however the links were listed.
  return new Map([...known].sort((a, b) => a[0] - b[0]))
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
      if (known.has(e)) continue
      table.addWrong(opening, back[k] ?? -1, 1 - p)
    }
    addShares(table, window, candidates, posterior, e)
  }
  return table
}

/** One count a cause, however many of its places are candidates. */
function addShares(table: EdgeTable, window: Window, { graph, anchor, share }: Candidates, posterior: Posterior, e: number): void {
  const seen = new Map<number, { share: number; p: number }>()
  for (let k = graph.ofEffect[e] ?? 0; k < (graph.ofEffect[e + 1] ?? 0); k++) {
    const cause = window.anchors.span[anchor[k] ?? 0] ?? 0
    const known = seen.get(cause)
    if (known) known.p += posterior.edge[k] ?? 0
    else seen.set(cause, { share: share[k] ?? 0, p: posterior.edge[k] ?? 0 })
  }
  for (const [cause, { share: shared, p }] of seen) {
    const right = Math.min(1, p)
    table.addShare(window.opening[e] ?? 0, window.service[cause] ?? 0, shared, right, 1 - right)
  }
}

/**
 * Learns the edge model from a sealed set: first from the links that are certain (or, where there are none, from what is open when an
 * effect begins), then by expectation and maximisation over all effects, the certain ones held fixed.
 */
import { hashHalves } from '#lib/base/hash'
import { addGap } from './add-gap'
import { addNested, keepOnly, nestedExcess, type Excess } from './bootstrap'
import { fitCalibration, type Outcome } from './calibrate'
import { findCandidates, type Candidates } from './candidates'
import { learnClocks } from './clocks'
import { addEchoes } from './echoes'
import { EdgeTable, type AnchorCounts } from './edges'
import { guess } from './guess'
import { match, type Posterior } from './matching'
import { sealModel, sourcesOf, type Learned, type Model } from './model'
import { learnSuccession } from './order'
import type { CertainLink, SealedSet } from './types'
import { Names, openWindow, type Window } from './window'

const ROUNDS = 4
/** Rounds of the fits that only predict hidden links. */
const HIDDEN_ROUNDS = 1
const FOLDS = 3
const MATCH_ROUNDS = 12
/** Certain links below which an opening is learned as if it had none. */
const FEW_LABELS = 3
/** Effects below which coincidences are not counted. */
const FEW_EFFECTS = 20
/** Where that share lies in the gaps of one place, the calls are synchronous. */
const MOSTLY_NESTED = 0.3
const MOST_CAUSES = 6
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
  const calibration = fitCalibration(hiddenOutcomes(window, names, known, { learned, unitMs, certain: set.certain }))
  return sealModel({ unitMs, names: names.list, succession, clocks, learned, calibration, certain: known.size })
}

export function learnEdges(window: Window, known: Map<number, number>, unitMs: number, rounds: number): Learned {
  const activeUnits = activeTime(window) / unitMs
  const openings = new Map<number, number>()
  for (const opening of window.opening) openings.set(opening, (openings.get(opening) ?? 0) + 1)
  const anchors = countAnchors(window)
  const first = firstTable(window, known, openings, activeUnits * unitMs, unitMs)
  const gather = new Map<number, number>()
  let { table } = first
  for (let round = 0; round < rounds; round++) {
    const sources = sourcesOf({ table, anchors, openings, gather, activeUnits }, unitMs, known)
    const candidates = findCandidates(window, sources)
    const posterior = match(candidates.graph, MATCH_ROUNDS)
    table = fromPosterior(window, candidates, posterior, known)
    keepOnly(table, first.found)
    adjustGather(gather, table, first.found, unitMs)
  }
  return { table, anchors, openings, gather, activeUnits }
}

/** Certain links where an opening has some; what is above chance where it has none. */
function firstTable(
  window: Window,
  known: Map<number, number>,
  openings: Map<number, number>,
  activeMs: number,
  unitMs: number,
): { table: EdgeTable; found: Excess } {
  const labels = new Map<number, number>()
  for (const e of known.keys()) labels.set(window.opening[e] ?? 0, (labels.get(window.opening[e] ?? 0) ?? 0) + 1)
  const table = fromCertain(window, known, openings, labels, unitMs)
  const found = nestedExcess(window, activeMs, unitMs, (opening) => (labels.get(opening) ?? 0) < FEW_LABELS)
  const silent = new Set<number>()
  for (const [opening, shares] of found) {
    const most = Math.max(0, ...shares.values())
    if (most < MOSTLY_NESTED && (openings.get(opening) ?? 0) >= FEW_EFFECTS) {
      silent.add(opening)
      if (known.size > 0) found.delete(opening)
    }
  }
  addNested(table, window, found, unitMs)
  // Where nothing at all is certain, one asynchronous system can't be told from the habits of its users.
  if (known.size > 0) for (const [opening, shares] of addEchoes(table, window, silent, activeMs, unitMs)) found.set(opening, shares)
  return { table, found }
}

/** Moves the readiness to gather until effects have as many causes as there are coincidences at their main place. */
function adjustGather(gather: Map<number, number>, table: EdgeTable, found: Excess, unitMs: number): void {
  for (const [opening, shares] of found) {
    const sites = [...(table.sites.get(opening) ?? [])]
    const main = sites.sort((a, b) => b[1].mass - a[1].mass || a[0] - b[0])[0]
    const target = Math.min(MOST_CAUSES, shares.get(main?.[0] ?? -1) ?? 1)
    if (target < 1.03) {
      gather.delete(opening)
      continue
    }
    const caused = Math.max(1, (table.effects.get(opening) ?? 0) - (table.outside.get(opening) ?? 0))
    const now = sites.reduce((sum, [, site]) => sum + site.mass, 0) / caused
    const at = gather.get(opening)
    const factor = (target - 1) / Math.max(0.01, now - 1)
    gather.set(opening, at === undefined ? (10 * (target - 1)) / unitMs : at * Math.min(3, Math.max(1 / 3, factor)))
  }
}

/**
 * Hides each third of the transactions that are certain in turn, and predicts their links from the rest. The fit goes on from the one
 * with all of them (from the start it would take as many rounds again, and be judged for not having settled); a round without them
 * replaces what they had told it.
 */
function hiddenOutcomes(
  window: Window,
  names: Names,
  known: Map<number, number>,
  { learned, unitMs, certain }: { learned: Learned; unitMs: number; certain: readonly CertainLink[] },
): Outcome[] {
  const proved = new Set(certain.map((link) => `${link.effect} ${link.cause}`))
  const outcomes: Outcome[] = []
  const fold = foldsOf(window, known)
  for (let f = 0; f < FOLDS && known.size > 0; f++) {
    const rest = new Map([...known].filter(([e]) => fold.get(e) !== f))
    let table = learned.table
    for (let round = 0; round < HIDDEN_ROUNDS; round++) {
      const candidates = findCandidates(window, sourcesOf({ ...learned, table }, unitMs, rest))
      table = fromPosterior(window, candidates, match(candidates.graph, MATCH_ROUNDS), rest)
      keepOnly(table, sitesOf(learned.table))
    }
    const guesses = guess(window, sourcesOf({ ...learned, table }, unitMs, rest))
    for (const e of known.keys()) {
      const best = fold.get(e) === f ? guesses.best(e) : undefined
      if (best)
        outcomes.push({ class: names.at(window.opening[e] ?? 0), p: best.p, right: proved.has(`${window.spans[e]?.id} ${window.spans[best.cause]?.id}`) })
    }
  }
  return outcomes
}

const sitesOf = (table: EdgeTable): Excess =>
  new Map([...table.sites].map(([opening, sites]) => [opening, new Map([...sites.keys()].map((before) => [before, 1]))]))

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

/** The first model: certain links only, scaled up to all effects of their kind so that rates come out right. */
function fromCertain(window: Window, known: Map<number, number>, openings: Map<number, number>, labels: Map<number, number>, unitMs: number): EdgeTable {
  const table = new EdgeTable()
  for (const [e, cause] of known) {
    const opening = window.opening[e] ?? 0
    const seen = labels.get(opening) ?? 0
    if (seen < FEW_LABELS) continue
    const scale = (openings.get(opening) ?? 1) / seen
    if (cause < 0) table.addOutside(opening, scale)
    else addGap(table, window, e, gapAt(window, cause, window.startMs[e] ?? 0), unitMs, scale)
  }
  for (const [opening, count] of openings) if ((labels.get(opening) ?? 0) >= FEW_LABELS) table.effects.set(opening, count)
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

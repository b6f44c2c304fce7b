/**
 * Learns the edge model from a sealed set: first from the links that are certain (or, where there are none, from shared values, nesting and
 * coincidences), then by expectation and maximisation over all effects, the certain ones held fixed.
 */
import { keepOnly, type Excess } from './bootstrap'
import { borrowCalibration } from './borrowed'
import { fitCalibration } from './calibrate'
import { findCandidates } from './candidates'
import { learnClocks } from './clocks'
import { WIDTH } from './delay'
import type { AnchorCounts, EdgeTable } from './edges'
import { firstTable } from './first-table'
import { learnGuards } from './guards'
import { hiddenOutcomes } from './hidden'
import { knownCauses, type Known } from './known'
import { match } from './matching'
import { MATCH_ROUNDS, tableOf } from './maximise'
import { sealModel, sourcesOf, type Learned, type Model } from './model'
import { learnSuccession } from './order'
import { testedPairs } from './reliability'
import type { SealedSet } from './types'
import { beginAsUsual, learnUsual } from './usual'
import { learnTypes, type ValueTypes } from './value-types'
import { Names, openWindow, type Window } from './window'

const ROUNDS = 4
/** Rounds in which no more is left to the outside than at first. */
const SETTLING = 2
const LEAST_OUTSIDE = 0.03
const MOST_CAUSES = 10
/** How much the readiness to gather may change in a round. */
const FASTEST = 10
/** Mean number of causes from which an opening's effects are batches. */
const SEVERAL = 1.03
/**
 * Mean number of causes from which most effects gather. They start from the spread of their delays: from less, the sender's rate falls faster than the
 * readiness rises, and the batch is left with one cause.
 */
const MOSTLY_SEVERAL = 2
/** Where the others start, in ms. */
const FIRST_GATHER = 10
/** A place that calls this often calls each time. */
const EACH_TIME = 0.5
/** A stretch of time without any span that counts as not recorded. */
const IDLE_MS = 10_000

export function fitModel(set: SealedSet): Model {
  const names = new Names()
  const unitMs = 1
  const succession = learnSuccession(set.spans, unitMs)
  const clocks = learnClocks(set.spans, set.certain)
  const window = openWindow(set.spans, names, { succession, clocks })
  const usual = learnUsual(window)
  beginAsUsual(window, usual)
  const known = knownCauses(window, set.certain)
  const types = learnTypes(window)
  const learned = learnEdges(window, { known, types, unitMs, rounds: ROUNDS })
  const outcomes = hiddenOutcomes(window, names, known, { learned, unitMs })
  const borrowed = borrowCalibration(window, names, { known, learned, unitMs, outcomes })
  const calibration = { ...fitCalibration(outcomes), ...(borrowed ? { borrowed } : {}) }
  const tested = testedPairs(outcomes, window, known)
  return sealModel({ unitMs, usual, names: names.list, succession, clocks, learned, calibration, tested, certain: known.size })
}

export function learnEdges(window: Window, { known, types, unitMs, rounds }: { known: Known; types: ValueTypes; unitMs: number; rounds: number }): Learned {
  const activeMs = activeTime(window)
  const activeUnits = activeMs / unitMs
  const openings = new Map<number, number>()
  for (const opening of window.opening) openings.set(opening, (openings.get(opening) ?? 0) + 1)
  const anchors = countAnchors(window)
  const first = firstTable(window, { known, types, openings, activeMs, unitMs })
  const several = new Set([...severalCauses(window, known), ...first.sent])
  const caused = new Set([...known].flatMap(([e, causes]) => (causes.length > 0 ? [window.opening[e] ?? 0] : [])))
  const guards = learnGuards(window, known)
  const gather = new Map<number, number>()
  let { table } = first
  const { ranks } = first
  adjustGather(gather, table, several, { anchors, found: first.found, unitMs, activeUnits })
  for (let round = 0; round < rounds; round++) {
    const sources = sourcesOf({ table, anchors, openings, gather, ranks, guards, types, activeUnits }, unitMs, known)
    const candidates = findCandidates(window, sources)
    table = tableOf(window, candidates, match(candidates.graph, MATCH_ROUNDS), known, unitMs)
    keepOnly(table, first.found)
    // Coarse delays at first leave much to the outside, and what has gone there comes back slowly.
    if (round < SETTLING) holdOutside(table, first.table, caused)
    adjustGather(gather, table, several, { anchors, found: first.found, unitMs, activeUnits })
  }
  return { table, anchors, openings, gather, ranks, guards, types, activeUnits }
}

/** Of kinds with certain causes: how many are roots is known from these. */
function holdOutside(table: EdgeTable, first: EdgeTable, caused: ReadonlySet<number>): void {
  for (const opening of caused) {
    const mass = first.outside.get(opening) ?? 0
    const effects = table.effects.get(opening) ?? 0
    const share = mass / Math.max(1, first.effects.get(opening) ?? 0)
    if (effects > 0) table.outside.set(opening, Math.min(table.outside.get(opening) ?? 0, Math.max(share, LEAST_OUTSIDE) * effects))
  }
}

/** Openings that are certain to have had several causes now and then. */
function severalCauses(window: Window, known: Known): Set<number> {
  const counts = new Map<number, { effects: number; causes: number }>()
  for (const [e, causes] of known) {
    const opening = window.opening[e] ?? 0
    const count = counts.get(opening) ?? { effects: 0, causes: 0 }
    if (causes.length > 0) counts.set(opening, { effects: count.effects + 1, causes: count.causes + causes.length })
  }
  return new Set([...counts].filter(([, { effects, causes }]) => causes >= SEVERAL * effects).map(([opening]) => opening))
}

/** Moves the readiness to gather until effects have as many causes as there are places that call each time. */
function adjustGather(
  gather: Map<number, number>,
  table: EdgeTable,
  several: ReadonlySet<number>,
  { anchors, found, unitMs, activeUnits }: { anchors: AnchorCounts; found: Excess; unitMs: number; activeUnits: number },
): void {
  for (const opening of several) {
    const caused = Math.max(1, (table.effects.get(opening) ?? 0) - (table.outside.get(opening) ?? 0))
    let expected = 0
    let now = 0
    for (const [before, site] of table.sites.get(opening) ?? []) {
      const places = anchors.before.get(before) ?? 0
      expected += site.mass >= EACH_TIME * places ? places : site.mass
      now += site.mass
    }
    const target = Math.min(MOST_CAUSES, Math.max(expected / caused, ...(found.get(opening)?.values() ?? [])))
    if (target < SEVERAL) {
      gather.delete(opening)
      continue
    }
    const at = gather.get(opening)
    const factor = (target - 1) / Math.max(0.01, now / caused - 1)
    const first = target < MOSTLY_SEVERAL ? FIRST_GATHER / unitMs : spread(table, opening, anchors, activeUnits)
    gather.set(opening, at === undefined ? (target - 1) * first : at * Math.min(FASTEST, Math.max(1 / FASTEST, factor)))
  }
}

/** Over how many units the delays of an opening's likeliest sender are spread (perplexity), for each candidate that such a time holds. */
function spread(table: EdgeTable, opening: number, anchors: AnchorCounts, activeUnits: number): number {
  const [sender] = [...(table.sites.get(opening) ?? [])].sort((a, b) => b[1].mass - a[1].mass || a[0] - b[0])
  if (!sender) return 0
  const [before, { call, mass }] = sender
  let nats = 0
  call.forEach((count, bin) => {
    if (count > 0) nats -= (count / mass) * Math.log(count / mass / (WIDTH[bin] ?? 1))
  })
  const units = Math.exp(nats)
  return units / (1 + (units * (anchors.before.get(before) ?? 0)) / activeUnits)
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

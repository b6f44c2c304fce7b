/** Tests the model on what is certain: hides each third of the transactions in turn, and predicts their links from the rest. */
import { hashHalves } from '#lib/base/hash'
import { keepOnly, type Excess } from './bootstrap'
import { findCandidates } from './candidates'
import type { EdgeTable } from './edges'
import { guess } from './guess'
import type { Known } from './known'
import { match } from './matching'
import { MATCH_ROUNDS, tableOf } from './maximise'
import { sourcesOf, type Learned } from './model'
import type { HiddenOutcome } from './reliability'
import type { Names, Window } from './window'

/** Rounds of the fits that only predict hidden links. */
const HIDDEN_ROUNDS = 1
const FOLDS = 3

/**
 * The fit goes on from the one with all of them (from the start it would take as many rounds again, and be judged for not having
 * settled); a round without them replaces what they had told it.
 */
export function hiddenOutcomes(window: Window, names: Names, known: Known, { learned, unitMs }: { learned: Learned; unitMs: number }): HiddenOutcome[] {
  const outcomes: HiddenOutcome[] = []
  const fold = foldsOf(window, known)
  const effectsOf = new Map<number, Set<number>>()
  for (const [e, causes] of known) {
    for (const c of causes) {
      let openings = effectsOf.get(c)
      if (!openings) effectsOf.set(c, (openings = new Set()))
      openings.add(window.opening[e] ?? 0)
    }
  }
  for (let f = 0; f < FOLDS && known.size > 0; f++) {
    const rest: Known = new Map([...known].filter(([e]) => fold.get(e) !== f))
    let table = learned.table
    for (let round = 0; round < HIDDEN_ROUNDS; round++) {
      const candidates = findCandidates(window, sourcesOf({ ...learned, table }, unitMs, rest))
      table = tableOf(window, candidates, match(candidates.graph, MATCH_ROUNDS), rest, unitMs)
      keepOnly(table, sitesOf(learned.table))
    }
    const guesses = guess(window, sourcesOf({ ...learned, table }, unitMs, rest))
    for (const [e, causes] of known) {
      const best = fold.get(e) === f ? guesses.best(e) : undefined
      if (!best) continue
      const opening = window.opening[e] ?? 0
      const right = causes.includes(best.cause)
      // A batch may have causes that nothing proves: one that is not known to have caused another such batch may be one of them.
      if (!right && learned.gather.has(opening) && causes.length > 0 && !effectsOf.get(best.cause)?.has(opening)) continue
      outcomes.push({ class: names.at(opening), p: best.p, right, fold: f, from: window.service[best.cause] ?? 0, to: window.service[e] ?? 0 })
    }
  }
  return outcomes
}

const sitesOf = (table: EdgeTable): Excess =>
  new Map([...table.sites].map(([opening, sites]) => [opening, new Map([...sites.keys()].map((before) => [before, 1]))]))

/** Whole transactions share a fold, else a hidden link would be seen through its neighbours. */
export function foldsOf(window: Window, known: Known): Map<number, number> {
  const fold = new Map<number, number>()
  for (const e of known.keys()) {
    let root = e
    for (let depth = 0; depth < 1000; depth++) {
      const up = known.get(root)?.[0]
      if (up === undefined) break
      root = up
    }
    fold.set(e, (hashHalves(window.spans[root]?.id ?? '').lo >>> 0) % FOLDS)
  }
  return fold
}

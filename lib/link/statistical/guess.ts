/** Candidates matched, and summed over the places of each cause: for one effect, who may have caused it and how probably. */
import { findCandidates, type Candidates, type Sources } from './candidates'
import { match } from './matching'
import type { Window } from './window'

const MATCH_ROUNDS = 12

export interface CauseGuess {
  /** Index of the span. */
  cause: number
  p: number
  /** Its likeliest place. */
  anchor: number
}

export interface Guesses {
  /** Likeliest first; what is certain is not among them. */
  of(effect: number): CauseGuess[]
  best(effect: number): CauseGuess | undefined
  outside(effect: number): number
}

export function guess(window: Window, sources: Sources): Guesses {
  const candidates = findCandidates(window, sources)
  const posterior = match(candidates.graph, MATCH_ROUNDS)
  const of = (effect: number): CauseGuess[] => causesOf(window, candidates, posterior.edge, effect)
  return { of, best: (effect) => of(effect)[0], outside: (effect) => posterior.outside[candidates.openRow[effect] ?? -1] ?? 1 }
}

function causesOf(window: Window, candidates: Candidates, p: Float64Array, effect: number): CauseGuess[] {
  const { ofEffect } = candidates.graph
  const row = candidates.openRow[effect] ?? -1
  if (row < 0) return []
  const byCause = new Map<number, CauseGuess & { top: number }>()
  for (let k = ofEffect[row] ?? 0; k < (ofEffect[row + 1] ?? 0); k++) {
    const anchor = candidates.anchor[k] ?? 0
    const cause = window.anchors.span[anchor] ?? 0
    const mass = p[k] ?? 0
    const seen = byCause.get(cause)
    if (!seen) byCause.set(cause, { cause, p: mass, anchor, top: mass })
    else {
      seen.p += mass
      if (mass > seen.top) Object.assign(seen, { anchor, top: mass })
    }
  }
  return [...byCause.values()].sort((a, b) => b.p - a.p || a.cause - b.cause)
}

/**
 * Confidence for kinds of effect of which no certain link can be hidden. It is borrowed from kinds alike: those whose links certain ids or rare
 * values prove are predicted again with neither, by their times alone, and how often that is right is told by how doubtful such effects are on the
 * whole, which grows with the spread of their delays and with how much goes on at once.
 */
import { fitCalibration, type Borrowed, type Outcome } from './calibrate'
import { decisiveValue, type ValueView } from './decisive'
import { guess, type Guesses } from './guess'
import { foldsOf } from './hidden'
import type { Known } from './known'
import { sourcesOf, type Learned } from './model'
import type { Names, Window } from './window'

/** Mean doubt of a kind, in nats an effect, at which the next group begins. */
const GROUPS = [0.02, 0.15, 0.5]
/** Outcomes that a group needs to speak for itself, and all of them together. */
const LEAST_OF_GROUP = 60
const LEAST_OUTCOMES = 60
/** What values must prove to count as known. */
const PROVED = 0.99
/** Outcomes from which a kind is tested itself. */
const TESTED = 5

interface Given {
  known: Known
  learned: Learned
  unitMs: number
  /** How the hidden links of each kind came out. */
  outcomes: readonly Outcome[]
}

export function borrowCalibration(window: Window, names: Names, { known, learned, unitMs, outcomes }: Given): Borrowed | undefined {
  const sources = sourcesOf(learned, unitMs, known)
  const sure = guess(window, sources)
  const fold = foldsOf(window, known)
  const seen: Known = new Map([...known].filter(([e]) => fold.get(e) !== 0))
  const blind = guess(window, { ...sourcesOf(learned, unitMs, seen), shares: new Map() })
  const effects = new Map<number, number[]>()
  window.opening.forEach((opening, e) => {
    if (!learned.ranks.has(opening) || seen.has(e)) return
    const list = effects.get(opening)
    if (list) list.push(e)
    else effects.set(opening, [e])
  })
  const groups: Outcome[][] = [...GROUPS, Infinity].map(() => [])
  for (const [opening, list] of [...effects].sort((a, b) => a[0] - b[0])) {
    const group = groups[groupOf(doubt(blind, list))]
    const proved = new Map(list.map((e) => [e, known.get(e) ?? provedByValue(window, sure, e, { shares: sources.shares, types: learned.types })]))
    const elsewhere = new Set([...proved.values()].flat())
    for (const [e, causes] of proved) {
      const best = blind.best(e)
      if (!best || causes.length === 0) continue
      const right = causes.includes(best.cause)
      // A batch has causes that nothing proves: one that is not proved to have caused another may be one of them.
      if (!right && learned.gather.has(opening) && !elsewhere.has(best.cause)) continue
      group?.push({ class: names.at(opening), p: best.p, right })
    }
  }
  const all = groups.flat()
  if (all.length < LEAST_OUTCOMES) return undefined
  const curves = groups.map((group) => {
    const { a, b, c } = fitCalibration(group.length >= LEAST_OF_GROUP ? group : all)
    return { a, b, c }
  })
  const tested = new Map<string, number>()
  for (const o of outcomes) tested.set(o.class, (tested.get(o.class) ?? 0) + 1)
  const kinds: Record<string, number> = {}
  for (const [opening, list] of effects) {
    const name = names.at(opening)
    if ((tested.get(name) ?? 0) < TESTED) kinds[name] = groupOf(doubt(sure, list))
  }
  return { kinds, curves }
}

const groupOf = (nats: number): number => GROUPS.filter((edge) => nats >= edge).length

function doubt(guesses: Guesses, effects: readonly number[]): number {
  let sum = 0
  for (const e of effects) for (const { p } of guesses.of(e)) if (p > 0 && p < 1) sum -= p * Math.log(p)
  return sum / Math.max(1, effects.length)
}

function provedByValue(window: Window, guesses: Guesses, e: number, values: ValueView): number[] {
  const causes = guesses.of(e)
  const best = causes[0]
  if (!best || best.p < PROVED) return []
  const others = causes.filter((c) => c.p < PROVED).map((c) => c.cause)
  return causes.filter((c) => c.p >= PROVED && decisiveValue(window, values, e, c.cause, others)).map((c) => c.cause)
}

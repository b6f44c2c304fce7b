/**
 * What the hidden links showed, for people to see: how sure the engine was of them, and how often it was right. Each third is judged by a
 * curve fitted on the other two, so that no link vouches for itself.
 */
import { calibrated, fitCalibration, type Outcome } from './calibrate'
import type { Known } from './known'
import type { Window } from './window'

export interface HiddenOutcome extends Outcome {
  /** The part of the transactions that it was hidden with. */
  fold: number
  /** Names of services, by index: of the cause that was predicted, and of the effect. */
  from: number
  to: number
}

/** Where bins of stated confidence begin: twentieths, and hundredths from the default threshold on. */
const STATED_FROM = [...Array.from({ length: 19 }, (_, i) => i / 20), 0.95, 0.96, 0.97, 0.98, 0.99]

/** `from`: where the bin begins. */
export type TestedBin = [from: number, count: number, right: number, sumStated: number]

/** One pair of services: `cause` and `effect` are indexes of names. */
export interface TestedPair {
  cause: number
  effect: number
  /** Certain links of this pair that were hidden, whether anything was predicted for them or not. */
  hidden: number
  /** Links of this pair that were predicted, right or wrong. */
  bins: TestedBin[]
}

export function testedPairs(outcomes: readonly HiddenOutcome[], window: Window, known: Known): TestedPair[] {
  const pairs = new Map<string, TestedPair>()
  const pairOf = (cause: number, effect: number): TestedPair => {
    const key = `${cause} ${effect}`
    let pair = pairs.get(key)
    if (!pair) pairs.set(key, (pair = { cause, effect, hidden: 0, bins: [] }))
    return pair
  }
  for (const [e, causes] of known) if (causes[0] !== undefined) pairOf(window.service[causes[0]] ?? 0, window.service[e] ?? 0).hidden++
  for (const fold of [...new Set(outcomes.map((o) => o.fold))].sort((a, b) => a - b)) {
    const curve = fitCalibration(outcomes.filter((o) => o.fold !== fold))
    for (const o of outcomes) {
      if (o.fold !== fold) continue
      const stated = calibrated(curve, o.p, o.class)
      addTo(pairOf(o.from, o.to).bins, stated, o.right)
    }
  }
  return [...pairs.values()]
    .map((pair) => ({ ...pair, bins: pair.bins.sort((a, b) => a[0] - b[0]).map(rounded) }))
    .sort((a, b) => a.cause - b.cause || a.effect - b.effect)
}

function addTo(bins: TestedBin[], stated: number, right: boolean): void {
  const from = STATED_FROM.findLast((edge) => edge <= stated + 1e-9) ?? 0
  let at = bins.find(([of]) => of === from)
  if (!at) bins.push((at = [from, 0, 0, 0]))
  at[1]++
  if (right) at[2]++
  at[3] += stated
}

const rounded = ([from, count, right, sum]: TestedBin): TestedBin => [from, count, right, Math.round(sum * 1e4) / 1e4]

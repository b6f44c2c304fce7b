/**
 * A first edge model where nothing is certain. A callee of a synchronous call lies inside a gap of its caller, so for each kind of effect
 * and each place: how many such gaps are open around such an effect, against how many are open at any time. What is above chance is a
 * call, or the caller of a caller, which the matching tells apart by its longer delays. What is asynchronous can't be told from
 * a habit of the users without a certain link, and stays outside.
 */
import type { EdgeTable } from './edges'
import { addGap } from './add-gap'
import type { Window } from './window'

/** opening -> before -> share of such effects that come from such places, by what is above chance. */
export type Excess = Map<number, Map<number, number>>

const LEAST_SHARE = 0.02
const DEVIATIONS = 4
/** Spans open at once beyond which only the youngest are looked at. */
const MOST_OPEN = 500
/** How far an effect may stick out of the gap, in units: clocks and flushing. */
const SLACK = 2

export function nestedExcess(window: Window, activeMs: number, unitMs: number, wanted: (opening: number) => boolean): Excess {
  const chance = meanOpen(window, activeMs)
  const seen = new Map<number, number>()
  const around = new Map<number, Map<number, number>>()
  const within = new Set<number>()
  eachNested(window, unitMs, wanted, (e, gaps) => {
    const opening = window.opening[e] ?? 0
    seen.set(opening, (seen.get(opening) ?? 0) + 1)
    if (window.spans[e]?.within) within.add(opening)
    let counts = around.get(opening)
    if (!counts) around.set(opening, (counts = new Map()))
    for (const before of new Set(gaps.map((g) => window.anchors.before[g] ?? 0))) counts.set(before, (counts.get(before) ?? 0) + 1)
  })
  const excess: Excess = new Map()
  for (const [opening, counts] of around) {
    const n = seen.get(opening) ?? 1
    const shares = new Map<number, number>()
    for (const [before, count] of counts) {
      // What is known to lie in its cause needs no proof that it does; which of the gaps around it is meant shows in the delays.
      if (within.has(opening) && count / n > LEAST_SHARE) shares.set(before, count / n)
      // At least one such gap open by chance, were their number Poisson's.
      const expected = 1 - Math.exp(-(chance.get(before) ?? 0))
      const share = (count / n - expected) / Math.max(0.05, 1 - expected)
      const deviation = Math.sqrt((expected * (1 - expected) + 0.25 / n) / n)
      if (share > Math.max(LEAST_SHARE, DEVIATIONS * deviation)) shares.set(before, share)
    }
    excess.set(opening, shares)
  }
  return excess
}

/** Mean number of gaps of each `before` that are open at once. */
function meanOpen({ anchors }: Window, activeMs: number): Map<number, number> {
  const open = new Map<number, number>()
  for (let i = 0; i < anchors.count; i++) {
    const ms = (anchors.toMs[i] ?? NaN) - (anchors.fromMs[i] ?? 0)
    if (ms > 0) open.set(anchors.before[i] ?? 0, (open.get(anchors.before[i] ?? 0) ?? 0) + ms / activeMs)
  }
  return open
}

function eachNested(window: Window, unitMs: number, wanted: (opening: number) => boolean, take: (effect: number, gaps: number[]) => void): void {
  const { anchors } = window
  const slack = SLACK * unitMs
  let open: number[] = []
  for (let e = 0; e < window.spans.length; e++) {
    const startMs = window.startMs[e] ?? 0
    const endMs = window.endMs[e] ?? 0
    open = open.filter((s) => (window.endMs[s] ?? 0) >= startMs)
    if (!wanted(window.opening[e] ?? 0)) {
      open.push(e)
      continue
    }
    if (open.length > MOST_OPEN) open = open.slice(-MOST_OPEN)
    const gaps: number[] = []
    for (const s of open) {
      if (window.service[s] === window.service[e]) continue
      for (let i = (anchors.ofSpan[s] ?? 0) + 1; i < (anchors.ofSpan[s + 1] ?? 0); i++) {
        if ((anchors.fromMs[i] ?? 0) <= startMs && (anchors.toMs[i] ?? NaN) >= endMs - slack) gaps.push(i)
      }
    }
    take(e, gaps)
    open.push(e)
  }
}

/** Each effect shared out over the gaps around it, by the excess of their kind. */
export function addNested(table: EdgeTable, window: Window, excess: Excess, unitMs: number): void {
  eachNested(window, unitMs, (opening) => excess.has(opening), (e, gaps) => {
    const opening = window.opening[e] ?? 0
    const shares = excess.get(opening)
    const weights = gaps.map((g) => shares?.get(window.anchors.before[g] ?? 0) ?? 0)
    const sum = weights.reduce((a, b) => a + b, 0)
    const total = Math.max(1, sum)
    gaps.forEach((g, i) => {
      const weight = weights[i] ?? 0
      if (weight > 0) addGap(table, window, e, g, unitMs, weight / total)
    })
    table.addEffect(opening)
    table.addOutside(opening, Math.max(0, 1 - sum / total))
  }) // prettier-ignore
}

/** Sites that a table may keep, where they were found and not known. */
export function keepOnly(table: EdgeTable, found: Excess): void {
  for (const [opening, sites] of table.sites) {
    const shares = found.get(opening)
    if (shares) for (const before of sites.keys()) if (!shares.has(before)) sites.delete(before)
  }
}

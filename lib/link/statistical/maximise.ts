/** The step of the fit that counts: every candidate link with its probability becomes a part of the next edge model. */
import type { Candidates } from './candidates'
import { binOf } from './delay'
import { EdgeTable, type Site } from './edges'
import type { Known } from './known'
import type { Posterior } from './matching'
import type { Window } from './window'

export const MATCH_ROUNDS = 12

export function tableOf(window: Window, candidates: Candidates, posterior: Posterior, known: Known, unitMs: number): EdgeTable {
  const table = new EdgeTable()
  const { anchors } = window
  const { graph, effect, openRow, anchor, away } = candidates
  setOrigins(table, window, candidates, posterior, unitMs)
  for (let e = 0; e < window.spans.length; e++) table.addEffect(window.opening[e] ?? 0)
  for (let row = 0; row < graph.effects; row++) {
    const e = effect[row] ?? 0
    const opening = window.opening[e] ?? 0
    const causes = known.get(e)
    // Where one cause is certain, "no further one" is not "outside".
    if (causes === undefined || causes.length === 0) table.addOutside(opening, posterior.outside[row] ?? 0)
    for (let k = graph.ofEffect[row] ?? 0; k < (graph.ofEffect[row + 1] ?? 0); k++) {
      const p = posterior.edge[k] ?? 0
      const a = anchor[k] ?? 0
      if (p > LEAST_P) {
        const { origin } = table.site(opening, anchors.before[a] ?? 0)
        const { call, back } = delays(window, e, a, unitMs)
        const bins = [binOf(call - origin.call), Number.isNaN(back) ? -1 : binOf(back - origin.back)] as const
        table.add(opening, anchors.before[a] ?? 0, anchors.after[a] ?? 0, ...bins, p)
      }
      if (openRow[e] === row) table.addWrong(opening, away[k] ?? -1, Math.max(0, 1 - p))
    }
    addShares(table, window, candidates, posterior, row)
  }
  return table
}

const LEAST_P = 1e-4
/** Delays whose middle half is narrower than this share of their distance from zero are counted from their median. */
const NARROW = 0.5

function delays({ anchors, startMs, endMs }: Window, e: number, a: number, unitMs: number): { call: number; back: number } {
  return { call: ((startMs[e] ?? 0) - (anchors.fromMs[a] ?? 0)) / unitMs, back: ((anchors.toMs[a] ?? NaN) - (endMs[e] ?? 0)) / unitMs }
}

function setOrigins(table: EdgeTable, window: Window, { graph, effect, anchor }: Candidates, posterior: Posterior, unitMs: number): void {
  const seen = new Map<Site, { call: number[]; back: number[] }>()
  for (let row = 0; row < graph.effects; row++) {
    const e = effect[row] ?? 0
    for (let k = graph.ofEffect[row] ?? 0; k < (graph.ofEffect[row + 1] ?? 0); k++) {
      const p = posterior.edge[k] ?? 0
      if (p <= LEAST_P) continue
      const a = anchor[k] ?? 0
      const site = table.site(window.opening[e] ?? 0, window.anchors.before[a] ?? 0)
      let lists = seen.get(site)
      if (!lists) seen.set(site, (lists = { call: [], back: [] }))
      const { call, back } = delays(window, e, a, unitMs)
      lists.call.push(call, p)
      if (!Number.isNaN(back)) lists.back.push(back, p)
    }
  }
  for (const [site, lists] of seen) site.origin = { call: middle(lists.call), back: middle(lists.back) }
}

/** Weighted median where the middle half is narrow, else zero. `list`: value, weight, value, weight, … */
function middle(list: readonly number[]): number {
  const value = (i: number): number => list[2 * i] ?? 0
  const weight = (i: number): number => list[2 * i + 1] ?? 0
  const order = Uint32Array.from({ length: list.length / 2 }, (_, i) => i).sort((a, b) => value(a) - value(b) || weight(a) - weight(b))
  let total = 0
  for (const i of order) total += weight(i)
  const quantile = (share: number): number => {
    let sum = 0
    for (const i of order) if ((sum += weight(i)) >= share * total) return value(i)
    return 0
  }
  const median = quantile(0.5)
  return quantile(0.75) - quantile(0.25) < NARROW * Math.abs(median) ? Math.round(median) : 0
}

/** One count a cause, however many of its places are candidates. */
function addShares(table: EdgeTable, window: Window, { graph, effect, anchor, share }: Candidates, posterior: Posterior, row: number): void {
  const seen = new Map<number, { share: number; p: number }>()
  for (let k = graph.ofEffect[row] ?? 0; k < (graph.ofEffect[row + 1] ?? 0); k++) {
    const cause = window.anchors.span[anchor[k] ?? 0] ?? 0
    const known = seen.get(cause)
    if (known) known.p += posterior.edge[k] ?? 0
    else seen.set(cause, { share: share[k] ?? 0, p: posterior.edge[k] ?? 0 })
  }
  for (const [cause, { share: shared, p }] of seen) {
    const right = Math.min(1, p)
    table.addShare(window.opening[effect[row] ?? 0] ?? 0, window.service[cause] ?? 0, shared, right, 1 - right)
  }
}

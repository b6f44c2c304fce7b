/** The step of the fit that counts: every candidate link with its probability becomes a part of the next edge model. */
import type { Candidates } from './candidates'
import { EdgeTable } from './edges'
import type { Known } from './known'
import type { Posterior } from './matching'
import type { Window } from './window'

export const MATCH_ROUNDS = 12

export function tableOf(window: Window, candidates: Candidates, posterior: Posterior, known: Known): EdgeTable {
  const table = new EdgeTable()
  const { anchors } = window
  const { graph, effect, openRow, anchor, call, back } = candidates
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
      if (p > 1e-4) table.add(opening, anchors.before[a] ?? 0, anchors.after[a] ?? 0, call[k] ?? 0, back[k] ?? -1, p)
      if (openRow[e] === row) table.addWrong(opening, back[k] ?? -1, Math.max(0, 1 - p))
    }
    addShares(table, window, candidates, posterior, row)
  }
  return table
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

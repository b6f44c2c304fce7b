import { binOf } from './delay'
import type { EdgeTable } from './edges'
import type { Window } from './window'

/** Counts one effect in one gap of its cause: the delay from the line before, and to the line after where there is one. */
export function addGap(table: EdgeTable, window: Window, e: number, anchor: number, unitMs: number, weight: number): void {
  const { anchors } = window
  const toMs = anchors.toMs[anchor] ?? NaN
  const call = binOf(((window.startMs[e] ?? 0) - (anchors.fromMs[anchor] ?? 0)) / unitMs)
  const back = Number.isNaN(toMs) ? -1 : binOf((toMs - (window.endMs[e] ?? 0)) / unitMs)
  table.add(window.opening[e] ?? 0, anchors.before[anchor] ?? 0, anchors.after[anchor] ?? 0, call, back, weight)
}

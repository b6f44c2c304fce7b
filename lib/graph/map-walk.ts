/** Walking a map by keys: right to the effect, left to the cause, up and down to what stands there. */
import type { Point } from './layout'

export type WalkKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'

export interface WalkInput {
  positions: Readonly<Record<string, Point>>
  edges: readonly { source: string; target: string; count: number }[]
}

/** The next node's id; the same one where nothing lies that way; the first at the left where nothing is chosen yet. */
export function walkMap({ positions, edges }: WalkInput, from: string | null, key: WalkKey): string | null {
  const here = from === null ? undefined : positions[from]
  if (from === null || !here) return leftmost(positions)
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const linked = edges
      .filter((edge) => edge.source !== edge.target && (key === 'ArrowRight' ? edge.source : edge.target) === from)
      .sort((a, b) => b.count - a.count)
      .map((edge) => (key === 'ArrowRight' ? edge.target : edge.source))
    const next = linked.find((id) => positions[id] !== undefined)
    if (next) return next
  }
  return nearest(positions, from, key) ?? from
}

function leftmost(positions: Readonly<Record<string, Point>>): string | null {
  const sorted = Object.entries(positions).sort(([, a], [, b]) => a.x - b.x || a.y - b.y)
  return sorted[0]?.[0] ?? null
}

function nearest(positions: Readonly<Record<string, Point>>, from: string, key: WalkKey): string | null {
  const here = positions[from]
  if (!here) return null
  let best: { id: string; cost: number } | null = null
  for (const [id, p] of Object.entries(positions)) {
    const dx = p.x - here.x
    const dy = p.y - here.y
    const ahead = { ArrowLeft: -dx, ArrowRight: dx, ArrowUp: -dy, ArrowDown: dy }[key]
    const aside = Math.abs(key === 'ArrowLeft' || key === 'ArrowRight' ? dy : dx)
    if (id === from || ahead < 8) continue
    const cost = ahead + 2 * aside
    if (!best || cost < best.cost) best = { id, cost }
  }
  return best?.id ?? null
}

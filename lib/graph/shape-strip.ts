/**
 * The causal shape of a transaction in the height of one row: the longest chain on an upper track, the longest branch off it on a
 * lower one, and how many steps are not drawn.
 *
 *   [api]--[checkout]--(orders)--<payment>--(bus)
 *                `-----[coupon]--(coupons)- -[refresher]      +4
 */
import type { TransactionItem } from '#lib/model/api'

type ShapeSpan = TransactionItem['shape'][number]

export interface StripMark {
  column: number
  track: 0 | 1
  service: string
  kind: ShapeSpan['kind']
  failed: boolean
}

export interface ShapeStrip {
  marks: StripMark[]
  /** Columns and tracks of both ends; `inferred` where no id proves it. */
  lines: { from: number; to: number; fromTrack: 0 | 1; toTrack: 0 | 1; inferred: boolean }[]
  columns: number
  /** Services' steps that found no place. */
  more: number
}

/** More columns would bring the marks closer than they are wide. */
const MAX_COLUMNS = 8

interface Step {
  span: ShapeSpan
  parent: number | null
  children: number[]
  failed: boolean
  /** Steps of the longest chain that starts here. */
  length: number
}

/** Spans without the inner steps of one service; a failure inside counts for its step. */
function steps(shape: ShapeSpan[]): Step[] {
  const into = new Map<number, number>()
  const list: Step[] = []
  shape.forEach((span, i) => {
    const parent = span.parent === null ? undefined : into.get(span.parent)
    const above = parent === undefined ? undefined : list[parent]
    if (above && parent !== undefined && above.span.service === span.service && span.tier === 'A') {
      above.failed ||= span.status === 'error'
      into.set(i, parent)
      return
    }
    into.set(i, list.length)
    above?.children.push(list.length)
    list.push({ span, parent: parent ?? null, children: [], failed: span.status === 'error', length: 1 })
  })
  for (const step of list.toReversed()) {
    const above = step.parent === null ? undefined : list[step.parent]
    if (above) above.length = Math.max(above.length, step.length + 1)
  }
  return list
}

function chain(list: Step[], start: number, taken: Set<number>): number[] {
  const ids: number[] = []
  for (let at: number | undefined = start; at !== undefined;) {
    ids.push(at)
    taken.add(at)
    const free: number[] = (list[at]?.children ?? []).filter((child) => !taken.has(child))
    at = free.toSorted((a, b) => (list[b]?.length ?? 0) - (list[a]?.length ?? 0) || Number(list[b]?.failed) - Number(list[a]?.failed))[0]
  }
  return ids
}

/** The strip of one row; `cut` is how many spans the server left out already. */
export function shapeStrip(shape: ShapeSpan[], cut: number): ShapeStrip {
  const list = steps(shape)
  const taken = new Set<number>()
  const main = list.length > 0 ? chain(list, 0, taken).slice(0, MAX_COLUMNS) : []
  const branches = main.flatMap((id, column) => (list[id]?.children ?? []).filter((child) => !taken.has(child)).map((child) => ({ child, column })))
  const best = branches.toSorted((a, b) => (list[b.child]?.length ?? 0) - (list[a.child]?.length ?? 0) || a.column - b.column)[0]
  const lower = best ? chain(list, best.child, taken).slice(0, Math.max(1, MAX_COLUMNS - best.column - 1)) : []
  const strip: ShapeStrip = { marks: [], lines: [], columns: 0, more: 0 }
  addTrack(strip, list, main, { column: 0, track: 0 })
  if (best) addTrack(strip, list, lower, { column: best.column + 1, track: 1 })
  strip.columns = Math.max(0, ...strip.marks.map((mark) => mark.column + 1))
  strip.more = list.length - strip.marks.length + cut
  return strip
}

function addTrack(strip: ShapeStrip, list: Step[], ids: number[], start: { column: number; track: 0 | 1 }): void {
  ids.forEach((id, i) => {
    const step = list[id]
    if (!step) return
    const column = start.column + i
    strip.marks.push({ column, track: start.track, service: step.span.service, kind: step.span.kind, failed: step.failed })
    if (column === 0) return
    strip.lines.push({ from: column - 1, to: column, fromTrack: i === 0 ? 0 : start.track, toTrack: start.track, inferred: step.span.tier === 'C' })
  })
}

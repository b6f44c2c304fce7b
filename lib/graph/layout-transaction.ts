/**
 * Places the units of a transaction: cause left, effect right, one column per causal rank, the critical path in one straight row, the
 * earlier half of the siblings above it and the later half below, so that it runs through the middle. Subtrees are packed by their outlines, so that no two nodes and no
 * two trunks of a tree share a place.
 *
 *   rank 0     1          2
 *             +- early
 *   root -----+- main ----- effect      <- the row of the critical path
 *             +- late -+- effect
 *                      +- effect
 */
import type { Unit, UnitLink } from './fold-transaction'
import { groupBy } from '#lib/base/group'
import { routeLink, type RoutedLink } from './route-link'

export const NODE_HEIGHT = 40
/** Between the middles of rows: air where there are few, height where there are many. */
const ROW = { few: 64, many: 56, manyRows: 6 }

export interface PlacedUnit {
  id: string
  /** Middle of the node, in px from the top left of the drawing. */
  x: number
  y: number
  width: number
  height: number
  rank: number
  row: number
}

export interface TransactionLayout {
  nodes: Map<string, PlacedUnit>
  links: RoutedLink[]
  width: number
  height: number
  /** Middle of the critical row. */
  mainY: number
}

export interface LayoutInput {
  order: string[]
  units: ReadonlyMap<string, Unit>
  links: UnitLink[]
  /** Units on the critical path. */
  critical: ReadonlySet<string>
  widthOf: (unit: Unit) => number
  /** What the drawing may take; columns spread to fill it and never go under the least gap. */
  width: number
}

/** Between columns: under 66 px an elapsed time touches trunk and arrow; above 148 px the eye loses the line. */
const LEAST_GAP = 66
const WIDEST_GAP = 148
const MARGIN = 24

/** Links that close no circle, by a depth-first walk; the others are drawn but don't push ranks. */
function forwardLinks(order: string[], links: UnitLink[]): UnitLink[] {
  const out = groupBy(links, (link) => link.source)
  const state = new Map<string, 'open' | 'done'>()
  const forward: UnitLink[] = []
  for (const root of order) {
    if (state.has(root)) continue
    state.set(root, 'open')
    const stack = [{ id: root, at: 0 }]
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const link = out.get(top.id)?.[top.at]
      if (!link) {
        state.set(top.id, 'done')
        stack.pop()
        continue
      }
      top.at += 1
      if (state.get(link.target) === 'open') continue
      forward.push(link)
      if (state.has(link.target)) continue
      state.set(link.target, 'open')
      stack.push({ id: link.target, at: 0 })
    }
  }
  return forward
}

/** Longest way from a root, in links. */
function ranks(order: string[], forward: UnitLink[]): Map<string, number> {
  const rank = new Map(order.map((id) => [id, 0]))
  const waiting = new Map(order.map((id) => [id, 0]))
  const out = groupBy(forward, (link) => link.source)
  for (const link of forward) waiting.set(link.target, (waiting.get(link.target) ?? 0) + 1)
  const ready = order.filter((id) => waiting.get(id) === 0)
  for (const id of ready) {
    for (const link of out.get(id) ?? []) {
      rank.set(link.target, Math.max(rank.get(link.target) ?? 0, (rank.get(id) ?? 0) + 1))
      const left = (waiting.get(link.target) ?? 1) - 1
      waiting.set(link.target, left)
      if (left === 0) ready.push(link.target)
    }
  }
  return rank
}

/** Rows taken at each rank, relative to the row of the subtree's first node. */
type Outline = Map<number, { low: number; high: number }>

function widen(outline: Outline, rank: number, low: number, high: number): void {
  const at = outline.get(rank)
  if (at) outline.set(rank, { low: Math.min(at.low, low), high: Math.max(at.high, high) })
  else outline.set(rank, { low, high })
}

/** The nearest row on one side of `taken` at which `outline` fits without touching it. */
function freeRow(taken: Outline, outline: Outline, side: 1 | -1): number {
  let row: number = side
  for (const [rank, own] of outline) {
    const other = taken.get(rank)
    if (!other) continue
    row = side > 0 ? Math.max(row, other.high - own.low + 1) : Math.min(row, other.low - own.high - 1)
  }
  return row
}

interface Packed {
  outline: Outline
  /** Rows of all units of the subtree, relative to its first. */
  rows: Map<string, number>
}

function join(into: Packed, part: Packed, row: number): void {
  for (const [rank, { low, high }] of part.outline) widen(into.outline, rank, low + row, high + row)
  for (const [id, at] of part.rows) into.rows.set(id, at + row)
}

/** Which child goes on in its parent's row: the critical one whose subtree ends last, else the one that ends last. */
function mainChild(children: Unit[], critical: ReadonlySet<string>): number {
  let best = -1
  let weight = -Infinity
  children.forEach((child, i) => {
    const here = (critical.has(child.id) ? 1e15 : 0) + (child.fold === 'missing' ? -1e15 : 0) + (child.endMs ?? child.startMs) - child.startMs
    if (here > weight) [best, weight] = [i, here]
  })
  return best
}

function pack(id: string, input: LayoutInput, rank: Map<string, number>): Packed {
  const unit = input.units.get(id)
  const own = rank.get(id) ?? 0
  const packed: Packed = { outline: new Map([[own, { low: 0, high: 0 }]]), rows: new Map([[id, 0]]) }
  const children = (unit?.children ?? []).flatMap((child) => input.units.get(child) ?? [])
  const main = mainChild(children, input.critical)
  const parts = children.map((child) => {
    const part = pack(child.id, input, rank)
    // A link over several ranks runs in its target's row: that row is taken all the way.
    for (let r = own + 1; r < (rank.get(child.id) ?? 0); r += 1) widen(part.outline, r, 0, 0)
    return part
  })
  const others = parts.filter((_, i) => i !== main)
  const above = Math.floor(others.length / 2)
  parts.slice(main, main + 1).forEach((part) => join(packed, part, 0))
  others
    .slice(0, above)
    .reverse()
    .forEach((part) => join(packed, part, freeRow(packed.outline, part.outline, -1)))
  others.slice(above).forEach((part) => join(packed, part, freeRow(packed.outline, part.outline, 1)))
  return packed
}

function packAll(input: LayoutInput, rank: Map<string, number>): Packed {
  const roots = input.order.filter((id) => input.units.get(id)?.parent === null)
  const all: Packed = { outline: new Map(), rows: new Map() }
  // The tree with the critical path comes first and keeps row 0.
  const sorted = roots.toSorted((a, b) => Number(input.critical.has(b)) - Number(input.critical.has(a)))
  sorted.forEach((id, i) => {
    const part = pack(id, input, rank)
    const lowest = Math.max(0, ...[...all.outline.values()].map((at) => at.high + 1))
    const highest = Math.min(0, ...[...part.outline.values()].map((at) => at.low))
    join(all, part, i === 0 ? 0 : lowest - highest)
  })
  return all
}

/** The x of each column's left edge, and its width. */
function columns(input: LayoutInput, rank: Map<string, number>): { left: number; width: number }[] {
  const widths: number[] = []
  for (const [id, at] of rank) {
    const unit = input.units.get(id)
    if (unit) widths[at] = Math.max(widths[at] ?? 0, input.widthOf(unit))
  }
  const filled = Array.from(widths, (width) => width ?? 0)
  const sum = filled.reduce((a, b) => a + b, 0)
  const room = (input.width - 2 * MARGIN - sum) / Math.max(1, filled.length - 1)
  const gap = Math.round(Math.min(WIDEST_GAP, Math.max(LEAST_GAP, room)))
  let left = MARGIN
  return filled.map((width) => {
    const column = { left, width }
    left += width + gap
    return column
  })
}

/**
 * Positions in px of all units and the paths of all links. The same input gives the same drawing; opening a fold moves only what
 * stands above, below or right of it. Throws nothing: circles are drawn as links that run back.
 */
export function layoutTransaction(input: LayoutInput): TransactionLayout {
  const forward = forwardLinks(input.order, input.links)
  const rank = ranks(input.order, forward)
  const { rows } = packAll(input, rank)
  const cols = columns(input, rank)
  const top = Math.min(0, ...rows.values())
  const bottom = Math.max(0, ...rows.values())
  const pitch = bottom - top + 1 >= ROW.manyRows ? ROW.many : ROW.few
  const yOf = (row: number) => MARGIN / 2 + NODE_HEIGHT / 2 + (row - top) * pitch
  const nodes = new Map<string, PlacedUnit>()
  for (const id of input.order) {
    const column = cols[rank.get(id) ?? 0] ?? { left: MARGIN, width: 0 }
    const row = rows.get(id) ?? 0
    nodes.set(id, { id, x: column.left + column.width / 2, y: yOf(row), width: column.width, height: NODE_HEIGHT, rank: rank.get(id) ?? 0, row })
  }
  const leaving = groupBy(input.links, (link) => link.source)
  const links = input.links.flatMap((link) => {
    const [source, target] = [nodes.get(link.source), nodes.get(link.target)]
    return source && target ? [routeLink(link, source, target, { fan: (leaving.get(link.source)?.length ?? 0) > 1, channel: pitch / 2 })] : []
  })
  const last = cols.at(-1) ?? { left: MARGIN, width: 0 }
  return { nodes, links, width: last.left + last.width + MARGIN, height: yOf(bottom) + NODE_HEIGHT / 2 + MARGIN, mainY: yOf(0) }
}

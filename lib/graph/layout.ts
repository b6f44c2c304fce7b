/**
 * Where the services of a map stand: left to right by rank, cause before effect, with what has no edge in rows below.
 *
 *   (shop-api) -> [checkout] -> (orders) -> [payment]      ranks by dagre, stretched to the place there is
 *        \-> [cart] ---------> [inventory]
 *   [cron]  [mailer]  [audit]                              no edges: rows under the rest
 *
 * Positions that are already known are kept to the pixel, so that a refresh or a new service moves nothing else.
 * dagre: https://github.com/dagrejs/dagre (MIT). Pixels, y downwards, the centre of a node's 40 px picture.
 */
import { Graph, layout } from '@dagrejs/dagre'

export interface Point {
  x: number
  y: number
}

export interface LayoutEdge {
  source: string
  target: string
  /** Heavier edges are kept straighter. */
  weight: number
}

export interface LayoutInput {
  nodes: readonly string[]
  edges: readonly LayoutEdge[]
  /** Of the canvas. */
  width: number
  height: number
  /** Positions from before. */
  kept: Readonly<Record<string, Point>>
}

// A node is 40 px, its label about 130 wide and 50 below: closer than this and labels touch.
const CELL = { width: 150, height: 104 }
/** What names need around the outermost nodes. */
export const MARGIN = { x: 84, top: 40, bottom: 72 }
// Beyond this factor a sparse map looks torn apart rather than aired.
const STRETCH_MAX = { x: 1.7, y: 1.6 }
/** With more new services than known ones the old picture explains nothing any more. */
const KEEP_SHARE = 0.5

/** A position for every node. Deterministic: the order of the input does not matter. */
export function layoutMap(input: LayoutInput): Record<string, Point> {
  const ids = [...new Set(input.nodes)].sort()
  const known = ids.filter((id) => input.kept[id] !== undefined)
  const fresh = known.length > ids.length * KEEP_SHARE ? null : arrange(ids, input)
  if (fresh) return fresh
  if (known.length === ids.length) return pick(ids, input.kept)
  return insertNew(ids, input, arrange(ids, input))
}

function pick(ids: readonly string[], from: Readonly<Record<string, Point>>): Record<string, Point> {
  return Object.fromEntries(ids.flatMap((id) => (from[id] ? [[id, from[id]]] : [])))
}

function arrange(ids: readonly string[], input: LayoutInput): Record<string, Point> {
  const here = new Set(ids)
  const edges = input.edges.filter((edge) => here.has(edge.source) && here.has(edge.target) && edge.source !== edge.target)
  const linked = new Set(edges.flatMap((edge) => [edge.source, edge.target]))
  const alone = ids.filter((id) => !linked.has(id))
  const columns = Math.max(1, Math.floor((input.width - 2 * MARGIN.x + CELL.width) / CELL.width))
  const rows = Math.ceil(alone.length / columns)
  const room = input.height - rows * CELL.height
  const ranked = linked.size > 0 ? rank(ids.filter((id) => linked.has(id)), edges) : {}
  const placed = stretch(ranked, input.width, Math.max(room, input.height * 0.5))
  const bottom = Math.max(MARGIN.top - CELL.height, ...Object.values(placed).map((p) => p.y))
  const step = Math.min(CELL.width * 1.3, (input.width - 2 * MARGIN.x) / Math.max(1, Math.min(columns, alone.length) - 1 || 1))
  alone.forEach((id, i) => {
    placed[id] = { x: Math.round(MARGIN.x + (i % columns) * Math.max(step, CELL.width)), y: Math.round(bottom + CELL.height * (1 + Math.floor(i / columns))) }
  })
  return placed
}

/** Up to this many nodes each alignment is tried: five layouts of 60 nodes take 60 ms, of 300 several seconds. */
const TRY_ALIGNMENTS_UP_TO = 80

/** dagre's ranks, in the alignment that keeps the busy edges straightest. */
function rank(ids: readonly string[], edges: readonly LayoutEdge[]): Record<string, Point> {
  const alignments = ids.length <= TRY_ALIGNMENTS_UP_TO ? [undefined, 'UL', 'UR', 'DL', 'DR'] : [undefined]
  const tried = alignments.map((align) => rankAligned(ids, edges, align))
  const bends = (placed: Record<string, Point>) => edges.reduce((sum, edge) => sum + (0.15 + edge.weight) * Math.abs((placed[edge.source]?.y ?? 0) - (placed[edge.target]?.y ?? 0)), 0)
  const spread = (placed: Record<string, Point>) => Math.max(...Object.values(placed).map((p) => p.y)) - Math.min(...Object.values(placed).map((p) => p.y))
  const cost = (placed: Record<string, Point>) => bends(placed) + spread(placed)
  return tried.reduce((best, next) => (cost(next) < cost(best) ? next : best))
}

function rankAligned(ids: readonly string[], edges: readonly LayoutEdge[], align: string | undefined): Record<string, Point> {
  const graph = new Graph({ multigraph: false, compound: false })
  graph.setGraph({ rankdir: 'LR', nodesep: 24, ranksep: 32, ranker: 'network-simplex', acyclicer: 'greedy', ...(align ? { align } : {}) })
  graph.setDefaultEdgeLabel(() => ({}))
  for (const id of ids) graph.setNode(id, { width: CELL.width - 32, height: CELL.height - 24 })
  const sorted = [...edges].sort((a, b) => order(a.source, b.source) || order(a.target, b.target))
  for (const edge of sorted) graph.setEdge(edge.source, edge.target, { weight: 1 + Math.round(4 * edge.weight), minlen: 1 })
  layout(graph)
  const placed: Record<string, Point> = {}
  for (const id of ids) {
    const node = graph.node(id)
    placed[id] = { x: node.x ?? 0, y: node.y ?? 0 }
  }
  return placed
}

function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** Fills the canvas where the drawing is smaller, and leaves it larger where it must be (the view then zooms out). */
function stretch(placed: Record<string, Point>, width: number, height: number): Record<string, Point> {
  const points = Object.values(placed)
  if (points.length === 0) return {}
  const left = Math.min(...points.map((p) => p.x))
  const top = Math.min(...points.map((p) => p.y))
  const spanX = Math.max(...points.map((p) => p.x)) - left
  const spanY = Math.max(...points.map((p) => p.y)) - top
  const roomX = width - 2 * MARGIN.x
  const roomY = height - MARGIN.top - MARGIN.bottom
  const kx = spanX > 0 ? clamp(roomX / spanX, 1, STRETCH_MAX.x) : 1
  const ky = spanY > 0 ? clamp(roomY / spanY, 1, STRETCH_MAX.y) : 1
  const restX = Math.max(0, roomX - spanX * kx) / 2
  const restY = Math.max(0, roomY - spanY * ky) / 2
  return Object.fromEntries(
    Object.entries(placed).map(([id, p]) => [id, { x: Math.round(MARGIN.x + restX + (p.x - left) * kx), y: Math.round(MARGIN.top + restY + (p.y - top) * ky) }]),
  )
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}

/** New nodes go where a fresh drawing has them relative to the neighbours they share with the old one, then down to a free place. */
function insertNew(ids: readonly string[], input: LayoutInput, ideal: Record<string, Point>): Record<string, Point> {
  const placed = pick(ids, input.kept)
  for (const id of ids) {
    if (placed[id]) continue
    const wanted = beside(id, input.edges, placed, ideal)
    placed[id] = freePlace(wanted, Object.values(placed))
  }
  return placed
}

function beside(id: string, edges: readonly LayoutEdge[], placed: Record<string, Point>, ideal: Record<string, Point>): Point {
  const own = ideal[id] ?? { x: MARGIN.x, y: MARGIN.top }
  const neighbours = edges.flatMap((edge) => (edge.source === id ? [edge.target] : edge.target === id ? [edge.source] : []))
  const shifts = neighbours.flatMap((other) => {
    const was = ideal[other]
    const is = placed[other]
    return was && is ? [{ x: is.x - was.x, y: is.y - was.y }] : []
  })
  if (shifts.length === 0) {
    const lowest = Math.max(MARGIN.top, ...Object.values(placed).map((p) => p.y))
    return { x: own.x, y: lowest + CELL.height }
  }
  const mean = (axis: 'x' | 'y') => shifts.reduce((sum, shift) => sum + shift[axis], 0) / shifts.length
  return { x: Math.round(own.x + mean('x')), y: Math.round(own.y + mean('y')) }
}

function freePlace(wanted: Point, taken: readonly Point[]): Point {
  for (let i = 0; i < 200; i++) {
    const side = i % 2 === 0 ? 1 : -1
    const at = { x: wanted.x, y: wanted.y + side * Math.ceil(i / 2) * (CELL.height / 2) }
    if (taken.every((p) => Math.abs(p.x - at.x) >= CELL.width * 0.7 || Math.abs(p.y - at.y) >= CELL.height * 0.9)) return at
  }
  return wanted
}

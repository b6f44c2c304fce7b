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
import type { WordSize } from './map-names'

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
/** Least distances: the picture with a name of two lines; a column with room for an edge's number. */
const ROW_MIN = 92
const COLUMN_MIN = 132
/** What names need around the outermost nodes. */
const MARGIN = { x: 84, top: 30, bottom: 72 }
/** On a drawing that is larger than its canvas words grow with it; room is kept for words of up to this size, and more is used where it is free. */
const WORDS_MAX = 1.5
const WORDS_MOST = 2.2
/** Least distances there, for words of the size on the screen: a name in two lines, as wide as two short words, and its fact. */
const DENSE = { column: 86, rowPicture: 50, rowWords: 42, margin: 46 }
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

/** How the words of a drawing are best set: how much larger than at zoom 1, and whether its columns leave room for short ones only. */
export function wordSize(positions: Readonly<Record<string, Point>>, { width, height }: { width: number; height: number }): WordSize {
  const all = Object.values(positions)
  if (all.length === 0) return { scale: 1, short: false }
  const span = (axis: 'x' | 'y') => Math.max(...all.map((p) => p[axis])) - Math.min(...all.map((p) => p[axis]))
  const larger = Math.max((span('x') + 2 * DENSE.margin) / width, (span('y') + MARGIN.top + MARGIN.bottom) / height)
  const beside = all.some((a) => all.some((b) => b.x > a.x && b.x - a.x < COLUMN_MIN - 8 && Math.abs(a.y - b.y) < ROW_MIN))
  return { scale: Math.min(WORDS_MOST, Math.max(1, larger)), short: beside || larger > 1.05 }
}

function arrange(ids: readonly string[], input: LayoutInput): Record<string, Point> {
  const here = new Set(ids)
  const edges = input.edges.filter((edge) => here.has(edge.source) && here.has(edge.target) && edge.source !== edge.target)
  const linked = new Set(edges.flatMap((edge) => [edge.source, edge.target]))
  const alone = ids.filter((id) => !linked.has(id))
  const columns = Math.max(1, Math.floor((input.width - 2 * MARGIN.x) / CELL.width) + 1)
  const rows = Math.ceil(alone.length / columns)
  const room = Math.max(input.height - rows * CELL.height, input.height * 0.5)
  const placed =
    linked.size > 0
      ? fill(
          rank(
            ids.filter((id) => linked.has(id)),
            edges,
          ),
          input.width,
          room,
        )
      : {}
  const bottom = Math.max(MARGIN.top - CELL.height, ...Object.values(placed).map((p) => p.y))
  alone.forEach((id, i) => {
    placed[id] = { x: Math.round(MARGIN.x + (i % columns) * CELL.width), y: Math.round(bottom + CELL.height * (1 + Math.floor(i / columns))) }
  })
  return placed
}

/** Up to this many nodes each alignment is tried: five layouts of 60 nodes take 60 ms, of 300 several seconds. */
const TRY_ALIGNMENTS_UP_TO = 80

/** dagre's ranks, in the alignment that keeps the busy edges straightest. */
function rank(ids: readonly string[], edges: readonly LayoutEdge[]): Record<string, Point> {
  const alignments = ids.length <= TRY_ALIGNMENTS_UP_TO ? [undefined, 'UL', 'UR', 'DL', 'DR'] : [undefined]
  const tried = alignments.map((align) => rankAligned(ids, edges, align))
  const bends = (placed: Record<string, Point>) =>
    edges.reduce((sum, edge) => sum + (0.15 + edge.weight) * Math.abs((placed[edge.source]?.y ?? 0) - (placed[edge.target]?.y ?? 0)), 0)
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

/** How much larger than the canvas a drawing may be before it is taken as it comes; the view zooms out by as much. */
const SCALES = [1, 1.12, 1.25, 1.4, 1.5, 1.6, 1.7, 1.8, 2.1, 2.5, 3, 4]

/**
 * Fills the canvas. A rank with more nodes than fit below each other becomes two or more columns, in turn, so that a wide canvas
 * does not show a tall, narrow drawing that nobody can read.
 */
function fill(ranked: Record<string, Point>, width: number, height: number): Record<string, Point> {
  const ranks = ranksOf(ranked)
  const fitting = SCALES.find((scale) => columnsFor(ranks, rowsIn(height, scale)) <= columnsIn(width, scale)) ?? SCALES.at(-1) ?? 1
  const columns = ranks.flatMap((ids) => wrap(ids, rowsIn(height, fitting)))
  const margin = marginAt(fitting)
  const roomX = width * fitting - 2 * margin
  const roomY = height * fitting - MARGIN.top - bottomAt(fitting)
  const stepX = columns.length > 1 ? Math.min(roomX / (columns.length - 1), CELL.width * STRETCH_MAX.x) : 0
  const left = margin + (roomX - stepX * (columns.length - 1)) / 2
  const ys = Object.values(ranked).map((p) => p.y)
  const top = Math.min(...ys)
  const span = Math.max(...ys) - top
  const k = span > 0 ? Math.min(roomY / span, STRETCH_MAX.y) : 1
  const rest = (roomY - span * k) / 2
  const placed: Record<string, Point> = {}
  columns.forEach((ids, i) => {
    const wanted = ids.map((id) => MARGIN.top + rest + ((ranked[id]?.y ?? 0) - top) * k)
    const free = spread(wanted, { low: MARGIN.top, high: MARGIN.top + roomY, least: rowAt(fitting) })
    ids.forEach((id, n) => {
      placed[id] = { x: Math.round(left + i * stepX), y: Math.round(free[n] ?? 0) }
    })
  })
  return placed
}

const wordsAt = (scale: number): number => Math.min(WORDS_MAX, scale)
const rowAt = (scale: number): number => (scale === 1 ? ROW_MIN : DENSE.rowPicture + DENSE.rowWords * wordsAt(scale))
const columnAt = (scale: number): number => (scale === 1 ? COLUMN_MIN : DENSE.column * wordsAt(scale))
const bottomAt = (scale: number): number => (scale === 1 ? MARGIN.bottom : 24 + DENSE.rowWords * wordsAt(scale))
const marginAt = (scale: number): number => (scale === 1 ? MARGIN.x : DENSE.margin * wordsAt(scale))

function rowsIn(height: number, scale: number): number {
  return Math.max(2, Math.floor((height * scale - MARGIN.top - bottomAt(scale)) / rowAt(scale)) + 1)
}

function columnsIn(width: number, scale: number): number {
  return Math.max(1, Math.floor((width * scale - 2 * marginAt(scale)) / columnAt(scale)) + 1)
}

function columnsFor(ranks: readonly string[][], rows: number): number {
  return ranks.reduce((sum, ids) => sum + Math.ceil(ids.length / rows), 0)
}

/** Ids by rank from the left, each from the top. */
function ranksOf(placed: Record<string, Point>): string[][] {
  const byX = new Map<number, string[]>()
  for (const [id, p] of Object.entries(placed)) {
    const x = Math.round(p.x)
    byX.set(x, [...(byX.get(x) ?? []), id])
  }
  const y = (id: string) => placed[id]?.y ?? 0
  return [...byX.entries()].sort(([a], [b]) => a - b).map(([, ids]) => ids.sort((a, b) => y(a) - y(b) || order(a, b)))
}

function wrap(ids: readonly string[], rows: number): string[][] {
  const count = Math.ceil(ids.length / rows)
  return Array.from({ length: count }, (_, column) => ids.filter((_id, i) => i % count === column))
}

/** The wanted places, moved apart to the least distance, from the top and, where that leaves the room, back from the bottom. */
function spread(wanted: readonly number[], { low, high, least }: { low: number; high: number; least: number }): number[] {
  const free = [...wanted]
  for (let i = 1; i < free.length; i++) free[i] = Math.max(free[i] ?? 0, (free[i - 1] ?? low) + least)
  if ((free.at(-1) ?? 0) > high) {
    free[free.length - 1] = high
    for (let i = free.length - 2; i >= 0; i--) free[i] = Math.min(free[i] ?? 0, (free[i + 1] ?? high) - least)
  }
  return free
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
  for (let i = 0; i < 400; i++) {
    const side = i % 2 === 0 ? 1 : -1
    const at = { x: wanted.x, y: wanted.y + side * Math.ceil(i / 2) * (ROW_MIN / 2) }
    if (taken.every((p) => Math.abs(p.x - at.x) >= COLUMN_MIN * 0.9 || Math.abs(p.y - at.y) >= ROW_MIN)) return at
  }
  return wanted
}

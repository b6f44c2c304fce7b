/**
 * How the edges of a map run, and where their numbers stand. Forward edges leave at the right and arrive at the left; edges back to an
 * earlier rank run outside, over or under. Of a few simple shapes the one that crosses the fewest nodes and labels is taken, so the
 * drawing depends on nothing but the positions.
 *
 *   forward   o----.            back   .-------o        detour  o-.            .-> o
 *                   \                  v                           \__________/
 *                    `--> o            o
 */
import type { Point } from './layout'
import { nameBox, nameSize, overlap, placeNames, wrapName } from './map-names'
import type { Box, Named, NamePlace, NamesInput, PlacedName, WordSize } from './map-names'

export type Side = 'left' | 'right' | 'top' | 'bottom'

export interface Route {
  /** Control points of a quadratic B-spline between the two ends; none: a straight line. */
  controls: Point[]
  start: Side
  end: Side
  /** Middle of the place for the edge's number. */
  label: Point
  /** No free place was found: the number shows on demand. */
  crowded: boolean
}

export interface RouteInput {
  positions: Readonly<Record<string, Point>>
  nodes: readonly Named[]
  edges: readonly { id: string; source: string; target: string; labelled: boolean; priority: number }[]
  /** Of the words, at best: smaller where they would cover each other. */
  size: WordSize
}

export interface RouteResult {
  routes: Record<string, Route>
  names: Record<string, NamePlace>
  size: WordSize
  /** Of everything that is drawn, words included. */
  bounds: Box
}

interface Obstacle extends Box {
  cost: number
  owner: string
}

interface Shape {
  start: Side
  end: Side
  controls: Point[]
  /** What this shape costs before it crosses anything. */
  cost: number
}

/** Half of a node's picture. */
export const NODE_RADIUS = 20
const NUMBER = { short: 27, full: 40, halfHeight: 8 }
const CROSSING = { node: 40, label: 8 }

/** Words shrink to these parts of their best size, until none covers another. */
const SHRINK = [1, 0.94, 0.88, 0.82, 0.76]

export function routeMap({ positions, nodes, edges, size: best }: RouteInput): RouteResult {
  const drawn = nodes.filter((node) => positions[node.id] !== undefined).sort((a, b) => (a.id < b.id ? -1 : 1))
  const obstacles = drawn.flatMap((node) => obstaclesOf(node, positions, best))
  const routes: Record<string, Route> = {}
  const paths = new Map<string, Point[]>()
  const sorted = [...edges].sort((a, b) => (a.id < b.id ? -1 : 1))
  for (const edge of sorted) {
    const from = positions[edge.source]
    const to = positions[edge.target]
    if (!from || !to) continue
    const { shape, path } = cheapest(shapesBetween(from, to), { from, to, boxes: obstacles, source: edge.source, target: edge.target })
    routes[edge.id] = { controls: shape.controls, start: shape.start, end: shape.end, label: from, crowded: false }
    paths.set(edge.id, path)
  }
  const pictures = drawn.flatMap((node) => pictureOf(positions[node.id]))
  const { names, size } = largestNames({ nodes: drawn, positions, paths: [...paths.values()], pictures, size: best })
  const words = [...names.values()].map(({ box }) => box)
  placeNumbers(sorted, { routes, paths, taken: [...pictures, ...words], size })
  return { routes, names: placesOf(names), size, bounds: boundsOf([...pictures, ...words], paths) }
}

function largestNames(input: NamesInput): { names: Map<string, PlacedName>; size: WordSize } {
  const sizes = SHRINK.map((part) => ({ ...input.size, scale: input.size.scale * part }))
  for (const size of sizes) {
    const names = placeNames({ ...input, size })
    if (size === sizes.at(-1) || [...names.values()].every((name) => name.free)) return { names, size }
  }
  throw new Error('No size for words: SHRINK is empty')
}

function placesOf(names: ReadonlyMap<string, PlacedName>): Record<string, NamePlace> {
  return Object.fromEntries([...names].map(([id, { side, lines }]) => [id, { side, lines }]))
}

function boundsOf(boxes: readonly Box[], paths: ReadonlyMap<string, Point[]>): Box {
  const bounds = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity }
  const points = [...paths.values()].flatMap((path) => path.map(({ x, y }): Box => ({ left: x - 6, right: x + 6, top: y - 6, bottom: y + 6 })))
  for (const box of [...boxes, ...points]) {
    bounds.left = Math.min(bounds.left, box.left)
    bounds.right = Math.max(bounds.right, box.right)
    bounds.top = Math.min(bounds.top, box.top)
    bounds.bottom = Math.max(bounds.bottom, box.bottom)
  }
  return bounds
}

function pictureOf(p: Point | undefined): Box[] {
  return p ? [{ left: p.x - NODE_RADIUS - 2, right: p.x + NODE_RADIUS + 2, top: p.y - NODE_RADIUS - 2, bottom: p.y + NODE_RADIUS + 2 }] : []
}

/** What an edge should not cross: the picture, and the name where most names stand. */
function obstaclesOf({ id, name, failing }: Named, positions: RouteInput['positions'], size: WordSize): Obstacle[] {
  const p = positions[id]
  if (!p) return []
  const pad = NODE_RADIUS + 8
  return [
    { left: p.x - pad, right: p.x + pad, top: p.y - pad, bottom: p.y + pad, cost: CROSSING.node, owner: id },
    { ...nameBox(p, 'below', nameSize(wrapName(name, size), failing, size)), cost: CROSSING.label, owner: id },
  ]
}

function shapesBetween(a: Point, b: Point): Shape[] {
  const dx = b.x - a.x
  const dy = b.y - a.y
  if (dx === 0 && dy === 0)
    return [
      {
        start: 'top',
        end: 'top',
        controls: [
          { x: a.x - 44, y: a.y - 84 },
          { x: a.x + 44, y: a.y - 84 },
        ],
        cost: 0,
      },
    ]
  if (Math.abs(dx) < 70) return vertical(a, b)
  return dx > 0 ? forward(a, b) : backward(a, b)
}

function vertical(a: Point, b: Point): Shape[] {
  const down = b.y > a.y
  const straight: Shape = { start: down ? 'bottom' : 'top', end: down ? 'top' : 'bottom', controls: [], cost: Math.abs(b.x - a.x) / 8 }
  const around = [80, 130, -80, -130].map((off, i): Shape => {
    const side: Side = off > 0 ? 'right' : 'left'
    const x = (off > 0 ? Math.max(a.x, b.x) : Math.min(a.x, b.x)) + off
    return {
      start: side,
      end: side,
      controls: [
        { x, y: a.y },
        { x, y: b.y },
      ],
      cost: 6 + 2 * i,
    }
  })
  return [straight, ...around]
}

function forward(a: Point, b: Point): Shape[] {
  const dx = b.x - a.x
  const dy = b.y - a.y
  const bend = (c: number, cost: number): Shape => ({
    start: 'right',
    end: 'left',
    controls: [
      { x: a.x + dx * c, y: a.y },
      { x: a.x + dx * c, y: b.y },
    ],
    cost,
  })
  const shapes: Shape[] = Math.abs(dy) < 4 ? [{ start: 'right', end: 'left', controls: [], cost: 0 }] : [bend(0.5, 0), bend(0.3, 1), bend(0.7, 1)]
  const lane = Math.min(90, dx / 3)
  const highest = Math.min(a.y, b.y)
  const lowest = Math.max(a.y, b.y)
  for (const [i, off] of [52, 84, 120, 160, 210].entries()) {
    for (const y of [highest - off, lowest + off + 24]) {
      shapes.push({
        start: 'right',
        end: 'left',
        controls: [
          { x: a.x + lane, y: a.y },
          { x: a.x + lane, y },
          { x: b.x - lane, y },
          { x: b.x - lane, y: b.y },
        ],
        cost: 5 + 3 * i,
      })
    }
  }
  return shapes
}

function backward(a: Point, b: Point): Shape[] {
  const dy = b.y - a.y
  const shapes: Shape[] = []
  if (Math.abs(dy) > 60) {
    const start: Side = dy > 0 ? 'bottom' : 'top'
    shapes.push({ start, end: 'right', controls: [{ x: a.x, y: b.y }], cost: 2 + (dy > 0 ? 3 : 0) })
    shapes.push({
      start,
      end: 'right',
      controls: [
        { x: a.x, y: a.y + dy * 0.6 },
        { x: b.x + 110, y: b.y },
      ],
      cost: 3 + (dy > 0 ? 3 : 0),
    })
    shapes.push({ start: 'left', end: dy > 0 ? 'top' : 'bottom', controls: [{ x: b.x, y: a.y }], cost: 4 + (dy > 0 ? 0 : 3) })
  }
  for (const [i, off] of [84, 124, 170, 220].entries()) {
    const over = Math.min(a.y, b.y) - off
    const under = Math.max(a.y, b.y) + off + 36
    shapes.push({
      start: 'top',
      end: 'top',
      controls: [
        { x: a.x, y: over },
        { x: b.x, y: over },
      ],
      cost: 6 + 3 * i,
    })
    shapes.push({
      start: 'bottom',
      end: 'bottom',
      controls: [
        { x: a.x, y: under },
        { x: b.x, y: under },
      ],
      cost: 10 + 3 * i,
    })
  }
  return shapes
}

interface Surroundings {
  from: Point
  to: Point
  boxes: readonly Obstacle[]
  source: string
  target: string
}

function cheapest(shapes: readonly Shape[], around: Surroundings): { shape: Shape; path: Point[] } {
  let best: { shape: Shape; path: Point[]; cost: number } | null = null
  for (const shape of shapes) {
    if (best && shape.cost >= best.cost) continue
    const path = pathOf(around.from, around.to, shape)
    const cost = shape.cost + crossings(path, around)
    if (!best || cost < best.cost) best = { shape, path, cost }
  }
  if (!best) throw new Error('No shape for an edge: shapesBetween gave none')
  return best
}

function crossings(path: readonly Point[], { boxes, source, target }: Surroundings): number {
  const left = Math.min(...path.map((p) => p.x))
  const right = Math.max(...path.map((p) => p.x))
  const top = Math.min(...path.map((p) => p.y))
  const bottom = Math.max(...path.map((p) => p.y))
  let cost = 0
  for (const box of boxes) {
    if (box.right < left || box.left > right || box.bottom < top || box.top > bottom) continue
    const isEnd = box.owner === source || box.owner === target
    if (isEnd && box.cost === CROSSING.node) continue
    if (path.some((p) => inside(p, box))) cost += isEnd ? box.cost / 3 : box.cost
  }
  return cost
}

function inside(p: Point, box: Box): boolean {
  return p.x > box.left && p.x < box.right && p.y > box.top && p.y < box.bottom
}

const OUT: Record<Side, Point> = { left: { x: -1, y: 0 }, right: { x: 1, y: 0 }, top: { x: 0, y: -1 }, bottom: { x: 0, y: 1 } }

/** Points along the line, ends included: each control makes one quadratic piece, joined half way to the next. */
export function pathOf(from: Point, to: Point, route: Pick<Route, 'controls' | 'start' | 'end'>): Point[] {
  const start = { x: from.x + OUT[route.start].x * NODE_RADIUS, y: from.y + OUT[route.start].y * NODE_RADIUS }
  const end = { x: to.x + OUT[route.end].x * NODE_RADIUS, y: to.y + OUT[route.end].y * NODE_RADIUS }
  const steps = 14
  if (route.controls.length === 0) {
    return Array.from({ length: steps * 2 + 1 }, (_, i) => between(start, end, i / (steps * 2)))
  }
  const points: Point[] = [start]
  let at = start
  route.controls.forEach((control, i) => {
    const next = route.controls[i + 1]
    const to2 = next ? between(control, next, 0.5) : end
    for (let k = 1; k <= steps; k++) {
      const t = k / steps
      points.push(between(between(at, control, t), between(control, to2, t), t))
    }
    at = to2
  })
  return points
}

function between(a: Point, b: Point, t: number): Point {
  return { x: a.x + (b.x - a.x) * t, y: a.y + (b.y - a.y) * t }
}

interface NumberPlaces {
  routes: Record<string, Route>
  paths: ReadonlyMap<string, Point[]>
  taken: Box[]
  size: WordSize
}

/** Writes `label` and `crowded` of each route: the first free place from the middle outwards. */
function placeNumbers(edges: RouteInput['edges'], { routes, paths, taken, size }: NumberPlaces): void {
  // What matters most finds the freest place: a failing edge's number before the others'.
  const byPriority = [...edges].sort((a, b) => b.priority - a.priority)
  for (const edge of byPriority) {
    const route = routes[edge.id]
    const path = paths.get(edge.id)
    if (!route || !path) continue
    const place = edge.labelled ? freeNumber(path, taken, size) : { at: middleOf(path), crowded: true }
    route.label = place.at
    route.crowded = place.crowded
    if (!place.crowded) taken.push(numberBox(place.at, size))
  }
}

function numberBox(at: Point, { scale, short }: WordSize): Box {
  const [halfWidth, halfHeight] = [(short ? NUMBER.short : NUMBER.full) * scale, NUMBER.halfHeight * scale]
  return { left: at.x - halfWidth, right: at.x + halfWidth, top: at.y - halfHeight, bottom: at.y + halfHeight }
}

function freeNumber(path: readonly Point[], taken: readonly Box[], size: WordSize): { at: Point; crowded: boolean } {
  const flat = Math.abs((path[0]?.y ?? 0) - (path.at(-1)?.y ?? 0)) < 4 && path.every((p) => Math.abs(p.y - (path[0]?.y ?? 0)) < 4)
  const places = flat ? [-11 * size.scale, 11 * size.scale] : [0]
  for (const t of [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8]) {
    const on = path[Math.round(t * (path.length - 1))]
    if (!on) continue
    for (const off of places) {
      const at = { x: Math.round(on.x), y: Math.round(on.y + off) }
      const box = numberBox(at, size)
      if (taken.every((other) => !overlap(box, other))) return { at, crowded: false }
    }
  }
  return { at: middleOf(path), crowded: true }
}

function middleOf(path: readonly Point[]): Point {
  return path[Math.floor(path.length / 2)] ?? { x: 0, y: 0 }
}

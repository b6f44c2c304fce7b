/** The path of one link: right angles only, out of the cause's right side, into the effect's left side. */
import type { UnitLink } from './fold-transaction'

export interface Point {
  x: number
  y: number
}

export interface RoutedLink {
  id: string
  link: UnitLink
  /** Corners from the cause's side to the effect's, both included; drawn with CORNER px radius. */
  points: Point[]
  /** Middle of the piece that carries the numbers. */
  label: Point
  /** How long the piece is on which the numbers stand. */
  room: number
  /** Left and right end of the last level piece: where the waiting band lies. */
  band: { from: number; to: number; y: number }
}

interface Box {
  x: number
  y: number
  width: number
  rank: number
}

export const CORNER = 8
/** Where links leave for other rows; siblings share it, so that a fan reads as one line that splits. */
const TRUNK = 16
/** Second causes run beside the trunk, not in it: they are not the tree. */
const SIDE_TRUNK = 28
const SIDE_ENTRY = 20
export interface RouteContext {
  /** Other links leave the cause along the trunk, so the numbers stand right of it. */
  fan: boolean
  /** From the middle of a row to half way between two, where no node stands. */
  channel: number
}

/**
 * Tree links run along the trunk into the target's row; other links over a rank or more, or backwards, take the channel between rows,
 * where nothing stands.
 */
export function routeLink(link: UnitLink, source: Box, target: Box, { fan, channel }: RouteContext): RoutedLink {
  const from = { x: source.x + source.width / 2, y: source.y }
  const to = { x: target.x - target.width / 2, y: target.y }
  const points = corners({ link, source, target, from, to, channel })
  const before = points.at(-2) ?? from
  const level = link.tree || target.rank === source.rank + 1
  const bent = points.length > 2
  const start = bent ? before.x + (level ? CORNER : 0) : from.x
  const clear = !bent && fan ? from.x + TRUNK + CORNER / 2 : start
  const middle = points[2]
  const label = level || !middle ? { x: (clear + to.x - 6) / 2, y: to.y } : { x: (middle.x + before.x) / 2, y: middle.y }
  return { id: link.id, link, points, label, room: level ? to.x - clear : Infinity, band: { from: start, to: to.x, y: to.y } }
}

interface Way {
  link: UnitLink
  source: Box
  target: Box
  from: Point
  to: Point
  channel: number
}

function corners({ link, source, target, from, to, channel }: Way): Point[] {
  const next = target.rank === source.rank + 1
  if ((link.tree || next) && from.y === to.y) return [from, to]
  if (link.tree || next) {
    const x = from.x + (link.tree ? TRUNK : SIDE_TRUNK)
    return [from, { x, y: from.y }, { x, y: to.y }, to]
  }
  const out = from.x + SIDE_TRUNK
  const entry = to.x - SIDE_ENTRY
  const y = to.y + (from.y > to.y ? channel : -channel)
  return [from, { x: out, y: from.y }, { x: out, y }, { x: entry, y }, { x: entry, y: to.y }, to]
}

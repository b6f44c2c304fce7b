/**
 * Names of a map's services: how they break into lines, and on which side of the picture each stands so that it covers no other name
 * and no picture, and as few edges as can be.
 *
 *   (o)            name                        below if free, else above, right, left; what is placed later makes room
 *   shop-nightly-  (o)   (o) name   name (o)   for what was placed before, and three rounds settle it
 *   settlement
 *
 * Pixels of the drawing. Widths are estimates of Inter's: a browser measures, a worker can't.
 */
import type { Point } from './layout'

export type NameSide = 'below' | 'above' | 'right' | 'left'

export interface NamePlace {
  side: NameSide
  lines: string[]
}

export interface Box {
  left: number
  right: number
  top: number
  bottom: number
}

/** How large words are: on a crowded map they grow with the drawing, so that they are read after the view has zoomed out. */
export interface WordSize {
  /** Times the size at zoom 1. */
  scale: number
  /** Columns are narrow: names break into two lines and facts are short. */
  short: boolean
}

export interface Named {
  id: string
  name: string
  /** Where there is room its share of failures has a line of its own; else it stands in place of the fact. */
  failing: boolean
}

const CHARS = { short: 15, full: 24 }
/** Of a character of a name, and of what stands under it at the most; lines of both. */
const NAME = { short: { char: 5.4, fact: 84, line: 14, factLine: 13 }, full: { char: 7.1, fact: 116, line: 17, factLine: 14 } }
/** From the picture's centre to the words. */
const OFF = { vertical: 24, horizontal: 27 }
const SIDES: readonly NameSide[] = ['below', 'above', 'right', 'left']
const SIDE_COST: Record<NameSide, number> = { below: 0, above: 3, right: 6, left: 8 }
const OVERLAP_COST = 1_000
/** Points of one edge that a name covers count up to this: one edge drawn through is one fault. */
const EDGE_MOST = 10
const ROUNDS = 3

/** At most two lines, broken where a word ends and as evenly as can be; what does not fit even then ends in an ellipsis. */
export function wrapName(name: string, { short }: Pick<WordSize, 'short'>): string[] {
  const most = short ? CHARS.short : CHARS.full
  if (name.length <= most + 1) return [name]
  const longest = (at: number) => Math.max(at, name.length - at)
  const ends = [...name.matchAll(/[-_./: ](?=.)|[a-z\d](?=[A-Z])/g)].map((found) => found.index + found[0].length)
  const fitting = ends.filter((at) => longest(at) <= most + 1).sort((a, b) => longest(a) - longest(b) || b - a)
  const at = fitting[0] ?? ends.filter((end) => end <= most).at(-1) ?? most
  const rest = name.slice(at)
  return [name.slice(0, at), rest.length <= most + 1 ? rest : `${rest.slice(0, most)}\u2026`]
}

export function nameSize(lines: readonly string[], failing: boolean, { scale, short }: WordSize): { width: number; height: number } {
  const of = short ? NAME.short : NAME.full
  const longest = Math.max(...lines.map((line) => line.length))
  return { width: scale * Math.max(longest * of.char, of.fact), height: scale * (lines.length * of.line + (failing && !short ? 2 : 1) * of.factLine) }
}

export function nameBox(at: Point, side: NameSide, { width, height }: { width: number; height: number }): Box {
  if (side === 'right' || side === 'left') {
    const left = side === 'right' ? at.x + OFF.horizontal : at.x - OFF.horizontal - width
    return { left, right: left + width, top: at.y - height / 2, bottom: at.y + height / 2 }
  }
  const top = side === 'below' ? at.y + OFF.vertical : at.y - OFF.vertical - height
  return { left: at.x - width / 2, right: at.x + width / 2, top, bottom: top + height }
}

export function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && a.right > b.left && a.top < b.bottom && a.bottom > b.top
}

export interface NamesInput {
  nodes: readonly Named[]
  positions: Readonly<Record<string, Point>>
  /** Points along each edge. */
  paths: readonly (readonly Point[])[]
  pictures: readonly Box[]
  size: WordSize
}

export interface PlacedName extends NamePlace {
  box: Box
  /** It covers no other name and no picture. */
  free: boolean
}

/** A side for every name. Deterministic: the order of the input does not matter. */
export function placeNames({ nodes, positions, paths, pictures, size }: NamesInput): Map<string, PlacedName> {
  const placed = new Map<string, PlacedName>()
  const sorted = [...nodes].sort((a, b) => (a.id < b.id ? -1 : 1))
  for (let round = 0; round < ROUNDS; round++) {
    for (const { id, name, failing } of sorted) {
      const at = positions[id]
      if (!at) continue
      const lines = wrapName(name, size)
      const measures = nameSize(lines, failing, size)
      let best: { place: PlacedName; cost: number } | null = null
      for (const side of SIDES) {
        const box = nameBox(at, side, measures)
        if (best && best.cost <= SIDE_COST[side]) break
        const cost = SIDE_COST[side] + covered(box, id, { placed, pictures, paths })
        if (!best || cost < best.cost) best = { place: { side, lines, box, free: cost < OVERLAP_COST }, cost }
      }
      if (best) placed.set(id, best.place)
    }
  }
  return placed
}

interface Covered {
  placed: ReadonlyMap<string, PlacedName>
  pictures: readonly Box[]
  paths: readonly (readonly Point[])[]
}

function covered(box: Box, id: string, { placed, pictures, paths }: Covered): number {
  let cost = 0
  for (const picture of pictures) if (overlap(box, picture)) cost += OVERLAP_COST
  for (const [other, { box: taken }] of placed) if (other !== id && overlap(box, taken)) cost += OVERLAP_COST
  for (const path of paths) {
    let points = 0
    for (const p of path) if (p.x > box.left && p.x < box.right && p.y > box.top && p.y < box.bottom) points += 1
    cost += Math.min(EDGE_MOST, points)
  }
  return cost
}

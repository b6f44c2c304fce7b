/**
 * How a line divides into values and the texts between them. Every place where a value may begin is found going forward, those from which
 * the line's end is not reached are taken out going back; where one place is left on either side of a variable, its value is sure.
 * The places are few (a form says where a value may end), and their number is bounded.
 */
import { fitsShape, reachOf, type Shape } from './access-shapes'

export interface Parts {
  /** What stands before the first variable. */
  prefix: string
  variables: readonly string[]
  /** What follows each variable; empty at most behind the last one. */
  literals: readonly string[]
  shapes: readonly Shape[]
}

export interface Place {
  start: number
  end: number
}

/** Places at which a value may begin, and looks at values: a line that needs more of them was made to cost. */
const STARTS_MAX = 256
const LOOKS_MAX = 20_000

/** Where each variable's value stands, null where that is not sure; null where the line doesn't divide at all. */
export function divide(line: string, { prefix, literals, shapes }: Parts): (Place | null)[] | null {
  if (!line.startsWith(prefix)) return null
  const budget = { looks: LOOKS_MAX }
  // [i]: where value i may begin; what a value may end at is the next one's beginning less the text between them.
  const starts: number[][] = [[prefix.length]]
  const ends: Ends[] = []
  for (let i = 0; i < shapes.length; i++) {
    const literal = literals[i] ?? ''
    const shape = shapes[i]
    if (shape === undefined) return null
    const found = i === shapes.length - 1 ? lastEnds(line, literal, starts[i] ?? [], shape) : endsOf(line, literal, starts[i] ?? [], shape, budget)
    if (found.size === 0 || found.size > STARTS_MAX || budget.looks < 0) return null
    ends.push(found)
    starts.push([...found.keys()].sort((a, b) => a - b).map((end) => end + literal.length))
  }
  return placesOf(ends, literals)
}

/** Ends with the beginnings that they have. */
type Ends = Map<number, number[]>

function lastEnds(line: string, literal: string, starts: readonly number[], shape: Shape): Ends {
  const end = line.length - literal.length
  const fitting = line.endsWith(literal)
    ? starts.filter((start) => start <= end && reachOf(shape, line, start) >= end && fitsShape(shape, line.slice(start, end)))
    : []
  return fitting.length === 0 ? new Map() : new Map([[end, fitting]])
}

function endsOf(line: string, literal: string, starts: readonly number[], shape: Shape, budget: { looks: number }): Ends {
  const ends: Ends = new Map()
  for (const start of starts) {
    const reach = reachOf(shape, line, start)
    for (let end = line.indexOf(literal, start); end >= 0 && end <= reach; end = line.indexOf(literal, end + 1)) {
      if (--budget.looks < 0 || ends.size > STARTS_MAX) return ends
      if (!fitsShape(shape, line.slice(start, end))) continue
      const known = ends.get(end)
      if (known === undefined) ends.set(end, [start])
      else known.push(start)
    }
  }
  return ends
}

/** From the end back: only what the end is reached from counts. */
function placesOf(ends: readonly Ends[], literals: readonly string[]): (Place | null)[] {
  const places: (Place | null)[] = []
  let reached = new Set(ends.at(-1)?.keys())
  for (let i = ends.length - 1; i >= 0; i--) {
    const alive = [...(ends[i] ?? [])].filter(([end]) => reached.has(end))
    const starts = new Set(alive.flatMap(([, from]) => from))
    const [end] = alive[0] ?? [0]
    const [start = 0] = starts
    places.unshift(alive.length === 1 && starts.size === 1 ? { start, end } : null)
    const before = literals[i - 1]?.length ?? 0
    reached = new Set([...starts].map((at) => at - before))
  }
  return places
}

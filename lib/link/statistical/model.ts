/**
 * A model is what was learned from a sealed set, as plain JSON under the hash of its content: the same set gives the same model, and a
 * link that names its model can be explained and made again.
 */
import { hashHalves } from '#lib/base/hash'
import type { Calibration } from './calibrate'
import type { Sources } from './candidates'
import type { Clocks } from './clocks'
import { BINS } from './delay'
import { EdgeTable, viewEdges, viewShares, type AnchorCounts, type Counts, type Origin } from './edges'
import type { Guards } from './guards'
import type { Known } from './known'
import type { Succession } from './order'
import type { TestedPair } from './reliability'
import { typesFromJson, typesToJson, type ValueTypes, type ValueTypesJson } from './value-types'
import { Names } from './window'

/** Edges learned, with what is needed to turn counts into rates. */
export interface Learned {
  table: EdgeTable
  anchors: AnchorCounts
  /** Effects of each opening. */
  openings: Map<number, number>
  /** Openings that may have several causes: how readily a further one joins (Graph.gather). */
  gather: Map<number, number>
  /** Asynchronous openings: places in order of preference; a span sends from the first that it has. */
  ranks: Map<number, readonly number[]>
  guards: Guards
  types: ValueTypes
  /** Time in which anything was recorded. */
  activeUnits: number
}

type Sparse = [bin: number, count: number][]
interface CountsJson {
  mass: number
  call: Sparse
  back: Sparse
}

export interface ModelBody {
  format: 1
  unitMs: number
  /** Of the tables below, which are by index. */
  names: string[]
  /** How the spans of a service begin that nearly always begin the same way. */
  usual: [service: number, opening: number][]
  succession: Succession
  clocks: Clocks
  sites: { opening: number; before: number; origin: Origin; counts: CountsJson; after: ({ place: number } & CountsJson)[] }[]
  wrongBack: { opening: number; back: Sparse }[]
  shares: { opening: number; service: number; right: number[]; wrong: number[] }[]
  outside: [opening: number, mass: number][]
  effects: [opening: number, seen: number][]
  openings: [opening: number, count: number][]
  anchors: [before: number, count: number, after: [place: number, count: number][]][]
  gather: [opening: number, units: number][]
  ranks: [opening: number, places: number[]][]
  guards: [pair: number, ms: number][]
  /** How values of each type flow; models of before have none. */
  values?: ValueTypesJson
  activeUnits: number
  calibration: Calibration
  /** How it did on links that were hidden from it. */
  tested: TestedPair[]
  /** Certain links that it was fitted on. */
  certain: number
}

export interface Model extends ModelBody {
  /** 16 hex digits of the content's hash. */
  hash: string
}

/** No longer delay is looked for: what a queue can be told to hold a message back. */
const MOST_REACH_MS = 900_000
/** Counts are rounded to this, so that the JSON is short and a model read back is the model written. */
const GRAIN = 1e4

const rounded = (x: number): number => Math.round(x * GRAIN) / GRAIN

export function sealModel(parts: {
  unitMs: number
  usual: ReadonlyMap<number, number>
  names: readonly string[]
  succession: Succession
  clocks: Clocks
  learned: Learned
  calibration: Calibration
  tested: TestedPair[]
  certain: number
}): Model {
  const { table, anchors, openings, gather, ranks, guards, types, activeUnits } = parts.learned
  const body: ModelBody = {
    format: 1,
    unitMs: parts.unitMs,
    names: [...parts.names],
    usual: [...parts.usual].sort((a, b) => a[0] - b[0]),
    succession: parts.succession,
    clocks: parts.clocks,
    sites: byKey(table.sites).flatMap(([opening, sites]) =>
      byKey(sites).map(([before, site]) => ({
        opening,
        before,
        origin: site.origin,
        counts: countsJson(site),
        after: byKey(site.after).map(([place, counts]) => ({ place, ...countsJson(counts) })),
      })),
    ),
    wrongBack: byKey(table.wrongBack).map(([opening, back]) => ({ opening, back: sparse(back) })),
    shares: byKey(table.shares).flatMap(([opening, services]) =>
      byKey(services).map(([service, { right, wrong }]) => ({ opening, service, right: [...right].map(rounded), wrong: [...wrong].map(rounded) })),
    ),
    outside: byKey(table.outside).map(([opening, mass]) => [opening, rounded(mass)]),
    effects: byKey(table.effects),
    openings: byKey(openings),
    anchors: byKey(anchors.before).map(([before, count]) => [before, count, byKey(anchors.gap.get(before) ?? new Map<number, number>())]),
    gather: byKey(gather).map(([opening, units]) => [opening, rounded(units)]),
    ranks: byKey(ranks).map(([opening, places]) => [opening, [...places]]),
    guards: [...guards].sort((a, b) => a[0] - b[0]),
    values: typesToJson(types),
    activeUnits,
    calibration: roundedCalibration(parts.calibration),
    tested: parts.tested,
    certain: parts.certain,
  }
  const { hi, lo } = hashHalves(JSON.stringify(body))
  const hex = (n: number): string => (n >>> 0).toString(16).padStart(8, '0')
  return { ...body, hash: hex(hi) + hex(lo) }
}

function roundedCalibration(c: Calibration): Calibration {
  const shift = Object.fromEntries(
    Object.entries(c.shift)
      .sort((a, b) => (a[0] < b[0] ? -1 : 1))
      .map(([k, v]) => [k, rounded(v)]),
  )
  const curves = c.borrowed?.curves.map(({ a, b, c: at }) => ({ a: rounded(a), b: rounded(b), c: rounded(at) })) ?? []
  const borrowed = c.borrowed
    ? { borrowed: { kinds: Object.fromEntries(Object.entries(c.borrowed.kinds).sort((a, b) => (a[0] < b[0] ? -1 : 1))), curves } }
    : {}
  return { ...c, ...borrowed, a: rounded(c.a), b: rounded(c.b), c: rounded(c.c), ceiling: Math.round(c.ceiling * 1e6) / 1e6, shift }
}

const byKey = <T>(map: Map<number, T>): [number, T][] => [...map].sort((a, b) => a[0] - b[0])
const countsJson = (c: Counts): CountsJson => ({ mass: rounded(c.mass), call: sparse(c.call), back: sparse(c.back) })

function sparse(counts: Float64Array): Sparse {
  const out: Sparse = []
  counts.forEach((count, bin) => {
    if (rounded(count) > 0) out.push([bin, rounded(count)])
  })
  return out
}

function dense(list: Sparse): Float64Array {
  const out = new Float64Array(BINS)
  for (const [bin, count] of list) out[bin] = count
  return out
}

const readCounts = (c: CountsJson): Counts => ({ mass: c.mass, call: dense(c.call), back: dense(c.back) })

function addTo(sum: Float64Array, more: Float64Array): void {
  more.forEach((v, i) => {
    sum[i] = (sum[i] ?? 0) + v
  })
}

export function openModel(model: Model): { names: Names; learned: Learned } {
  const names = new Names()
  for (const name of model.names) names.of(name)
  const table = new EdgeTable()
  for (const { opening, before, origin, counts, after } of model.sites) {
    const site = Object.assign(table.site(opening, before), readCounts(counts), { origin })
    for (const { place, ...rest } of after) site.after.set(place, readCounts(rest))
    table.all.mass += site.mass
    addTo(table.all.call, site.call)
    addTo(table.all.back, site.back)
  }
  for (const { opening, back } of model.wrongBack) {
    table.wrongBack.set(opening, dense(back))
    addTo(table.wrongBackAll, dense(back))
  }
  for (const { opening, service, right, wrong } of model.shares) {
    right.forEach((count, share) => table.addShare(opening, service, share, count, wrong[share] ?? 0))
  }
  for (const [opening, mass] of model.outside) table.outside.set(opening, mass)
  for (const [opening, seen] of model.effects) table.effects.set(opening, seen)
  const anchors: AnchorCounts = { before: new Map(), gap: new Map() }
  for (const [before, count, after] of model.anchors) {
    anchors.before.set(before, count)
    anchors.gap.set(before, new Map(after))
  }
  const { activeUnits } = model
  const [openings, gather, ranks] = [new Map(model.openings), new Map(model.gather), new Map(model.ranks)]
  return { names, learned: { table, anchors, openings, gather, ranks, guards: new Map(model.guards), types: typesFromJson(model.values), activeUnits } }
}

export function sourcesOf(learned: Learned, unitMs: number, known: Known): Sources {
  const { table, anchors, openings, gather, ranks, guards, activeUnits } = learned
  const rates = new Map<number, number>()
  for (const [opening, count] of openings) {
    const seen = table.effects.get(opening) ?? 0
    const share = ((table.outside.get(opening) ?? 0) + 0.05) / (seen + (seen > 0 ? 0.5 : 0.1))
    rates.set(opening, (Math.min(1, share) * count) / activeUnits)
  }
  const unseen = 1 / activeUnits
  return {
    edges: viewEdges(table, anchors, MOST_REACH_MS / unitMs),
    shares: viewShares(table),
    outsideRate: (opening) => rates.get(opening) ?? unseen,
    gather: (opening) => gather.get(opening) ?? 0,
    ranks,
    guards,
    unitMs,
    known,
  }
}

/**
 * How far before an effect, in ms, its cause can have logged by this model, and how far behind it by clocks: a window scored in parts needs
 * that much context on either side for its links to be those of the whole.
 */
export function reachMs(model: Model): number {
  let units = 0
  for (const sites of sourcesOf(openModel(model).learned, model.unitMs, new Map()).edges.values())
    for (const { low, high } of sites.values()) units = Math.max(units, high, -low)
  return Math.min(MOST_REACH_MS, Math.ceil(units * model.unitMs))
}

/**
 * Types of values, and how they flow. A type is a field of a line (service, template, field); of each two of them the lines around tell how
 * often a value of the one stands in the other too, which of the two comes first, and whether one meets one or several (as in Stitch, OSDI
 * 2016, with time: causality lies in the order). A type whose values many spans share is a hub and joins nothing.
 */
import type { Window } from './window'

/** Spans around that may carry a value which tells one story from another. */
const MOST_CARRIERS = 16
/** How far values are followed, in ms, and by how much clocks may be off, in ms. */
const REACH_MS = 60_000
const AHEAD_MS = 45
/** Half of the time in which a value's spans are counted, in ms. */
const AROUND_MS = 300_000
/** Spans that the values of a hub are carried by within that time: of one value in twenty, or more. */
const HUB_SPANS = 20
const HUB_SHARE = 0.05
/** Values that a pair of types must share before anything is said of it. */
const LEAST_SEEN = 5
/** Share of the values in which the one that flows comes first. */
const NEARLY_ALL = 0.98
/** Mean number of the others from which one meets several. */
const SEVERAL = 1.05

/** How the values of one type are met again in another. */
export interface Flow {
  /** Values of the effect's type that stood in the cause's too, and how often the cause's span began before. */
  seen: number
  first: number
  /** Pairs of spans, and the different spans on the cause's side. */
  pairs: number
  causes: number
}

export interface ValueTypes {
  /** Effect's type -> cause's type -> how values flow between them. */
  flows: Map<string, Map<string, Flow>>
  /** Effects that carry a rare value of the type. */
  effects: Map<string, number>
  hubs: ReadonlySet<string>
}

/** Where a value stands first in a span: the line, and which of its values it is; -1 where it does not. */
export function placeOf({ lines }: Window, span: number, value: number): { line: number; at: number } {
  const of = lines[span] ?? []
  for (let line = 0; line < of.length; line++) {
    const at = of[line]?.values.indexOf(value) ?? -1
    if (at >= 0) return { line, at }
  }
  return { line: -1, at: -1 }
}

export function typeAt({ spans, lines }: Window, span: number, { line, at }: { line: number; at: number }): { key: string; template: string } {
  const of = lines[span]?.[line]
  const template = of?.template ?? ''
  return { key: `${spans[span]?.service ?? ''}\n${template}\n${of?.fields?.[at] ?? ''}`, template }
}

/** Type of a value by the first line of the span that carries it. */
export const typeOf = (window: Window, span: number, value: number): string => typeAt(window, span, placeOf(window, span, value)).key

export function learnTypes(window: Window): ValueTypes {
  const hubs = hubsOf(window)
  const types: ValueTypes = { flows: new Map(), effects: new Map(), hubs }
  const senders = new Map<Flow, Set<number>>()
  for (let e = 0; e < window.spans.length; e++) {
    const startMs = window.startMs[e] ?? 0
    for (const { value, spans } of window.sharing.rare(e)) {
      if (spans > MOST_CARRIERS) break
      const effect = typeOf(window, e, value)
      if (hubs.has(effect)) continue
      types.effects.set(effect, (types.effects.get(effect) ?? 0) + 1)
      const met = new Map<string, number[]>()
      for (const s of window.sharing.carriers(value, startMs - REACH_MS, startMs + REACH_MS)) {
        if (window.service[s] === window.service[e]) continue
        const cause = typeOf(window, s, value)
        const list = met.get(cause)
        if (list) list.push(s)
        else met.set(cause, [s])
      }
      for (const [cause, list] of met) if (!hubs.has(cause)) count(window, flowOf(types, effect, cause), senders, e, list)
    }
  }
  for (const [flow, causes] of senders) flow.causes = causes.size
  return types
}

function flowOf({ flows }: ValueTypes, effect: string, cause: string): Flow {
  let of = flows.get(effect)
  if (!of) flows.set(effect, (of = new Map()))
  let flow = of.get(cause)
  if (!flow) of.set(cause, (flow = { seen: 0, first: 0, pairs: 0, causes: 0 }))
  return flow
}

function count(window: Window, flow: Flow, senders: Map<Flow, Set<number>>, e: number, spans: readonly number[]): void {
  const before = spans.filter((s) => (window.startMs[s] ?? 0) <= (window.startMs[e] ?? 0) + AHEAD_MS)
  flow.seen++
  if (before.length > 0) flow.first++
  flow.pairs += before.length
  let of = senders.get(flow)
  if (!of) senders.set(flow, (of = new Set()))
  for (const s of before) of.add(s)
}

/** Types of which too many values are shared by too many. */
function hubsOf(window: Window): Set<string> {
  const carriers = new Map<number, number[]>()
  window.lines.forEach((lines, s) => {
    for (const value of new Set(lines.flatMap((line) => line.values))) {
      const list = carriers.get(value)
      if (list) list.push(s)
      else carriers.set(value, [s])
    }
  })
  const counts = new Map<string, { values: number; crowded: number }>()
  for (const [value, list] of carriers) {
    if (list.length < 2) continue
    const crowded = list.length > HUB_SPANS && mostAtOnce(window, list) > HUB_SPANS
    for (const type of new Set((list.length > HUB_SPANS ? list.slice(0, HUB_SPANS) : list).map((s) => typeOf(window, s, value)))) {
      let of = counts.get(type)
      if (!of) counts.set(type, (of = { values: 0, crowded: 0 }))
      of.values++
      if (crowded) of.crowded++
    }
  }
  return new Set([...counts].filter(([, { values, crowded }]) => crowded > HUB_SHARE * values).map(([type]) => type))
}

/** Most spans of a list by time that lie within the time around one of them. */
function mostAtOnce({ startMs }: Window, list: readonly number[]): number {
  let most = 0
  let from = 0
  list.forEach((s, i) => {
    while ((startMs[list[from] ?? 0] ?? 0) < (startMs[s] ?? 0) - 2 * AROUND_MS) from++
    most = Math.max(most, i - from + 1)
  })
  return most
}

/** Whether values of the one type come from the other: it nearly always has them first. Undefined where too few were seen. */
export function flowsTo({ seen, first }: Flow): boolean | undefined {
  return seen < LEAST_SEEN ? undefined : first >= NEARLY_ALL * seen
}

/** How many effects meet how many causes: `1:n` is one cause with several effects. */
export function shapeOf({ seen, pairs, causes }: Flow): '1:1' | '1:n' | 'n:1' | 'm:n' {
  const several = { causes: pairs > SEVERAL * seen, effects: pairs > SEVERAL * causes }
  return several.causes ? (several.effects ? 'm:n' : 'n:1') : several.effects ? '1:n' : '1:1'
}

/** As it is stored: names by index, and what too little is known of left out. */
export interface ValueTypesJson {
  names: string[]
  hubs: number[]
  flows: [effect: number, cause: number, seen: number, first: number, pairs: number, causes: number][]
}

export function typesToJson({ flows, hubs }: ValueTypes): ValueTypesJson {
  const told = [...flows].flatMap(([effect, causes]) => [...causes].flatMap(([cause, flow]) => (flow.seen < LEAST_SEEN ? [] : [{ effect, cause, flow }])))
  const names = [...new Set([...hubs, ...told.flatMap(({ effect, cause }) => [effect, cause])])].sort()
  const at = new Map(names.map((name, i) => [name, i]))
  const index = (name: string): number => at.get(name) ?? 0
  const rows = told.map(({ effect, cause, flow }): ValueTypesJson['flows'][number] => [
    index(effect), index(cause), flow.seen, flow.first, flow.pairs, flow.causes,
  ]) // prettier-ignore
  return { names, hubs: [...hubs].map(index).sort((a, b) => a - b), flows: rows.sort((a, b) => a[0] - b[0] || a[1] - b[1]) }
}

export function typesFromJson(json: ValueTypesJson | undefined): ValueTypes {
  const types: ValueTypes = { flows: new Map(), effects: new Map(), hubs: new Set(json?.hubs.map((at) => json.names[at] ?? '')) }
  for (const [effect, cause, seen, first, pairs, causes] of json?.flows ?? [])
    Object.assign(flowOf(types, json?.names[effect] ?? '', json?.names[cause] ?? ''), { seen, first, pairs, causes })
  return types
}

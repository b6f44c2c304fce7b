/**
 * Values that two spans share, weighed by how rare they are around them: an order's number in two spans of the same minute says much,
 * a customer's in two hundred nothing. The evidence of a pair is its rarest common value, in classes of how many spans carry it.
 */
import type { Window } from './window'

/** Spans that carry it: the effect has none, 2, 3-4, 5-8, 9-16, 17-32, 33-64, 65-128, 129-256, and last where it has some and shares none of them. */
export const SHARES = 10
const UNSHARED = SHARES - 1
const MOST_SPANS = 256
/** Around an effect, how far its values are counted, in ms. */
const AROUND_MS = 300_000
const MOST_VALUES = 48

export interface Sharing {
  /** The effect's values that few spans around it carry, rarest first, with how many do. */
  rare(effect: number): RareValue[]
  has(span: number, value: number): boolean
  /** Spans that carry it and begin in that time. */
  carriers(value: number, fromMs: number, toMs: number): readonly number[]
  /** How many spans of a service there are around an effect for one of them that carries the value. */
  rarity(effect: number, service: number, value: number): number
}

export interface RareValue {
  value: number
  spans: number
}

export function indexValues(window: Window): Sharing {
  const ofSpan = window.lines.map((lines) => {
    const values = new Set<number>()
    for (const line of lines) for (const value of line.values) values.add(value)
    return Float64Array.from(values).sort()
  })
  const carriers = new Map<number, number[]>()
  ofSpan.forEach((values, s) => {
    for (const value of values) {
      const list = carriers.get(value)
      if (list) list.push(s)
      else carriers.set(value, [s])
    }
  })
  // Spans are in order of time, so a value's carriers around a moment are a slice of its list.
  const count = (list: readonly number[], fromMs: number, toMs: number): number => bound(window, list, toMs) - bound(window, list, fromMs)
  const known = new Map<number, RareValue[]>()
  const rare = (effect: number): RareValue[] => {
    const before = known.get(effect)
    if (before) return before
    const at = window.startMs[effect] ?? 0
    const out: RareValue[] = []
    for (const value of ofSpan[effect] ?? []) {
      const list = carriers.get(value) ?? []
      if (list.length < 2) continue
      const spans = count(list, at - AROUND_MS, at + AROUND_MS)
      if (spans >= 2 && spans <= MOST_SPANS) out.push({ value, spans })
    }
    const list = out.sort((a, b) => a.spans - b.spans || a.value - b.value).slice(0, MOST_VALUES)
    known.set(effect, list)
    return list
  }
  const around = (value: number, fromMs: number, toMs: number): number[] => {
    const list = carriers.get(value) ?? []
    return list.slice(bound(window, list, fromMs), bound(window, list, toMs))
  }
  const ofService = new Map<number, number[]>()
  window.service.forEach((service, s) => {
    const list = ofService.get(service)
    if (list) list.push(s)
    else ofService.set(service, [s])
  })
  const rarity = (effect: number, service: number, value: number): number => {
    const at = window.startMs[effect] ?? 0
    const carrying = around(value, at - AROUND_MS, at + AROUND_MS).filter((s) => window.service[s] === service).length
    return count(ofService.get(service) ?? [], at - AROUND_MS, at + AROUND_MS) / Math.max(1, carrying)
  }
  return { rarity, rare, has: (span, value) => includes(ofSpan[span], value), carriers: around }
}

/** Class of a value that so many spans carry. */
export const shareClass = (spans: number): number => Math.min(UNSHARED - 1, Math.ceil(Math.log2(spans)))

export const isShared = (share: number): boolean => share > 0 && share < UNSHARED

/** Class of the rarest value that the cause has too. */
export function shareOf(sharing: Sharing, rare: readonly RareValue[], cause: number): number {
  for (const { value, spans } of rare) if (sharing.has(cause, value)) return shareClass(spans)
  return rare.length > 0 ? UNSHARED : 0
}

function bound(window: Window, list: readonly number[], ms: number): number {
  let lo = 0
  let hi = list.length
  while (lo < hi) {
    const mid = (lo + hi) >> 1
    if ((window.startMs[list[mid] ?? 0] ?? 0) < ms) lo = mid + 1
    else hi = mid
  }
  return lo
}

function includes(sorted: Float64Array | undefined, value: number): boolean {
  if (!sorted) return false
  let lo = 0
  let hi = sorted.length - 1
  while (lo <= hi) {
    const mid = (lo + hi) >> 1
    const at = sorted[mid] ?? 0
    if (at === value) return true
    if (at < value) lo = mid + 1
    else hi = mid - 1
  }
  return false
}

/**
 * Clocks of services against each other, from links that are certain: a synchronous callee lies inside a gap of its caller, so each
 * link says by how much the callee's clock may be off. The offset that most links of a pair of services allow is that pair's.
 */
import type { CertainLink, LineInput, SpanInput } from './types'

/** service -> how far its clock is ahead, in ms; only those that are off. */
export type Clocks = Record<string, number>

const MOST_MS = 5_000
const LEAST_LINKS = 4
/** Zero stays zero while this share of what the best offset allows is allowed at zero. */
const GOOD_ENOUGH = 0.7
/** Share of a pair's links that must allow one offset. */
const AGREEING = 0.8
const SWEEPS = 200

interface Pair {
  cause: string
  effect: string
  offset: number
  weight: number
}

export function learnClocks(spans: readonly SpanInput[], certain: readonly CertainLink[]): Clocks {
  const byId = new Map(spans.map((span) => [span.id, span]))
  const allowed = new Map<string, { cause: string; effect: string; links: [number, number][][] }>()
  for (const link of certain) {
    const cause = link.cause === null ? undefined : byId.get(link.cause)
    const effect = byId.get(link.effect)
    if (!cause || !effect || cause.service === effect.service) continue
    const intervals = offsetsAllowed(cause, effect)
    if (intervals.length === 0) continue
    const key = `${cause.service}\n${effect.service}`
    const pair = allowed.get(key)
    if (pair) pair.links.push(intervals)
    else allowed.set(key, { cause: cause.service, effect: effect.service, links: [intervals] })
  }
  const pairs: Pair[] = []
  for (const [, { cause, effect, links }] of [...allowed].sort((a, b) => (a[0] < b[0] ? -1 : 1))) {
    if (links.length < LEAST_LINKS) continue
    const agreed = mostAllowed(links)
    if (agreed) pairs.push({ cause, effect, ...agreed })
  }
  return settle(pairs)
}

/** What must be taken from the effect's times to put it inside one of the cause's gaps. */
function offsetsAllowed(cause: SpanInput, effect: SpanInput): [number, number][] {
  const times = cause.lines.map((l) => l.timeMs).sort((a, b) => a - b)
  const start = effect.startMs ?? firstOf(effect.lines)
  const end = Math.max(effect.endMs ?? -Infinity, lastOf(effect.lines), start)
  const out: [number, number][] = []
  for (let i = 1; i < times.length; i++) {
    const low = end - (times[i] ?? 0)
    const high = start - (times[i - 1] ?? 0)
    if (low <= high && low < MOST_MS && high > -MOST_MS) out.push([low, high])
  }
  return out
}

const firstOf = (lines: readonly LineInput[]): number => lines.reduce((t, l) => Math.min(t, l.timeMs), Infinity)
const lastOf = (lines: readonly LineInput[]): number => lines.reduce((t, l) => Math.max(t, l.timeMs), -Infinity)

/** The middle of the offsets that most links allow (Marzullo's intersection); ties go to the one nearest to zero. */
function mostAllowed(links: [number, number][][]): { offset: number; weight: number } | null {
  const edges = links.flat().flatMap(([low, high]): [number, number][] => [
    [low, 1],
    [Math.max(high, low + 1e-6), -1],
  ])
  // Ends before beginnings: an effect of one moment must not count for both gaps that meet there.
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  let count = 0
  let atZero = 0
  let best = { count: 0, offset: 0, from: 0, to: 0 }
  edges.forEach(([at, step], i) => {
    count += step
    const to = edges[i + 1]?.[0] ?? at
    if (at <= 0 && to > 0) atZero = count
    const offset = (at + to) / 2
    if (count > best.count || (count === best.count && Math.abs(offset) < Math.abs(best.offset))) best = { count, offset, from: at, to }
  })
  // Where the links do not agree, the calls are not synchronous, and say nothing about clocks.
  if (best.count < AGREEING * links.length) return null
  const keepZero = atZero >= GOOD_ENOUGH * best.count
  return { offset: keepZero ? 0 : best.offset, weight: best.count / (1 + best.to - best.from) }
}

/** One offset for each service that agrees best with those of its pairs; held at zero by a small weight. */
function settle(pairs: readonly Pair[]): Clocks {
  const clocks = new Map<string, number>()
  for (const p of pairs) clocks.set(p.cause, 0).set(p.effect, 0)
  const services = [...clocks.keys()].sort()
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (const service of services) {
      let sum = 0
      let weight = 0.01
      for (const p of pairs) {
        if (p.effect === service) sum += p.weight * ((clocks.get(p.cause) ?? 0) + p.offset)
        else if (p.cause === service) sum += p.weight * ((clocks.get(p.effect) ?? 0) - p.offset)
        else continue
        weight += p.weight
      }
      clocks.set(service, sum / weight)
    }
  }
  return Object.fromEntries(services.map((s) => [s, Math.round(clocks.get(s) ?? 0)] as const).filter(([, ms]) => Math.abs(ms) >= 3))
}

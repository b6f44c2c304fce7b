/**
 * The order of a span's lines that bear the same time. Platforms keep milliseconds and no order within one, so it is learned: which
 * template follows which within a moment, where the times do tell.
 */
import type { LineInput } from './types'

/** `from\nto` of templates of one service -> how often `to` came right after `from`, soon. */
export type Succession = Record<string, number>

/** What counts as soon, in units of the clock's resolution. */
const SOON = 2
/** Larger groups of equal time are ordered step by step instead of trying every order. */
const MOST_TRIED = 5

const key = (service: string, from: string, to: string): string => `${service}\n${from}\n${to}`

export function learnSuccession(spans: Iterable<{ service: string; lines: readonly LineInput[] }>, unitMs: number): Succession {
  const counts = new Map<string, number>()
  for (const span of spans) {
    const sorted = byTime(span.lines)
    const alone = (i: number): boolean => sorted[i - 1]?.timeMs !== sorted[i]?.timeMs && sorted[i + 1]?.timeMs !== sorted[i]?.timeMs
    for (let i = 1; i < sorted.length; i++) {
      const from = sorted[i - 1]
      const to = sorted[i]
      if (!from || !to || to.timeMs - from.timeMs > SOON * unitMs || !alone(i - 1) || !alone(i)) continue
      const k = key(span.service, from.template, to.template)
      counts.set(k, (counts.get(k) ?? 0) + 1)
    }
  }
  return Object.fromEntries([...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)))
}

export function orderLines(service: string, lines: readonly LineInput[], succession: Succession): LineInput[] {
  const sorted = byTime(lines)
  const out: LineInput[] = []
  for (let from = 0, to = 1; from < sorted.length; from = to++) {
    while (to < sorted.length && sorted[to]?.timeMs === sorted[from]?.timeMs) to++
    const first = sorted[from]
    if (to === from + 1 && first) out.push(first)
    else out.push(...bestOrder(service, out.at(-1), sorted.slice(from, to), sorted[to], succession))
  }
  return out
}

function byTime(lines: readonly LineInput[]): LineInput[] {
  return [...lines].sort((a, b) => a.timeMs - b.timeMs || (a.template < b.template ? -1 : a.template > b.template ? 1 : 0))
}

/** Log of how often lines follow each other, by service and templates: looked up for every two lines of one time, and long to spell as a key. */
type Steps = Map<string, Map<string, Map<string, number>>>
const steps = new WeakMap<Succession, Steps>()

function stepOf(succession: Succession, service: string, from: string, to: string): number {
  let known = steps.get(succession)
  if (!known) steps.set(succession, (known = new Map()))
  let ofService = known.get(service)
  if (!ofService) known.set(service, (ofService = new Map()))
  let after = ofService.get(from)
  if (!after) ofService.set(from, (after = new Map()))
  let step = after.get(to)
  if (step === undefined) after.set(to, (step = Math.log1p(succession[key(service, from, to)] ?? 0)))
  return step
}

function bestOrder(service: string, before: LineInput | undefined, group: LineInput[], after: LineInput | undefined, succession: Succession): LineInput[] {
  const step = (from: LineInput | undefined, to: LineInput | undefined): number => (from && to ? stepOf(succession, service, from.template, to.template) : 0)
  if (group.length > MOST_TRIED) return greedy(before, group, step)
  let best = group
  let bestScore = -1
  for (const order of permutations(group)) {
    let score = 0.5 * step(before, order[0]) + 0.5 * step(order.at(-1), after)
    for (let i = 1; i < order.length; i++) score += step(order[i - 1], order[i])
    if (score > bestScore + 1e-9) {
      best = order
      bestScore = score
    }
  }
  return best
}

function greedy(before: LineInput | undefined, group: LineInput[], step: (a: LineInput | undefined, b: LineInput) => number): LineInput[] {
  const left = [...group]
  const out: LineInput[] = []
  let last = before
  while (left.length > 0) {
    let pick = 0
    for (let i = 1; i < left.length; i++) {
      const a = left[i]
      const b = left[pick]
      if (a && b && step(last, a) > step(last, b)) pick = i
    }
    last = left.splice(pick, 1)[0]
    if (last) out.push(last)
  }
  return out
}

function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length < 2) {
    yield [...items]
    return
  }
  for (let i = 0; i < items.length; i++) {
    const head = items[i]
    if (head === undefined) continue
    for (const rest of permutations([...items.slice(0, i), ...items.slice(i + 1)])) yield [head, ...rest]
  }
}

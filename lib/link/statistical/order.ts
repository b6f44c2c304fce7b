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
    const groups = byTime(span.lines)
    for (let i = 1; i < groups.length; i++) {
      const before = groups[i - 1] ?? []
      const after = groups[i] ?? []
      const from = before[0]
      const to = after[0]
      if (!from || !to || before.length > 1 || after.length > 1 || to.timeMs - from.timeMs > SOON * unitMs) continue
      const k = key(span.service, from.template, to.template)
      counts.set(k, (counts.get(k) ?? 0) + 1)
    }
  }
  return Object.fromEntries([...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1)))
}

export function orderLines(service: string, lines: readonly LineInput[], succession: Succession): LineInput[] {
  const groups = byTime(lines)
  const out: LineInput[] = []
  groups.forEach((group, i) => {
    if (group.length === 1) out.push(...group)
    else out.push(...bestOrder(service, out.at(-1), group, groups[i + 1]?.[0], succession))
  })
  return out
}

function byTime(lines: readonly LineInput[]): LineInput[][] {
  const sorted = [...lines].sort((a, b) => a.timeMs - b.timeMs || (a.template < b.template ? -1 : a.template > b.template ? 1 : 0))
  const groups: LineInput[][] = []
  for (const line of sorted) {
    const last = groups.at(-1)
    if (last?.[0]?.timeMs === line.timeMs) last.push(line)
    else groups.push([line])
  }
  return groups
}

function bestOrder(service: string, before: LineInput | undefined, group: LineInput[], after: LineInput | undefined, succession: Succession): LineInput[] {
  const step = (from: LineInput | undefined, to: LineInput | undefined): number =>
    from && to ? Math.log1p(succession[key(service, from.template, to.template)] ?? 0) : 0
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

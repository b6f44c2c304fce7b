/** What simpler rules give on the same spans; each claims certainty for whatever it links. */
import { Names, openWindow, type Window } from '#lib/link/statistical/window'
import type { CertainLink, SpanInput } from '#lib/link/statistical/types'
import type { Predicted } from '#lib/evaluate/measure'

type Rule = (window: Window, certain: readonly CertainLink[]) => (number | undefined)[]

const SHARED_WITHIN_MS = 15 * 60_000
const OPEN_WITHIN_MS = 10_000

export const BASELINES: Record<string, Rule> = {
  'nearest candidate': nearest,
  'first come first served': firstCome,
  'shared value within 15 min': (window) => shared(window, SHARED_WITHIN_MS),
  'union of values': union,
}

export function predictBy(rule: Rule, spans: readonly SpanInput[], certain: readonly CertainLink[]): Predicted[] {
  const window = openWindow(spans, new Names(), { succession: {}, clocks: {} })
  const known = new Set(certain.map((link) => link.effect))
  return rule(window, certain).flatMap((cause, e): Predicted[] => {
    const effect = window.spans[e]?.id ?? ''
    const id = cause === undefined ? undefined : window.spans[cause]?.id
    return id === undefined || known.has(effect) ? [] : [{ effect, cause: id, confidence: 1, tier: 'C', alternatives: [] }]
  })
}

/** Spans open, or ended a while ago, when the effect begins; the youngest 200. */
function* eachOpen(window: Window): Generator<{ e: number; open: number[] }> {
  let open: number[] = []
  for (let e = 0; e < window.spans.length; e++) {
    const at = window.startMs[e] ?? 0
    open = open.filter((s) => (window.endMs[s] ?? 0) >= at - OPEN_WITHIN_MS).slice(-200)
    yield { e, open }
    open.push(e)
  }
}

/** Last line of the span at or before a time. */
function lastLine(window: Window, span: number, at: number): number {
  let last = -1
  for (const [i, line] of (window.lines[span] ?? []).entries()) if (line.timeMs <= at) last = i
  return last
}

/** The span of another service that logged last. */
function nearest(window: Window): (number | undefined)[] {
  const out: (number | undefined)[] = []
  for (const { e, open } of eachOpen(window)) {
    const at = window.startMs[e] ?? 0
    let best = -Infinity
    for (const s of open) {
      if (window.service[s] === window.service[e]) continue
      const time = window.lines[s]?.[lastLine(window, s, at)]?.timeMs ?? -Infinity
      if (time >= best) {
        best = time
        out[e] = s
      }
    }
  }
  return out
}

/** Among the services known to call this one, the line that has waited longest and was not answered yet. */
function firstCome(window: Window, certain: readonly CertainLink[]): (number | undefined)[] {
  const at = new Map(window.spans.map((span, i) => [span.id, i]))
  const callers = new Set(certain.map((l) => `${window.service[at.get(l.cause ?? '') ?? -1]} ${window.service[at.get(l.effect) ?? -1]}`))
  const answered = new Set<string>()
  const out: (number | undefined)[] = []
  for (const { e, open } of eachOpen(window)) {
    const start = window.startMs[e] ?? 0
    let oldest = Infinity
    let place = ''
    for (const s of open) {
      if (!callers.has(`${window.service[s]} ${window.service[e]}`) || (window.endMs[s] ?? 0) < start) continue
      const i = lastLine(window, s, start)
      const time = window.lines[s]?.[i]?.timeMs ?? Infinity
      const key = `${s} ${i} ${window.service[e]}`
      if (time < oldest && !answered.has(key)) {
        oldest = time
        place = key
        out[e] = s
      }
    }
    answered.add(place)
  }
  return out
}

/** The span before this one that carries one of its values. */
function shared(window: Window, withinMs: number): (number | undefined)[] {
  const latest = new Map<number, number>()
  const out: (number | undefined)[] = []
  for (let e = 0; e < window.spans.length; e++) {
    const values = new Set((window.lines[e] ?? []).flatMap((line) => line.values))
    for (const value of values) {
      const before = latest.get(value)
      if (before !== undefined && (window.startMs[e] ?? 0) - (window.startMs[before] ?? 0) <= withinMs && before > (out[e] ?? -1)) out[e] = before
      latest.set(value, e)
    }
  }
  return out
}

/** Everything that shares a value, over any distance, is one group; the cause is the one before. */
function union(window: Window): (number | undefined)[] {
  const parent = window.spans.map((_, i) => i)
  const find = (i: number): number => {
    let at = i
    while (parent[at] !== at) at = parent[at] = parent[parent[at] ?? 0] ?? 0
    return at
  }
  const first = new Map<number, number>()
  window.lines.forEach((lines, s) => {
    for (const value of lines.flatMap((line) => line.values)) {
      const other = first.get(value)
      if (other === undefined) first.set(value, s)
      else parent[find(s)] = find(other)
    }
  })
  const latest = new Map<number, number>()
  return window.spans.map((_, s) => {
    const group = find(s)
    const before = latest.get(group)
    latest.set(group, s)
    return before
  })
}

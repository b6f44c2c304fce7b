/**
 * A window of spans laid out for matching: flat arrays, every span, line and anchor in one fixed order, so that the input's order
 * does not matter.
 *
 * An anchor is a place in a span where it may have caused something: the gap after a line, up to the span's next line. The place
 * before the first line is one too, for logs do not say when a span began.
 *
 *   span    |  L1        L2             L3
 *   anchor  ^L1 | L1..L2  |  L2..L3      | L3..$
 *
 * A callee of a synchronous call lies inside one gap; one of an asynchronous call begins in it or later. Which of the two it is shows
 * in the learned delays from the gap's first line to the effect's start and from the effect's end to the gap's last line.
 */
import type { Clocks } from './clocks'
import { orderLines, type Succession } from './order'
import { indexValues, type Sharing } from './sharing'
import type { LineInput, SpanInput } from './types'

/** Names of places (`service\ntemplate`) as small integers. */
export class Names {
  readonly list: string[] = []
  private readonly index = new Map<string, number>()

  of(name: string): number {
    let at = this.index.get(name)
    if (at === undefined) {
      at = this.list.length
      this.index.set(name, at)
      this.list.push(name)
    }
    return at
  }

  find(name: string): number {
    return this.index.get(name) ?? -1
  }

  at(index: number): string {
    return this.list[index] ?? ''
  }
}

export interface Window {
  spans: SpanInput[]
  lines: LineInput[][]
  service: Int32Array
  /** Place of the span's first line: what kind of effect it is. */
  opening: Int32Array
  startMs: Float64Array
  endMs: Float64Array
  anchors: {
    count: number
    span: Int32Array
    /** Place of the line before the gap and after it. */
    before: Int32Array
    after: Int32Array
    /** Line index of the one before; -1 for the place before the first line. */
    line: Int32Array
    fromMs: Float64Array
    /** NaN where no line follows. */
    toMs: Float64Array
    /** First anchor of each span, and one more at the end. */
    ofSpan: Int32Array
  }
  sharing: Sharing
  /** Anchors of each `before`, by time. */
  byBefore: Map<number, Int32Array>
}

export const END = '$'

export function openWindow(input: readonly SpanInput[], names: Names, learned: { succession: Succession; clocks: Clocks }): Window {
  const { succession, clocks } = learned
  const usable = input.map((span) => shifted(span, clocks[span.service] ?? 0)).filter((span) => span.lines.length > 0 || span.startMs !== null)
  const firstOf = new Map(usable.map((span) => [span, firstTime(span)]))
  const spans = usable.sort((a, b) => (firstOf.get(a) ?? 0) - (firstOf.get(b) ?? 0) || (a.id < b.id ? -1 : 1))
  const lines = spans.map((span) => orderLines(span.service, span.lines, succession))
  const n = spans.length
  const total = lines.reduce((sum, list) => sum + list.length + 1, 0)
  const window: Window = {
    spans,
    lines,
    service: new Int32Array(n),
    opening: new Int32Array(n),
    startMs: new Float64Array(n),
    endMs: new Float64Array(n),
    anchors: {
      count: total,
      span: new Int32Array(total),
      before: new Int32Array(total),
      after: new Int32Array(total),
      line: new Int32Array(total),
      fromMs: new Float64Array(total),
      toMs: new Float64Array(total),
      ofSpan: new Int32Array(n + 1),
    },
    sharing: { rare: () => [], has: () => false, carriers: () => [], rarity: () => 0 },
    byBefore: new Map(),
  }
  fill(window, names)
  window.sharing = indexValues(window)
  return window
}

/** The span by the common clock. */
function shifted(span: SpanInput, ahead: number): SpanInput {
  if (ahead === 0) return span
  const shift = (ms: number | null): number | null => (ms === null ? null : ms - ahead)
  return {
    ...span,
    startMs: shift(span.startMs),
    endMs: shift(span.endMs),
    lines: span.lines.map((line) => ({ ...line, timeMs: line.timeMs - ahead })),
  }
}

function firstTime(span: SpanInput): number {
  let first = span.startMs ?? Infinity
  for (const line of span.lines) if (line.timeMs < first) first = line.timeMs
  return first
}

function fill(window: Window, names: Names): void {
  const { anchors } = window
  const places = new Map<string, Map<string, number>>()
  let at = 0
  window.spans.forEach((span, s) => {
    const lines = window.lines[s] ?? []
    let ofService = places.get(span.service)
    if (!ofService) places.set(span.service, (ofService = new Map()))
    const known = ofService
    const place = (line: LineInput | undefined): number => {
      const template = line?.template ?? END
      let name = known.get(template)
      if (name === undefined) known.set(template, (name = names.of(`${span.service}\n${template}`)))
      return name
    }
    const first = lines[0]
    const firstMs = first?.timeMs ?? span.startMs ?? 0
    const startMs = Math.min(span.startMs ?? firstMs, firstMs)
    window.service[s] = names.of(span.service)
    window.opening[s] = place(first)
    window.startMs[s] = startMs
    window.endMs[s] = Math.max(span.endMs ?? -Infinity, lines.at(-1)?.timeMs ?? startMs)
    anchors.ofSpan[s] = at
    for (let i = -1; i < lines.length; i++) {
      const before = lines[i]
      const after = lines[i + 1]
      anchors.span[at] = s
      anchors.line[at] = i
      anchors.before[at] = before ? place(before) : names.of(`${span.service}\n^${first?.template ?? END}`)
      anchors.after[at] = place(after)
      anchors.fromMs[at] = before ? before.timeMs : startMs
      anchors.toMs[at] = after ? after.timeMs : (span.endMs ?? NaN)
      at++
    }
  })
  anchors.ofSpan[window.spans.length] = at
  index(window)
}

function index(window: Window): void {
  const { anchors } = window
  const lists = new Map<number, number[]>()
  for (let i = 0; i < anchors.count; i++) {
    const key = anchors.before[i] ?? 0
    const list = lists.get(key)
    if (list) list.push(i)
    else lists.set(key, [i])
  }
  for (const [key, list] of lists) {
    list.sort((a, b) => (anchors.fromMs[a] ?? 0) - (anchors.fromMs[b] ?? 0) || a - b)
    window.byBefore.set(key, Int32Array.from(list))
  }
}

/** First position in `list` (anchors by time) whose gap begins at `ms` or later. */
export function lowerBound(list: Int32Array, fromMs: Float64Array, ms: number): number {
  let lo = 0
  let hi = list.length
  while (lo < hi) {
    const mid = (lo + hi) >> 1
    if ((fromMs[list[mid] ?? 0] ?? 0) < ms) lo = mid + 1
    else hi = mid
  }
  return lo
}

/** Effects of each of these openings. */
export function effectsOf(window: Window, wanted: ReadonlySet<number>): Map<number, number[]> {
  const out = new Map<number, number[]>()
  window.opening.forEach((opening, e) => {
    if (!wanted.has(opening)) return
    const list = out.get(opening)
    if (list) list.push(e)
    else out.set(opening, [e])
  })
  return out
}

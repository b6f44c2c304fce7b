/**
 * The rows of a timeline. Rows stand in causal order, never in order of clocks: where an effect seems to start before its cause the
 * clocks disagree, and the row says by how much.
 *
 *   api       #####                      work
 *   queue       ~~~~~~~~~                waiting
 *   worker               --####          cold start, work
 *   notify               ////////        not known
 *   email                [      ]        expected, not seen
 */
import type { EventDetail, TransactionDetail } from '#lib/model/api'
import type { FoldedTransaction, Unit } from './fold-transaction'
import { gapOf, isWaiting } from './waiting'
import type { CauseTree } from './cause-tree'

export interface Bar {
  kind: 'work' | 'waiting' | 'cold' | 'unknown' | 'missing'
  fromMs: number
  toMs: number
}

export interface TimelineRow {
  unit: Unit
  bars: Bar[]
  /** Offsets of events, at most MAX_TICKS; errors of severity ERROR and above apart. */
  ticks: { ms: number; error: boolean }[]
  /** How much earlier than its cause it seems to start, where clocks disagree. */
  skewMs: number | null
  /** False where the first line is only the latest possible start. */
  startExact: boolean
}

export interface Stair {
  row: number
  fromMs: number
  toMs: number
  waiting: boolean
}

export interface Timeline {
  rows: TimelineRow[]
  /** The critical path as steps from row to row, in its own order. */
  stairs: Stair[]
  fromMs: number
  toMs: number
  workMs: number
  waitingMs: number
}

/** More marks than a row has pixels say nothing. */
const MAX_TICKS = 400
/** X-Ray's times have microseconds, CloudWatch's milliseconds: less than one is rounding, not skew. */
const LEAST_SKEW_MS = 1
/** An expected effect has no length of its own; a tenth of the whole is seen and claims little. */
const MISSING_SHARE = 0.1

/** How long the runtime took to come up, as Lambda's REPORT says: before START, so before the span. */
function coldMs(unit: Unit): number {
  return Math.max(0, Number(unit.lead?.attributes['faas.init_duration_ms'] ?? 0))
}

/** Overlapping pieces of time as one. */
export function unite(pieces: { fromMs: number; toMs: number }[]): { fromMs: number; toMs: number }[] {
  const united: { fromMs: number; toMs: number }[] = []
  for (const piece of pieces.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = united.at(-1)
    if (last && piece.fromMs <= last.toMs) last.toMs = Math.max(last.toMs, piece.toMs)
    else united.push({ ...piece })
  }
  return united
}

interface Around {
  tree: CauseTree
  endMs: number
  lastEvent: Map<string, number>
}

function openBars(unit: Unit, around: Around): Bar[] {
  const seen = Math.max(unit.startMs, ...unit.spans.map((id) => Math.max(around.lastEvent.get(id) ?? -Infinity, around.tree.nodes.get(id)?.endMs ?? -Infinity)))
  const end = Math.max(around.endMs, seen)
  const work: Bar[] = seen > unit.startMs ? [{ kind: 'work', fromMs: unit.startMs, toMs: seen }] : []
  return [...work, { kind: 'unknown', fromMs: seen, toMs: end }]
}

function barsOf(unit: Unit, around: Around): Bar[] {
  if (unit.fold === 'missing') return [{ kind: 'missing', fromMs: unit.startMs, toMs: unit.startMs + around.endMs * MISSING_SHARE }]
  const kind = unit.lead && isWaiting(unit.lead) ? 'waiting' : 'work'
  if (unit.fold === 'repeat' || unit.fold === 'rest') {
    const pieces = unit.heads.flatMap((id) => around.tree.nodes.get(id) ?? []).map((node) => ({ fromMs: node.startMs, toMs: node.endMs ?? node.startMs }))
    return unite(pieces).map((piece) => ({ kind, ...piece }))
  }
  const before = waitBefore(unit, around.tree)
  if (unit.endMs === null) return [...before, ...openBars(unit, around)]
  const cold = coldMs(unit)
  const coming: Bar[] = cold > 0 ? [{ kind: 'cold', fromMs: unit.startMs - cold, toMs: unit.startMs }] : []
  return [...before, ...coming, { kind, fromMs: unit.startMs, toMs: unit.endMs }]
}

function skewOf(unit: Unit, tree: CauseTree): number | null {
  const node = tree.nodes.get(unit.id)
  const cause = node?.parent ? tree.nodes.get(node.parent) : undefined
  // A start that is only the latest possible one proves nothing about clocks.
  if (!node || !cause || !node.span.startExact || !cause.span.startExact) return null
  const early = cause.startMs - node.startMs
  return early >= LEAST_SKEW_MS ? early : null
}

function eventTicks(events: EventDetail[], originNs: bigint): Map<string, { ms: number; error: boolean }[]> {
  const bySpan = new Map<string, { ms: number; error: boolean }[]>()
  for (const event of events) {
    if (event.spanId === null || event.form === 'segment') continue
    const tick = { ms: Number(BigInt(event.timeNs) - originNs) / 1e6, error: event.severity >= 17 }
    const list = bySpan.get(event.spanId)
    if (list) list.push(tick)
    else bySpan.set(event.spanId, [tick])
  }
  return bySpan
}

function stairsOf(path: TransactionDetail['criticalPath'], rowOf: Map<string, number>, unitOfSpan: Map<string, string>): Stair[] {
  const stairs: Stair[] = []
  for (const piece of path) {
    const row = rowOf.get(unitOfSpan.get(piece.spanId) ?? '')
    if (row === undefined) continue
    const last = stairs.at(-1)
    if (last && last.row === row && last.waiting === piece.waiting && piece.startMs <= last.toMs) last.toMs = Math.max(last.toMs, piece.endMs)
    else stairs.push({ row, fromMs: piece.startMs, toMs: piece.endMs, waiting: piece.waiting })
  }
  return stairs
}

/** Between the end of a cause and the start of its effect something carried it: that time is waiting, in front of the effect's work. */
function waitBefore(unit: Unit, tree: CauseTree): Bar[] {
  const node = tree.nodes.get(unit.id)
  const gap = node?.cause ? gapOf(node.cause, tree) : null
  if (!node || !gap || isWaiting(node.span)) return []
  const toMs = gap.toMs - coldMs(unit)
  return toMs > gap.fromMs ? [{ kind: 'waiting', fromMs: gap.fromMs, toMs }] : []
}

/** Rows, stairs and range of a folded transaction; all times in ms from the root's start. `originNs` is that start. */
export function timelineOf(folded: FoldedTransaction, tree: CauseTree, detail: Pick<TransactionDetail, 'criticalPath' | 'events'>, originNs: bigint): Timeline {
  const ticks = eventTicks(detail.events, originNs)
  const lastEvent = new Map([...ticks].map(([id, list]) => [id, Math.max(...list.map((tick) => tick.ms))]))
  const units = folded.order.flatMap((id) => folded.units.get(id) ?? [])
  const ends = [...units.map((unit) => unit.endMs ?? unit.startMs), ...lastEvent.values()]
  const around: Around = { tree, endMs: Math.max(0.001, ...ends), lastEvent }
  const rows = units.map((unit) => ({
    unit,
    bars: barsOf(unit, around),
    ticks: unit.spans.flatMap((id) => ticks.get(id) ?? []).slice(0, MAX_TICKS),
    skewMs: skewOf(unit, tree),
    startExact: unit.lead?.startExact ?? true,
  }))
  const rowOf = new Map(folded.order.map((id, i) => [id, i]))
  const sum = (waiting: boolean) => detail.criticalPath.reduce((total, piece) => total + (piece.waiting === waiting ? piece.endMs - piece.startMs : 0), 0)
  return {
    rows,
    stairs: stairsOf(detail.criticalPath, rowOf, folded.unitOfSpan),
    fromMs: Math.min(0, ...rows.flatMap((row) => row.bars.map((bar) => bar.fromMs))),
    toMs: Math.max(around.endMs, ...rows.flatMap((row) => row.bars.map((bar) => bar.toMs))),
    workMs: sum(false),
    waitingMs: sum(true),
  }
}

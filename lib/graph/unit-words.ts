/** The two lines of a node: what it is, and the one fact that matters most about it. */
import { formatCount, formatDuration } from '#lib/base/format'
import type { CauseTree } from './cause-tree'
import type { Unit } from './fold-transaction'
import { isWaiting } from './waiting'

export interface UnitWords {
  name: string
  /** The operation, possibly long; its end tells more than its start. */
  operation: string
  fact: string
}

/** Durations of the spans that a `repeat` stands for, shortest first; those without an end are left out. */
export function durationsOf(unit: Unit, tree: CauseTree): number[] {
  return unit.heads.flatMap((id) => tree.nodes.get(id)?.span.durationMs ?? []).sort((a, b) => a - b)
}

/** Nearest-rank percentile of sorted values; null of none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null
}

/** Kept from a long operation: paths and qualified names differ in their last part. */
const OPERATION_CHARS = 22

/** `/api/v1/orderservice/order/refresh` -> `…order/refresh`; short ones stay. */
export function shortOperation(operation: string, chars = OPERATION_CHARS): string {
  if (operation.length <= chars) return operation
  const tail = operation.slice(-(chars - 1))
  const cut = tail.search(/[/.\s:]/)
  return `\u2026${cut > 0 && cut < chars / 2 ? tail.slice(cut) : tail}`
}

function repeatFact(unit: Unit, tree: CauseTree): string {
  const sorted = durationsOf(unit, tree)
  const p95 = percentile(sorted, 0.95)
  const long = p95 === null ? '' : `, p95 ${formatDuration(p95)}`
  const failed = unit.failed > 0 ? `, ${formatCount(unit.failed)} failed` : ''
  return `\u00d7\u202f${formatCount(unit.heads.length)}${long}${failed}`
}

function factOf(unit: Unit, tree: CauseTree): string {
  const span = unit.lead
  if (unit.fold === 'missing') return unit.missing?.side === 'cause' ? 'cause not seen' : 'not seen'
  if (unit.fold === 'rest') return unit.failed > 0 ? `${formatCount(unit.failed)} of them failed` : 'folded'
  if (unit.fold === 'repeat') return repeatFact(unit, tree)
  if (!span || unit.endMs === null) return 'no end seen'
  const duration = formatDuration(unit.endMs - unit.startMs)
  const status = span.attributes['http.response.status_code']
  if (isWaiting(span)) return unit.endMs > unit.startMs ? `waits ${duration}` : span.name
  if (span.kind === 'gateway' && status !== undefined) return `${String(status)} in ${duration}`
  return span.name ? `${shortOperation(span.name)} ${duration}` : duration
}

export function unitWords(unit: Unit, tree: CauseTree): UnitWords {
  if (unit.fold === 'rest')
    return { name: `${formatCount(unit.spans.length)} more ${unit.spans.length === 1 ? 'span' : 'spans'}`, operation: '', fact: factOf(unit, tree) }
  const name = unit.lead?.service ?? unit.missing?.service ?? 'not known'
  return { name, operation: unit.lead?.name ?? '', fact: factOf(unit, tree) }
}

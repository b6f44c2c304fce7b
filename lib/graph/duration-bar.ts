/** One bar for the duration of a transaction: when anything ran, when all of it waited, what has not ended. */
import type { TransactionItem } from '#lib/model/api'
import { isCarrierKind } from '#lib/model/carriers'
import { unite } from './timeline'

export interface DurationPiece {
  kind: 'work' | 'waiting' | 'unknown'
  fromMs: number
  toMs: number
}

/**
 * Pieces from 0 to the known end, without gaps. Between two pieces of work the transaction waited; where a span has no end the rest is
 * unknown. Empty where nothing is known but the start.
 */
export function durationPieces(item: Pick<TransactionItem, 'shape' | 'durationMs' | 'status'>): DurationPiece[] {
  const running = item.shape.filter((span) => !isCarrierKind(span.kind))
  const work = unite(
    running.flatMap((span) => (span.endMs === null ? [] : [{ fromMs: Math.max(0, span.startMs), toMs: Math.max(0, span.startMs, span.endMs) }])),
  )
  const end = item.durationMs ?? Math.max(0, ...work.map((piece) => piece.toMs), ...running.map((span) => span.startMs))
  const pieces: DurationPiece[] = []
  let at = 0
  for (const piece of work) {
    if (piece.fromMs >= end) break
    if (piece.fromMs > at) pieces.push({ kind: 'waiting', fromMs: at, toMs: piece.fromMs })
    const toMs = Math.min(piece.toMs, end)
    if (toMs > piece.fromMs) pieces.push({ kind: 'work', fromMs: piece.fromMs, toMs })
    at = Math.max(at, toMs)
  }
  if (at < end) pieces.push({ kind: work.length > 0 ? 'waiting' : 'work', fromMs: at, toMs: end })
  const unfinished = item.status === 'running' || item.shape.some((span) => span.endMs === null)
  return unfinished ? [...pieces, { kind: 'unknown', fromMs: end, toMs: end }] : pieces
}

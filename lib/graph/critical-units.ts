/** Which units carry the critical path. Where calls nest nearly every span is on it for a moment; drawn strong are those that matter. */
import type { TransactionDetail } from '#lib/model/api'
import type { FoldedTransaction } from './fold-transaction'

/** Of the whole path, with everything under it. Under a tenth nothing that is done about it shortens the transaction much. */
const SHARE = 0.1

/** Ids of units whose own and whose effects' time on the path is at least a tenth of it; those above them always are. */
export function criticalUnits(folded: FoldedTransaction, path: TransactionDetail['criticalPath']): Set<string> {
  const time = new Map<string, number>()
  let whole = 0
  for (const piece of path) {
    const id = folded.unitOfSpan.get(piece.spanId)
    const length = Math.max(0, piece.endMs - piece.startMs)
    if (id !== undefined) time.set(id, (time.get(id) ?? 0) + length)
    whole += length
  }
  for (const id of folded.order.toReversed()) {
    const parent = folded.units.get(id)?.parent
    if (parent && time.has(id)) time.set(parent, (time.get(parent) ?? 0) + (time.get(id) ?? 0))
  }
  return new Set([...time].filter(([, length]) => length >= whole * SHARE).map(([id]) => id))
}

'use client'
/** What the transaction page draws, derived from the API's answer: tree, folds, timeline and drawing, each once per change. */
import { useMemo } from 'react'
import { causeTree } from '#lib/graph/cause-tree'
import type { CauseTree } from '#lib/graph/cause-tree'
import { foldTransaction } from '#lib/graph/fold-transaction'
import type { FoldedTransaction } from '#lib/graph/fold-transaction'
import { criticalUnits } from '#lib/graph/critical-units'
import { timelineOf } from '#lib/graph/timeline'
import type { Timeline } from '#lib/graph/timeline'
import type { EventDetail, TransactionDetail } from '#lib/model/api'

export interface TransactionModel {
  detail: TransactionDetail
  tree: CauseTree
  folded: FoldedTransaction
  timeline: Timeline
  /** Units that carry the critical path. */
  critical: Set<string>
  events: Map<string, EventDetail>
  startMs: number
  originNs: bigint
}

/** Nanoseconds that offsets are measured from: the start of the root, which is what `startTime` says to the millisecond. */
function originOf(detail: TransactionDetail): bigint {
  const root = detail.spans.find((span) => span.id === detail.criticalPath[0]?.spanId)
  const earliest = detail.spans.reduce<bigint | null>((least, span) => (least === null || BigInt(span.startNs) < least ? BigInt(span.startNs) : least), null)
  return root ? BigInt(root.startNs) : (earliest ?? BigInt(Date.parse(detail.startTime)) * 1_000_000n)
}

export function useTransactionModel(detail: TransactionDetail, open: string): TransactionModel {
  const originNs = useMemo(() => originOf(detail), [detail])
  const tree = useMemo(() => causeTree(detail.spans, detail.links, originNs), [detail, originNs])
  const folded = useMemo(() => {
    const keep = new Set(detail.criticalPath.map((piece) => piece.spanId))
    return foldTransaction(tree, detail.links, { open: new Set(open.split(',').filter(Boolean)), missing: detail.missing, keep })
  }, [tree, detail, open])
  const timeline = useMemo(() => timelineOf(folded, tree, detail, originNs), [folded, tree, detail, originNs])
  const critical = useMemo(() => criticalUnits(folded, detail.criticalPath), [detail, folded])
  const events = useMemo(() => new Map(detail.events.map((event) => [event.id, event])), [detail])
  return { detail, tree, folded, timeline, critical, events, startMs: Date.parse(detail.startTime), originNs }
}

/** What is chosen on the page: a unit (`u:id`), a link (`l:cause>effect`), or nothing. */
export type Selection = { kind: 'unit'; id: string } | { kind: 'link'; id: string } | null

export function readSelection(text: string, folded: FoldedTransaction): Selection {
  const [mark, id] = [text.slice(0, 2), text.slice(2)]
  if (mark === 'l:' && folded.links.some((link) => link.id === id)) return { kind: 'link', id }
  const unit = mark === 'u:' ? (folded.units.has(id) ? id : folded.unitOfSpan.get(id)) : undefined
  return unit === undefined ? null : { kind: 'unit', id: unit }
}

export const writeSelection = (selection: Selection): string => (selection ? `${selection.kind === 'unit' ? 'u' : 'l'}:${selection.id}` : '')

/** Where an arrow key leads in the causality graph. */
import type { TransactionLayout } from '#lib/graph/layout-transaction'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'

/** Left to the cause, right to the effect in its row or else the first one, up and down to the neighbours of the same rank. */
export function nextUnit(key: string, selection: Selection, model: TransactionModel, layout: TransactionLayout): string | null {
  const { units, order } = model.folded
  if (!key.startsWith('Arrow')) return null
  const at = units.get(selection?.kind === 'link' ? (selection.id.split('>')[1] ?? '') : (selection?.id ?? ''))
  if (!at) return order[0] ?? null
  if (key === 'ArrowLeft') return at.parent ?? model.folded.links.find((link) => link.target === at.id)?.source ?? null
  const row = (id: string) => layout.nodes.get(id)?.row ?? 0
  if (key === 'ArrowRight')
    return at.children.find((child) => row(child) === row(at.id)) ?? at.children[0] ?? model.folded.links.find((link) => link.source === at.id)?.target ?? null
  const rank = layout.nodes.get(at.id)?.rank
  const column = order.filter((id) => layout.nodes.get(id)?.rank === rank).sort((a, b) => row(a) - row(b))
  return column[column.indexOf(at.id) + (key === 'ArrowDown' ? 1 : -1)] ?? null
}

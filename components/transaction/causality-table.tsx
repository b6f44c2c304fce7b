'use client'
import { useRef } from 'react'
import type { KeyboardEvent } from 'react'
import { formatDuration } from '#lib/base/format'
import { sureWords } from '#lib/graph/evidence'
import type { UnitLink } from '#lib/graph/fold-transaction'
import { foldedCount, foldKeyOf } from '#lib/graph/fold-transaction'
import { unitWords } from '#lib/graph/unit-words'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { OutcomeMark } from '#components/ui/outcome'
import { ServiceName } from '#components/ui/service'

export interface CausalityTableProps {
  model: TransactionModel
  selection: Selection
  onSelect: (selection: Selection) => void
  open: ReadonlySet<string>
  onToggle: (key: string) => void
  threshold: number
}

const LINES: Record<string, { width: number; dash?: string }> = {
  A: { width: 2 },
  B: { width: 1 },
  C: { width: 1.75, dash: '5 3' },
  K: { width: 1, dash: '1 3' },
}

/** The mark of a link, the same as in the drawing. */
export function LinkMark({ link, chosen = false, width = 22 }: { link: Pick<UnitLink, 'tier'> | null; chosen?: boolean; width?: number }) {
  const stroke = chosen ? 'var(--accent)' : 'var(--text-2)'
  const line = link?.tier ? LINES[link.tier] : null
  return (
    <svg width={width} height="10" viewBox={`0 0 ${width} 10`} className="flex-none" aria-hidden="true">
      {link && !line ? (
        <>
          <path d={`M0 5H${width}`} stroke="var(--edge)" strokeWidth="4.5" />
          <path d={`M0 5H${width}`} stroke="var(--surface-1)" strokeWidth="2.2" />
        </>
      ) : null}
      {line ? <path d={`M0 5H${width}`} stroke={stroke} strokeWidth={line.width} strokeDasharray={line.dash} /> : null}
    </svg>
  )
}

/** The graph as a tree in words: the same nodes, links and actions. Arrows walk, Enter opens what is folded. */
export function CausalityTable({ model, selection, onSelect, open, onToggle, threshold }: CausalityTableProps) {
  const list = useRef<HTMLUListElement>(null)
  const { order, units, links } = model.folded
  const treeLink = new Map(links.filter((link) => link.tree).map((link) => [link.target, link]))
  const chosenId = selection?.kind === 'link' ? (selection.id.split('>')[1] ?? '') : (selection?.id ?? '')
  const focusId = units.has(chosenId) ? chosenId : (order[0] ?? '')
  const go = (id: string | undefined | null) => {
    if (!id) return
    onSelect({ kind: 'unit', id })
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-unit="${CSS.escape(id)}"]`)?.focus())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const unit = units.get(focusId)
    const at = order.indexOf(focusId)
    if (!unit) return
    if (event.key === 'ArrowDown') go(order[at + 1])
    else if (event.key === 'ArrowUp') go(order[at - 1])
    else if (event.key === 'ArrowRight') go(unit.children[0])
    else if (event.key === 'ArrowLeft') go(unit.parent)
    else if (event.key === 'Home') go(order[0])
    else if (event.key === 'End') go(order.at(-1))
    else if (event.key === 'Enter' || event.key === ' ') {
      const key = foldKeyOf(unit, open)
      if (key) onToggle(key)
    } else return
    event.preventDefault()
  }
  return (
    <div className="tt">
      <div className="tt-row tt-head" aria-hidden="true">
        <span className="flex-1">from cause to effect</span>
        <span className="tt-sure">proof</span>
        <span className="w-[72px] flex-none text-right">delay</span>
      </div>
      <ul ref={list} role="tree" aria-label="Causes and effects" onKeyDown={onKeyDown}>
        {order.map((id) => {
          const unit = units.get(id)
          if (!unit) return null
          const words = unitWords(unit, model.tree)
          const link = treeLink.get(id) ?? null
          const hidden = link !== null && link.tier !== null && link.tier !== 'A' && link.confidence < threshold
          const kind = unit.lead?.kind ?? unit.missing?.kind ?? 'external'
          const key = foldKeyOf(unit, open)
          const closed = unit.fold === 'inner' || unit.fold === 'repeat'
          return (
            <li
              key={id}
              data-unit={id}
              role="treeitem"
              aria-level={unit.depth + 1}
              aria-selected={id === chosenId}
              aria-expanded={key === null ? undefined : !closed}
              tabIndex={id === focusId ? 0 : -1}
              className={`tt-row${id === chosenId ? ' on' : ''}`}
              style={{ paddingLeft: Math.min(unit.depth, 12) * 14 }}
              onClick={() => onSelect({ kind: 'unit', id })}
            >
              {unit.depth > 0 ? <LinkMark link={hidden ? null : link} chosen={id === chosenId} /> : null}
              {unit.failed > 0 ? <OutcomeMark outcome="failed" /> : null}
              <span className={`min-w-0 flex-[0_1_auto] ${unit.fold === 'missing' ? 'text-ink-3' : ''}`}>
                <ServiceName name={words.name} kind={kind} size={14} />
              </span>
              <span className={`cut small min-w-0 flex-1 ${unit.failed > 0 ? 'text-error' : 'text-ink-3'}`} title={words.operation}>
                {words.fact}
              </span>
              {key === null ? null : (
                <button
                  type="button"
                  tabIndex={-1}
                  className="tl-fold"
                  aria-label={closed ? 'Show the steps' : 'Fold the steps'}
                  onClick={(event) => {
                    event.stopPropagation()
                    onToggle(key)
                  }}
                >
                  <span className="fold-pill">{closed ? `+${foldedCount(unit)}` : '\u2212'}</span>
                </button>
              )}
              <span className="tt-sure">
                {link?.tier ? (hidden ? 'hidden' : sureWords({ tier: link.tier, confidence: link.confidence })) : link ? 'missing' : ''}
              </span>
              <span className="num w-[72px] flex-none text-small text-ink-2">
                {link?.delayMs === undefined || link.delayMs === null ? '' : formatDuration(link.delayMs)}
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

'use client'
import { useMemo } from 'react'
import { formatCount, formatDuration } from '#lib/base/format'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import type { Kind } from '#components/ui/icon'
import { OutcomeMark } from '#components/ui/outcome'
import { hueVar, ServiceName } from '#components/ui/service'
import { InspectorHead, InspectorSection } from './inspector-parts'

interface ServiceShare {
  name: string
  kind: Kind
  spans: number
  failed: number
  /** Of the critical path. */
  ms: number
  first: string
}

function sharesOf(model: TransactionModel): ServiceShare[] {
  const shares = new Map<string, ServiceShare>()
  for (const id of model.tree.order) {
    const node = model.tree.nodes.get(id)
    if (!node) continue
    const share = shares.get(node.span.service) ?? { name: node.span.service, kind: node.span.kind, spans: 0, failed: 0, ms: 0, first: id }
    share.spans += 1
    share.failed += node.span.status === 'error' ? 1 : 0
    shares.set(node.span.service, share)
  }
  for (const piece of model.detail.criticalPath) {
    const share = shares.get(model.tree.nodes.get(piece.spanId)?.span.service ?? '')
    if (share) share.ms += piece.endMs - piece.startMs
  }
  return [...shares.values()].sort((a, b) => b.ms - a.ms || b.spans - a.spans)
}

/** Nothing is chosen: where the time went, by service. */
export function ServicesInspector({ model, onSelect }: { model: TransactionModel; onSelect: (selection: Selection) => void }) {
  const shares = useMemo(() => sharesOf(model), [model])
  const most = Math.max(1e-9, ...shares.map((share) => share.ms))
  return (
    <>
      <InspectorSection>
        <InspectorHead>Where the time went</InspectorHead>
        <p className="sub">The critical path by service. Choose a node, a link or a row to see what proves it.</p>
      </InspectorSection>
      <InspectorSection title={`${shares.length} ${shares.length === 1 ? 'service' : 'services'}`} note="of the critical path">
        <ul>
          {shares.map((share) => (
            <li key={share.name}>
              <button
                type="button"
                className="relative flex h-7 w-full items-center gap-2 text-left hover:text-accent"
                onClick={() => onSelect({ kind: 'unit', id: model.folded.unitOfSpan.get(share.first) ?? share.first })}
              >
                <span className="min-w-0 flex-1">
                  <ServiceName name={share.name} kind={share.kind} size={14} />
                </span>
                {share.failed > 0 ? (
                  <span className="row gap-1 text-small text-error">
                    <OutcomeMark outcome="failed" size={12} />
                    {formatCount(share.failed)}
                  </span>
                ) : null}
                <span className="num text-small text-ink-3">
                  {formatCount(share.spans)} {share.spans === 1 ? 'span' : 'spans'}
                </span>
                <span className="num w-16 text-small">{share.ms > 0 ? formatDuration(share.ms) : 'beside it'}</span>
                <span className="absolute inset-x-0 bottom-0 h-0.5 bg-surface-3" aria-hidden="true">
                  <i className="absolute inset-y-0 left-0" style={{ width: `${(share.ms / most) * 100}%`, background: hueVar(share.name) }} />
                </span>
              </button>
            </li>
          ))}
        </ul>
      </InspectorSection>
    </>
  )
}

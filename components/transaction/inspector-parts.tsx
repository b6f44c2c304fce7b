'use client'
import type { ReactNode } from 'react'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { IconButton } from '#components/ui/controls'

export interface InspectorProps {
  model: TransactionModel
  selection: Selection
  onSelect: (selection: Selection) => void
  open: ReadonlySet<string>
  onToggle: (key: string) => void
}

export interface InspectorHeadProps {
  onClose?: (() => void) | undefined
  children: ReactNode
}

export function InspectorHead({ onClose, children }: InspectorHeadProps) {
  return (
    <div className="mb-1 flex items-start gap-2 text-[14px] font-semibold leading-6">
      <div className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2">{children}</div>
      {onClose ? (
        <span className="flex-none">
          <IconButton icon="close" small label="Close" onClick={onClose} />
        </span>
      ) : null}
    </div>
  )
}

export function InspectorSection({ title, note, children }: { title?: string; note?: ReactNode; children: ReactNode }) {
  return (
    <section className="border-b border-line px-4 py-3 last:border-0">
      {title ? (
        <h3 className="mb-2 flex justify-between gap-2 text-[11.5px] font-semibold leading-4 text-ink-3">
          {title}
          <span className="font-normal">{note}</span>
        </h3>
      ) : null}
      {children}
    </section>
  )
}

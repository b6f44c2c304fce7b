'use client'
import type { ReactNode } from 'react'
import { markValues } from '#lib/graph/evidence'
import { visibleText } from '#lib/graph/visible-text'
import { ServiceName } from '#components/ui/service'
import type { Kind } from '#components/ui/icon'

export interface RawTextProps {
  raw: string
  /** Values that prove a link, marked where they stand. */
  values: readonly string[]
  className?: string
}

/** The line as it was delivered. Text only: escape sequences of terminals are shown, never obeyed. */
export function RawText({ raw, values, className = '' }: RawTextProps) {
  return (
    <pre className={`whitespace-pre-wrap text-[11.5px] leading-[17px] text-ink-2 [overflow-wrap:anywhere] ${className}`} tabIndex={0}>
      {markValues(raw, values).map((piece, i) =>
        piece.marked ? (
          <mark key={i} className="raw-mark">
            {visibleText(piece.text)}
          </mark>
        ) : (
          visibleText(piece.text)
        ),
      )}
    </pre>
  )
}

export interface RawLineProps extends RawTextProps {
  service: string
  kind: Kind
  what: string
  time: string
  children?: ReactNode
}

/** A raw line under its service and time. */
export function RawLine({ service, kind, what, time, raw, values, children }: RawLineProps) {
  return (
    <div className="mb-2 rounded-2 border border-line bg-surface-1">
      <div className="flex h-7 items-center gap-2 border-b border-line px-2.5 text-small text-ink-3">
        <span className="min-w-0 font-medium text-ink">
          <ServiceName name={service} kind={kind} size={14} />
        </span>
        <span className="cut" title={what}>
          {what}
        </span>
        <time className="mono ml-auto whitespace-nowrap text-[11.5px]">{time}</time>
      </div>
      <RawText raw={raw} values={values} className="max-h-56 overflow-auto px-2.5 py-2" />
      {children}
    </div>
  )
}

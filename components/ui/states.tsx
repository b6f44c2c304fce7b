import type { CSSProperties, ReactNode } from 'react'
import { ApiError } from '#lib/hooks/api'
import { OutcomeMark } from './outcome'

export interface SkeletonProps {
  width?: number | string
  height?: number | string
  className?: string
}

/** Holds the place of what is coming, in its final size, so that nothing jumps. */
export function Skeleton({ width = '100%', height = 16, className = '' }: SkeletonProps) {
  const style: CSSProperties = { width, height }
  return <span className={`skeleton inline-block align-middle ${className}`} style={style} aria-hidden="true" />
}

export interface EmptyStateProps {
  title: string
  /** Why it is empty, and what to do next. */
  children?: ReactNode
  actions?: ReactNode
}

export function EmptyState({ title, children, actions }: EmptyStateProps) {
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-16 text-center" role="status">
      <p className="text-title font-semibold">{title}</p>
      {children ? <div className="sub max-w-[520px]">{children}</div> : null}
      {actions ? <div className="row mt-2 flex-wrap justify-center">{actions}</div> : null}
    </div>
  )
}

export interface ErrorStateProps {
  /** What failed, e.g. `The map could not be drawn`. */
  what: string
  error: Error
  /** What is still there. */
  kept?: string
  onRetry?: () => void
}

/** What failed, why, what is kept, what to do; the request's id for the log. */
export function ErrorState({ what, error, kept, onRetry }: ErrorStateProps) {
  const requestId = error instanceof ApiError ? error.requestId : null
  return (
    <div className="flex flex-col items-center justify-center gap-2 px-6 py-16 text-center" role="alert">
      <p className="row text-title font-semibold">
        <OutcomeMark outcome="failed" />
        {what}
      </p>
      <p className="sub max-w-[560px]">
        {error.message} {kept ?? ''}
      </p>
      {requestId ? (
        <p className="kv">
          request <b>{requestId}</b>
        </p>
      ) : null}
      {onRetry ? (
        <button type="button" className="btn mt-2" onClick={onRetry}>
          Try again
        </button>
      ) : null}
    </div>
  )
}

export interface NoticeProps {
  tone: 'warn' | 'error' | 'plain'
  children: ReactNode
  action?: ReactNode
}

/** One line above a view that still shows what it has: stale, cut off, incomplete. */
export function Notice({ tone, children, action }: NoticeProps) {
  const tones = { warn: 'bg-warn-weak text-warn', error: 'bg-error-weak text-error', plain: 'bg-surface-2 text-ink-2' }
  return (
    <div className={`flex flex-none items-center gap-3 px-6 py-1.5 text-small max-lg:px-4 ${tones[tone]}`} role="status">
      <span className="grow">{children}</span>
      {action}
    </div>
  )
}

import type { ReactNode } from 'react'
import { ApiError } from '#lib/hooks/api'
import type { PollProblem } from '#lib/model/connection'
import { Icon } from '#components/ui/icon'

export interface StepProps {
  number: number
  title: string
  state: 'now' | 'done' | 'failed' | 'later'
  /** In one line, once it is done. */
  summary?: ReactNode
  children?: ReactNode
}

/** One step of a way that is walked from top to bottom; a step that lies behind shows what came of it. */
export function Step({ number, title, state, summary, children }: StepProps) {
  return (
    <li aria-current={state === 'now' || state === 'failed' ? 'step' : undefined}>
      <span className={`step-number${state === 'done' ? ' done' : state === 'failed' ? ' failed' : ''}`} aria-hidden="true">
        {state === 'done' ? <Icon name="check" size={12} /> : number}
      </span>
      <div className="min-w-0">
        <h3 className={`font-semibold${state === 'later' ? ' text-ink-3' : ''}`}>{title}</h3>
        {summary ? <p>{summary}</p> : null}
        {state === 'later' ? null : children}
      </div>
    </li>
  )
}

export interface FieldProps {
  label: string
  hint?: ReactNode
  error?: string | undefined
  children: (ids: { id: string; describedBy: string | undefined }) => ReactNode
  id: string
}

export function Field({ label, hint, error, id, children }: FieldProps) {
  const note = error ?? hint
  return (
    <div className="connect-field">
      <label htmlFor={id}>{label}</label>
      {children({ id, describedBy: note ? `${id}-note` : undefined })}
      {note ? (
        <span id={`${id}-note`} className={`small ${error ? 'text-error' : 'text-ink-3'}`}>
          {note}
        </span>
      ) : null}
    </div>
  )
}

/** What AWS answered, and what to do about it. */
export function ProblemNote({ problem }: { problem: Pick<PollProblem, 'message' | 'advice'> }) {
  return (
    <div className="connect-problem" role="alert">
      <b>{problem.advice}</b>
      <span className="small text-ink-2">{problem.message}</span>
    </div>
  )
}

/** An error of our own API in the place where it was caused. */
export function ErrorNote({ error }: { error: Error | null }) {
  if (!error) return null
  const fields = error instanceof ApiError ? error.invalidParams : []
  return (
    <div className="connect-problem" role="alert">
      <b>{fields.length > 0 ? fields.map((field) => field.reason).join('; ') : error.message}</b>
    </div>
  )
}

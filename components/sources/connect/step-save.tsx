'use client'
import { useId } from 'react'
import { formatCount } from '#lib/base/format'
import { useEstimate } from '#lib/hooks/connections'
import type { EstimateAnswer } from '#lib/model/connection'
import { Button } from '#components/ui/controls'
import { defaultLabel, draftOf, type Entered } from './draft'
import { ErrorNote, Field } from './step'

export interface StepSaveProps {
  entered: Entered
  onChange: (entered: Entered) => void
  /** How many groups are chosen. */
  groupCount: number
  saving: boolean
  error: Error | null
  onSave: () => void
  saveLabel: string
  /** A connection that exists goes on where it is; only a new one begins somewhere. */
  isNew: boolean
}

const LOOKBACKS = [
  { minutes: 0, label: 'from now on' },
  { minutes: 60, label: 'with the last hour' },
  { minutes: 1440, label: 'with the last 24 hours' },
  { minutes: 10_080, label: 'with the last 7 days' },
]

/** What it will cost, how far back it begins, what it is called. */
export function StepSave({ entered, onChange, groupCount, saving, error, onSave, saveLabel, isNew }: StepSaveProps) {
  const id = useId()
  const estimate = useEstimate({ ...draftOf(entered), groupCount, bytesPerDay: 0, tracesPerDay: 0 }, true)
  return (
    <div className="connect-form">
      {estimate.data ? <Estimate estimate={estimate.data} /> : null}
      {isNew ? (
        <Field id={`${id}-back`} label="Begin" hint="Any other range of the past can be read later, as a backfill.">
          {({ id: inputId, describedBy }) => (
            <select
              id={inputId}
              aria-describedby={describedBy}
              className="field"
              value={entered.lookbackMinutes}
              onChange={(event) => onChange({ ...entered, lookbackMinutes: Number(event.target.value) })}
            >
              {LOOKBACKS.map(({ minutes, label }) => (
                <option key={minutes} value={minutes}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : null}
      <Field id={`${id}-label`} label="Name">
        {({ id: inputId }) => (
          <input
            id={inputId}
            className="field"
            value={entered.label}
            placeholder={defaultLabel(entered)}
            maxLength={100}
            onChange={(event) => onChange({ ...entered, label: event.target.value })}
          />
        )}
      </Field>
      <ErrorNote error={error} />
      <div className="row">
        <Button look="primary" onClick={onSave} disabled={saving}>
          {saving ? 'Saving…' : saveLabel}
        </Button>
      </div>
    </div>
  )
}

function Estimate({ estimate }: { estimate: EstimateAnswer }) {
  const { callsPerDay, monthlyUsd, passSeconds, fits, assumptions } = estimate
  return (
    <div className="connect-estimate">
      <span className="kv">
        calls a day <b>{formatCount(callsPerDay.total)}</b>
      </span>
      <span className="kv">
        a month <b>{monthlyUsd.total < 0.01 ? '$0.00' : `$${monthlyUsd.total.toFixed(2)}`}</b>
      </span>
      <span className="kv">
        a look at all of them takes <b>{passSeconds < 1 ? 'under 1 s' : `${Math.ceil(passSeconds)} s`}</b>
      </span>
      {fits ? null : <p className="!mb-0 text-warn">More than AWS allows in calls a second: choose fewer groups, or expect a growing lag.</p>}
      <details className="small w-full">
        <summary>How this is reckoned</summary>
        <ul className="list-disc pl-4">
          {assumptions.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      </details>
    </div>
  )
}

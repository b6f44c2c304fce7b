'use client'
import { useId, useState } from 'react'
import { formatSpanOfTime } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatPlural } from '#lib/base/format'
import { useBackfills, useConnectionChanges } from '#lib/hooks/connections'
import type { BackfillItem } from '#lib/model/connection'
import { Button } from '#components/ui/controls'
import { ErrorNote, Field } from './connect/step'

export interface BackfillsProps {
  id: string
  zone: Zone
  now: number
}

/** Reads a chosen range of the past once, beside what is read live; what was there before is counted as duplicate. */
export function Backfills({ id, zone, now }: BackfillsProps) {
  const field = useId()
  const list = useBackfills(id)
  const { backfill, cancelBackfill } = useConnectionChanges()
  const [from, setFrom] = useState('-24h')
  const [to, setTo] = useState('now')
  return (
    <div className="connect-form">
      <form
        className="flex items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          backfill.mutate({ id, range: { from, to, groups: [] } })
        }}
      >
        <Field id={`${field}-from`} label="From">
          {({ id: inputId }) => <input id={inputId} className="field w-[110px]" value={from} onChange={(event) => setFrom(event.target.value)} />}
        </Field>
        <Field id={`${field}-to`} label="To">
          {({ id: inputId }) => <input id={inputId} className="field w-[110px]" value={to} onChange={(event) => setTo(event.target.value)} />}
        </Field>
        <Button type="submit" disabled={backfill.isPending}>
          Read it
        </Button>
      </form>
      <span className="small text-ink-3">-7d, 2026-11-20T09:00Z, or now</span>
      <ErrorNote error={backfill.error ?? cancelBackfill.error} />
      <ul className="flex flex-col gap-2">
        {list.data?.items.map((item) => (
          <li key={item.id} className="small">
            <span className="row">
              <span className="grow">{formatSpanOfTime(Date.parse(item.from), Date.parse(item.to), zone, now)}</span>
              <span className="text-ink-3">{item.state === 'running' ? `${Math.floor(item.share * 100)} %` : item.state}</span>
              {item.state === 'running' ? (
                <Button look="quiet" onClick={() => cancelBackfill.mutate({ id, backfill: item.id })}>
                  Cancel
                </Button>
              ) : null}
            </span>
            {item.state === 'running' ? (
              <span
                className="import-track block"
                role="progressbar"
                aria-valuenow={Math.floor(item.share * 100)}
                aria-valuemin={0}
                aria-valuemax={100}
                aria-label="Backfill"
              >
                <i style={{ width: `${item.share * 100}%` }} />
              </span>
            ) : null}
            <span className="text-ink-3">{progressOf(item, now)}</span>
          </li>
        ))}
      </ul>
    </div>
  )
}

function progressOf(item: BackfillItem, now: number): string {
  const stored = `${formatCount(item.received)} received, ${formatCount(item.stored)} of them new`
  const groups = `${formatCount(item.groups.done)} of ${formatPlural(item.groups.total, 'group')} done`
  if (item.state !== 'running') return `${stored}; ${groups}.`
  const minutes = (now - Date.parse(item.created)) / 60_000
  const rate = minutes > 0.05 ? `, ${formatCount(Math.round(item.received / minutes))} a minute` : ''
  const left = item.share > 0.02 && minutes > 0.1 ? `, about ${Math.max(1, Math.ceil((minutes * (1 - item.share)) / item.share))} min left` : ''
  return `${stored}; ${groups}${rate}${left}.`
}

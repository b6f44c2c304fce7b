'use client'
import Link from 'next/link'
import { formatSpanOfTime } from '#lib/base/clock'
import { useStatus } from '#lib/hooks/data'
import { useLeadToData } from '#lib/hooks/lead-to-data'
import { useNow } from '#lib/hooks/now'
import { usePreference } from '#lib/hooks/preferences'
import { useHref, useView } from '#lib/hooks/view'
import { conditionsOf } from '#lib/search/in-words'
import { EmptyState } from '#components/ui/states'

export interface NothingFoundProps {
  q: string
  nearest: { from: string; to: string } | null
  /** Lines were asked for, not transactions. */
  lines?: boolean
}

/** Why nothing is listed and what leads further: the first import, the nearest data, or a looser search. */
export function NothingFound({ q, nearest, lines = false }: NothingFoundProps) {
  const href = useHref()
  const [, setView] = useView()
  const [zone] = usePreference('zone')
  const now = useNow()
  const { data: status } = useStatus()
  useLeadToData(nearest)
  const what = lines ? 'lines' : 'transactions'
  if (status && status.data === null) {
    return (
      <EmptyState
        title="Nothing has been imported yet"
        actions={
          <Link className="btn pri lg" href={href('/sources')}>
            Bring in logs
          </Link>
        }
      >
        Transactions appear here as soon as the first lines are stored.
      </EmptyState>
    )
  }
  if (nearest) {
    const range = formatSpanOfTime(Date.parse(nearest.from), Date.parse(nearest.to), zone, now ?? undefined)
    return (
      <EmptyState
        title={`No ${what} in this time`}
        actions={
          <button type="button" className="btn pri lg" onClick={() => setView({ from: nearest.from, to: nearest.to })}>
            Show {range}
          </button>
        }
      >
        The nearest ones lie at {range}.
      </EmptyState>
    )
  }
  const conditions = conditionsOf(q)
  return (
    <EmptyState
      title={`No ${what} match this search`}
      actions={
        <>
          {conditions.length > 1
            ? conditions.slice(0, 4).map((condition) => (
                <button key={condition.text} type="button" className="btn" onClick={() => setView({ q: condition.without })}>
                  Without <code>{condition.text}</code>
                </button>
              ))
            : null}
          {q ? (
            <button type="button" className="btn" onClick={() => setView({ q: '' })}>
              Everything in this time
            </button>
          ) : null}
        </>
      }
    >
      {conditions.length > 1 ? 'Every condition must hold at once. Take one away:' : 'Look for another value, or over a longer time.'}
    </EmptyState>
  )
}

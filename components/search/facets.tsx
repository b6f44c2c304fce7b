'use client'
import { useState } from 'react'
import { formatCount } from '#lib/base/format'
import type { Facets } from '#lib/model/api'
import { conditionState, withCondition, withoutCondition } from '#lib/search/edit'
import { IconButton } from '#components/ui/controls'
import { OutcomeMark } from '#components/ui/outcome'
import type { Outcome } from '#components/ui/outcome'
import { ServiceName } from '#components/ui/service'
import { Skeleton } from '#components/ui/states'

const TITLES: Record<string, string> = { status: 'Outcome', outcome: 'Reason', service: 'Service', name: 'Root operation' }
const STATUS: Record<string, { mark: Outcome; word: string }> = {
  error: { mark: 'failed', word: 'failed' },
  ok: { mark: 'ok', word: 'passed' },
  running: { mark: 'unknown', word: 'running' },
  unknown: { mark: 'unknown', word: 'not known' },
}

export interface FacetsPanelProps {
  facets: Facets | undefined
  error: Error | null
  q: string
  onSearch: (q: string) => void
}

/** Values of the result with their counts. Click includes, Alt-click or the minus excludes, a second click takes it away. */
export function FacetsPanel({ facets, error, q, onSearch }: FacetsPanelProps) {
  if (!facets && error)
    return (
      <p className="px-6 py-2 text-small text-ink-3 max-lg:px-4" role="alert">
        The values could not be counted. {error.message}
      </p>
    )
  if (!facets) return <FacetsSkeleton />
  return (
    <>
      {facets.groups
        .filter((group) => group.values.length > 0)
        .map((group) => (
          <FacetGroup key={group.field} group={group} q={q} onSearch={onSearch} />
        ))}
    </>
  )
}

const FIRST_VALUES = 8
/** What needs attention stands first. */
const STATUS_ORDER = ['error', 'unknown', 'running', 'ok']

function FacetGroup({ group, q, onSearch }: { group: Facets['groups'][number] } & Pick<FacetsPanelProps, 'q' | 'onSearch'>) {
  const [all, setAll] = useState(false)
  const values = group.field === 'status' ? group.values.toSorted((a, b) => STATUS_ORDER.indexOf(a.value) - STATUS_ORDER.indexOf(b.value)) : group.values
  const max = Math.max(1, ...values.map((value) => value.count))
  // One more would take the line of the button that hides it.
  const shown = all || values.length <= FIRST_VALUES + 1 ? values : values.slice(0, FIRST_VALUES)
  const title = TITLES[group.field]
  return (
    <section className="py-2 pl-6 pr-3 max-lg:px-4">
      <h3 className={`cut text-[11.5px] font-semibold leading-5 text-ink-3 ${title ? '' : 'mono'}`} title={group.field}>
        {title ?? group.field}
      </h3>
      <ul>
        {shown.map((value) => (
          <FacetRow key={value.value} field={group.field} value={value} max={max} q={q} onSearch={onSearch} />
        ))}
      </ul>
      {shown.length < values.length || all ? (
        <button type="button" className="link h-6 text-small" onClick={() => setAll(!all)}>
          {all ? 'fewer' : `all ${formatCount(values.length)}`}
        </button>
      ) : null}
    </section>
  )
}

type FacetValue = Facets['groups'][number]['values'][number]

interface FacetRowProps {
  field: string
  value: FacetValue
  max: number
  q: string
  onSearch: (q: string) => void
}

function FacetRow({ field, value, max, q, onSearch }: FacetRowProps) {
  const state = conditionState(q, field, value.value)
  const toggle = (sign: 'include' | 'exclude') =>
    onSearch(state === sign ? withoutCondition(q, field, value.value) : withCondition(q, field, value.value, sign))
  const failed = value.failed > 0 && field !== 'status' ? `, ${formatCount(value.failed)} failed` : ''
  return (
    <li className={`group/facet relative flex h-6 items-center rounded-1 ${state === 'include' ? 'bg-accent-weak' : ''}`}>
      <button
        type="button"
        className="flex h-6 min-w-0 flex-1 items-center gap-2 text-left text-[12.5px] hover:text-accent"
        aria-pressed={state === 'include'}
        title={`${value.value}: ${formatCount(value.count)} transactions${failed}. Click includes, Alt-click excludes.`}
        onClick={(event) => toggle(event.altKey ? 'exclude' : 'include')}
      >
        <span className={`cut min-w-0 flex-1 ${state === 'exclude' ? 'text-error line-through' : ''}`}>
          <FacetLabel field={field} value={value} />
        </span>
        <span className="num text-small text-ink-3 group-focus-within/facet:opacity-0 group-hover/facet:opacity-0">{formatCount(value.count)}</span>
      </button>
      <span className="absolute right-0 opacity-0 group-focus-within/facet:opacity-100 group-hover/facet:opacity-100">
        <IconButton
          icon={state === 'exclude' ? 'close' : 'minus'}
          small
          label={state === 'exclude' ? `Stop excluding ${value.value}` : `Exclude ${value.value}`}
          onClick={() => toggle('exclude')}
        />
      </span>
      <span className="pointer-events-none absolute inset-x-0 bottom-px h-0.5 bg-surface-3" aria-hidden="true">
        <i className="absolute inset-y-0 left-0 bg-edge" style={{ width: `${(value.count / max) * 100}%` }} />
        {/* One in ten thousand is still seen. */}
        <i className="absolute inset-y-0 left-0 bg-error" style={{ width: value.failed > 0 ? `max(2px, ${(value.failed / max) * 100}%)` : 0 }} />
      </span>
    </li>
  )
}

function FacetLabel({ field, value }: { field: string; value: FacetValue }) {
  const status = field === 'status' ? STATUS[value.value] : undefined
  if (status) {
    return (
      <span className="inline-flex items-center gap-1.5">
        <OutcomeMark outcome={status.mark} size={12} />
        {status.word}
      </span>
    )
  }
  if (field === 'service') return <ServiceName name={value.value} kind={value.kind ?? 'external'} size={14} />
  return <>{value.value}</>
}

function FacetsSkeleton() {
  return (
    <div aria-hidden="true">
      {[3, 3, 6, 4].map((rows, i) => (
        <section key={i} className="py-2 pl-6 pr-3">
          <Skeleton width={64} height={12} />
          {Array.from({ length: rows }, (_, row) => (
            <div key={row} className="flex h-6 items-center">
              <Skeleton width={`${90 - row * 9}%`} height={12} />
            </div>
          ))}
        </section>
      ))}
    </div>
  )
}

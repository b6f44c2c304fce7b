'use client'
import { memo } from 'react'
import Link from 'next/link'
import { formatClock, formatMoment } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatDuration, formatDurationIn, THIN } from '#lib/base/format'
import type { DurationUnit } from '#lib/base/format'
import { durationPieces } from '#lib/graph/duration-bar'
import { shapeStrip } from '#lib/graph/shape-strip'
import { nextService, titleOf } from '#lib/graph/transaction-words'
import type { TransactionItem } from '#lib/model/api'
import { OutcomeMark } from '#components/ui/outcome'
import type { Outcome } from '#components/ui/outcome'
import { DurationBar } from './duration-bar'
import { ShapeStripMarks } from './shape-strip'

export const OUTCOME_OF: Record<TransactionItem['status'], Outcome> = { error: 'failed', ok: 'ok', running: 'unknown', unknown: 'unknown' }
const WORD_OF: Record<TransactionItem['status'], string> = { error: 'failed', ok: 'passed', running: 'running', unknown: 'outcome not known' }

export interface RowFormat {
  zone: Zone
  /** The range spans days: then a clock time alone would be ambiguous. */
  withDay: boolean
  scaleMs: number
  unit: DurationUnit
}

export interface TransactionRowProps {
  item: TransactionItem
  href: string
  format: RowFormat
  selected: boolean
  onEnter: (id: string) => void
  onLeave: () => void
}

/** One transaction: a link as wide as the list. Columns are the list's (`.tx-row`), under 800 px they stack. */
export const TransactionRow = memo(function TransactionRow({ item, href, format, selected, onEnter, onLeave }: TransactionRowProps) {
  const startMs = Date.parse(item.startTime)
  const start = format.withDay ? formatMoment(startMs, format.zone, 'ms', startMs) : formatClock(startMs, format.zone, 'ms')
  const name = titleOf(item, nextService(item.shape, item.rootService))
  const failed = item.status === 'error'
  const duration = durationText(item, format.unit)
  return (
    <Link
      href={href}
      prefetch={false}
      data-id={item.id}
      className={`tx-row ${selected ? 'bg-accent-weak' : 'hover:bg-surface-2'}`}
      aria-label={`${WORD_OF[item.status]}, ${name}, ${start}, ${duration}, ${item.services.length} services, confidence ${item.confidence.toFixed(2)}`}
      onPointerEnter={() => onEnter(item.id)}
      onPointerLeave={onLeave}
      onFocus={() => onEnter(item.id)}
    >
      <span className="tx-outcome">
        <OutcomeMark outcome={OUTCOME_OF[item.status]} />
      </span>
      <span className="tx-start mono text-ink-2">{start}</span>
      <span className="tx-root cut" title={name === item.rootService ? name : `${name} on ${item.rootService}`}>
        <span className="font-medium">{name}</span>
        {name.startsWith(item.rootService) ? null : <span className="ml-2 text-ink-3 max-[1600px]:hidden">{item.rootService}</span>}
      </span>
      <span className="tx-keys cut" title={item.keys.map((key) => `${key.field}: ${key.value}`).join('\n')}>
        {item.keys.slice(0, 3).map((key) => (
          <span key={`${key.field}:${key.value}`} className="mono mr-3 text-ink-2">
            {key.value}
          </span>
        ))}
        <span className={`text-small ${failed ? 'text-error' : 'text-ink-3'}`}>{reasonOf(item)}</span>
      </span>
      <span className="tx-shape">
        <ShapeStripMarks strip={shapeStrip(item.shape, item.shapeCut)} />
      </span>
      <span className="tx-bar">
        <DurationBar pieces={durationPieces(item)} scaleMs={format.scaleMs} />
      </span>
      <span className="tx-time num">{duration}</span>
      <span className="tx-sure num">
        <Confidence item={item} />
      </span>
    </Link>
  )
})

function reasonOf(item: TransactionItem): string {
  if (item.outcome) return item.outcome
  if (item.status === 'running') return 'not finished yet'
  if (item.status === 'unknown') return 'no outcome seen'
  return item.retried ? 'retried' : ''
}

function durationText(item: TransactionItem, unit: DurationUnit): string {
  if (item.durationMs === null) return item.status === 'running' ? 'running' : 'not known'
  if (item.durationMs === 0) return `<${THIN}1${THIN}ms`
  const text = unit === 's' && item.durationMs >= 10 ? formatDurationIn(item.durationMs, 's') : formatDuration(item.durationMs)
  return item.status === 'running' ? `\u2265${THIN}${text}` : text
}

function Confidence({ item }: { item: TransactionItem }) {
  const alone = item.spanCount <= 1
  if (alone)
    return (
      <span className="text-ink-3" title="One span: nothing had to be linked">
        one span
      </span>
    )
  if (item.confidence >= 1)
    return (
      <span className="text-ink-3" title="Every link is proven by an id">
        exact
      </span>
    )
  return (
    <span className="inline-flex items-center gap-1.5" title="The weakest link of this transaction">
      <svg width="18" height="6" aria-hidden="true">
        <path d="M0 3H18" stroke="var(--edge)" strokeWidth="1.5" strokeDasharray="4 2.5" />
      </svg>
      {Math.min(item.confidence, 0.99).toFixed(2)}
    </span>
  )
}

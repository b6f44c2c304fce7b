'use client'
import { formatClock, formatNear, formatSpanOfTime } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatPercent, formatPlural } from '#lib/base/format'
import { concentration } from '#lib/graph/concentration'
import type { SearchResults } from '#lib/hooks/search-results'
import type { Series, Status } from '#lib/model/api'
import { queryInWords } from '#lib/search/in-words'
import { sourceWords } from './search-head-sources'

export interface SearchAnswerProps {
  q: string
  results: SearchResults
  series: Series | undefined
  zone: Zone
}

/** The first line: what was asked, how much of it there is, how much failed and since when. */
export function SearchAnswer({ q, results, series, zone }: SearchAnswerProps) {
  const { phrase, byStatus } = queryInWords(q)
  const noun = results.count === 1 ? 'transaction' : 'transactions'
  const what = phrase ? `${noun} ${phrase}` : noun
  const count = `${results.exact ? '' : 'more than '}${formatCount(results.count)}`
  if (results.count === 0)
    return (
      <h1 className="answer">
        <b>No transactions{phrase ? ` ${phrase}` : ''}</b> in this time.
      </h1>
    )
  if (byStatus)
    return (
      <h1 className="answer">
        <b>
          {count} {what}.
        </b>
      </h1>
    )
  if (results.failed === 0)
    return (
      <h1 className="answer">
        <b>
          {count} {what},
        </b>{' '}
        none failed.
      </h1>
    )
  return (
    <h1 className="answer">
      <b>
        {formatCount(results.failed)} of {count} {what} failed ({formatPercent(results.failed / results.count)}){since(series, zone) ? ',' : '.'}
      </b>{' '}
      {since(series, zone)}
    </h1>
  )
}

function since(series: Series | undefined, zone: Zone): string {
  if (!series) return ''
  const length = Math.max(0, ...series.groups.map((group) => group.errors.length))
  const errors = Array.from({ length }, (_, i) => series.groups.reduce((sum, group) => sum + (group.errors[i] ?? 0), 0))
  const found = concentration(errors, Date.parse(series.from), series.bucketMs)
  if (!found) return ''
  const detail = series.bucketMs < 60_000 ? 'second' : 'minute'
  const when = found.untilEnd
    ? `since ${formatNear(found.fromMs, zone, Date.parse(series.to), detail)}`
    : `between ${formatClock(found.fromMs, zone, detail)} and ${formatClock(found.toMs, zone, detail)}`
  return `${formatCount(found.count)} of them ${when}.`
}

export interface SearchLimitsProps {
  results: SearchResults
  series: Series | undefined
  status: Status | undefined
  /** Ends of the asked range in ms, null while the browser's clock is not known. */
  toMs: number | null
  now: number | null
  zone: Zone
}

/** The line of limits: what is incomplete, late, unfinished or unknown. */
export function SearchLimits({ results, series, status, toMs, now, zone }: SearchLimitsProps) {
  const sources = status && toMs !== null && now !== null ? sourceWords({ sources: status.sources, complete: results.complete, toMs, now, zone }) : ''
  const said = [sources, unfinished(results), gaps(series, zone), linking(status)].filter(Boolean)
  return <p className="sub">{said.length > 0 ? said.join(' ') : '\u00a0'}</p>
}

function unfinished(results: SearchResults): string {
  if (results.unknown === 0) return ''
  return results.unknown === 1
    ? "1 hasn't finished, so its outcome isn't known."
    : `${formatCount(results.unknown)} haven't finished, so their outcome isn't known.`
}

function gaps(series: Series | undefined, zone: Zone): string {
  const inner = (series?.gaps ?? []).filter(
    (gap) => Date.parse(gap.from) > Date.parse(series?.from ?? gap.from) && Date.parse(gap.to) < Date.parse(series?.to ?? gap.to),
  )
  if (inner.length === 0) return ''
  const first = inner[0]
  if (!first || inner.length > 1) return `Nothing is known of ${formatPlural(inner.length, 'stretch', 'stretches')} of time, hatched below.`
  return `Nothing was received ${formatSpanOfTime(Date.parse(first.from), Date.parse(first.to), zone, Date.parse(series?.to ?? first.to))}.`
}

function linking(status: Status | undefined): string {
  const pending = status?.linking.pending ?? 0
  return pending > 0 ? `${formatPlural(pending, 'event')} still to be linked.` : ''
}

'use client'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { formatMoment, formatSpanOfTime } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { durationUnit, formatDuration, formatDurationIn, formatPercent, formatRate, rateUnit } from '#lib/base/format'
import { viewOfSeries } from '#lib/graph/series-view'
import type { SeriesView } from '#lib/graph/series-view'
import type { Series } from '#lib/model/api'
import { Skeleton } from '#components/ui/states'
import { CoverageBar } from './coverage-bar'
import { SeriesChart } from './series-chart'
import type { Brush, Line } from './series-chart'

export interface SeriesRowProps {
  series: Series | undefined
  /** The compared range, laid under this one. */
  before: Series | undefined
  /** `yesterday`, `the period before`. */
  beforeName: string | null
  zone: Zone
  error: Error | null
  onRange: (fromMs: number, toMs: number) => void
}

/** Throughput, failures and latency over one axis and one brush, and how much of the time is known at all. */
export function SeriesRow({ series, before, beforeName, zone, error, onRange }: SeriesRowProps) {
  const view = useMemo(() => (series ? viewOfSeries(series) : null), [series])
  const old = useMemo(() => (before ? viewOfSeries(before) : null), [before])
  if (!view) return <SeriesWaiting error={error} />
  return <SeriesCharts view={view} old={old} beforeName={beforeName} zone={zone} onRange={onRange} />
}

function SeriesWaiting({ error }: { error: Error | null }) {
  return (
    <footer className="strip" aria-label="Over time">
      <div className="strip-grid">
        {['Throughput', 'Failing', 'Latency'].map((name) => (
          <div key={name}>
            <h2>
              <b>{name}</b>
            </h2>
            <div className="flex h-[88px] items-center">{error ? <p className="sub">{error.message}</p> : <Skeleton height={60} className="-mt-4" />}</div>
          </div>
        ))}
      </div>
      <div className="coverage">
        <b>Coverage</b>
      </div>
    </footer>
  )
}

interface ChartsProps {
  view: SeriesView
  old: SeriesView | null
  beforeName: string | null
  zone: Zone
  onRange: (fromMs: number, toMs: number) => void
}

function SeriesCharts({ view, old, beforeName, zone, onRange }: ChartsProps) {
  const [at, setAt] = useState<number | null>(null)
  const [brush, setBrush] = useState<Brush | null>(null)
  const msOf = (share: number) => Math.round(view.fromMs + share * (view.toMs - view.fromMs))
  const onBrush = (next: Brush | null, done: boolean) => {
    if (!next || !done) return setBrush(next)
    setBrush(null)
    onRange(msOf(Math.min(next.from, next.to)), msOf(Math.max(next.from, next.to)))
  }
  const shared = { series: view, zone, at, brush, onAt: setAt, onBrush }
  const unit = rateUnit(Math.max(0, ...view.rate.map((value) => value ?? 0)))
  const slowest = Math.max(0, ...view.p95Ms.map((value) => value ?? 0))
  const latencyUnit = durationUnit(slowest)
  const pale = (values: readonly (number | null)[] | undefined): Line[] => (values ? [{ values, look: 'pale' }] : [])
  const note = brush
    ? formatSpanOfTime(msOf(Math.min(brush.from, brush.to)), msOf(Math.max(brush.from, brush.to)), zone, view.toMs)
    : at === null
      ? null
      : formatMoment(view.fromMs + at * view.bucketMs, zone, 'minute', view.toMs)
  return (
    <footer className="strip" aria-label="Over time">
      <div className="strip-grid">
        <Panel
          name="Throughput"
          figure={throughput(view, at, (value) => formatRate(value, unit))}
          note={note ?? <BeforeLegend name={old ? beforeName : null} />}
        >
          <SeriesChart
            name="Throughput"
            lines={[...pale(old?.rate), { values: view.rate, look: 'main' }]}
            maxAtLeast={0}
            format={(value) => formatRate(value, unit)}
            {...shared}
          />
        </Panel>
        <Panel name="Failing" figure={failing(view, old, at, beforeName)} note="share of what started">
          <SeriesChart
            name="Failing"
            lines={[{ values: view.failing, look: 'bars' }, ...pale(old?.failing)]}
            maxAtLeast={0.01}
            format={formatPercent}
            {...shared}
          />
        </Panel>
        <Panel name="Latency" figure={latency(view, at)} note="root to last effect">
          <SeriesChart
            name="Latency"
            lines={[...pale(old?.p95Ms), { values: view.p50Ms, look: 'second' }, { values: view.p95Ms, look: 'main' }]}
            maxAtLeast={1}
            format={(value) => formatDurationIn(value, latencyUnit)}
            {...shared}
          />
        </Panel>
      </div>
      <CoverageBar view={view} zone={zone} />
    </footer>
  )
}

function Panel({ name, figure, note, children }: { name: string; figure: string; note: ReactNode; children: ReactNode }) {
  return (
    <section className="min-w-0">
      <h2>
        <b>{name}</b>
        <span className="cut" title={figure}>
          {figure}
        </span>
        <span className="strip-note">{note}</span>
      </h2>
      {children}
    </section>
  )
}

function BeforeLegend({ name }: { name: string | null }) {
  if (!name) return <>drag to choose a time</>
  const mark = (color: string) => (
    <svg width="18" height="8" className="inline-block align-[1px]" aria-hidden="true">
      <path d="M0 4h18" stroke={color} strokeWidth="1.5" />
    </svg>
  )
  return (
    <>
      now {mark('var(--text-1)')} {name} {mark('var(--unknown-line)')}
    </>
  )
}

function throughput(view: SeriesView, at: number | null, format: (value: number) => string): string {
  if (at !== null) return said(view.rate[at], format)
  const seconds = ((view.toMs - view.fromMs) / 1000) * view.coverage
  return seconds > 0 ? `${format(view.total.count / seconds)} on average` : 'nothing known'
}

function failing(view: SeriesView, old: SeriesView | null, at: number | null, beforeName: string | null): string {
  if (at !== null) return said(view.failing[at], formatPercent)
  const share = (of: SeriesView) => (of.total.count > 0 ? formatPercent(of.total.errors / of.total.count) : 'nothing started')
  return old && beforeName ? `${share(view)} now, ${share(old)} ${beforeName}` : share(view)
}

function latency(view: SeriesView, at: number | null): string {
  const middle = (values: readonly (number | null)[]) => {
    const known = values.filter((value): value is number => value !== null).sort((a, b) => a - b)
    return known[Math.floor(known.length / 2)] ?? null
  }
  const p50 = at === null ? middle(view.p50Ms) : (view.p50Ms[at] ?? null)
  const p95 = at === null ? middle(view.p95Ms) : (view.p95Ms[at] ?? null)
  if (p50 === null || p95 === null) return at === null ? 'no duration known' : 'not known'
  return `p50 ${formatDuration(p50)}, p95 ${formatDuration(p95)}${at === null ? ' typically' : ''}`
}

function said(value: number | null | undefined, format: (value: number) => string): string {
  return value === null || value === undefined ? 'not known' : format(value)
}

'use client'
import Link from 'next/link'
import { formatSpanOfTime } from '#lib/base/clock'
import { formatShort } from '#lib/base/format'
import { compareRange } from '#lib/graph/compare-range'
import type { CompareMode } from '#lib/graph/compare-range'
import { REFRESH, useSeries, useServiceMap, useStatus } from '#lib/hooks/data'
import { useLeadToData } from '#lib/hooks/lead-to-data'
import { useNow } from '#lib/hooks/now'
import { usePreference } from '#lib/hooks/preferences'
import { isLive, useHref, useUrlState, useView } from '#lib/hooks/view'
import type { SetUrl } from '#lib/hooks/view'
import type { ServiceMap } from '#lib/model/api'
import { SeriesRow } from '#components/series/series-row'
import { FirstRun, useFirstDataRange } from '#components/first-run'
import { useImport } from '#components/import-drop'
import { CopyButton } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { EmptyState, ErrorState, Notice } from '#components/ui/states'
import { COMPARE_NAMES, CompareMenu } from './compare-menu'
import { MapAnswer } from './map-answer'
import { MapBody } from './map-body'

const PARAMS = { compare: 'off', service: '', edge: '', show: 'all', hide: '', fold: 'auto', as: 'graph', find: '' }
export type MapUrl = typeof PARAMS

/** A point a quarter hour on a day; enough for a shape, few enough to be drawn as lines. */
const POINTS = 96

function compareModeOf(text: string): CompareMode {
  return text === 'day' || text === 'week' || text === 'previous' ? text : 'off'
}

/** Home: which service reaches which, how much, how well; over time below. Without any data, the way to the first. */
export function MapPage() {
  const status = useStatus()
  useFirstDataRange(status.data)
  if (status.data && status.data.data === null) return <FirstRun status={status.data} />
  return <MapOfRange />
}

function MapOfRange() {
  const [view, setView] = useView()
  const [url, setUrl] = useUrlState(PARAMS)
  const [zone] = usePreference('zone')
  const now = useNow() ?? 0
  const status = useStatus()
  const linking = (status.data?.linking.pending ?? 0) > 0
  const refresh = linking ? REFRESH.linking : isLive(view) ? REFRESH.live : false
  const mode = compareModeOf(url.compare)
  // A minute's step keeps the question, and with it the cached answer, the same between two ticks.
  const minute = Math.floor(now / 60_000) * 60_000
  const other = compareRange({ from: view.from, to: view.to, mode, nowMs: minute })
  const range = { q: view.q, from: view.from, to: view.to }
  const map = useServiceMap({ ...range, ...(other ? { compareFrom: other.from, compareTo: other.to } : {}) }, refresh)
  const series = useSeries({ ...range, points: POINTS }, refresh)
  const before = useSeries({ q: view.q, from: other?.from ?? '', to: other?.to ?? '', points: POINTS }, false, other !== null)
  const against = mode === 'off' ? null : COMPARE_NAMES[mode].short
  const href = useHref()
  const setRange = (fromMs: number, toMs: number) => setView({ from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() })
  return (
    <main className="map-page">
      <div className="top">
        <MapAnswer map={map.data} series={series.data} status={status.data} error={map.error} q={view.q} against={against} zone={zone} now={now} />
        <div className="row flex-none flex-wrap">
          {map.data && map.data.transactions.failed > 0 ? (
            <Link className="btn" href={href('/search', { q: withError(view.q) })}>
              <Icon name="list" />
              {formatShort(map.data.transactions.failed)} failing
            </Link>
          ) : null}
          <CompareMenu mode={mode} onChange={(compare) => setUrl({ compare })} />
          <ShareButton map={map.data} />
        </div>
      </div>
      <StaleNotices map={map.data} mapError={map.error} at={map.dataUpdatedAt} retry={() => void map.refetch()} />
      <MapContent map={map.data} error={map.error} retry={() => void map.refetch()} url={url} setUrl={setUrl} zone={zone} />
      <SeriesRow series={series.data} before={other ? before.data : undefined} beforeName={against} zone={zone} error={series.error} onRange={setRange} />
    </main>
  )
}

function withError(q: string): string {
  return q ? `${q} status:error` : 'status:error'
}

interface MapContentProps {
  map: ServiceMap | undefined
  error: Error | null
  retry: () => void
  url: MapUrl
  setUrl: SetUrl<MapUrl>
  zone: 'utc' | 'local'
}

function MapContent({ map, error, retry, url, setUrl, zone }: MapContentProps) {
  const [view, setView] = useView()
  const empty = map !== undefined && map.nodes.length === 0
  const { data: status } = useStatus()
  const { uploads } = useImport()
  const settling = uploads.active || (status?.linking.pending ?? 0) > 0
  const nearest = nearestOf(map, view.q ? null : (status?.data ?? null))
  useLeadToData(empty ? nearest : null)
  if (!map && error)
    return (
      <Centre>
        <ErrorState what="The map could not be read" error={error} onRetry={retry} kept="What is stored is untouched." />
      </Centre>
    )
  if (!empty) return <MapBody map={map} settling={settling} url={url} setUrl={setUrl} />
  const where = nearest ? formatSpanOfTime(Date.parse(nearest.from), Date.parse(nearest.to), zone) : null
  return (
    <Centre>
      <EmptyState
        title={view.q ? `Nothing in this range fits ${view.q}` : 'No events in this range'}
        actions={
          <>
            {nearest ? (
              <button type="button" className="btn pri" onClick={() => setView({ from: nearest.from, to: nearest.to })}>
                Show {where}
              </button>
            ) : null}
            {view.q ? (
              <button type="button" className="btn" onClick={() => setView({ q: '' })}>
                Drop the search
              </button>
            ) : null}
            <Link className="btn" href="/sources">
              Look at the sources
            </Link>
          </>
        }
      >
        {where ? `The nearest events are from ${where}.` : 'No source has delivered anything that fits.'}
      </EmptyState>
    </Centre>
  )
}

/** All data where that is a week or less, else the nearest stretch as long as the range asked for. */
function nearestOf(map: ServiceMap | undefined, all: { from: string; to: string } | null): { from: string; to: string } | null {
  if (all && Date.parse(all.to) - Date.parse(all.from) <= 7 * 86_400_000) return all
  return map?.nearest ?? null
}

function Centre({ children }: { children: React.ReactNode }) {
  return <div className="flex min-h-[320px] flex-1 items-center justify-center">{children}</div>
}

interface StaleProps {
  map: ServiceMap | undefined
  mapError: Error | null
  at: number
  retry: () => void
}

/** What is shown while the API fails is the last answer, and says so. */
function StaleNotices({ map, mapError, at, retry }: StaleProps) {
  const now = useNow() ?? at
  if (!map || !mapError) return null
  const seconds = Math.max(0, Math.round((now - at) / 1000))
  return (
    <Notice
      tone="error"
      action={
        <button type="button" className="btn" onClick={retry}>
          Try again
        </button>
      }
    >
      This is from {seconds} s ago: the map could not be refreshed. {mapError.message}
    </Notice>
  )
}

/** A link with absolute times: it shows the same tomorrow. */
function ShareButton({ map }: { map: ServiceMap | undefined }) {
  const [view] = useView()
  const link = () => {
    const url = new URL(window.location.href)
    url.searchParams.set('from', map?.range.from ?? view.from)
    url.searchParams.set('to', map?.range.to ?? view.to)
    return url.toString()
  }
  return <CopyButton text="" textOf={link} label="Copy a link with absolute times" done="Link copied" icon="share" iconOnly />
}

'use client'
import { useCallback, useMemo, useRef, useState } from 'react'
import { formatCount } from '#lib/base/format'
import { resolveTime } from '#lib/base/time-entry'
import { REFRESH, useSeries, useStatus } from '#lib/hooks/data'
import { useNow } from '#lib/hooks/now'
import { usePreference } from '#lib/hooks/preferences'
import { useSearchResults } from '#lib/hooks/search-results'
import type { GroupName, SearchResults } from '#lib/hooks/search-results'
import { useEvents, useFacets, usePrefetchTransaction } from '#lib/hooks/transaction-data'
import type { EventPages } from '#lib/hooks/transaction-data'
import { isLive, useHref, useUrlState, useView } from '#lib/hooks/view'
import type { Series } from '#lib/model/api'
import { Segmented } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { Popover } from '#components/ui/popover'
import { ErrorState, Notice, Skeleton } from '#components/ui/states'
import { useElementWidth } from '#components/ui/use-size'
import { ExportMenu } from './export-menu'
import { FacetsPanel } from './facets'
import { Histogram } from './histogram'
import { NothingFound } from './nothing-found'
import { RawEvents } from './raw-events'
import { SearchAnswer, SearchLimits } from './search-head'
import { ListSkeleton, TransactionList } from './transaction-list'

/** `list` transactions or events, `all` the groups shown in full, `sel` the row that has the keyboard. */
const DEFAULTS = { list: 'transactions', all: '', sel: '' }
const LISTS = [
  { value: 'transactions', label: 'Transactions' },
  { value: 'events', label: 'Events' },
] as const
const DAY_MS = 86_400_000
/** Under this width rows stack. */
const SMALL_PX = 760

export function SearchPage() {
  const [view, setView] = useView()
  const [own, setOwn] = useUrlState(DEFAULTS)
  const [zone] = usePreference('zone')
  const [shortcuts] = usePreference('keys')
  const now = useNow()
  const href = useHref()
  const scroll = useRef<HTMLDivElement>(null)
  const width = useElementWidth(scroll)
  const refreshMs = isLive(view) ? REFRESH.live : false
  const params = { q: view.q, from: view.from, to: view.to }
  const showEvents = own.list === 'events'
  // Rows must not move away under a pointer that is about to click: while it is over the list, only what is around it refreshes.
  const [held, setHeld] = useState(false)
  const results = useSearchResults(params, held ? false : refreshMs, true)
  const events = useEvents(params, held ? false : refreshMs, showEvents)
  const series = useSeries(
    { ...params, points: pointsFor(width, (resolveTime(view.to, now ?? 0) ?? 0) - (resolveTime(view.from, now ?? 0) ?? 0)) },
    refreshMs,
    width > 0,
  )
  const facets = useFacets(params, refreshMs)
  const status = useStatus()
  const prefetch = usePrefetchTransaction()

  const search = useCallback((q: string) => setView({ q }), [setView])
  const select = useCallback((sel: string) => setOwn({ sel }, 'replace'), [setOwn])
  const open = useMemo(() => new Set(own.all.split(',').filter(Boolean)), [own.all])
  const hrefOf = useCallback((id: string) => href(`/transactions/${id}`), [href])
  const fromMs = resolveTime(view.from, now ?? 0)
  const toMs = now === null && view.to === 'now' ? null : resolveTime(view.to, now ?? 0)
  const withDay = (toMs ?? now ?? 0) - (fromMs ?? 0) > DAY_MS * 1.01
  const panel = <FacetsPanel facets={facets.data} error={facets.error} q={view.q} onSearch={search} />
  const listed = showEvents ? (events.data?.pages.flatMap((page) => page.items) ?? []) : results.groups.flatMap((group) => group.items)

  return (
    <main ref={scroll} className="relative flex min-h-0 grow basis-0 flex-col overflow-auto bg-surface-1">
      <div className="top">
        <div className="grow">
          {results.loading || (results.error && results.count === 0) ? (
            <AnswerPlaceholder error={results.error} />
          ) : (
            <>
              <SearchAnswer q={view.q} results={results} series={series.data} zone={zone} />
              <SearchLimits results={results} series={series.data} status={status.data} toMs={toMs} now={now} zone={zone} />
            </>
          )}
        </div>
        <div className="row flex-wrap">
          <span className="lg:hidden">
            <Popover
              label="Filters"
              role="dialog"
              width={300}
              className="btn"
              trigger={
                <>
                  <Icon name="menu" />
                  Filters
                </>
              }
            >
              {() => panel}
            </Popover>
          </span>
          <Segmented label="List" value={showEvents ? 'events' : 'transactions'} options={LISTS} onChange={(list) => setOwn({ list })} />
          <ExportMenu items={listed} name={`specter-${showEvents ? 'events' : 'transactions'}`} />
        </div>
      </div>
      {results.error && results.count > 0 ? (
        <Notice
          tone="error"
          action={
            <button type="button" className="btn" onClick={results.retry}>
              Try again
            </button>
          }
        >
          {results.error.message} What is listed is from before.
        </Notice>
      ) : null}
      <div className="search-grid">
        <aside aria-label="Facets" className="border-r border-line bg-surface-0 max-lg:hidden">
          <div className="sticky top-0 max-h-[calc(100dvh-var(--bar))] overflow-auto py-2">{panel}</div>
        </aside>
        <div className="min-w-0" aria-busy={results.stale} style={results.stale ? { opacity: 0.6 } : undefined}>
          <Histogram series={series.data} error={series.error} zone={zone} onChoose={(from, to) => setView({ from, to })} />
          <div onPointerEnter={(event) => setHeld(event.pointerType === 'mouse')} onPointerLeave={() => setHeld(false)}>
            {held && refreshMs !== false ? <Held fresh={newSince(results, series.data)} /> : null}
            {showEvents ? (
              <EventsBody
                pages={events}
                body={<RawEvents pages={events} scroll={scroll} zone={zone} withDay={withDay} small={width < SMALL_PX} hrefOf={hrefOf} />}
              />
            ) : (
              <TransactionsBody results={results} q={view.q}>
                <TransactionList
                  groups={results.groups}
                  open={open}
                  onOpen={(name: GroupName) => setOwn({ all: [...open, name].join(',') })}
                  scroll={scroll}
                  small={width < SMALL_PX}
                  zone={zone}
                  withDay={withDay}
                  selected={own.sel}
                  hrefOf={hrefOf}
                  onSelect={select}
                  prefetch={prefetch}
                  keysOn={shortcuts === 'on'}
                />
              </TransactionsBody>
            )}
          </div>
        </div>
      </div>
    </main>
  )
}

/** Transactions that the chart counts already and the list does not. */
function newSince(results: SearchResults, chart: Series | undefined): number {
  const counted = chart?.groups.reduce((sum, group) => sum + group.count.reduce((all, n) => all + n, 0), 0) ?? 0
  return results.loading || results.stale || !results.exact ? 0 : Math.max(0, counted - results.count)
}

/** Floats, so that it moves no row either. */
function Held({ fresh }: { fresh: number }) {
  if (fresh === 0) return null
  return (
    <p className="pointer-events-none sticky top-9 z-[4] h-0 px-6 text-right" role="status">
      <span className="chip bg-surface-1 shadow-pop">{formatCount(fresh)} new; they are listed when the pointer leaves</span>
    </p>
  )
}

const BUCKETS_S = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 604_800]

/** So many buckets that each is a round time and they are about eleven pixels wide, in steps, so that resizing a window asks rarely. */
function pointsFor(width: number, rangeMs: number): number {
  const most = width < 600 ? 48 : width < 1300 ? 96 : 144
  const bucket = BUCKETS_S.find((seconds) => rangeMs / 1000 / seconds <= most)
  return bucket === undefined || rangeMs <= 0 ? most : Math.max(1, Math.round(rangeMs / 1000 / bucket))
}

function AnswerPlaceholder({ error }: { error: Error | null }) {
  if (error)
    return (
      <h1 className="answer">
        <b>The search could not be answered.</b>
      </h1>
    )
  return (
    <>
      <h1 className="answer">
        <span className="sr-only">Searching</span>
        <Skeleton width="min(520px, 80%)" height={18} />
      </h1>
      <p className="sub">
        <Skeleton width="min(380px, 60%)" height={12} />
      </p>
    </>
  )
}

interface TransactionsBodyProps {
  results: SearchResults
  q: string
  children: React.ReactNode
}

function TransactionsBody({ results, q, children }: TransactionsBodyProps) {
  if (results.loading) return <ListSkeleton rows={16} />
  if (results.error && results.count === 0) return <ErrorState what="The search could not be answered" error={results.error} onRetry={results.retry} />
  if (results.groups.every((group) => group.items.length === 0)) return <NothingFound q={q} nearest={results.nearest} />
  return (
    <>
      {children}
      {results.exact ? null : (
        <p className="px-6 py-2 text-small text-ink-3">
          Counting stopped at {formatCount(results.count)}: there are more. A shorter time or a narrower search counts them all.
        </p>
      )}
    </>
  )
}

function EventsBody({ pages, body }: { pages: EventPages; body: React.ReactNode }) {
  if (pages.error && !pages.data) return <ErrorState what="The lines could not be listed" error={pages.error} onRetry={() => void pages.refetch()} />
  if (!pages.data) return <ListSkeleton rows={20} />
  if (pages.data.pages.every((page) => page.items.length === 0)) return <NothingFound q="" nearest={pages.data.pages[0]?.nearest ?? null} lines />
  return <>{body}</>
}

'use client'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { restingWords } from '#components/resting'
import { formatClock } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatBytes, formatDuration, formatPlural, formatCount } from '#lib/base/format'
import { relativeLabel, resolveTime } from '#lib/base/time-entry'
import { heldUpWords, isHeldUp, sourceState, totalsOf, type SourceState } from '#lib/graph/source-state'
import { useConnections } from '#lib/hooks/connections'
import { useSources, useStatus } from '#lib/hooks/data'
import { useNow } from '#lib/hooks/now'
import { usePreference } from '#lib/hooks/preferences'
import { isLive, useView } from '#lib/hooks/view'
import type { SourceStatus, Status } from '#lib/model/api'
import { DemoButton, DemoNotice } from '#components/demo-button'
import { Button } from '#components/ui/controls'
import { EmptyState, ErrorState, Notice, Skeleton } from '#components/ui/states'
import { Connections } from './connections'
import { PANEL_NAMES, SidePanel } from './side-panel'
import type { Panel } from './side-panel'
import { SourceCoverage } from './source-coverage'
import { SourceTable } from './source-table'

/** Where events come from, and that every one of them is accounted for. */
export function SourcesPage() {
  const status = useStatus()
  const [view] = useView()
  const [zone] = usePreference('zone')
  const now = useNow() ?? 0
  const [panel, setPanel] = useState<Panel>({ show: 'ways' })
  const side = useRef<HTMLElement>(null)
  const asked = useRef(false)
  // In a narrow window the panel stands below the table: whoever opens it wants to see it.
  useEffect(() => {
    if (asked.current && (side.current?.getBoundingClientRect().top ?? 0) > 0.4 * window.innerHeight) side.current?.scrollIntoView({ block: 'start' })
  }, [panel])
  const show = (next: Panel): void => {
    asked.current = true
    setPanel(next)
  }
  const connections = useConnections()
  const withRates = useSources({ from: view.from, to: view.to }, isLive(view) ? 30_000 : false)
  const rates = useMemo(
    () =>
      withRates.data
        ? new Map(withRates.data.items.map((source) => [source.name, source.rate ?? []]))
        : withRates.isError
          ? new Map<string, number[]>()
          : undefined,
    [withRates.data, withRates.isError],
  )
  const sources = status.data?.sources
  return (
    <main className="so-page">
      <div className="top">
        <Answer status={status.data} zone={zone} now={now} />
        {panel.show === 'ways' || panel.show === 'connect' ? null : (
          <Button icon="plus" onClick={() => show({ show: 'ways' })}>
            Add logs
          </Button>
        )}
      </div>
      {status.data && status.error ? (
        <Notice tone="error">
          These numbers are {formatDuration(Math.max(1000, now - status.dataUpdatedAt))} old: {status.error.message}
        </Notice>
      ) : null}
      <div className={`so-grid${panel.show === 'none' ? ' alone' : ''}`}>
        <div className="min-w-0">
          <Connections
            items={connections.data?.items ?? []}
            openId={panel.show === 'connection' ? panel.id : null}
            onOpen={(id) => show({ show: 'connection', id })}
            zone={zone}
          />
          {now > 0 ? <DemoNotice zone={zone} now={now} /> : null}
          <Sources sources={sources} error={status.error} retry={() => void status.refetch()}>
            {sources ? (
              <SourceTable
                sources={sources}
                rates={rates}
                rangeLabel={`events, ${relativeLabel(view.from, view.to)?.toLowerCase() ?? 'in range'}`}
                zone={zone}
                now={now}
              />
            ) : null}
            {status.data ? <Foot status={status.data} onQuarantined={() => show({ show: 'quarantine' })} /> : null}
            {sources && now > 0 ? (
              <SourceCoverage
                sources={sources}
                rates={rates}
                fromMs={resolveTime(view.from, now) ?? now}
                toMs={resolveTime(view.to, now) ?? now}
                zone={zone}
                now={now}
              />
            ) : null}
          </Sources>
        </div>
        {panel.show === 'none' ? null : (
          <aside ref={side} className="so-add" aria-label={PANEL_NAMES[panel.show]}>
            <div className="so-side">
              <SidePanel panel={panel} onPanel={show} connections={connections.data?.items ?? []} zone={zone} now={now} />
            </div>
          </aside>
        )}
      </div>
    </main>
  )
}

interface SourcesProps {
  sources: readonly SourceStatus[] | undefined
  error: Error | null
  retry: () => void
  children: ReactNode
}

function Sources({ sources, error, retry, children }: SourcesProps) {
  if (!sources && error) return <ErrorState what="The sources could not be read" error={error} kept="Whatever was acknowledged is stored." onRetry={retry} />
  if (!sources) {
    return (
      <div className="px-6 py-2" role="status" aria-label="The sources are loading">
        {[0, 1, 2, 3, 4, 5, 6].map((i) => (
          <Skeleton key={i} height={16} className="my-3" />
        ))}
      </div>
    )
  }
  if (sources.length === 0)
    return (
      <EmptyState title="No source has delivered anything yet" actions={<DemoButton />}>
        Connect AWS, drop a file anywhere on this page, paste lines, run the command or send a request.
      </EmptyState>
    )
  return children
}

function Answer({ status, zone, now }: { status: Status | undefined; zone: Zone; now: number }) {
  if (!status) {
    return (
      <div className="grow">
        <h1 className="answer">
          <span className="sr-only">The sources are loading</span>
          <Skeleton width="min(560px, 90%)" height={18} />
        </h1>
        <p className="sub">
          <Skeleton width="min(380px, 60%)" height={13} />
        </p>
      </div>
    )
  }
  const totals = totalsOf(status.sources)
  const states = status.sources.map((source) => ({ source, state: sourceState(source, now) }))
  const live = states.filter(({ state }) => state === 'live' || isHeldUp(state))
  const heldUp = live.filter(({ state }) => state !== 'live')
  const lost = totals.received - totals.stored - totals.duplicate - totals.quarantined - totals.rejected
  return (
    <div className="grow">
      <h1 className="answer">
        <b>
          {status.sources.length === 0
            ? 'No source yet.'
            : `${formatPlural(status.sources.length, 'source')}, ${formatPlural(totals.received, 'event')} received${totals.adds ? ', every one accounted for.' : `, ${formatCount(Math.abs(lost))} not accounted for.`}`}
        </b>{' '}
        {liveSentence(live, status, zone)}
      </h1>
      <p className="sub">{limits(heldUp, status)}</p>
    </div>
  )
}

interface Stated {
  source: SourceStatus
  state: SourceState
}

function liveSentence(live: readonly Stated[], status: Status, zone: Zone): string {
  if (status.sources.length === 0) return ''
  if (live.length === 0) return 'None is delivering at the moment.'
  const of = (...states: SourceState[]): number => live.filter(({ state }) => states.includes(state)).length
  const [fine, behind, starting, refused] = [of('live'), of('behind'), of('starting'), of('forbidden', 'failing')]
  const ends = status.sources.flatMap((source) => (source.completeUntil && (source.lagMs ?? Infinity) < 120_000 ? [Date.parse(source.completeUntil)] : []))
  const until = ends.length > 0 ? ` complete until ${formatClock(Math.min(...ends), zone, 'minute')}` : ' delivering'
  const late = [
    behind > 0 ? `${behind === 1 ? 'one is' : `${behind} are`} behind` : '',
    starting > 0 ? `${starting === 1 ? 'one is' : `${starting} are`} being read for the first time` : '',
    refused > 0 ? `${refused === 1 ? 'one' : refused} can’t be read` : '',
  ].filter(Boolean)
  return `${fine} of ${live.length} live ones ${fine === 1 ? 'is' : 'are'}${until}${late.map((words) => `; ${words}`).join('')}.`
}

function limits(heldUp: readonly Stated[], status: Status): string {
  if (status.sources.length === 0) return 'Each source becomes a row here within a second of its first event.'
  // The first look at many groups takes a minute; the sentence above counts them.
  const named = heldUp.filter(({ state }) => state !== 'starting')
  const late = named.slice(0, 3).map(({ source, state }) => `${heldUpWords(source, state)}.`)
  const linking = status.linking.pending > 0 ? `${formatCount(status.linking.pending)} events are still being linked.` : 'Everything that is stored is linked.'
  return [...late, linking, restingWords(status)].filter(Boolean).join(' ')
}

function Foot({ status, onQuarantined }: { status: Status; onQuarantined: () => void }) {
  const totals = totalsOf(status.sources)
  const faulty = totals.quarantined + totals.rejected
  return (
    <div className="so-foot">
      <span>
        {faulty === 0
          ? 'Nothing was quarantined or rejected.'
          : 'Quarantined records are kept with their reason; rejected ones are named in the answer to who sent them.'}{' '}
        {totals.quarantined > 0 ? (
          <button type="button" className="link" onClick={onQuarantined}>
            Look at {formatCount(totals.quarantined)}
          </button>
        ) : null}
      </span>
      <span>Store {formatBytes(status.storeBytes)}</span>
      <span>Specter {status.version}</span>
    </div>
  )
}

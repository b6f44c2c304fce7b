'use client'
import { useMemo, useState } from 'react'
import type { ReactNode } from 'react'
import { formatClock } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatBytes, formatDuration, formatPlural, formatCount } from '#lib/base/format'
import { relativeLabel, resolveTime } from '#lib/base/time-entry'
import { shortSourceName, sourceState, totalsOf } from '#lib/graph/source-state'
import { useConnections } from '#lib/hooks/connections'
import { useSources, useStatus } from '#lib/hooks/data'
import { useNow } from '#lib/hooks/now'
import { usePreference } from '#lib/hooks/preferences'
import { isLive, useView } from '#lib/hooks/view'
import type { SourceStatus, Status } from '#lib/model/api'
import { DemoNotice } from '#components/demo-button'
import { Button } from '#components/ui/controls'
import { EmptyState, ErrorState, Notice, Skeleton } from '#components/ui/states'
import { Connections } from './connections'
import { PANEL_NAMES, SidePanel } from './side-panel'
import type { Panel } from './side-panel'
import { SourceCoverage } from './source-coverage'
import { formatLag, SourceTable } from './source-table'

/** Where events come from, and that every one of them is accounted for. */
export function SourcesPage() {
  const status = useStatus()
  const [view] = useView()
  const [zone] = usePreference('zone')
  const now = useNow() ?? 0
  const [panel, setPanel] = useState<Panel>({ show: 'ways' })
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
          <Button icon="plus" onClick={() => setPanel({ show: 'ways' })}>
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
            onOpen={(id) => setPanel({ show: 'connection', id })}
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
            {status.data ? <Foot status={status.data} onQuarantined={() => setPanel({ show: 'quarantine' })} /> : null}
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
          <aside className="so-add" aria-label={PANEL_NAMES[panel.show]}>
            <SidePanel panel={panel} onPanel={setPanel} connections={connections.data?.items ?? []} zone={zone} now={now} />
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
      <EmptyState title="No source has delivered anything yet">
        Drop a file, paste lines, run the command or send a request: each becomes a row here within a second.
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
  const live = states.filter(({ state }) => state === 'live' || state === 'behind')
  const behind = live.filter(({ state }) => state === 'behind')
  const lost = totals.received - totals.stored - totals.duplicate - totals.quarantined - totals.rejected
  return (
    <div className="grow">
      <h1 className="answer">
        <b>
          {formatPlural(status.sources.length, 'source')}, {formatPlural(totals.received, 'event')} received
          {totals.adds ? ', every one accounted for.' : `, ${formatCount(Math.abs(lost))} not accounted for.`}
        </b>{' '}
        {liveSentence(live.length, behind.length, status, zone)}
      </h1>
      <p className="sub">
        {limits(
          behind.map(({ source }) => source),
          status,
        )}
      </p>
    </div>
  )
}

function liveSentence(live: number, behind: number, status: Status, zone: Zone): string {
  if (status.sources.length === 0) return ''
  if (live === 0) return 'None is delivering at the moment.'
  const ends = status.sources.flatMap((source) => (source.completeUntil && (source.lagMs ?? Infinity) < 120_000 ? [Date.parse(source.completeUntil)] : []))
  const until = ends.length > 0 ? ` complete until ${formatClock(Math.min(...ends), zone, 'minute')}` : ' delivering'
  const late = behind > 0 ? `; ${behind === 1 ? 'one is' : `${behind} are`} behind` : ''
  return `${live - behind} of ${live} live ones ${live - behind === 1 ? 'is' : 'are'}${until}${late}.`
}

function limits(behind: readonly SourceStatus[], status: Status): string {
  const late = behind.slice(0, 3).map((source) => `${shortSourceName(source.name)} is ${formatLag(source.lagMs ?? 0)} behind.`)
  const linking = status.linking.pending > 0 ? `${formatCount(status.linking.pending)} events are still being linked.` : 'Everything that is stored is linked.'
  return [...late, linking].join(' ')
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

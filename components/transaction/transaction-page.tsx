'use client'
import { useCallback, useEffect, useMemo, useRef } from 'react'
import Link from 'next/link'
import { sharedValues } from '#lib/graph/evidence'
import { failedFirst } from '#lib/graph/transaction-words'
import { ApiError } from '#lib/hooks/api'
import { REFRESH } from '#lib/hooks/data'
import { useTransaction } from '#lib/hooks/transaction-data'
import { readSelection, useTransactionModel, writeSelection } from '#lib/hooks/transaction-view'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { useHref, useUrlState } from '#lib/hooks/view'
import type { TransactionDetail } from '#lib/model/api'
import { EmptyState, ErrorState, Notice, Skeleton } from '#components/ui/states'
import { useElementWidth } from '#components/ui/use-size'
import { CausesSection } from './causes-section'
import { EventList } from './event-list'
import { Inspector } from './inspector'
import { CriticalSum, Timeline } from './timeline'
import { TimelineLegend } from './timeline-legend'
import { TransactionHead } from './transaction-head'

/** `sel` what is chosen (`-`: nothing), `hide` the threshold, `draw` graph or table, `open` the folds, `zoom` of the timeline, filters of the events. */
const DEFAULTS = { sel: '', hide: '0.95', draw: 'graph', open: '', zoom: '', service: '', level: '' }
/** Under this width the drawing gives way to the table and all stands in one column. */
const WIDE_PX = 1100

export function TransactionPage({ id }: { id: string }) {
  const { data, error, refetch } = useTransaction(id, REFRESH.live)
  const href = useHref()
  useMovedPlace(id, data)
  if (!data && error instanceof ApiError && error.status === 404) {
    return (
      <main className="flex-1 bg-surface-1">
        <EmptyState
          title="There is no such transaction"
          actions={
            <Link className="btn pri lg" href={href('/search')}>
              Search transactions
            </Link>
          }
        >
          It may have been joined to another one when its cause arrived, or its events were deleted. <code>{id}</code>
        </EmptyState>
      </main>
    )
  }
  if (!data && error)
    return (
      <main className="flex-1 bg-surface-1">
        <ErrorState what="This transaction could not be read" error={error} onRetry={() => void refetch()} />
      </main>
    )
  if (!data) return <TransactionSkeleton />
  return <Loaded key={data.id} detail={data} stale={error} />
}

/** When a root gains a cause its transaction moves; the address follows. */
function useMovedPlace(id: string, data: TransactionDetail | undefined): void {
  useEffect(() => {
    if (data && data.id !== id) window.history.replaceState(null, '', `/transactions/${data.id}${window.location.search}`)
  }, [id, data])
}

function Loaded({ detail, stale }: { detail: TransactionDetail; stale: Error | null }) {
  const [state, set] = useUrlState(DEFAULTS)
  const main = useRef<HTMLDivElement>(null)
  const left = useRef<HTMLDivElement>(null)
  const width = useElementWidth(main)
  const wide = width >= WIDE_PX
  const model = useTransactionModel(detail, state.open)
  const open = useMemo(() => new Set(state.open.split(',').filter(Boolean)), [state.open])
  const selection = useMemo(() => startSelection(state.sel, model), [state.sel, model])
  const threshold = Number(state.hide)
  const select = useCallback((next: Selection) => set({ sel: next ? writeSelection(next) : '-' }), [set])
  const toggle = useCallback(
    (key: string) => {
      const next = new Set(open)
      if (!next.delete(key)) next.add(key)
      set({ open: [...next].join(',') }, 'replace')
    },
    [open, set],
  )
  const zoom = readZoom(state.zoom)
  const onZoom = useCallback((next: [number, number] | null) => set({ zoom: next ? next.map((ms) => ms.toFixed(3)).join('~') : '' }, 'replace'), [set])
  const { proving, values, spans } = useMemo(() => provingOf(selection, model), [selection, model])
  useUndo(state.sel, () => set({ sel: '-' }))
  const shared = { model, selection, onSelect: select, open, onToggle: toggle }
  return (
    <main ref={main} className="tx-page">
      <TransactionHead model={model} />
      {stale ? <Notice tone="error">{stale.message} What is shown is from before.</Notice> : null}
      <div className="tx-body">
        <div ref={left} className="tx-left">
          <CausesSection
            {...shared}
            wide={wide}
            ready={width > 0}
            draw={state.draw === 'table' ? 'table' : 'graph'}
            onDraw={(draw) => set({ draw })}
            threshold={threshold}
            onThreshold={(hide) => set({ hide: hide.toFixed(2) }, 'replace')}
          />
          <section aria-label="Timeline" className="border-b border-line">
            <div className="head px-6 max-lg:h-auto max-lg:min-h-9 max-lg:flex-wrap max-lg:px-4">
              <h2>Timeline</h2>
              <TimelineLegend timeline={model.timeline} />
              <span className="ml-auto max-sm:ml-0">
                <CriticalSum workMs={model.timeline.workMs} waitingMs={model.timeline.waitingMs} />
              </span>
            </div>
            <Timeline {...shared} zoom={zoom} onZoom={onZoom} />
          </section>
          <EventList
            events={detail.events}
            total={detail.eventCount}
            startNs={model.originNs}
            filter={{ service: state.service, level: state.level }}
            onFilter={(filter) => set(filter, 'replace')}
            proving={proving}
            values={values}
            spans={spans}
            scroll={wide ? left : main}
            onSpan={(spanId) => select({ kind: 'unit', id: model.folded.unitOfSpan.get(spanId) ?? spanId })}
          />
        </div>
        <aside className="tx-side" aria-label="What is selected">
          <Inspector {...shared} />
        </aside>
      </div>
    </main>
  )
}

/** Before anything was chosen: the failure that came first, else nothing. `-` is nothing by choice. */
function startSelection(text: string, model: TransactionModel): Selection {
  if (text !== '') return readSelection(text, model.folded)
  const first = failedFirst(model.tree)
  const unit = first ? model.folded.unitOfSpan.get(first.id) : undefined
  return unit === undefined ? null : { kind: 'unit', id: unit }
}

function readZoom(text: string): [number, number] | null {
  const [from, to] = text.split('~').map(Number)
  return from !== undefined && to !== undefined && to > from ? [from, to] : null
}

/** Which lines prove the chosen link, and with which values; or whose lines belong to the chosen unit. */
function provingOf(selection: Selection, model: TransactionModel): { proving: Set<string>; values: string[]; spans: Set<string> } {
  if (selection?.kind === 'unit') return { proving: new Set(), values: [], spans: new Set(model.folded.units.get(selection.id)?.spans ?? []) }
  const link = model.folded.links.find((one) => one.id === selection?.id)?.links[0]
  const ids = [link?.cause.eventId, link?.effect.eventId].flatMap((id) => (id && model.events.has(id) ? [id] : []))
  return { proving: new Set(ids), values: link ? sharedValues(link).map((one) => one.value) : [], spans: new Set() }
}

/** Esc takes the choice back, unless something that floats takes it first. */
function useUndo(sel: string, clear: () => void): void {
  const latest = useRef(clear)
  useEffect(() => {
    latest.current = clear
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null
      if (event.key !== 'Escape' || event.defaultPrevented || sel === '-' || target?.closest('input, textarea, dialog, [popover]')) return
      latest.current()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [sel])
}

/** The page in its final sizes. */
function TransactionSkeleton() {
  return (
    <main className="tx-page" aria-busy="true">
      <div className="tx-top">
        <h1 className="answer">
          <span className="sr-only">Loading the transaction</span>
          <Skeleton width="min(640px, 80%)" height={18} />
        </h1>
        <div>
          <Skeleton width="min(480px, 70%)" height={12} />
        </div>
      </div>
      <div className="tx-body" aria-hidden="true">
        <div className="tx-left">
          <div className="head px-6">
            <Skeleton width={120} height={12} />
          </div>
          <div className="flex h-60 items-center gap-16 px-6">
            {[0, 1, 2, 3].map((i) => (
              <Skeleton key={i} width={120} height={40} className="max-lg:hidden" />
            ))}
          </div>
          <div className="head border-t border-line px-6">
            <Skeleton width={72} height={12} />
          </div>
          {Array.from({ length: 10 }, (_, i) => (
            <div key={i} className="flex h-[22px] items-center gap-6 px-6">
              <Skeleton width={160} height={10} />
              <Skeleton width={`${14 + ((i * 13) % 40)}%`} height={12} />
            </div>
          ))}
        </div>
        <aside className="tx-side p-4">
          <Skeleton height={20} width="60%" />
          <Skeleton height={96} className="mt-4" />
        </aside>
      </div>
    </main>
  )
}

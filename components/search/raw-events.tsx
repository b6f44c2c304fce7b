'use client'
import { useEffect, useRef, useState } from 'react'
import type { RefObject } from 'react'
import Link from 'next/link'
import { useVirtualizer } from '@tanstack/react-virtual'
import { formatClock, formatMoment } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { visibleText } from '#lib/graph/visible-text'
import { useEvent } from '#lib/hooks/transaction-data'
import type { EventPages } from '#lib/hooks/transaction-data'
import type { EventItem } from '#lib/model/api'
import { CopyButton } from '#components/ui/controls'
import { ServiceName } from '#components/ui/service'
import { ErrorState, Skeleton } from '#components/ui/states'

export interface RawEventsProps {
  pages: EventPages
  scroll: RefObject<HTMLElement | null>
  zone: Zone
  withDay: boolean
  small: boolean
  /** Address of a transaction's page. */
  hrefOf: (id: string) => string
}

const ROW = 24
const ROW_SMALL = 64

/** Levels with a colour; the word is always there. */
export function levelColour(severity: number): string {
  if (severity >= 17) return 'text-error'
  return severity >= 13 ? 'text-warn' : 'text-ink-3'
}

/** The lines that a search found, newest first. Each opens to its raw text and the transactions that it belongs to. */
export function RawEvents({ pages, scroll, zone, withDay, small, hrefOf }: RawEventsProps) {
  const items = pages.data?.pages.flatMap((page) => page.items) ?? []
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const top = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count: items.length + (pages.hasNextPage ? 1 : 0),
    getScrollElement: () => scroll.current,
    estimateSize: () => (small ? ROW_SMALL : ROW),
    overscan: 12,
    scrollMargin: top.current?.offsetTop ?? 0,
    getItemKey: (i) => items[i]?.id ?? 'more',
  })
  const shown = virtual.getVirtualItems()
  const last = shown.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, isError, fetchNextPage } = pages
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && !isError && last >= items.length - 10) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, isError, fetchNextPage, last, items.length])
  const toggle = (id: string) => {
    const next = new Set(open)
    if (!next.delete(id)) next.add(id)
    setOpen(next)
  }
  return (
    <div ref={top} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
      {shown.map((row) => {
        const event = items[row.index]
        return (
          <div
            key={row.key}
            ref={virtual.measureElement}
            data-index={row.index}
            className="absolute inset-x-0 top-0"
            style={{ transform: `translateY(${row.start - virtual.options.scrollMargin}px)` }}
          >
            {event ? (
              <EventLine event={event} open={open.has(event.id)} onToggle={toggle} zone={zone} withDay={withDay} hrefOf={hrefOf} />
            ) : (
              <div className="flex h-7 items-center px-6">
                <Skeleton width="50%" height={12} />
              </div>
            )}
          </div>
        )
      })}
    </div>
  )
}

interface EventLineProps {
  event: EventItem
  open: boolean
  onToggle: (id: string) => void
  zone: Zone
  withDay: boolean
  hrefOf: (id: string) => string
}

function EventLine({ event, open, onToggle, zone, withDay, hrefOf }: EventLineProps) {
  const ms = Date.parse(event.time)
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        className={`grid w-full grid-cols-[auto_minmax(96px,200px)_56px_minmax(0,1fr)] items-center gap-x-4 px-6 text-left max-lg:px-4 max-sm:grid-cols-[auto_minmax(0,1fr)_auto] max-sm:py-1.5 sm:h-6 ${open ? 'bg-accent-weak' : 'hover:bg-surface-2'}`}
        onClick={() => onToggle(event.id)}
      >
        <span className="mono whitespace-nowrap text-ink-2">{withDay ? formatMoment(ms, zone, 'ms', ms) : formatClock(ms, zone, 'ms')}</span>
        <ServiceName name={event.service} kind={event.kind} size={14} />
        <span className={`text-small ${levelColour(event.severity)}`}>{event.level}</span>
        <bdi className="mono cut text-[11.5px] max-sm:col-span-3" title={event.message}>
          {visibleText(event.message)}
        </bdi>
      </button>
      {open ? <OpenedEvent id={event.id} hrefOf={hrefOf} /> : null}
    </>
  )
}

function OpenedEvent({ id, hrefOf }: { id: string; hrefOf: (id: string) => string }) {
  const { data, error, refetch } = useEvent(id)
  if (error) return <ErrorState what="This line could not be read" error={error} onRetry={() => void refetch()} />
  if (!data)
    return (
      <div className="px-6 py-2 max-lg:px-4">
        <Skeleton height={40} />
      </div>
    )
  return (
    <div className="border-b border-line bg-surface-0 px-6 py-2 max-lg:px-4">
      <pre className="max-h-80 overflow-auto whitespace-pre-wrap text-[11.5px] leading-[17px] text-ink-2 [overflow-wrap:anywhere]" tabIndex={0}>
        {visibleText(data.raw)}
      </pre>
      <div className="row mt-2 flex-wrap">
        {data.transactions.map((transaction) => (
          <Link key={transaction} className="btn" href={hrefOf(transaction)}>
            {data.transactions.length > 1 ? `Transaction ${transaction.slice(0, 8)}` : 'Its transaction'}
          </Link>
        ))}
        {data.transactions.length === 0 ? <span className="small text-ink-3">Belongs to no transaction yet.</span> : null}
        <CopyButton text={data.raw} label="Copy line" look="quiet" />
      </div>
    </div>
  )
}

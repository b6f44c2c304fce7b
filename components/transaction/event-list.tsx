'use client'
import { useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import Link from 'next/link'
import { useVirtualizer } from '@tanstack/react-virtual'
import { formatCount, formatPlural } from '#lib/base/format'
import { foldLines } from '#lib/graph/entries'
import type { Entry } from '#lib/graph/entries'
import { useHref } from '#lib/hooks/view'
import type { TransactionDetail } from '#lib/model/api'
import { conditionText } from '#lib/search/edit'
import { Icon } from '#components/ui/icon'
import { MenuItem, Popover } from '#components/ui/popover'
import { ServiceName } from '#components/ui/service'
import { EventEntry } from './event-entry'

type Line = TransactionDetail['events'][number]

export interface EventFilter {
  service: string
  level: string
}

export interface EventListProps {
  events: Line[]
  /** How many there are; more than `events` where the answer was cut. */
  total: number
  startNs: bigint
  filter: EventFilter
  onFilter: (filter: EventFilter) => void
  /** Events that prove the chosen link, and the values that do. */
  proving: ReadonlySet<string>
  values: readonly string[]
  /** Spans of the chosen unit. */
  spans: ReadonlySet<string>
  scroll: RefObject<HTMLElement | null>
  onSpan: (spanId: string) => void
}

interface Level {
  label: string
  least: number
  /** Trace documents say what the timeline draws; they stand among the lines only on demand. */
  traces: boolean
}

const LINES_ONLY: Level = { label: 'all levels', least: 0, traces: false }
const LEVELS: Record<string, Level> = {
  '': LINES_ONLY,
  warn: { label: 'warnings and worse', least: 13, traces: false },
  error: { label: 'errors', least: 17, traces: false },
  traces: { label: 'with trace documents', least: 0, traces: true },
}
const levelOf = (filter: EventFilter): Level => LEVELS[filter.level] ?? LINES_ONLY

/** All lines of the transaction in order of time, a trace and the parts of a cut line as one entry. Each opens to its raw text. */
export function EventList(props: EventListProps) {
  const { events, total, startNs, filter, proving, values, spans, scroll, onSpan } = props
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const top = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => {
    const { least, traces } = levelOf(filter)
    const fits = (line: Line) => (filter.service === '' || line.service === filter.service) && line.severity >= least && (traces || line.form === 'log')
    // An entry is shown whole: the line of it that fits is read with the others.
    return foldLines(events).filter(({ head, rest }) => fits(head) || rest.some(fits))
  }, [events, filter])
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 24,
    overscan: 16,
    scrollMargin: top.current?.offsetTop ?? 0,
    getItemKey: (i) => shown[i]?.head.id ?? i,
  })
  const toggle = (id: string) => {
    const next = new Set(open)
    if (!next.delete(id)) next.add(id)
    setOpen(next)
  }
  return (
    <section aria-label="Events" className="pb-6">
      <EventHead {...props} shown={shown} />
      {total > events.length ? (
        <p className="bg-surface-2 px-6 py-1.5 text-small text-ink-2 max-lg:px-4">
          The first {formatCount(events.length)} of {formatCount(total)} events. <AllEvents events={events} />
        </p>
      ) : null}
      {shown.length === 0 ? (
        <p className="px-6 py-6 text-ink-3 max-lg:px-4">
          {events.length === 0 ? 'No line of this transaction was logged.' : 'No log line of this service and level.'}
        </p>
      ) : null}
      <div ref={top} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const entry = shown[item.index]
          if (!entry) return null
          const { head, rest } = entry
          const on = [head, ...rest].some((line) => proving.has(line.id))
          const near = head.spanId !== null && spans.has(head.spanId)
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              <EventEntry
                entry={entry}
                startNs={startNs}
                mark={on ? 'proves' : near ? 'near' : null}
                values={on ? values : []}
                open={open.has(head.id)}
                onToggle={() => toggle(head.id)}
                onSpan={onSpan}
              />
            </div>
          )
        })}
      </div>
    </section>
  )
}

/** Leads to all lines where one condition has them: those of one request. */
function AllEvents({ events }: { events: readonly Line[] }) {
  const href = useHref()
  const first = events[0]
  const request = first?.requestId ?? null
  if (!first || request === null || events.some((event) => event.requestId !== request)) return <>The search lists all of them.</>
  const from = new Date(Date.parse(first.time) - AROUND_MS).toISOString()
  const to = new Date(Date.parse(first.time) + AROUND_MS).toISOString()
  return (
    <Link className="link" href={`${href('/search', { q: conditionText('request', request), from, to })}&list=events`}>
      List all of them
    </Link>
  )
}

/** An execution ends after 15 minutes at the latest. */
const AROUND_MS = 900_000

function EventHead({ events, total, filter, onFilter, proving, shown }: EventListProps & { shown: readonly Entry<Line>[] }) {
  const services = useMemo(() => [...new Map(events.map((event) => [event.service, event.kind])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)), [events])
  const traces = useMemo(() => events.filter((event) => event.form === 'segment').length, [events])
  const lines = shown.reduce((sum, { rest }) => sum + 1 + rest.length, 0)
  const entries = shown.length < lines ? ` as ${formatPlural(shown.length, 'entry', 'entries')}` : ''
  const count =
    lines === events.length - traces
      ? `${formatCount(lines)}${entries} in order of time${traces > 0 ? `, and ${formatPlural(traces, 'trace document')}` : ''}`
      : `${formatCount(lines)} of ${formatCount(total)}${entries}`
  return (
    <div className="head sticky top-0 z-[3] border-b border-line bg-surface-1 px-6 max-lg:static max-lg:px-4">
      <h2>Events</h2>
      <span className="cut" title={count}>
        {count}
        {proving.size > 0 ? `; ${formatPlural(proving.size, 'line')} prove${proving.size === 1 ? 's' : ''} the selected link` : ''}
      </span>
      <span className="row ml-auto">
        <Popover
          label="Services shown"
          align="end"
          className="chip min-h-6"
          trigger={
            <>
              {filter.service || 'all services'}
              <Icon name="down" size={12} />
            </>
          }
        >
          {(close) => (
            <>
              <MenuItem
                checked={filter.service === ''}
                onSelect={() => {
                  onFilter({ ...filter, service: '' })
                  close()
                }}
              >
                all services
              </MenuItem>
              {services.map(([name, kind]) => (
                <MenuItem
                  key={name}
                  checked={filter.service === name}
                  onSelect={() => {
                    onFilter({ ...filter, service: name })
                    close()
                  }}
                >
                  <ServiceName name={name} kind={kind} size={14} />
                </MenuItem>
              ))}
            </>
          )}
        </Popover>
        <Popover
          label="Levels shown"
          align="end"
          className="chip min-h-6 max-sm:hidden"
          trigger={
            <>
              {levelOf(filter).label}
              <Icon name="down" size={12} />
            </>
          }
        >
          {(close) => (
            <>
              {Object.entries(LEVELS).map(([level, { label }]) => (
                <MenuItem
                  key={level}
                  checked={filter.level === level}
                  onSelect={() => {
                    onFilter({ ...filter, level })
                    close()
                  }}
                >
                  {label}
                </MenuItem>
              ))}
            </>
          )}
        </Popover>
      </span>
    </div>
  )
}

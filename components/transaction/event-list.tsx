'use client'
import { useMemo, useRef, useState } from 'react'
import type { RefObject } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { formatCount, formatPlural } from '#lib/base/format'
import type { EventDetail } from '#lib/model/api'
import { CopyButton } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { MenuItem, Popover } from '#components/ui/popover'
import { ServiceName } from '#components/ui/service'
import { levelColour } from '#components/search/raw-events'
import { RawText } from './raw-line'

export interface EventFilter {
  service: string
  level: string
}

export interface EventListProps {
  events: EventDetail[]
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

/** Seconds after the start with ms: `+1.504`, `−0.030`; whole hours still read as seconds. */
function offset(event: EventDetail, startNs: bigint): string {
  const seconds = Number(BigInt(event.timeNs) - startNs) / 1e9
  return `${seconds < 0 ? '\u2212' : '+'}${Math.abs(seconds).toFixed(3)}`
}

/** All lines of the transaction in order of time. Each opens to its raw text. */
export function EventList(props: EventListProps) {
  const { events, total, startNs, filter, proving, values, spans, scroll, onSpan } = props
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set())
  const top = useRef<HTMLDivElement>(null)
  const shown = useMemo(() => {
    const { least, traces } = levelOf(filter)
    return events.filter((event) => (filter.service === '' || event.service === filter.service) && event.severity >= least && (traces || event.form === 'log'))
  }, [events, filter])
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => 24,
    overscan: 16,
    scrollMargin: top.current?.offsetTop ?? 0,
    getItemKey: (i) => shown[i]?.id ?? i,
  })
  const toggle = (id: string) => {
    const next = new Set(open)
    if (!next.delete(id)) next.add(id)
    setOpen(next)
  }
  return (
    <section aria-label="Events" className="pb-6">
      <EventHead {...props} shown={shown.length} />
      {total > events.length ? (
        <p className="bg-surface-2 px-6 py-1.5 text-small text-ink-2 max-lg:px-4">
          The first {formatCount(events.length)} of {formatCount(total)} events. The search lists all of them.
        </p>
      ) : null}
      {shown.length === 0 ? (
        <p className="px-6 py-6 text-ink-3 max-lg:px-4">
          {events.length === 0 ? 'No line of this transaction was logged.' : 'No log line of this service and level.'}
        </p>
      ) : null}
      <div ref={top} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {virtual.getVirtualItems().map((item) => {
          const event = shown[item.index]
          if (!event) return null
          const on = proving.has(event.id)
          const near = event.spanId !== null && spans.has(event.spanId)
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              className="absolute inset-x-0 top-0"
              style={{ transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              <button
                type="button"
                aria-expanded={open.has(event.id)}
                className={`ev-row ${on ? 'bg-accent-weak' : near ? 'bg-surface-2' : ''}`}
                onClick={() => toggle(event.id)}
              >
                <span className="mono num text-ink-3" title={event.time}>
                  {offset(event, startNs)}
                </span>
                <ServiceName name={event.service} kind={event.kind} size={14} />
                <span className={`ev-level ${levelColour(event.severity)}`}>{event.form === 'segment' ? 'trace' : event.level}</span>
                <span className="ev-message mono cut" title={event.message}>
                  {event.message}
                </span>
              </button>
              {open.has(event.id) ? <OpenEvent event={event} values={on ? values : []} onSpan={onSpan} /> : null}
            </div>
          )
        })}
      </div>
    </section>
  )
}

function EventHead({ events, total, filter, onFilter, proving, shown }: EventListProps & { shown: number }) {
  const services = useMemo(() => [...new Map(events.map((event) => [event.service, event.kind])).entries()].sort(([a], [b]) => (a < b ? -1 : 1)), [events])
  const traces = useMemo(() => events.filter((event) => event.form === 'segment').length, [events])
  const count =
    shown === events.length - traces
      ? `${formatCount(shown)} in order of time${traces > 0 ? `, and ${formatPlural(traces, 'trace document')}` : ''}`
      : `${formatCount(shown)} of ${formatCount(total)}`
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

function OpenEvent({ event, values, onSpan }: { event: EventDetail; values: readonly string[]; onSpan: (spanId: string) => void }) {
  const { spanId } = event
  return (
    <div className="border-y border-line bg-surface-0 px-6 py-2 max-lg:px-4">
      <RawText raw={event.raw} values={values} className="max-h-96 overflow-auto" />
      <div className="row mt-2 flex-wrap">
        <CopyButton text={event.raw} label="Copy line" look="quiet" />
        {spanId ? (
          <button type="button" className="btn quiet" onClick={() => onSpan(spanId)}>
            Show its span
          </button>
        ) : null}
        <span className="small ml-auto text-ink-3">
          {event.logGroup ?? event.source}
          {event.logStream ? `, ${event.logStream}` : ''}
        </span>
      </div>
    </div>
  )
}

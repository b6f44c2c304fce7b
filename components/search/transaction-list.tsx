'use client'
import { useEffect, useMemo, useRef } from 'react'
import type { RefObject } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { Zone } from '#lib/base/clock'
import { durationUnit, formatCount, formatDuration } from '#lib/base/format'
import type { GroupName, ResultGroup } from '#lib/hooks/search-results'
import { OutcomeMark } from '#components/ui/outcome'
import type { Outcome } from '#components/ui/outcome'
import { Skeleton } from '#components/ui/states'
import { durationScale } from './duration-bar'
import { TransactionRow } from './transaction-row'
import type { RowFormat } from './transaction-row'

const WORDS: Record<GroupName, { mark: Outcome; title: string; note: string }> = {
  error: { mark: 'failed', title: 'Failed', note: 'newest first' },
  unknown: { mark: 'unknown', title: 'Not known', note: 'not finished, or no outcome seen' },
  ok: { mark: 'ok', title: 'Passed', note: 'newest first' },
}

/** So many rows of a group show while others stand under it: a group in full would push them out of sight. */
const CLOSED_ROWS = 8
const ROW = 28
const ROW_SMALL = 96
const HEAD = 32

type Line = { type: 'head'; group: ResultGroup; shown: number } | { type: 'row'; group: ResultGroup; index: number } | { type: 'more'; group: ResultGroup }

/** Groups as lines; the last one with rows, and those opened, go on without end. */
export function linesOf(groups: ResultGroup[], open: ReadonlySet<string>): Line[] {
  const filled = groups.filter((group) => group.items.length > 0)
  return filled.flatMap((group, i): Line[] => {
    const endless = i === filled.length - 1 || open.has(group.name)
    const shown = endless ? group.items.length : Math.min(CLOSED_ROWS, group.items.length)
    const rows = Array.from({ length: shown }, (_, index): Line => ({ type: 'row', group, index }))
    const more: Line[] = endless && group.pages.hasNextPage ? [{ type: 'more', group }] : []
    return [{ type: 'head', group, shown }, ...rows, ...more]
  })
}

export interface TransactionListProps {
  groups: ResultGroup[]
  /** Groups shown in full. */
  open: ReadonlySet<string>
  onOpen: (name: GroupName) => void
  scroll: RefObject<HTMLElement | null>
  small: boolean
  zone: Zone
  withDay: boolean
  selected: string
  hrefOf: (id: string) => string
  onSelect: (id: string) => void
  prefetch: { enter: (id: string) => void; leave: () => void }
  /** Single-key shortcuts are on. */
  keysOn: boolean
}

export function TransactionList(props: TransactionListProps) {
  const { groups, open, scroll, small, zone, withDay, selected, hrefOf, onSelect, prefetch } = props
  const top = useRef<HTMLDivElement>(null)
  const lines = useMemo(() => linesOf(groups, open), [groups, open])
  const scaleMs = useMemo(() => durationScale(groups.flatMap((group) => group.items.flatMap((item) => item.durationMs ?? []))), [groups])
  const format = useMemo((): RowFormat => ({ zone, withDay, scaleMs, unit: durationUnit(scaleMs) }), [zone, withDay, scaleMs])
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: (i) => (lines[i]?.type === 'row' ? (small ? ROW_SMALL : ROW) : HEAD),
    overscan: 12,
    scrollMargin: top.current?.offsetTop ?? 0,
    getItemKey: (i) => keyOf(lines[i], i),
  })
  useEffect(() => virtual.measure(), [virtual, small])
  const items = virtual.getVirtualItems()
  useNextPages(lines, items.at(-1)?.index ?? 0)
  useRowKeys(lines, selected, onSelect, (i) => virtual.scrollToIndex(i, { align: 'auto' }), props.keysOn)
  return (
    <div className="tx-list" data-day={withDay}>
      <div className="tx-row tx-head" aria-hidden="true">
        <span />
        <span className="tx-start">start, {zone === 'utc' ? 'UTC' : 'local'}</span>
        <span className="tx-root">root</span>
        <span className="tx-keys">keys, reason</span>
        <span className="tx-shape">shape</span>
        <span className="tx-bar">
          duration <span className="font-normal">0 to {formatDuration(scaleMs).replace(/\.00(?=\D)/, '')}</span>
        </span>
        <span />
        <span className="tx-sure text-right">confidence</span>
      </div>
      <div ref={top} style={{ height: virtual.getTotalSize(), position: 'relative' }}>
        {items.map((item) => {
          const line = lines[item.index]
          if (!line) return null
          return (
            <div
              key={item.key}
              className="absolute inset-x-0 top-0"
              style={{ height: item.size, transform: `translateY(${item.start - virtual.options.scrollMargin}px)` }}
            >
              {line.type === 'row' ? <Row line={line} format={format} selected={selected} hrefOf={hrefOf} prefetch={prefetch} /> : null}
              {line.type === 'head' ? <GroupHead line={line} onOpen={props.onOpen} /> : null}
              {line.type === 'more' ? <MoreLine /> : null}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function keyOf(line: Line | undefined, i: number): string {
  if (!line) return String(i)
  return line.type === 'row' ? `${line.group.name} ${line.group.items[line.index]?.id ?? i}` : `${line.group.name} ${line.type}`
}

interface RowProps extends Pick<TransactionListProps, 'selected' | 'hrefOf' | 'prefetch'> {
  line: Extract<Line, { type: 'row' }>
  format: RowFormat
}

function Row({ line, format, selected, hrefOf, prefetch }: RowProps) {
  const item = line.group.items[line.index]
  if (!item) return null
  return <TransactionRow item={item} href={hrefOf(item.id)} format={format} selected={item.id === selected} onEnter={prefetch.enter} onLeave={prefetch.leave} />
}

function GroupHead({ line, onOpen }: { line: Extract<Line, { type: 'head' }>; onOpen: (name: GroupName) => void }) {
  const { group, shown } = line
  const words = WORDS[group.name]
  const left = group.total - shown
  return (
    <div className="flex h-8 items-center gap-2 border-y border-line bg-surface-0 px-6 text-[12.5px] text-ink-3 max-lg:px-4">
      <OutcomeMark outcome={words.mark} />
      <h2 className="font-semibold text-ink">
        {words.title} {formatCount(group.total)}
      </h2>
      <span className="cut" title={words.note}>
        {words.note}
      </span>
      {left > 0 ? (
        <span className="ml-auto whitespace-nowrap max-sm:hidden">
          {formatCount(shown)} shown
          {shown <= CLOSED_ROWS ? (
            <>
              ,{' '}
              <button type="button" className="link inline-flex min-h-6 min-w-6 items-center" onClick={() => onOpen(group.name)}>
                all {formatCount(group.total)}
              </button>
            </>
          ) : null}
        </span>
      ) : null}
    </div>
  )
}

function MoreLine() {
  return (
    <div className="flex h-8 items-center gap-3 px-6 max-lg:px-4">
      <Skeleton width="40%" height={12} />
      <span className="sr-only" role="status">
        Loading more
      </span>
    </div>
  )
}

/** Fetches the next page of a group when its end comes near. */
function useNextPages(lines: Line[], last: number): void {
  useEffect(() => {
    const near = lines.slice(0, last + 10).findLast((line) => line.type === 'more')
    if (near && !near.group.pages.isFetchingNextPage && !near.group.pages.isError) void near.group.pages.fetchNextPage()
  }, [lines, last])
}

/** j, k and arrows walk the rows; the focus goes with them, so that Enter opens. */
function useRowKeys(lines: Line[], selected: string, onSelect: (id: string) => void, show: (index: number) => void, keysOn: boolean): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : null
      if (event.ctrlKey || event.metaKey || event.altKey || target?.closest('input, textarea, select, dialog, [role=menu], [role=application]')) return
      const steps: Record<string, number> = keysOn ? { j: 1, k: -1, ArrowDown: 1, ArrowUp: -1 } : { ArrowDown: 1, ArrowUp: -1 }
      const step = steps[event.key]
      if (step === undefined) return
      const rows = lines.flatMap((line, i) => (line.type === 'row' ? [{ i, id: line.group.items[line.index]?.id ?? '' }] : []))
      const at = rows.findIndex((row) => row.id === selected)
      const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))]
      if (!next) return
      event.preventDefault()
      onSelect(next.id)
      show(next.i)
      // The row may only come into being with the scroll.
      requestAnimationFrame(() =>
        requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-id="${CSS.escape(next.id)}"]`)?.focus({ preventScroll: true })),
      )
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [lines, selected, onSelect, show, keysOn])
}

/** Rows of final size before the first answer. */
export function ListSkeleton({ rows }: { rows: number }) {
  return (
    <div aria-hidden="true" className="px-6 pt-10 max-lg:px-4">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="flex h-7 items-center gap-6">
          <Skeleton width={14} height={12} />
          <Skeleton width={92} height={12} />
          <Skeleton width={`${30 - (i % 5) * 3}%`} height={12} />
          <Skeleton width={160} height={12} className="max-sm:hidden" />
          <Skeleton width={`${18 - (i % 4) * 3}%`} height={12} className="max-sm:hidden" />
        </div>
      ))}
    </div>
  )
}

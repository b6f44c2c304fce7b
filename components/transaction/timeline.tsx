'use client'
import { useEffect, useRef } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { useState } from 'react'
import { useVirtualizer } from '@tanstack/react-virtual'
import { formatDuration } from '#lib/base/format'
import { axisTicks } from '#lib/graph/axis-ticks'
import type { TimelineRow } from '#lib/graph/timeline'
import { foldedCount, foldKeyOf } from '#lib/graph/fold-transaction'
import { shortOperation, unitWords } from '#lib/graph/unit-words'
import type { Selection, TransactionModel } from '#lib/hooks/transaction-view'
import { IconButton } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'
import { hueVar } from '#components/ui/service'
import { useElementWidth } from '#components/ui/use-size'
import { RowDrawing, Stairs, toX } from './timeline-bars'
import type { Scale } from './timeline-bars'

export interface TimelineProps {
  model: TransactionModel
  selection: Selection
  onSelect: (selection: Selection) => void
  open: ReadonlySet<string>
  onToggle: (key: string) => void
  /** Shown time in ms from the start; null shows all. */
  zoom: [number, number] | null
  onZoom: (zoom: [number, number] | null) => void
}

const ROW = { wide: 24, small: 44 }
const AXIS = 24
/** More rows scroll inside. */
const MOST_ROWS = 22
const STEP = 14
/** Deeper rows no longer move right: names need the room. */
const DEEPEST = 6
const NAME_CHAR_PX = 6.6
const OPERATION_CHAR_PX = 5.9
/** Less of an operation than this says nothing. */
const LEAST_OPERATION = 9

export function Timeline({ model, selection, onSelect, open, onToggle, zoom, onZoom }: TimelineProps) {
  const { timeline } = model
  const scroll = useRef<HTMLDivElement>(null)
  const width = useElementWidth(scroll)
  const small = width > 0 && width < 640
  const labels = small ? 0 : Math.round(Math.min(360, Math.max(188, width * 0.29)))
  const side = small ? 16 : 24
  const rowHeight = small ? ROW.small : ROW.wide
  const all: [number, number] = [timeline.fromMs, timeline.toMs + (timeline.toMs - timeline.fromMs) * 0.04]
  const [fromMs, toMs] = zoom ?? all
  const scale: Scale = { fromMs, toMs, width: Math.max(1, width - labels - 2 * side) }
  const virtual = useVirtualizer({ count: timeline.rows.length, getScrollElement: () => scroll.current, estimateSize: () => rowHeight, overscan: 8 })
  useEffect(() => virtual.measure(), [virtual, rowHeight])
  const chosenRow = rowOf(selection, model)
  useEffect(() => {
    if (chosenRow >= 0) virtual.scrollToIndex(chosenRow, { align: 'auto' })
  }, [chosenRow, virtual])
  useWheel(scroll, scale, labels + side, all, onZoom)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const row = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (row !== undefined) {
      const next = timeline.rows[Math.min(timeline.rows.length - 1, Math.max(0, chosenRow + row))]
      if (next) onSelect({ kind: 'unit', id: next.unit.id })
    } else {
      const next = zoomKey(event.key, [fromMs, toMs], all)
      if (next === undefined) return
      onZoom(next)
    }
    event.preventDefault()
    event.stopPropagation()
  }
  const items = virtual.getVirtualItems()
  const height = Math.min(timeline.rows.length, MOST_ROWS) * rowHeight + AXIS + 8
  const barY = small ? 32 : 12
  return (
    <div
      className="tl"
      role="group"
      aria-label="Timeline. Up and down walk the rows, W and S zoom, A and D move, 0 shows all."
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      <svg width="0" height="0" className="absolute" aria-hidden="true">
        <pattern id="tl-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke="var(--unknown)" strokeWidth="1.6" />
        </pattern>
      </svg>
      <div ref={scroll} className="overflow-y-auto overflow-x-hidden" style={{ height }}>
        <Axis scale={scale} left={labels + side} all={all} zoomed={zoom !== null} onZoom={onZoom} />
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {chosenRow >= 0 ? <div className="absolute inset-x-0 bg-accent-weak" style={{ top: chosenRow * rowHeight, height: rowHeight }} /> : null}
          <svg
            className="pointer-events-none absolute top-0 overflow-hidden"
            style={{ left: labels + side }}
            width={scale.width}
            height={virtual.getTotalSize()}
            aria-hidden="true"
          >
            <GridLines scale={scale} height={virtual.getTotalSize()} />
            <Stairs
              stairs={timeline.stairs}
              scale={scale}
              rowHeight={rowHeight}
              y={barY + 9}
              firstRow={items[0]?.index ?? 0}
              lastRow={items.at(-1)?.index ?? 0}
            />
          </svg>
          {items.map((item) => {
            const row = timeline.rows[item.index]
            if (!row) return null
            return (
              <div
                key={row.unit.id}
                className={`tl-row${item.index === chosenRow ? ' on' : ''}`}
                style={{ height: rowHeight, transform: `translateY(${item.start}px)`, paddingLeft: side, paddingRight: side }}
                onClick={() => onSelect({ kind: 'unit', id: row.unit.id })}
              >
                <RowLabel row={row} model={model} width={small ? scale.width : labels} small={small} open={open} onToggle={onToggle} />
                <div className={small ? 'absolute inset-x-4 top-0' : ''}>
                  <RowDrawing row={row} scale={scale} y={barY} height={rowHeight} />
                </div>
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

function rowOf(selection: Selection, model: TransactionModel): number {
  const id = selection?.kind === 'link' ? selection.id.split('>')[1] : selection?.id
  return model.timeline.rows.findIndex((row) => row.unit.id === id)
}

interface RowLabelProps extends Pick<TimelineProps, 'model' | 'open' | 'onToggle'> {
  row: TimelineRow
  width: number
  small: boolean
}

function RowLabel({ row, model, width, small, open, onToggle }: RowLabelProps) {
  const { unit } = row
  const words = unitWords(unit, model.tree)
  const foldKey = foldKeyOf(unit, open)
  const closed = unit.fold === 'repeat' || unit.fold === 'inner'
  const indent = small ? 0 : Math.min(unit.depth, DEEPEST) * STEP
  const kind = unit.lead?.kind ?? unit.missing?.kind ?? 'external'
  const room = Math.floor((width - indent - 40 - (foldKey === null ? 0 : 34) - words.name.length * NAME_CHAR_PX) / OPERATION_CHAR_PX)
  return (
    <div
      className={small ? 'tl-label over' : 'tl-label'}
      style={small ? { maxWidth: width } : { width, paddingLeft: indent }}
      title={`${words.name} ${words.operation}, ${words.fact}`}
    >
      <span style={{ color: unit.fold === 'missing' || unit.fold === 'rest' ? 'var(--text-3)' : hueVar(words.name) }}>
        <Icon name={unit.fold === 'rest' ? 'list' : kind} size={14} />
      </span>
      <span className="cut min-w-0">
        <b className={`font-medium ${unit.fold === 'missing' ? 'text-ink-3' : ''}`}>{words.name}</b>
        {room >= LEAST_OPERATION ? <span className="ml-1.5 text-[11px] text-ink-3">{shortOperation(words.operation, room)}</span> : null}
      </span>
      {foldKey === null ? null : (
        <button
          type="button"
          className="tl-fold"
          aria-expanded={!closed}
          aria-label={`${closed ? 'Show' : 'Fold'} the steps of ${words.name}`}
          onClick={(event) => {
            event.stopPropagation()
            onToggle(foldKey)
          }}
        >
          <span className="fold-pill">{closed ? `+${foldedCount(unit)}` : '\u2212'}</span>
        </button>
      )}
    </div>
  )
}

function GridLines({ scale, height }: { scale: Scale; height: number }) {
  return (
    <g stroke="var(--line)" shapeRendering="crispEdges">
      {axisTicks(scale.fromMs, scale.toMs, ticksFor(scale)).map((tick) => (
        <path key={tick.ms} d={`M${Math.round(toX(scale, tick.ms)) + 0.5} 0V${height}`} />
      ))}
    </g>
  )
}

const ticksFor = (scale: Scale): number => Math.max(2, Math.floor(scale.width / 84))

interface AxisProps {
  scale: Scale
  left: number
  all: [number, number]
  zoomed: boolean
  onZoom: (zoom: [number, number] | null) => void
}

/** The axis; a drag over it chooses the time that is shown. Above it, while zoomed, which part of the whole that is. */
function Axis({ scale, left, all, zoomed, onZoom }: AxisProps) {
  const box = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)
  const at = (event: PointerEvent) => {
    const x = event.clientX - (box.current?.getBoundingClientRect().left ?? 0)
    return scale.fromMs + (Math.min(scale.width, Math.max(0, x)) / scale.width) * (scale.toMs - scale.fromMs)
  }
  const share = (ms: number) => `${((ms - all[0]) / (all[1] - all[0])) * 100}%`
  const end = () => {
    if (drag && Math.abs(toX(scale, drag.to) - toX(scale, drag.from)) > 4) onZoom([Math.min(drag.from, drag.to), Math.max(drag.from, drag.to)])
    setDrag(null)
  }
  return (
    <div className="sticky top-0 z-[2] bg-surface-1" style={{ height: AXIS }}>
      <div
        ref={box}
        className="absolute inset-y-0 touch-pan-y select-none"
        style={{ left, width: scale.width }}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          setDrag({ from: at(event), to: at(event) })
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: at(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
        onDoubleClick={() => onZoom(null)}
        title="Drag to zoom, double-click to show all"
      >
        {zoomed ? (
          <span className="absolute inset-x-0 top-0 h-[3px] bg-surface-3">
            <i className="absolute inset-y-0 bg-accent" style={{ left: share(scale.fromMs), right: `calc(100% - ${share(scale.toMs)})` }} />
          </span>
        ) : null}
        {drag ? (
          <span
            className="absolute inset-y-0 border-x border-accent-line bg-accent-weak"
            style={{ left: toX(scale, Math.min(drag.from, drag.to)), width: Math.abs(toX(scale, drag.to) - toX(scale, drag.from)) }}
          />
        ) : null}
        <svg className="d absolute inset-0" width={scale.width} height={AXIS} aria-hidden="true">
          {axisTicks(scale.fromMs, scale.toMs, ticksFor(scale)).map((tick) => {
            const x = toX(scale, tick.ms)
            return (
              <text key={tick.ms} x={Math.max(x, 0)} y={16} textAnchor={x < 16 ? 'start' : x > scale.width - 24 ? 'end' : 'middle'}>
                {tick.label}
              </text>
            )
          })}
        </svg>
      </div>
      {zoomed ? (
        <span className="absolute right-1 top-0 z-[1] bg-surface-1">
          <IconButton icon="fit" small label="Show all of the time" onClick={() => onZoom(null)} />
        </span>
      ) : null}
    </div>
  )
}

/** W, S or + and - zoom around the middle, A and D or left and right move; 0 shows all. Undefined: not a key of ours. */
function zoomKey(key: string, [from, to]: [number, number], all: [number, number]): [number, number] | null | undefined {
  const length = to - from
  const middle = (from + to) / 2
  switch (key.toLowerCase()) {
    case 'w':
    case '+':
    case '=':
      return clampZoom([middle - length * 0.35, middle + length * 0.35], all)
    case 's':
    case '-':
      return clampZoom([middle - length * 0.72, middle + length * 0.72], all)
    case 'a':
    case 'arrowleft':
      return clampZoom([from - length * 0.2, to - length * 0.2], all)
    case 'd':
    case 'arrowright':
      return clampZoom([from + length * 0.2, to + length * 0.2], all)
    case '0':
      return null
    default:
      return undefined
  }
}

/** Keeps the window within the whole; the whole itself is no zoom. */
function clampZoom([from, to]: [number, number], all: [number, number]): [number, number] | null {
  const whole = all[1] - all[0]
  const length = Math.max(Math.min(to - from, whole), whole / 1e5)
  if (length >= whole * 0.999) return null
  const start = Math.min(Math.max(from, all[0]), all[1] - length)
  return [start, start + length]
}

/** Ctrl and the wheel zoom at the pointer, Shift or a sideways wheel moves in time; the plain wheel scrolls the rows. */
function useWheel(scroll: React.RefObject<HTMLDivElement | null>, scale: Scale, left: number, all: [number, number], onZoom: TimelineProps['onZoom']): void {
  const latest = useRef({ scale, left, all, onZoom })
  useEffect(() => {
    latest.current = { scale, left, all, onZoom }
  })
  useEffect(() => {
    const element = scroll.current
    const onWheel = (event: WheelEvent) => {
      const { scale: now, left: edge, all: whole, onZoom: set } = latest.current
      const length = now.toMs - now.fromMs
      if (event.ctrlKey || event.metaKey) {
        const share = Math.min(1, Math.max(0, (event.clientX - (element?.getBoundingClientRect().left ?? 0) - edge) / now.width))
        const next = length * Math.exp(event.deltaY / 300)
        const at = now.fromMs + share * length
        set(clampZoom([at - share * next, at + (1 - share) * next], whole))
      } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        const by = ((event.deltaX || event.deltaY) / now.width) * length
        set(clampZoom([now.fromMs + by, now.toMs + by], whole))
      } else return
      event.preventDefault()
    }
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  }, [scroll])
}

/** Critical path as a sum: work and waiting, with their shares as a small bar. */
export function CriticalSum({ workMs, waitingMs }: { workMs: number; waitingMs: number }) {
  const all = workMs + waitingMs
  if (all <= 0) return null
  return (
    <span className="kv flex-wrap !whitespace-normal">
      <i className="inline-flex h-2 w-24 self-center overflow-hidden rounded-[2px]" aria-hidden="true">
        <i className="bg-ink-2" style={{ width: `${(workMs / all) * 100}%` }} />
        <i className="flex-1 bg-waiting-fill shadow-[inset_0_0_0_1px_var(--waiting)]" />
      </i>
      critical path {formatDuration(all)}
      {waitingMs > 0 ? ` = ${formatDuration(workMs)} work + ${formatDuration(waitingMs)} waiting` : ', all of it work'}
    </span>
  )
}

'use client'
import { useId, useRef } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { timeTicks } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { axisValues } from '#lib/graph/series-view'
import type { SeriesView } from '#lib/graph/series-view'
import { useElementWidth } from '#components/ui/use-size'

export interface Line {
  values: readonly (number | null)[]
  look: 'main' | 'second' | 'pale' | 'bars'
}

/** Fractions 0..1 of the range; `to` may lie before `from` while one drags. */
export interface Brush {
  from: number
  to: number
}

export interface SeriesChartProps {
  name: string
  series: SeriesView
  lines: readonly Line[]
  /** The axis never ends below this, so that noise is not blown up. */
  maxAtLeast: number
  /** A value on the axis, with its unit. */
  format: (value: number) => string
  zone: Zone
  /** Bucket under the pointer, shared by all charts. */
  at: number | null
  brush: Brush | null
  onAt: (bucket: number | null) => void
  onBrush: (brush: Brush | null, done: boolean) => void
}

const HEIGHT = 88
const TOP = 6
const FLOOR = 66
const COLORS: Record<Line['look'], string> = { main: 'var(--text-1)', second: 'var(--text-3)', pale: 'var(--unknown-line)', bars: 'var(--error)' }

/** One of the series: lines or bars over the shared time axis, gaps hatched, a range drawn with the pointer or the keys. */
export function SeriesChart({ name, series, lines, maxAtLeast, format, zone, at, brush, onAt, onBrush }: SeriesChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  const hatch = useId()
  const buckets = series.rate.length
  const most = Math.max(maxAtLeast, ...lines.flatMap((line) => line.values.map((value) => value ?? 0))) * 1.12 || 1
  const x = (bucket: number) => (bucket / Math.max(1, buckets)) * width
  const y = (value: number) => TOP + (FLOOR - TOP) * (1 - value / most)
  const xOfMs = (ms: number) => ((ms - series.fromMs) / (series.toMs - series.fromMs)) * width
  const ticks = axisValues(most, 2)
  const drag = useDrag(box, { onAt, onBrush, buckets })
  return (
    <div
      ref={box}
      className="series-chart"
      role="slider"
      tabIndex={0}
      aria-label={`${name} over time. Arrows read values, with Shift they mark a range, Enter applies it.`}
      aria-valuemin={0}
      aria-valuemax={Math.max(0, buckets - 1)}
      aria-valuenow={at ?? 0}
      aria-valuetext={valueText({ at, lines, format })}
      onKeyDown={(event) => onChartKey(event, { at, buckets, brush, onAt, onBrush })}
      onBlur={() => onAt(null)}
      {...drag}
    >
      {width > 0 ? (
        <svg className="d" width={width} height={HEIGHT} aria-hidden="true">
          <defs>
            <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
              <line x1="0" y1="0" x2="0" y2="5" stroke="var(--unknown)" strokeWidth="1.6" />
            </pattern>
          </defs>
          {ticks.map((tick) => (
            <line key={tick} x1="0" x2={width} y1={Math.round(y(tick)) + 0.5} y2={Math.round(y(tick)) + 0.5} className={tick === 0 ? 'axis' : 'grid'} />
          ))}
          {lines.map((line, i) => (
            <path key={i} {...pathProps(line, { x, y, width, buckets })} />
          ))}
          {series.gaps.map((gap) => (
            <rect
              key={gap.fromMs}
              x={xOfMs(gap.fromMs)}
              y={TOP}
              width={Math.max(5, xOfMs(gap.toMs) - xOfMs(gap.fromMs))}
              height={FLOOR - TOP}
              fill={`url(#${hatch})`}
            />
          ))}
          {brush ? <BrushMark left={Math.min(brush.from, brush.to) * width} right={Math.max(brush.from, brush.to) * width} /> : null}
          {at === null ? null : <line x1={x(at + 0.5)} x2={x(at + 0.5)} y1={TOP} y2={FLOOR} stroke="var(--accent)" />}
          {ticks
            .filter((tick) => tick > 0)
            .map((tick) => (
              <text key={tick} x="0" y={y(tick) < 14 ? y(tick) + 11 : y(tick) - 3} className="halo">
                {format(tick).replace(/\.0+(?=\D|$)/, '')}
              </text>
            ))}
          {timeTicks(series.fromMs, series.toMs, Math.max(2, Math.floor(width / 90)), zone).map((tick) => (
            <TimeMark key={tick.ms} x={xOfMs(tick.ms)} label={tick.label} width={width} />
          ))}
        </svg>
      ) : (
        <div className="h-[88px]" />
      )}
    </div>
  )
}

function TimeMark({ x, label, width }: { x: number; label: string; width: number }) {
  const half = label.length * 3.2
  if (x < half || x > width - half) return null
  return (
    <>
      <line x1={x} x2={x} y1={FLOOR} y2={FLOOR + 4} className="axis" />
      <text x={x} y={FLOOR + 16} textAnchor="middle">
        {label}
      </text>
    </>
  )
}

function BrushMark({ left, right }: { left: number; right: number }) {
  return (
    <>
      <rect x={left} y={TOP} width={right - left} height={FLOOR - TOP} fill="var(--accent)" fillOpacity="0.14" />
      <path d={`M${left} ${TOP}V${FLOOR}M${right} ${TOP}V${FLOOR}`} stroke="var(--accent)" strokeWidth="1.5" />
    </>
  )
}

interface Scale {
  x: (bucket: number) => number
  y: (value: number) => number
  width: number
  buckets: number
}

function pathProps(line: Line, scale: Scale) {
  if (line.look === 'bars') return { d: barsPath(line.values, scale), fill: COLORS.bars }
  return {
    d: linePath(line.values, scale),
    fill: 'none',
    stroke: COLORS[line.look],
    strokeWidth: 1.5,
    strokeLinejoin: 'round' as const,
    strokeLinecap: 'round' as const,
  }
}

function barsPath(values: readonly (number | null)[], { x, y, width, buckets }: Scale): string {
  const gap = width / Math.max(1, buckets) > 3 ? 1 : 0
  return values
    .map((value, i) =>
      value === null || value === 0 ? '' : `M${(x(i) + gap / 2).toFixed(1)} ${FLOOR}V${y(value).toFixed(1)}H${(x(i + 1) - gap / 2).toFixed(1)}V${FLOOR}z`,
    )
    .join('')
}

function linePath(values: readonly (number | null)[], { x, y }: Scale): string {
  let pen = 'M'
  return values
    .map((value, i) => {
      if (value === null) {
        pen = 'M'
        return ''
      }
      // A value alone between unknown ones would be a line of no length: a round cap makes it a dot.
      const alone = pen === 'M' && (values[i + 1] ?? null) === null
      const point = `${pen}${x(i + 0.5).toFixed(1)} ${y(value).toFixed(1)}${alone ? 'h0.01' : ''}`
      pen = 'L'
      return point
    })
    .join('')
}

function valueText({ at, lines, format }: { at: number | null; lines: readonly Line[]; format: (value: number) => string }): string {
  if (at === null) return 'no time chosen'
  const value = lines.find((line) => line.look !== 'pale')?.values[at] ?? null
  return value === null ? 'not known' : format(value)
}

interface DragInput {
  buckets: number
  onAt: (bucket: number | null) => void
  onBrush: (brush: Brush | null, done: boolean) => void
}

function useDrag(box: React.RefObject<HTMLDivElement | null>, { buckets, onAt, onBrush }: DragInput) {
  const start = useRef<number | null>(null)
  const share = (event: PointerEvent) => {
    const rect = box.current?.getBoundingClientRect()
    return rect && rect.width > 0 ? Math.min(1, Math.max(0, (event.clientX - rect.left) / rect.width)) : 0
  }
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return
      start.current = share(event)
      box.current?.setPointerCapture(event.pointerId)
    },
    onPointerMove: (event: PointerEvent) => {
      const here = share(event)
      onAt(Math.min(buckets - 1, Math.floor(here * buckets)))
      if (start.current !== null && Math.abs(here - start.current) > 0.008) onBrush({ from: start.current, to: here }, false)
    },
    onPointerUp: (event: PointerEvent) => {
      const from = start.current
      start.current = null
      const here = share(event)
      if (from !== null && Math.abs(here - from) > 0.008) onBrush({ from, to: here }, true)
      else onBrush(null, false)
    },
    onPointerCancel: () => {
      start.current = null
      onBrush(null, false)
    },
    onPointerLeave: () => {
      if (start.current === null) onAt(null)
    },
  }
}

interface KeyInput extends DragInput {
  at: number | null
  brush: Brush | null
}

function onChartKey(event: KeyboardEvent, { at, buckets, brush, onAt, onBrush }: KeyInput): void {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (step !== 0) {
    const next = Math.min(buckets - 1, Math.max(0, (at ?? (step > 0 ? -1 : buckets)) + step))
    onAt(next)
    const anchor = brush?.from ?? (at ?? next) / buckets
    if (event.shiftKey) onBrush({ from: anchor, to: (next + (next / buckets >= anchor ? 1 : 0)) / buckets }, false)
  } else if (event.key === 'Enter' && brush) onBrush(brush, true)
  else if (event.key === 'Escape') onBrush(null, false)
  else return
  event.preventDefault()
}

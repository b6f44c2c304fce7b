'use client'
import { useMemo, useRef, useState } from 'react'
import type { KeyboardEvent, PointerEvent } from 'react'
import { formatClock, formatMoment, timeTicks } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatDuration, THIN } from '#lib/base/format'
import type { Series } from '#lib/model/api'
import { useElementWidth } from '#components/ui/use-size'

const HEIGHT = 104
const FOOT = 20
const LEFT = 36

export interface HistogramProps {
  series: Series | undefined
  /** Why there is nothing to draw. */
  error: Error | null
  zone: Zone
  /** A time was chosen, ends in ISO 8601. */
  onChoose: (from: string, to: string) => void
}

interface Bucket {
  failed: number
  unknown: number
  passed: number
  all: number
}

function bucketsOf(series: Series): Bucket[] {
  const length = Math.max(0, ...series.groups.map((group) => group.count.length))
  const sum = (pick: (group: Series['groups'][number]) => number[], i: number) => series.groups.reduce((total, group) => total + (pick(group)[i] ?? 0), 0)
  return Array.from({ length }, (_, i) => {
    const [all, failed, unknown] = [sum((group) => group.count, i), sum((group) => group.errors, i), sum((group) => group.unknown, i)]
    return { all, failed, unknown, passed: Math.max(0, all - failed - unknown) }
  })
}

/** Two or three round lines above zero. */
function roundLines(max: number): number[] {
  const step =
    [1, 2, 5, 10, 20, 25, 50]
      .flatMap((base) => [base, base * 50, base * 2500, base * 125_000])
      .sort((a, b) => a - b)
      .find((one) => max / one <= 2.6) ?? max
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step)
}

/**
 * Transactions over time: failed at the foot, so that they are read from the axis, passed above in grey, not known hatched on top;
 * times of which nothing is known are hatched from top to bottom. Drag, or arrows with Shift and Enter, choose a time.
 */
export function Histogram({ series, error, zone, onChoose }: HistogramProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  const [brush, setBrush] = useState<{ from: number; to: number } | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const dragging = useRef(false)
  const buckets = useMemo(() => (series ? bucketsOf(series) : []), [series])
  const fromMs = series ? Date.parse(series.from) : 0
  const toMs = series ? Date.parse(series.to) : 1
  const plot = Math.max(1, width - LEFT)
  const bucketMs = series?.bucketMs ?? 1
  const x = (ms: number) => LEFT + ((ms - fromMs) / (toMs - fromMs)) * plot

  const indexAt = (event: PointerEvent) => {
    const left = box.current?.getBoundingClientRect().left ?? 0
    return Math.min(buckets.length - 1, Math.max(0, Math.floor((((event.clientX - left - LEFT) / plot) * (toMs - fromMs)) / bucketMs)))
  }
  const choose = (from: number, to: number) => {
    setBrush(null)
    const [first, last] = [Math.min(from, to), Math.max(from, to)]
    onChoose(new Date(fromMs + first * bucketMs).toISOString(), new Date(Math.min(toMs, fromMs + (last + 1) * bucketMs)).toISOString())
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10, Home: -1e6, End: 1e6 }[event.key]
    if (step !== undefined) {
      const at = Math.min(buckets.length - 1, Math.max(0, (brush?.to ?? over ?? (step > 0 ? -1 : buckets.length)) + step))
      setBrush(event.shiftKey ? { from: brush?.from ?? over ?? at, to: at } : { from: at, to: at })
      setOver(at)
    } else if (event.key === 'Enter' && brush) choose(brush.from, brush.to)
    else if (event.key === 'Escape' && brush) setBrush(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const said = sayBucket({ buckets, brush, over, fromMs, bucketMs, zone })
  return (
    <div className="border-b border-line px-6 pb-1 pt-2 max-lg:px-4">
      <div className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1 text-small text-ink-3">
        <h2 className="whitespace-nowrap text-[12.5px] font-semibold text-ink">
          {series ? `Transactions per ${formatDuration(bucketMs)}` : 'Transactions over time'}
        </h2>
        <HistogramLegend />
        <span className="ml-auto whitespace-nowrap tabular-nums max-sm:ml-0" aria-live="polite">
          {said ?? 'drag to choose a time'}
        </span>
      </div>
      <div
        ref={box}
        className="relative touch-pan-y select-none"
        style={{ height: HEIGHT }}
        role="application"
        aria-label="Transactions over time. Arrow keys walk, Shift with arrows extends, Enter chooses the time."
        tabIndex={0}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setBrush(null)
          setOver(null)
        }}
        onPointerDown={(event) => {
          if (event.button !== 0 || buckets.length === 0) return
          dragging.current = true
          event.currentTarget.setPointerCapture(event.pointerId)
          setBrush({ from: indexAt(event), to: indexAt(event) })
        }}
        onPointerMove={(event) => {
          const at = indexAt(event)
          setOver(at)
          if (dragging.current) setBrush((old) => (old ? { ...old, to: at } : null))
        }}
        onPointerUp={() => {
          if (dragging.current && brush) choose(brush.from, brush.to)
          dragging.current = false
        }}
        onPointerCancel={() => {
          dragging.current = false
          setBrush(null)
        }}
        onPointerLeave={() => {
          if (!dragging.current) setOver(null)
        }}
      >
        {error && !series ? (
          <p className="pt-8 text-center text-small text-error" role="alert">
            The counts over time could not be read. {error.message}
          </p>
        ) : null}
        {width > 0 && series ? <Bars buckets={buckets} series={series} width={width} x={x} zone={zone} brush={brush} over={over} /> : null}
      </div>
    </div>
  )
}

interface BarsProps {
  buckets: Bucket[]
  series: Series
  width: number
  x: (ms: number) => number
  zone: Zone
  brush: { from: number; to: number } | null
  over: number | null
}

function Bars({ buckets, series, width, x, zone, brush, over }: BarsProps) {
  const base = HEIGHT - FOOT
  const max = Math.max(1, ...buckets.map((bucket) => bucket.all))
  const y = (count: number) => base - (count / max) * (base - 10)
  const fromMs = Date.parse(series.from)
  const at = (i: number) => x(fromMs + i * series.bucketMs)
  const ticks = timeTicks(fromMs, Date.parse(series.to), Math.max(2, Math.floor(width / 120)), zone)
  return (
    <svg className="d" width={width} height={HEIGHT} aria-hidden="true">
      <defs>
        <pattern id="histogram-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" stroke="var(--unknown)" strokeWidth="1.6" />
        </pattern>
      </defs>
      {roundLines(max).map((line) => (
        <g key={line}>
          <line x1={LEFT} x2={width} y1={y(line)} y2={y(line)} className={line === 0 ? 'axis' : 'grid'} />
          <text x={LEFT - 6} y={y(line) + 4} textAnchor="end">
            {line >= 10_000 ? `${line / 1000}${THIN}k` : formatCount(line)}
          </text>
        </g>
      ))}
      {brush ? (
        <rect
          x={at(Math.min(brush.from, brush.to))}
          y={2}
          width={at(Math.abs(brush.to - brush.from) + 1) - at(0)}
          height={base - 2}
          fill="var(--accent-weak)"
          stroke="var(--accent-line)"
        />
      ) : null}
      {brush === null && over !== null ? <rect x={at(over)} y={2} width={at(1) - at(0)} height={base - 2} fill="var(--surface-2)" /> : null}
      {buckets.map((bucket, i) => (bucket.all > 0 ? <Bar key={i} bucket={bucket} x={at(i)} width={Math.max(1, at(1) - at(0) - 1)} y={y} /> : null))}
      {series.gaps.map((gap) => {
        const [from, to] = [Math.max(x(Date.parse(gap.from)), LEFT), Math.min(x(Date.parse(gap.to)), width)]
        return to > from ? <rect key={gap.from} x={from} y={10} width={to - from} height={base - 10} fill="url(#histogram-hatch)" opacity="0.7" /> : null
      })}
      {ticks.map((tick) => (
        <g key={tick.ms}>
          <line x1={x(tick.ms)} x2={x(tick.ms)} y1={base} y2={base + 4} className="axis" />
          <text x={Math.min(x(tick.ms), width - 22)} y={base + 16} textAnchor="middle">
            {tick.label}
          </text>
        </g>
      ))}
    </svg>
  )
}

function Bar({ bucket, x, width, y }: { bucket: Bucket; x: number; width: number; y: (count: number) => number }) {
  const foot = y(0)
  // One failure among thousands must still be seen.
  const failedTop = bucket.failed > 0 ? Math.min(y(bucket.failed), foot - 1.5) : foot
  const passedTop = Math.min(y(bucket.failed + bucket.passed), failedTop)
  const top = Math.min(y(bucket.all), passedTop)
  return (
    <>
      <rect x={x + 0.5} y={failedTop} width={width} height={foot - failedTop} fill="var(--error)" />
      <rect
        x={x + 0.5}
        y={passedTop}
        width={width}
        height={Math.max(0, failedTop - passedTop - (bucket.failed > 0 ? 1 : 0))}
        fill="var(--edge)"
        opacity="0.5"
      />
      <rect x={x + 0.5} y={top} width={width} height={Math.max(0, passedTop - top)} fill="url(#histogram-hatch)" />
    </>
  )
}

function HistogramLegend() {
  const mark = (fill: string, opacity = 1) => (
    <svg viewBox="0 0 10 10" style={{ width: 10 }} aria-hidden="true">
      <rect width="10" height="10" fill={fill} opacity={opacity} />
    </svg>
  )
  return (
    <div className="legend" style={{ gap: '4px 12px' }}>
      <span>{mark('var(--error)')}failed</span>
      <span>{mark('var(--edge)', 0.55)}passed</span>
      <span>
        <i className="hatched inline-block h-[10px] w-[14px]" />
        not known, or no data
      </span>
    </div>
  )
}

interface Said {
  buckets: Bucket[]
  brush: { from: number; to: number } | null
  over: number | null
  fromMs: number
  bucketMs: number
  zone: Zone
}

/** What is under the pointer or chosen, in words; null where nothing is. */
function sayBucket({ buckets, brush, over, fromMs, bucketMs, zone }: Said): string | null {
  const range = brush ?? (over === null ? null : { from: over, to: over })
  if (!range) return null
  const [first, last] = [Math.min(range.from, range.to), Math.max(range.from, range.to)]
  const inside = buckets.slice(first, last + 1)
  const all = inside.reduce((total, bucket) => total + bucket.all, 0)
  const failed = inside.reduce((total, bucket) => total + bucket.failed, 0)
  const [from, to] = [fromMs + first * bucketMs, fromMs + (last + 1) * bucketMs]
  return `${formatMoment(from, zone, bucketMs < 60_000 ? 'second' : 'minute')} to ${formatClock(to, zone, bucketMs < 60_000 ? 'second' : 'minute')}: ${formatCount(failed)} of ${formatCount(all)} failed`
}

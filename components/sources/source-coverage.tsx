'use client'
import { useId, useRef } from 'react'
import { formatDay, timeTicks } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { shortSourceName, sourceState } from '#lib/graph/source-state'
import type { SourceStatus } from '#lib/model/api'
import { useElementWidth } from '#components/ui/use-size'

export interface SourceCoverageProps {
  sources: readonly SourceStatus[]
  rates: ReadonlyMap<string, readonly number[]> | undefined
  fromMs: number
  toMs: number
  zone: Zone
  now: number
}

const ROW = 18
/** More rows say nothing more; the table has all of them. */
const ROWS_MAX = 40

/** From when to when each source is known: solid where it delivered, hatched where a live one is behind, thin where it was silent. */
export function SourceCoverage({ sources, rates, fromMs, toMs, zone, now }: SourceCoverageProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  const hatch = useId()
  const rows = sources.slice(0, ROWS_MAX)
  const left = width < 480 ? 120 : 210
  const x = (ms: number) => left + ((Math.min(Math.max(ms, fromMs), toMs) - fromMs) / Math.max(1, toMs - fromMs)) * (width - left - 1)
  const height = rows.length * ROW + 22
  return (
    <section className="so-coverage" aria-label="Coverage">
      <div className="head !px-0">
        <h2>Coverage</h2>
        <span>solid: events; thin: silent; hatched: not known yet</span>
      </div>
      <div ref={box} style={{ height }}>
        {width > 0 ? (
          <svg className="d" width={width} height={height} role="img" aria-label="When each source delivered; the table has the same in numbers">
            <defs>
              <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                <line x1="0" y1="0" x2="0" y2="5" stroke="var(--unknown)" strokeWidth="1.6" />
              </pattern>
            </defs>
            {timeTicks(fromMs, toMs, Math.max(2, Math.floor((width - left) / 100)), zone).map((tick) => (
              <g key={tick.ms}>
                <line x1={x(tick.ms)} x2={x(tick.ms)} y1={0} y2={rows.length * ROW} className="grid" />
                {x(tick.ms) - left > 24 && width - x(tick.ms) > 24 ? (
                  <text x={x(tick.ms)} y={rows.length * ROW + 16} textAnchor="middle">
                    {tick.label}
                  </text>
                ) : null}
              </g>
            ))}
            {rows.map((source, i) => (
              <Row
                key={source.name}
                source={source}
                rate={rates?.get(source.name)}
                y={i * ROW + ROW / 2}
                x={x}
                hatch={hatch}
                fromMs={fromMs}
                toMs={toMs}
                behind={sourceState(source, now) === 'behind'}
                zone={zone}
                labelChars={Math.floor(left / 6.4)}
                now={now}
              />
            ))}
          </svg>
        ) : null}
      </div>
      {sources.length > ROWS_MAX ? (
        <p className="small text-ink-3">
          The first {ROWS_MAX} of {sources.length} sources.
        </p>
      ) : null}
    </section>
  )
}

interface RowProps {
  source: SourceStatus
  rate: readonly number[] | undefined
  y: number
  x: (ms: number) => number
  hatch: string
  fromMs: number
  toMs: number
  behind: boolean
  zone: Zone
  labelChars: number
  now: number
}

function Row({ source, rate, y, x, hatch, fromMs, toMs, behind, zone, labelChars, now }: RowProps) {
  const first = source.firstEvent ? Date.parse(source.firstEvent) : null
  const last = source.lastEvent ? Date.parse(source.lastEvent) : null
  const name = shortSourceName(source.name)
  const shown = name.length > labelChars ? `${name.slice(0, labelChars - 1)}…` : name
  // Of a source that is asked, silence is known as far as it was asked; of others only what they brought.
  const known = Math.max(last ?? 0, source.polled && source.completeUntil ? Date.parse(source.completeUntil) : 0)
  const outside = first === null || last === null || last < fromMs || first > toMs
  return (
    <g>
      <text x="0" y={y + 4} style={{ fill: 'var(--text-1)' }}>
        <title>{source.name}</title>
        {shown}
      </text>
      {outside ? (
        <text x={x(fromMs) + 4} y={y + 4}>
          {whenElse(first, last, { fromMs, zone, now })}
        </text>
      ) : (
        <>
          <rect x={x(first)} y={y - 0.5} width={Math.max(2, x(last) - x(first))} height="1.5" fill="var(--edge)" />
          {pieces(rate, { fromMs, toMs, first, last }).map(([from, to]) => (
            <rect key={from} x={x(from)} y={y - 3} width={Math.max(2, x(to) - x(from))} height="6" fill="var(--edge)" />
          ))}
          {behind ? <rect x={x(known)} y={y - 5} width={Math.max(5, x(toMs) - x(known))} height="10" fill={`url(#${hatch})`} /> : null}
        </>
      )}
    </g>
  )
}

function whenElse(first: number | null, last: number | null, { fromMs, zone, now }: { fromMs: number; zone: Zone; now: number }): string {
  if (first === null || last === null) return 'no events'
  return last < fromMs ? `ends ${formatDay(last, zone, now)}` : `begins ${formatDay(first, zone, now)}`
}

/** Runs of buckets with events, clipped to the first and last one; the whole extent while the buckets are not known. */
function pieces(
  rate: readonly number[] | undefined,
  { fromMs, toMs, first, last }: { fromMs: number; toMs: number; first: number; last: number },
): [number, number][] {
  if (!rate || rate.length === 0) return [[Math.max(first, fromMs), Math.min(last, toMs)]]
  const bucket = (toMs - fromMs) / rate.length
  const runs: [number, number][] = []
  rate.forEach((events, i) => {
    if (events === 0) return
    const from = Math.max(first, fromMs + i * bucket)
    const to = Math.min(last, fromMs + (i + 1) * bucket)
    const run = runs.at(-1)
    if (run && from - run[1] < 1) run[1] = to
    else runs.push([from, to])
  })
  return runs
}

'use client'
import { useRef } from 'react'
import { formatCount, formatPercent } from '#lib/base/format'
import { formatRight } from '#lib/graph/quality-view'
import { axisValues } from '#lib/graph/series-view'
import type { Quality } from '#lib/model/quality'
import { useElementWidth } from '#components/ui/use-size'

const LEFT = 48
const RIGHT = 56
const TOP = 10
const FLOOR = 130
const FROM = 0.5

export interface ThresholdChartProps {
  points: Quality['thresholds']
  threshold: number
}

/** How many inferred links a threshold shows, and what share of them is right. */
export function ThresholdChart({ points, threshold }: ThresholdChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  const most = Math.max(1, ...points.map((p) => p.links))
  const ticks = axisValues(most, 3)
  const top = Math.max(most, ticks.at(-1) ?? most)
  const tested = points.flatMap((p) => (p.right === null ? [] : [{ threshold: p.threshold, right: p.right }]))
  const least = leastShare(tested.map((p) => p.right))
  const x = (v: number) => LEFT + ((v - FROM) / (1 - FROM)) * Math.max(80, width - LEFT - RIGHT)
  const y = (v: number) => FLOOR - (v / top) * (FLOOR - TOP)
  const yShare = (v: number) => FLOOR - ((v - least) / (1 - least)) * (FLOOR - TOP)
  const now = points.find((p) => p.threshold === threshold)
  const line = (list: readonly { threshold: number }[], at: (i: number) => number) => `M${list.map((p, i) => `${x(p.threshold)} ${at(i)}`).join('L')}`
  return (
    <div ref={box} style={{ minHeight: 168 }}>
      {width > 0 ? (
        <svg className="d" width={width} height={168} role="img" aria-label={inWords(points)}>
          {ticks.map((v) => (
            <g key={v}>
              <line x1={LEFT} x2={width - RIGHT} y1={Math.round(y(v)) + 0.5} y2={Math.round(y(v)) + 0.5} className={v === 0 ? 'axis' : 'grid'} />
              <text x={LEFT - 6} y={y(v) + 4} textAnchor="end">
                {formatCount(v)}
              </text>
            </g>
          ))}
          {tested.length > 0
            ? [least, (1 + least) / 2, 1].map((v) => (
                <text key={v} x={width - RIGHT + 8} y={yShare(v) + 4}>
                  {formatPercent(v)}
                </text>
              ))
            : null}
          {[0.5, 0.6, 0.7, 0.8, 0.9, 1].map((v) => (
            <text key={v} x={x(v)} y={FLOOR + 16} textAnchor="middle">
              {v.toFixed(1)}
            </text>
          ))}
          <path d={line(points, (i) => y(points[i]?.links ?? 0))} fill="none" stroke="var(--text-1)" strokeWidth="1.5" />
          {tested.length > 0 ? <path d={line(tested, (i) => yShare(tested[i]?.right ?? 0))} fill="none" stroke="var(--ok)" strokeWidth="1.5" /> : null}
          <path d={`M${x(threshold)} ${TOP}V${FLOOR + 4}`} stroke="var(--accent)" strokeWidth="1.5" />
          <circle cx={x(threshold)} cy={FLOOR} r="5" fill="var(--surface-1)" stroke="var(--accent)" strokeWidth="2" />
          <text x={x(0.53)} y={Math.min(FLOOR - 28, y(points[0]?.links ?? 0) + 16)} className="halo" style={{ fill: 'var(--text-2)' }}>
            links shown
          </text>
          {tested[0] ? (
            <text x={x(0.7)} y={Math.max(TOP + 26, yShare(tested[0].right) + 16)} className="halo" style={{ fill: 'var(--ok)' }}>
              right
            </text>
          ) : null}
          <text x={x(threshold) - 8} y={FLOOR - 10} textAnchor="end" className="halo" style={{ fill: 'var(--accent)', fontWeight: 600 }}>
            {threshold}: {formatCount(now?.links ?? 0)} links{now?.right == null ? '' : `, ${formatRight(now.right)} right`}
          </text>
          <text x={x(0.75)} y={FLOOR + 33} textAnchor="middle" style={{ fill: 'var(--text-2)' }}>
            threshold
          </text>
        </svg>
      ) : null}
    </div>
  )
}

/** The right axis begins at the next lower tenth, so that a change from 98 to 99 % is seen. */
function leastShare(shares: readonly number[]): number {
  const least = Math.min(0.95, ...shares)
  return Math.max(0, Math.floor(least * 10) / 10)
}

function inWords(points: Quality['thresholds']): string {
  return `Inferred links by threshold: ${points.map((p) => `${p.threshold}: ${formatCount(p.links)}${p.right === null ? '' : `, ${formatRight(p.right)} right`}`).join('; ')}`
}

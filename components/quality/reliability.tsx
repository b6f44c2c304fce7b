'use client'
import { useRef } from 'react'
import { formatCount } from '#lib/base/format'
import { formatRight, interval } from '#lib/graph/quality-view'
import type { ReliabilityBin } from '#lib/model/quality'
import { useElementWidth } from '#components/ui/use-size'

const LEFT = 36
const TOP = 8
const LOW = 0.5
const FEW = 50
/** A line through fewer cases would zigzag by chance. */
const JOINED = 10
const TICKS = [0.5, 0.6, 0.7, 0.8, 0.9, 1]

export interface ReliabilityProps {
  bins: readonly ReliabilityBin[]
  threshold: number
}

/** Stated confidence against the share that was right; on the line they agree. */
export function Reliability({ bins, threshold }: ReliabilityProps) {
  const box = useRef<HTMLDivElement>(null)
  const width = useElementWidth(box)
  const side = Math.max(120, Math.min(width - LEFT - 8, 268))
  const x = (v: number) => LEFT + ((v - LOW) / (1 - LOW)) * side
  const y = (v: number) => TOP + side - ((Math.max(LOW, v) - LOW) / (1 - LOW)) * side
  const points = pointsOf(bins, threshold)
  const below = bins.filter((bin) => bin.from < LOW).reduce((sum, bin) => sum + bin.count, 0)
  return (
    <div ref={box} style={{ minHeight: 316 }}>
      {width > 0 ? (
        <svg className="d" width={width} height={side + TOP + 40} role="img" aria-label={inWords(points)}>
          <rect x={x(threshold)} y={TOP} width={x(1) - x(threshold)} height={side} fill="var(--accent-weak)" />
          {TICKS.map((v) => (
            <g key={v}>
              <line x1={x(LOW)} x2={x(1)} y1={Math.round(y(v)) + 0.5} y2={Math.round(y(v)) + 0.5} className={v === LOW ? 'axis' : 'grid'} />
              <text x={LEFT - 6} y={y(v) + 4} textAnchor="end">
                {v.toFixed(1)}
              </text>
              <text x={x(v)} y={TOP + side + 15} textAnchor="middle">
                {v.toFixed(1)}
              </text>
            </g>
          ))}
          <path d={`M${x(LOW)} ${y(LOW)}L${x(1)} ${y(1)}`} stroke="var(--edge)" strokeDasharray="2 3" fill="none" />
          <path
            d={`M${
              points
                .filter((p) => p.count >= JOINED)
                .map((p) => `${x(p.stated)} ${y(p.observed)}`)
                .join('L') || '0 0'
            }`}
            stroke="var(--text-1)"
            strokeWidth="1.25"
            fill="none"
          />
          {points.map((p) => (
            <g key={p.stated}>
              <title>{`Stated ${p.stated.toFixed(3)}: ${formatCount(p.right)} of ${formatCount(p.count)} right`}</title>
              <path d={`M${x(p.stated)} ${y(p.high)}V${y(p.low)}`} stroke={p.count < FEW ? 'var(--unknown-line)' : 'var(--text-2)'} />
              <circle
                cx={x(p.stated)}
                cy={y(p.observed)}
                r={p.count < FEW ? 3 : 3.5}
                fill={p.count < FEW ? 'var(--edge)' : p.shown ? 'var(--accent)' : 'var(--text-1)'}
                stroke="var(--surface-1)"
              />
            </g>
          ))}
          <text x={x(threshold) - 4} y={TOP + 14} textAnchor="end" className="halo" style={{ fill: 'var(--accent)', fontWeight: 600 }}>
            shown: {threshold} and above
          </text>
          <text x={x(0.985)} y={y(0.53)} textAnchor="end" className="halo">
            right less often than shown
          </text>
          <text x={x(0.515)} y={y(0.83)} className="halo">
            right more often
          </text>
          <text x={x(0.75)} y={TOP + side + 33} textAnchor="middle" style={{ fill: 'var(--text-2)' }}>
            confidence shown
          </text>
          <text x={10} y={TOP + side / 2} transform={`rotate(-90 10 ${TOP + side / 2})`} textAnchor="middle" style={{ fill: 'var(--text-2)' }}>
            share that was right
          </text>
        </svg>
      ) : null}
      {below > 0 ? <p className="small text-ink-3">{formatCount(below)} with less than an even chance are not drawn.</p> : null}
    </div>
  )
}

interface Point {
  stated: number
  observed: number
  low: number
  high: number
  count: number
  right: number
  shown: boolean
}

/** What is shown is one point: the reader asks how often a shown link is right. */
function pointsOf(bins: readonly ReliabilityBin[], threshold: number): Point[] {
  const open = bins.filter((bin) => bin.from >= LOW && bin.from < threshold)
  const shown = bins.filter((bin) => bin.from >= threshold)
  const count = shown.reduce((sum, bin) => sum + bin.count, 0)
  const all =
    shown.length === 0
      ? []
      : [
          {
            from: threshold,
            count,
            right: shown.reduce((sum, bin) => sum + bin.right, 0),
            stated: shown.reduce((sum, bin) => sum + bin.stated * bin.count, 0) / count,
          },
        ]
  return [...open, ...all].map((bin) => {
    const [low, high] = interval(bin.right, bin.count)
    return { ...bin, observed: bin.right / bin.count, low, high, shown: bin.from >= threshold }
  })
}

function inWords(points: readonly Point[]): string {
  return `Stated confidence and share that was right: ${points.map((p) => `${p.stated.toFixed(2)}: ${formatRight(p.observed)} of ${formatCount(p.count)}`).join('; ')}`
}

import { formatDuration } from '#lib/base/format'
import type { Bar, Stair, TimelineRow } from '#lib/graph/timeline'
import { hueVar } from '#components/ui/service'

/** Offsets in ms to px of the plot. */
export interface Scale {
  fromMs: number
  toMs: number
  width: number
}

export const toX = (scale: Scale, ms: number): number => ((ms - scale.fromMs) / (scale.toMs - scale.fromMs)) * scale.width

const BAR = 14
const LEAST_STEP_PX = 3
/** An 11 px figure with its space. */
const CHAR_PX = 6.1

export interface RowDrawingProps {
  row: TimelineRow
  scale: Scale
  /** Middle of the bars in the row's own px. */
  y: number
  height: number
}

/** Bars, ticks and words of one row; what lies outside the shown time is not drawn. */
export function RowDrawing({ row, scale, y, height }: RowDrawingProps) {
  const hue = row.unit.lead ? hueVar(row.unit.lead.service) : 'var(--text-3)'
  const skewX = row.skewMs === null ? null : toX(scale, row.unit.startMs)
  return (
    <svg className="d" width={scale.width} height={height} style={{ overflow: 'hidden' }} aria-hidden="true">
      {row.bars.map((bar, i) => (
        <BarShape key={i} bar={bar} scale={scale} y={y} hue={hue} />
      ))}
      {row.startExact || row.unit.fold !== 'none' ? null : (
        <path d={`M${toX(scale, row.unit.startMs)} ${y - 7}v14`} stroke="var(--surface-1)" strokeWidth="3" strokeDasharray="2 2" />
      )}
      {row.ticks.map((tick, i) => (
        <path key={i} d={`M${toX(scale, tick.ms)} ${y + 7}v3.5`} stroke={tick.error ? 'var(--error)' : 'var(--text-2)'} strokeWidth={tick.error ? 1.5 : 1} />
      ))}
      {skewX === null ? null : (
        <path
          d={`M${skewX} ${y - 9}h${Math.max(3, toX(scale, row.unit.startMs + (row.skewMs ?? 0)) - skewX)}m0 -2v4`}
          stroke="var(--warn)"
          strokeWidth="1.5"
          fill="none"
        />
      )}
      <RowWords row={row} scale={scale} y={y} />
    </svg>
  )
}

function BarShape({ bar, scale, y, hue }: { bar: Bar; scale: Scale; y: number; hue: string }) {
  const [from, to] = [toX(scale, bar.fromMs), toX(scale, bar.toMs)]
  if (to < -4 || from > scale.width + 4) return null
  // Far ends are cut at the window: browsers draw wrong beyond some thousands of px.
  const x = Math.max(-8, from)
  const width = Math.max(2, Math.min(scale.width + 8, to) - x)
  switch (bar.kind) {
    case 'work':
      return <rect x={x} y={y - BAR / 2} width={width} height={BAR} rx="2" fill={hue} />
    case 'cold':
      return <rect x={x + 0.5} y={y - 6.5} width={width} height={13} rx="2" fill={`color-mix(in srgb, ${hue} 26%, var(--surface-1))`} stroke={hue} />
    case 'waiting':
      return (
        <rect
          x={x + 0.5}
          y={y - 6.5}
          width={Math.max(1, width - 1)}
          height={13}
          rx="2"
          fill="var(--waiting-fill)"
          stroke="var(--waiting)"
          strokeOpacity="0.55"
        />
      )
    case 'unknown':
      return <rect x={x} y={y - BAR / 2} width={width} height={BAR} fill="url(#tl-hatch)" />
    case 'missing':
      return <rect x={x + 0.75} y={y - 6.25} width={width} height={12.5} rx="2" fill="none" stroke="var(--edge)" strokeWidth="1.5" />
  }
}

interface Said {
  text: string
  failed: boolean
}

function sayRow(row: TimelineRow): Said {
  const { unit } = row
  if (unit.fold === 'missing') return { text: unit.missing?.reason ?? 'expected, not seen', failed: false }
  if (unit.endMs === null) return { text: 'no end seen', failed: unit.failed > 0 }
  const skew = row.skewMs === null ? '' : `, clock ${formatDuration(row.skewMs)} early`
  const many = unit.fold === 'repeat' ? `\u00d7\u202f${unit.heads.length} in ` : ''
  const wait = row.bars.find((bar) => bar.kind === 'cold')
  const cold = wait ? ` after a cold start of ${formatDuration(wait.toMs - wait.fromMs)}` : ''
  return { text: `${many}${formatDuration(unit.endMs - unit.startMs)}${cold}${skew}`, failed: unit.failed > 0 }
}

/** The duration beside the bars where there is room: right of them, else left, else on them. */
function RowWords({ row, scale, y }: { row: TimelineRow; scale: Scale; y: number }) {
  const { text, failed } = sayRow(row)
  const first = row.bars[0]
  const last = row.bars.at(-1)
  if (!first || !last) return null
  const mark = failed ? 18 : 0
  const room = text.length * CHAR_PX + mark + 12
  const [left, right] = [toX(scale, first.fromMs), toX(scale, last.toMs)]
  if (right < 0 || left > scale.width) return null
  const long = row.bars.find((bar) => (bar.kind === 'waiting' || bar.kind === 'cold') && toX(scale, bar.toMs) - toX(scale, bar.fromMs) > 110)
  const inside = long ? <InsideWords bar={long} scale={scale} y={y} /> : null
  const onlyWaiting = long && row.bars.length === 1
  const fits = right + room <= scale.width
  const x = fits ? right + 8 : left - room >= 0 ? left - room + 4 : Math.max(4, left + 6)
  // What waits is pale, and says its own length: the rest of the row's time has no place on it.
  if (!fits && left - room < 0 && first.kind !== 'work') return inside ?? null
  if (onlyWaiting && long?.kind === 'waiting') return inside
  const onBar = !fits && left - room < 0
  return (
    <>
      {inside}
      {failed ? <FailedMark x={x} y={y} /> : null}
      <text
        x={x + mark}
        y={y + 4}
        className={onBar ? '' : 'halo'}
        style={onBar ? { fill: 'var(--surface-1)', fontWeight: 600 } : failed ? { fill: 'var(--error)' } : undefined}
      >
        {text}
      </text>
    </>
  )
}

function InsideWords({ bar, scale, y }: { bar: Bar; scale: Scale; y: number }) {
  const [from, to] = [Math.max(0, toX(scale, bar.fromMs)), Math.min(scale.width, toX(scale, bar.toMs))]
  const what = bar.kind === 'cold' ? 'cold start' : 'waited'
  return (
    <text
      x={(from + to) / 2}
      y={y + 4}
      textAnchor="middle"
      style={{ fontWeight: 600, fill: 'var(--text-2)' }}
    >{`${what} ${formatDuration(bar.toMs - bar.fromMs)}`}</text>
  )
}

function FailedMark({ x, y }: { x: number; y: number }) {
  return (
    <g transform={`translate(${x} ${y - 6}) scale(0.75)`}>
      <path d="M8 2.2 13.8 8 8 13.8 2.2 8z" fill="var(--error)" />
      <path d="m6.2 6.2 3.6 3.6M9.8 6.2 6.2 9.8" stroke="var(--surface-1)" strokeWidth="1.3" />
    </g>
  )
}

export interface StairsProps {
  stairs: Stair[]
  scale: Scale
  rowHeight: number
  /** Under the bars, in a row's own px. */
  y: number
  firstRow: number
  lastRow: number
}

/** The critical path as a staircase under the bars. Only the rows that are shown. */
export function Stairs({ stairs, scale, rowHeight, y, firstRow, lastRow }: StairsProps) {
  const clamp = (ms: number) => Math.max(-6, Math.min(scale.width + 6, toX(scale, ms)))
  const at = (row: number) => Math.max(firstRow - 1, Math.min(lastRow + 1, row)) * rowHeight + y
  // Where calls nest the path dips into many short ones: steps narrower than this only blacken the drawing.
  const seen = stairs.filter((stair) => toX(scale, stair.toMs) - toX(scale, stair.fromMs) >= LEAST_STEP_PX)
  const parts = seen.map(
    (stair, i) => `${i === 0 ? `M${clamp(stair.fromMs)} ${at(stair.row)}` : `H${clamp(stair.fromMs)}V${at(stair.row)}`}H${clamp(stair.toMs)}`,
  )
  return <path d={parts.join('')} fill="none" stroke="var(--text-1)" strokeWidth="1.5" strokeLinejoin="round" />
}

import type { ShapeStrip } from '#lib/graph/shape-strip'
import { hueVar } from '#components/ui/service'

const STEP = 26
const TRACK_Y = [7, 18] as const
const ROUND = ['queue', 'topic', 'bus', 'stream', 'table', 'bucket']

/** The causal shape of a transaction at row height: corners run, circles carry, a red diamond failed, dashes are inferred. */
export function ShapeStripMarks({ strip }: { strip: ShapeStrip }) {
  const x = (column: number) => 6 + column * STEP
  const single = strip.marks.every((mark) => mark.track === 0)
  const y = (track: 0 | 1) => (single ? 12 : TRACK_Y[track])
  const width = Math.max(12, x(Math.max(0, strip.columns - 1)) + 8) + (strip.more > 0 ? 40 : 0)
  return (
    <svg className="d" width={width} height={24} aria-hidden="true">
      {strip.lines.map((line) => (
        <path
          key={`${line.from}-${line.toTrack}`}
          d={
            line.fromTrack === line.toTrack
              ? `M${x(line.from)} ${y(line.toTrack)}H${x(line.to)}`
              : `M${x(line.from)} ${y(line.fromTrack)}V${y(line.toTrack) - 4}q0 4 4 4H${x(line.to)}`
          }
          stroke="var(--edge)"
          strokeWidth="1.25"
          fill="none"
          strokeDasharray={line.inferred ? '3 2' : undefined}
        />
      ))}
      {strip.marks.map((mark) => {
        const [cx, cy] = [x(mark.column), y(mark.track)]
        const key = `${mark.column}-${mark.track}`
        if (mark.failed) return <path key={key} d={`M${cx} ${cy - 5}l5 5l-5 5l-5 -5z`} fill="var(--error)" />
        if (ROUND.includes(mark.kind)) return <circle key={key} cx={cx} cy={cy} r="4" fill={hueVar(mark.service)} />
        return <rect key={key} x={cx - 4} y={cy - 4} width="8" height="8" rx="1.5" fill={hueVar(mark.service)} />
      })}
      {strip.more > 0 ? (
        <text x={x(Math.max(0, strip.columns - 1)) + 11} y={y(0) + 4}>
          +{strip.more}
        </text>
      ) : null}
    </svg>
  )
}

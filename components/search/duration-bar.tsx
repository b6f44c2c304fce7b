import type { DurationPiece } from '#lib/graph/duration-bar'

export interface DurationBarProps {
  pieces: DurationPiece[]
  /** What the full width stands for: the same in every row. */
  scaleMs: number
}

const UNKNOWN_PX = 22

/** Work in ink, waiting pale, not known hatched; what is longer than the scale ends in a break. */
export function DurationBar({ pieces, scaleMs }: DurationBarProps) {
  const share = (ms: number) => Math.min(100, (ms / scaleMs) * 100)
  const end = Math.max(0, ...pieces.map((piece) => piece.toMs))
  return (
    <span className="relative block h-5 min-w-0 overflow-hidden" aria-hidden="true">
      {pieces.map((piece, i) => (
        <i key={i} className={`absolute top-[5px] h-[10px] ${LOOK[piece.kind]}`} style={styleOf(piece, share)} />
      ))}
      {end > scaleMs ? <i className="absolute right-[6px] top-[2px] h-4 w-[5px] -skew-x-12 border-x border-ink-3 bg-surface-1" /> : null}
    </span>
  )
}

const LOOK: Record<DurationPiece['kind'], string> = {
  work: 'bg-ink-2',
  waiting: 'bg-waiting-fill shadow-[inset_0_0_0_1px_color-mix(in_srgb,var(--waiting)_60%,transparent)]',
  unknown: 'hatched',
}

function styleOf(piece: DurationPiece, share: (ms: number) => number) {
  if (piece.kind === 'unknown') return { left: `min(${share(piece.fromMs)}%, calc(100% - ${UNKNOWN_PX}px))`, width: UNKNOWN_PX }
  return { left: `${share(piece.fromMs)}%`, width: `max(1.5px, ${share(piece.toMs) - share(piece.fromMs)}%)` }
}

const ROUND_SCALES = [1, 2, 3, 4, 5, 6, 8, 10]

/**
 * A round length that holds nearly all of the durations: a single straggler is cut with a break rather than flattening the rest.
 * `[1060, 3300, 4210]` -> 5000
 */
export function durationScale(durations: number[]): number {
  const sorted = durations.filter((ms) => ms > 0).sort((a, b) => a - b)
  const max = sorted.at(-1) ?? 1
  const usual = sorted[Math.floor((sorted.length - 1) * 0.95)] ?? max
  const wanted = max > usual * 3 ? usual * 1.5 : max
  const power = 10 ** Math.floor(Math.log10(wanted))
  return (ROUND_SCALES.find((one) => one * power >= wanted) ?? 10) * power
}

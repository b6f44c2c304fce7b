import type { CSSProperties } from 'react'
import { formatSpanOfTime } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatDuration, formatPercent } from '#lib/base/format'
import type { SeriesView } from '#lib/graph/series-view'

export interface CoverageBarProps {
  view: SeriesView
  zone: Zone
}

/** How much of the range is known. What is not is hatched here and in each chart, never drawn as zero. */
export function CoverageBar({ view, zone }: CoverageBarProps) {
  const span = view.toMs - view.fromMs
  const longest = [...view.gaps].sort((a, b) => b.toMs - b.fromMs - (a.toMs - a.fromMs))[0]
  return (
    <div className="coverage">
      <span className="whitespace-nowrap">
        <b>Coverage {formatPercent(view.coverage)}</b>
      </span>
      <span className="coverage-track" aria-hidden="true">
        {view.gaps.map((gap) => {
          const style: CSSProperties = { left: `${((gap.fromMs - view.fromMs) / span) * 100}%`, width: `max(4px, ${((gap.toMs - gap.fromMs) / span) * 100}%)` }
          return (
            <i key={gap.fromMs} style={style}>
              <i className="hatched" />
            </i>
          )
        })}
      </span>
      <span>
        {longest
          ? `Nothing received ${formatSpanOfTime(longest.fromMs, longest.toMs, zone, view.toMs)} (${formatDuration(longest.toMs - longest.fromMs)})${view.gaps.length > 1 ? ` and ${view.gaps.length - 1} times more` : ''}; hatched, not zero`
          : 'Every part of the range has events'}
      </span>
    </div>
  )
}

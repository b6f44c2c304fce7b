import type { ReactNode } from 'react'
import type { Timeline } from '#lib/graph/timeline'

const MARKS: Record<string, { word: string; mark: ReactNode }> = {
  work: { word: 'work', mark: <rect width="22" height="10" rx="1" fill="var(--text-2)" /> },
  cold: {
    word: 'cold start',
    mark: <rect x=".5" y=".5" width="21" height="9" rx="1" fill="color-mix(in srgb, var(--text-2) 30%, var(--surface-1))" stroke="var(--text-2)" />,
  },
  waiting: { word: 'waiting', mark: <rect x=".5" y="2" width="21" height="6" rx="1" fill="var(--waiting-fill)" stroke="var(--waiting)" /> },
  unknown: { word: 'not known', mark: <path d="M1 9 9 1M6 9l8-8M11 9l8-8M16 9l6-6" stroke="var(--unknown)" strokeWidth="1.2" /> },
  missing: { word: 'expected', mark: <rect x=".75" y="1.5" width="20.5" height="7" rx="1" fill="none" stroke="var(--edge)" strokeWidth="1.5" /> },
  path: { word: 'critical path', mark: <path d="M0 8.5H11V2H22" fill="none" stroke="var(--text-1)" strokeWidth="1.5" /> },
  skew: { word: 'clocks disagree', mark: <path d="M2 5H20M20 2v6" stroke="var(--warn)" strokeWidth="1.5" fill="none" /> },
}

/** Only the marks that these rows have. */
export function TimelineLegend({ timeline }: { timeline: Timeline }) {
  const kinds = new Set<string>(timeline.rows.flatMap((row) => row.bars.map((bar) => bar.kind)))
  if (timeline.stairs.length > 0) kinds.add('path')
  if (timeline.rows.some((row) => row.skewMs !== null)) kinds.add('skew')
  return (
    <div className="legend ml-2 max-sm:hidden" style={{ gap: '4px 12px' }} role="group" aria-label="Legend">
      {Object.entries(MARKS)
        .filter(([kind]) => kinds.has(kind))
        .map(([kind, { word, mark }]) => (
          <span key={kind}>
            <svg viewBox="0 0 22 10" style={{ width: 22 }} aria-hidden="true">
              {mark}
            </svg>
            {word}
          </span>
        ))}
    </div>
  )
}

import type { ReactNode } from 'react'

export type LegendMark = 'proven' | 'inferred' | 'unknown' | 'missing' | 'waiting' | 'rate' | 'ring'

const WORDS: Record<LegendMark, string> = {
  proven: 'proven',
  inferred: 'inferred, its number',
  unknown: 'not known',
  missing: 'expected, missing',
  waiting: 'waiting',
  rate: 'width: rate',
  ring: 'ring: failing, full at 5\u202f%',
}

const DRAWN: Record<LegendMark, ReactNode> = {
  proven: <path d="M0 5H28" stroke="var(--edge)" strokeWidth="2" />,
  inferred: <path d="M0 5H28" stroke="var(--edge)" strokeWidth="2" strokeDasharray="7 4" />,
  unknown: <path d="M1 9 9 1M6 9l8-8M11 9l8-8M16 9l8-8M21 9l6-6" stroke="var(--unknown)" strokeWidth="1.2" />,
  missing: (
    <>
      <path d="M0 5H28" stroke="var(--edge)" strokeWidth="4.5" />
      <path d="M0 5H28" stroke="var(--surface-1)" strokeWidth="2.3" />
    </>
  ),
  waiting: <path d="M0 5H28" stroke="var(--waiting-fill)" strokeWidth="10" />,
  rate: (
    <>
      <path d="M0 7.5H28" stroke="var(--edge)" strokeWidth="1" />
      <path d="M0 3H28" stroke="var(--edge)" strokeWidth="4" />
    </>
  ),
  ring: (
    <>
      <rect x="9" y="0.5" width="9" height="9" rx="2" fill="none" stroke="var(--line-strong)" strokeWidth="2.2" />
      <path d="M13.5 .5H18V9.5" fill="none" stroke="var(--error)" strokeWidth="2.2" />
    </>
  ),
}

export interface LegendProps {
  marks: readonly LegendMark[]
  words?: Partial<Record<LegendMark, string>>
}

/** The marks that mean the same everywhere: solid proven, dashed inferred, hatched not known, hollow expected and missing. */
export function Legend({ marks, words = {} }: LegendProps) {
  return (
    <div className="legend" aria-label="Legend" role="group">
      {marks.map((mark) => (
        <span key={mark}>
          <svg viewBox="0 0 28 10" aria-hidden="true">
            {DRAWN[mark]}
          </svg>
          {words[mark] ?? WORDS[mark]}
        </span>
      ))}
    </div>
  )
}

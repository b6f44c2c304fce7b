export type Outcome = 'ok' | 'failed' | 'unknown' | 'warn' | 'missing'

const WORDS: Record<Outcome, string> = { ok: 'ok', failed: 'failed', unknown: 'not known', warn: 'late', missing: 'missing' }

export interface OutcomeMarkProps {
  outcome: Outcome
  size?: 12 | 14 | 16
  /** Where no text beside it says the same: then the mark has a name of its own. */
  alone?: boolean
}

/** Shape first, colour second: ok a dot, failed a diamond with a cross, not known a hatched square, missing a hollow ring. */
export function OutcomeMark({ outcome, size = 14, alone = false }: OutcomeMarkProps) {
  const named = alone ? { role: 'img', 'aria-label': WORDS[outcome] } : { 'aria-hidden': true }
  return (
    <svg className={`i${size === 16 ? '' : ` s${size}`}`} viewBox="0 0 16 16" {...named}>
      {shapes(outcome)}
    </svg>
  )
}

function shapes(outcome: Outcome) {
  if (outcome === 'ok') return <circle cx="8" cy="8" r="3" fill="var(--ok)" stroke="none" />
  if (outcome === 'missing') return <circle cx="8" cy="8" r="4.3" stroke="var(--text-2)" />
  if (outcome === 'failed') {
    return (
      <>
        <path d="M8 2.2 13.8 8 8 13.8 2.2 8z" fill="var(--error)" stroke="none" />
        <path d="m6.2 6.2 3.6 3.6M9.8 6.2 6.2 9.8" stroke="var(--surface-1)" strokeWidth="1.3" />
      </>
    )
  }
  if (outcome === 'warn') {
    return (
      <>
        <path d="M8 2.8 14 13.2H2z" stroke="var(--warn)" />
        <path d="M8 6.6v3M8 11.35v.1" stroke="var(--warn)" />
      </>
    )
  }
  return (
    <>
      <rect x="3.5" y="3.5" width="9" height="9" rx="1" stroke="var(--unknown)" strokeWidth="1" />
      <path d="M3.6 7.2 7.2 3.6M3.6 12 12 3.6M8.4 12.4l4-4" stroke="var(--unknown)" strokeWidth="1" />
    </>
  )
}

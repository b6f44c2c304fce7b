/** When a try is repeated, and after how long. Pure but for the waiting. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Outcome } from './http'
import { timeInWords } from './words'

/** With the waits below some 90 s: a supervisor restarts a part in less, and a person wants to know what goes on after that. */
export const MAX_TRIES = 8
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** A server that asks for more than this is taken at this word: who waits longer should come back by himself. */
const LONGEST_ASKED_MS = 300_000

export interface Again {
  waitMs: number
  why: string
}

/** `tries` that have been made, at least 1. Null: it is final, be it good or bad. */
export function againAfter(outcome: Outcome, tries: number): Again | null {
  const why = whyAgain(outcome)
  if (why === null || tries >= MAX_TRIES) return null
  const asked = outcome.kind === 'answered' ? outcome.retryAfterMs : undefined
  const waitMs = asked === undefined ? Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) : Math.min(asked, LONGEST_ASKED_MS)
  return { waitMs, why }
}

function whyAgain(outcome: Outcome): string | null {
  if (outcome.kind === 'unreadable') return null
  if (outcome.kind === 'broken') return outcome.reason
  if (outcome.status === 429 || outcome.status === 503) return `Specter is busy (${outcome.status})`
  // Said by what stands in front of a server that is being restarted.
  if (outcome.status === 502 || outcome.status === 504) return `no answer from behind the proxy (${outcome.status})`
  return null
}

export interface Repeated {
  signal: AbortSignal
  /** False where another try is impossible or of no use. */
  canRepeat?: (outcome: Outcome) => boolean
  onWait?: (words: string) => void
}

/** Tries until the outcome is final, MAX_TRIES times at most. Rejects when `signal` fires. */
export async function withRetry(attempt: () => Promise<Outcome>, { signal, canRepeat = () => true, onWait }: Repeated): Promise<Outcome> {
  for (let tries = 1; ; tries++) {
    const outcome = await attempt()
    const again = againAfter(outcome, tries)
    if (again === null || !canRepeat(outcome)) return outcome
    onWait?.(`${again.why}; try ${tries + 1} of ${MAX_TRIES} in ${timeInWords(again.waitMs)}`)
    await sleep(again.waitMs, undefined, { signal })
  }
}

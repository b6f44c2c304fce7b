/** What people said of links: the latest word on a pair counts. */

export const VERDICTS = ['confirm', 'reject', 'pick', 'undo'] as const
export type Verdict = (typeof VERDICTS)[number]

/** `pick`: not this cause but `alternative`. `undo`: whatever was said of this pair is taken back. */
export interface Feedback {
  effect: bigint
  cause: bigint
  verdict: Verdict
  alternative: bigint | null
}

/** What stands of one effect. */
export interface Standing {
  confirmed: bigint | null
  rejected: ReadonlySet<bigint>
}

export type Verdicts = ReadonlyMap<bigint, Standing>

/** What stands after these words, oldest first. Of two causes confirmed for one effect the later one stands. */
export function verdictsOf(words: readonly Feedback[]): Verdicts {
  const standing = new Map<bigint, { confirmed: bigint | null; rejected: Set<bigint> }>()
  for (const { effect, cause, verdict, alternative } of words) {
    let of = standing.get(effect)
    if (!of) standing.set(effect, (of = { confirmed: null, rejected: new Set() }))
    if (verdict === 'reject' || verdict === 'pick') {
      of.rejected.add(cause)
      if (of.confirmed === cause) of.confirmed = null
    }
    const confirmed = verdict === 'confirm' ? cause : verdict === 'pick' ? alternative : null
    if (confirmed !== null) {
      of.confirmed = confirmed
      of.rejected.delete(confirmed)
    }
    if (verdict === 'undo') {
      of.rejected.delete(cause)
      // Taking back that another was picked instead, or that this one was confirmed.
      of.confirmed = null
    }
  }
  return new Map([...standing].filter(([, of]) => of.confirmed !== null || of.rejected.size > 0))
}

export function confirmedCause(verdicts: Verdicts, effect: bigint): bigint | null {
  return verdicts.get(effect)?.confirmed ?? null
}

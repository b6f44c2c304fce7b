/** Waits between restarts: long enough not to spin on a fault that stays, short enough that one kill is not noticed. */
const FIRST_MS = 250
const LONGEST_MS = 15_000

/** Who ran this long was well: the next death starts from the shortest wait again. */
const WELL_AFTER_MS = 30_000

/** The wait before the next start, from how many short lives came before this one. */
export function restartDelayMs(shortLives: number): number {
  return Math.min(FIRST_MS * 2 ** shortLives, LONGEST_MS)
}

export function wasShort(livedMs: number): boolean {
  return livedMs < WELL_AFTER_MS
}

/**
 * Time is a bigint of nanoseconds since 1970-01-01T00:00:00Z at rest and inside the server; JSON carries ISO 8601 in UTC for people
 * and decimal strings of nanoseconds where exactness matters. A view works with milliseconds relative to its window, as a number.
 */
export type UnixNano = bigint

const NS_PER_MS = 1_000_000n

/** Milliseconds since the epoch (fractions kept to the nanosecond) as nanoseconds. */
export function msToNs(ms: number): UnixNano {
  const whole = Math.floor(ms)
  return BigInt(whole) * NS_PER_MS + BigInt(Math.round((ms - whole) * 1e6))
}

/** Nanoseconds as whole milliseconds, rounded down. */
export function nsToMs(ns: UnixNano): number {
  const ms = ns / NS_PER_MS
  return Number(ns < 0n && ms * NS_PER_MS !== ns ? ms - 1n : ms)
}

/** A difference of two times in milliseconds, with its fraction. */
export function durationMs(fromNs: UnixNano, toNs: UnixNano): number {
  return Number(toNs - fromNs) / 1e6
}

/** ISO 8601 in UTC with as many fraction digits as the time has: 3, 6 or 9. `2026-11-22T20:28:26.000Z` */
export function nsToIso(ns: UnixNano): string {
  const ms = nsToMs(ns)
  const rest = ns - BigInt(ms) * NS_PER_MS
  const iso = new Date(ms).toISOString()
  if (rest === 0n) return iso
  const digits = rest.toString().padStart(6, '0')
  return iso.slice(0, -1) + (digits.endsWith('000') ? digits.slice(0, 3) : digits) + 'Z'
}

/**
 * `from` and `to` of the API (design.md §6) as nanoseconds: ISO 8601 (UTC where no zone is given), epoch milliseconds,
 * or relative to now: `now`, `-15m`, `-1h`, `-7d`, `now-1h`.
 */
import type { UnixNano } from './time'

/** What a bigint column and JavaScript's dates both hold: 1678 to 2261. Times outside are refused rather than wrapped around. */
export const EARLIEST_NS: UnixNano = -9_214_560_000_000_000_000n
export const LATEST_NS: UnixNano = 9_214_560_000_000_000_000n

const UNIT_NS: Record<string, bigint> = {
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
}
const RELATIVE = /^(?:now)?-(\d{1,6})(s|m|min|h|d|w)$/
const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?\s?(Z|[+-]\d\d:?\d\d)?$/i

/** One time; null where the text is none, or is out of range. `parseTime('-1h', now)` is now minus 3,600 s. */
export function parseTime(text: string, nowNs: UnixNano): UnixNano | null {
  const ns = readTime(text.trim(), nowNs)
  return ns !== null && ns >= EARLIEST_NS && ns <= LATEST_NS ? ns : null
}

function readTime(text: string, nowNs: UnixNano): UnixNano | null {
  if (text === 'now') return nowNs
  const relative = RELATIVE.exec(text)
  if (relative?.[1] && relative[2]) return nowNs - BigInt(relative[1]) * (UNIT_NS[relative[2].charAt(0)] ?? 0n)
  if (/^-?\d{1,15}$/.test(text)) return BigInt(text) * 1_000_000n
  const iso = ISO.exec(text)
  if (!iso) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone = 'Z'] = iso
  // JavaScript takes 30 February for 2 March; a date that doesn't read back as it was written is none.
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  if (Number.isNaN(ms) || new Date(ms).getUTCDate() !== Number(day)) return null
  const sign = zone.startsWith('-') ? -1 : 1
  const offset = zone.toUpperCase() === 'Z' ? 0 : sign * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2)))
  return BigInt(ms - offset * 60_000) * 1_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** From inclusive, to exclusive. */
export interface TimeRange {
  fromNs: UnixNano
  toNs: UnixNano
}

/**
 * A range from what was asked. `defaultNs` is the length of a range without `from`, before `to`; null asks for all time.
 * An empty range (from = to) is one; a reversed one is a mistake.
 */
export function resolveRange(
  asked: { from?: string | undefined; to?: string | undefined },
  nowNs: UnixNano,
  defaultNs: bigint | null,
): { range: TimeRange } | { invalid: { name: 'from' | 'to'; reason: string }[] } {
  const bounds = { from: readBound(asked.from, nowNs), to: readBound(asked.to, nowNs) }
  const invalid = (['from', 'to'] as const).flatMap((name) =>
    bounds[name] === null
      ? [{ name, reason: `${JSON.stringify(asked[name]?.slice(0, 80))} is no time; write ISO 8601, epoch milliseconds, or relative like -1h and now` }]
      : [],
  )
  if (invalid.length > 0) return { invalid }
  const toNs = bounds.to ?? (defaultNs === null ? LATEST_NS : nowNs)
  const fromNs = bounds.from ?? (defaultNs === null ? EARLIEST_NS : toNs - defaultNs)
  if (fromNs > toNs) return { invalid: [{ name: 'from', reason: `${asked.from ?? ''} lies after ${asked.to ?? 'now'}` }] }
  return { range: { fromNs, toNs } }
}

/** Undefined where nothing was asked, null where it can't be read. */
function readBound(text: string | undefined, nowNs: UnixNano): UnixNano | null | undefined {
  return text === undefined || text === '' ? undefined : parseTime(text, nowNs)
}

/**
 * Times as people type, paste and share them. What leaves here is what the API takes: ISO 8601 in UTC, or relative (`-24h`, `now`),
 * so that a relative range stays relative in the URL.
 */
import type { Zone } from './clock'

const UNIT_MS: Record<string, number> = { s: 1e3, m: 60e3, h: 3600e3, d: 86_400e3, w: 604_800e3 }
const RELATIVE = /^-\s*(\d{1,6})\s*(s|m|min|h|d|w)$/

/** Milliseconds of a canonical time; null where the text is none. `('-1h', now)` -> now minus 3,600,000 */
export function resolveTime(text: string, nowMs: number): number | null {
  if (text === 'now') return nowMs
  const relative = RELATIVE.exec(text)
  if (relative?.[1] && relative[2]) return nowMs - Number(relative[1]) * (UNIT_MS[relative[2].charAt(0)] ?? 0)
  if (/^-?\d+$/.test(text)) return Number(text)
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? null : ms
}

/**
 * Whatever was typed or pasted as a canonical time: relative, epoch in s, ms, µs or ns, ISO 8601, or `2026-11-22 14:05`
 * read in the zone that is shown. Null where it is none of these.
 */
export function parseTimeEntry(input: string, zone: Zone): string | null {
  const text = input.trim().replace(/^["']|["',]+$/g, '')
  if (text.toLowerCase() === 'now') return 'now'
  const relative = RELATIVE.exec(text.toLowerCase())
  if (relative?.[1] && relative[2]) return `-${relative[1]}${relative[2].charAt(0)}`
  if (/^\d{9,19}$/.test(text)) return fromEpoch(text)
  const plain = /^(\d{4}-\d{2}-\d{2})(?:[T ,]+(\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/i.exec(text)
  if (!plain?.[1]) return null
  const [hour = '00', ...rest] = (plain[2] ?? '00:00').replace(',', '.').split(':')
  const ms = Date.parse(`${plain[1]}T${[hour.padStart(2, '0'), ...rest].join(':')}${offsetOf(plain[3], zone)}`)
  return Number.isNaN(ms) ? null : new Date(ms).toISOString()
}

// A date-time without an offset is local time in JavaScript, which is what the local zone means here.
function offsetOf(given: string | undefined, zone: Zone): string {
  if (!given) return zone === 'utc' ? 'Z' : ''
  return /^(z|utc)$/i.test(given) ? 'Z' : given
}

// The number of digits tells the unit for every date between 1973 and 2286.
function fromEpoch(digits: string): string | null {
  const scale = [1e3, 1, 1e-3, 1e-6][Math.floor((digits.length - 8) / 3)]
  if (scale === undefined) return null
  const ms = Math.floor(Number(digits) * scale)
  return ms > 8.64e15 ? null : new Date(ms).toISOString()
}

const NAMES: Record<string, string> = { s: 's', m: 'min', h: 'h', d: 'd', w: 'weeks' }

/** `Last 24 h` for a range that ends now; null for any other. */
export function relativeLabel(from: string, to: string): string | null {
  const relative = RELATIVE.exec(from)
  if (to !== 'now' || !relative?.[1] || !relative[2]) return null
  return `Last ${relative[1]}\u202f${NAMES[relative[2].charAt(0)] ?? ''}`
}

/** Times as logs write them, to nanoseconds. Pure: ranges come from the caller, zone-less times are UTC. */
import type { UnixNano } from '#lib/base/time'

/** Nothing that we read was logged before 1990; what claims so is a counter, a zero or a broken clock. */
export const EARLIEST_NS: UnixNano = 631_152_000_000_000_000n
export const DAY_NS = 86_400_000_000_000n

const EARLIEST_S = 631_152_000

/**
 * Seconds, milliseconds, microseconds or nanoseconds since the epoch, told apart by magnitude: between 1990 and `latestNs` the four
 * ranges don't overlap. Digits beyond 2^53 come as strings and stay exact. null where it is none of the four, or not a number.
 *
 *   epochToNs(1674981729487, …)  -> 1674981729487000000n     epochToNs(0, …) -> null
 */
export function epochToNs(value: unknown, latestNs: UnixNano): UnixNano | null {
  if (typeof value === 'number') {
    if (!(value >= EARLIEST_S)) return null
    // The usual case, whole milliseconds, without going through text.
    if (Number.isSafeInteger(value) && value > 1e11 && value < 1e14) return inRange(BigInt(value) * 1_000_000n, latestNs)
    return decimalToNs(plainDecimal(value), latestNs)
  }
  return typeof value === 'string' ? decimalToNs(value, latestNs) : null
}

/** Doubles print exponents from 1e21, far beyond any time. */
function plainDecimal(value: number): string {
  return value < 1e21 ? String(value) : ''
}

function decimalToNs(text: string, latestNs: UnixNano): UnixNano | null {
  const exact = secondsToNs(text)
  if (exact === null) return null
  // As seconds it is `exact` ns; each smaller unit divides by 1,000.
  for (const divisor of [1n, 1_000n, 1_000_000n, 1_000_000_000n]) {
    const ns = inRange(exact / divisor, latestNs)
    if (ns !== null) return ns
  }
  return null
}

/** Both ends as numbers would lose the nanosecond, so they are compared as bigints. */
export function inRange(ns: UnixNano, latestNs: UnixNano): UnixNano | null {
  return ns >= EARLIEST_NS && ns <= latestNs ? ns : null
}

/**
 * A decimal number of seconds (`1619760991.8856246`, `1.6197609918856246E9`) as nanoseconds, from its digits, not through a double
 * where 1 s is worth 238 ns. Further digits are cut. null where it is no non-negative decimal.
 */
export function secondsToNs(text: string): UnixNano | null {
  const match = /^\s*(\d{1,20})(?:\.(\d{0,40}))?(?:[eE]\+?(\d{1,2}))?\s*$/.exec(text)
  if (match === null) return null
  const shift = 9 + Number(match[3] ?? 0)
  const fraction = (match[2] ?? '').slice(0, shift).padEnd(shift, '0')
  return shift > 40 ? null : BigInt((match[1] ?? '') + fraction)
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9})\d*)?(?:\s?(Z|UTC|[+-]\d\d:?\d\d))?/

/** An ISO 8601 time at the start of the text and how many characters it takes; a missing zone is UTC. null where there is none. */
export function isoPrefix(text: string): { ns: UnixNano; length: number } | null {
  if (text.charCodeAt(4) !== 45) return null
  const match = ISO.exec(text)
  if (match === null) return null
  const [whole, year, month, day, hour, minute, second, fraction, zone] = match
  const seconds = utcSeconds(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  if (seconds === null) return null
  const nanos = fraction === undefined ? 0n : BigInt(fraction.padEnd(9, '0'))
  return { ns: BigInt(seconds - zoneSeconds(zone)) * 1_000_000_000n + nanos, length: whole.length }
}

/** The whole text as one ISO time, else null. */
export function isoToNs(text: string): UnixNano | null {
  const prefix = isoPrefix(text)
  return prefix !== null && prefix.length === text.trimEnd().length ? prefix.ns : null
}

export function zoneSeconds(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z' || zone === 'UTC') return 0
  const digits = zone.replace(/\D/g, '')
  const seconds = Number(digits.slice(0, 2)) * 3600 + Number(digits.slice(2, 4)) * 60
  return zone.startsWith('-') ? -seconds : seconds
}

/** null where the calendar has no such moment: month 13, 30 February, hour 24; a leap second counts as the next one. */
export function utcSeconds(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60) return null
  return Date.UTC(year, month - 1, day, hour, minute, second) / 1000
}

function daysIn(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

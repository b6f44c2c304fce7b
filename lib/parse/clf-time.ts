/** `02/Nov/2026:08:00:01 +0000`, as web servers and API Gateway write a time. https://httpd.apache.org/docs/2.4/logs.html#common */
import { utcSeconds, zoneSeconds } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import { monthOf } from './month'

const CLF_TIME = /\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?: ([+-]\d{4}))?\]/
/** How far into a line its time may stand. */
const HEAD_MAX = 300

/** The first such time in brackets near the start of a line; null where there is none. */
export function clfTimeInside(text: string): UnixNano | null {
  const match = CLF_TIME.exec(text.length > HEAD_MAX ? text.slice(0, HEAD_MAX) : text)
  return match === null ? null : clfTime(match)
}

/** The whole text as one such time, without brackets; null where it is none. */
export function parseClfTime(text: string): UnixNano | null {
  const match = CLF_TIME.exec(`[${text}]`)
  return match === null ? null : clfTime(match)
}

function clfTime(match: RegExpExecArray): UnixNano | null {
  const [, day, month, year, hour, minute, second, fraction = '', zone] = match
  const seconds = utcSeconds(Number(year), monthOf(month), Number(day), Number(hour), Number(minute), Number(second))
  return seconds === null ? null : BigInt(seconds - zoneSeconds(zone)) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}

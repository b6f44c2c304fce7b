/**
 * Moves recorded logs and X-Ray traces in time, all of them by the same whole number of seconds, so that everything in them
 * still fits: the fields of CloudWatch's envelope, the times inside event ids, messages and documents, and the seconds in
 * X-Ray's trace ids. Reads: ISO 8601, dates alone, Common Log Format, epoch seconds (with a fraction) and milliseconds,
 * 1-xxxxxxxx-… trace ids. Numbers count as times only where they lie within the recording, so that no id is touched.
 */
export interface Shift {
  /** Milliseconds, a multiple of 1000. */
  byMs: number
  /** The recording's first and last moment, epoch milliseconds. */
  fromMs: number
  toMs: number
}

export interface RecordedEvent {
  logGroup: string
  logStream: string
  timestamp: number
  ingestionTime: number
  eventId: string
  message: string
}

const ISO = /(?<!\d)(\d{4}-\d\d-\d\d)([T ])(\d\d:\d\d:\d\d)((?:[.,]\d{1,9})?)(Z|\+00:?00)/g
const DATE = /(?<![\w-])(\d{4})([-/])(\d\d)\2(\d\d)(?=[/."\]\s]|$)/g
const CLF = /(?<!\d)(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d:\d\d:\d\d) \+0000/g
const MILLIS = /(?<![\w.-])\d{13}(?![\w-])/g
const SECONDS = /(?<![\w.-])\d{10}(?=\.\d|[^\w.-]|$)/g
const TRACE = /(?<![0-9a-f-])1-([0-9a-f]{8})-(?=[0-9a-f]{24}(?![0-9a-f]))/g

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** The text with every time of the recording moved: `shiftText('2026-11-17T08:00:00Z', {byMs: 60_000, …})` -> `2026-11-17T08:01:00Z`. */
export function shiftText(text: string, shift: Shift): string {
  const { byMs, fromMs, toMs } = shift
  const within = (ms: number, slackMs = 0): boolean => ms >= fromMs - slackMs && ms <= toMs + slackMs
  return text
    .replace(ISO, (whole, date: string, between: string, time: string, fraction: string, zone: string) => {
      const ms = Date.parse(`${date}T${time}Z`)
      if (!within(ms, DAY_MS)) return whole
      const moved = new Date(ms + byMs).toISOString()
      return `${moved.slice(0, 10)}${between}${moved.slice(11, 19)}${fraction}${zone}`
    })
    .replace(DATE, (whole, year: string, separator: string, month: string, day: string) => {
      const ms = Date.parse(`${year}-${month}-${day}T00:00:00Z`)
      return within(ms, DAY_MS) ? movedDate(ms, byMs).replaceAll('-', separator) : whole
    })
    .replace(CLF, (whole, day: string, month: string, year: string, time: string) => {
      const ms = Date.parse(`${year}-${String(MONTHS.indexOf(month) + 1).padStart(2, '0')}-${day}T${time}Z`)
      if (!within(ms, DAY_MS)) return whole
      const moved = new Date(ms + byMs).toISOString()
      return `${moved.slice(8, 10)}/${MONTHS[Number(moved.slice(5, 7)) - 1]}/${moved.slice(0, 4)}:${moved.slice(11, 19)} +0000`
    })
    .replace(MILLIS, (digits) => (within(Number(digits)) ? String(Number(digits) + byMs) : digits))
    .replace(SECONDS, (digits) => (within(Number(digits) * 1000, 1000) ? String(Number(digits) + byMs / 1000) : digits))
    .replace(TRACE, (whole, hex: string) => {
      const seconds = Number.parseInt(hex, 16)
      return within(seconds * 1000, 1000) ? `1-${(seconds + byMs / 1000).toString(16).padStart(8, '0')}-` : whole
    })
}

/** A date without a time stands for its noon: two of the same recording stay as far apart as they were. */
function movedDate(ms: number, byMs: number): string {
  return new Date(ms + DAY_MS / 2 + byMs).toISOString().slice(0, 10)
}

/** A CloudWatch event moved: in an event id, timestamp and ingestion time stand at bits 144 and 80. */
export function shiftEvent(event: RecordedEvent, shift: Shift): RecordedEvent {
  const by = BigInt(shift.byMs)
  return {
    logGroup: event.logGroup,
    logStream: event.logStream.replace(/^\d{4}\/\d\d\/\d\d(?=\/\[)/, (date) =>
      movedDate(Date.parse(`${date.replaceAll('/', '-')}T00:00:00Z`), shift.byMs).replaceAll('-', '/'),
    ),
    timestamp: event.timestamp + shift.byMs,
    ingestionTime: event.ingestionTime + shift.byMs,
    eventId: (BigInt(event.eventId) + (by << 144n) + (by << 80n)).toString(),
    message: shiftText(event.message, shift),
  }
}

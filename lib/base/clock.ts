/** How points in time read, in UTC or the browser's zone. Input is ms since the epoch; output is for people, never for storage. */
export type Zone = 'utc' | 'local'

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

interface Parts {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  ms: number
}

function parts(ms: number, zone: Zone): Parts {
  const d = new Date(ms)
  if (zone === 'utc') {
    return {
      year: d.getUTCFullYear(),
      month: d.getUTCMonth(),
      day: d.getUTCDate(),
      hour: d.getUTCHours(),
      minute: d.getUTCMinutes(),
      second: d.getUTCSeconds(),
      ms: d.getUTCMilliseconds(),
    }
  }
  return {
    year: d.getFullYear(),
    month: d.getMonth(),
    day: d.getDate(),
    hour: d.getHours(),
    minute: d.getMinutes(),
    second: d.getSeconds(),
    ms: d.getMilliseconds(),
  }
}

const two = (n: number) => String(n).padStart(2, '0')

export type ClockDetail = 'minute' | 'second' | 'ms'

/** `14:04`, `14:04:31` or `14:04:31.902` */
export function formatClock(ms: number, zone: Zone, detail: ClockDetail = 'second'): string {
  const p = parts(ms, zone)
  const minute = `${two(p.hour)}:${two(p.minute)}`
  if (detail === 'minute') return minute
  if (detail === 'second') return `${minute}:${two(p.second)}`
  return `${minute}:${two(p.second)}.${String(p.ms).padStart(3, '0')}`
}

/** `22 Nov`, with the year where it is not that of `nowMs`. */
export function formatDay(ms: number, zone: Zone, nowMs?: number): string {
  const p = parts(ms, zone)
  const day = `${p.day} ${MONTHS[p.month] ?? ''}`
  if (nowMs !== undefined && parts(nowMs, zone).year === p.year) return day
  return `${day} ${p.year}`
}

/** `22 Nov 2026, 14:04:31` */
export function formatMoment(ms: number, zone: Zone, detail: ClockDetail = 'second', nowMs?: number): string {
  return `${formatDay(ms, zone, nowMs)}, ${formatClock(ms, zone, detail)}`
}

/** The clock alone where the moment lies within a day of `nowMs`, else with its date. */
export function formatNear(ms: number, zone: Zone, nowMs: number, detail: ClockDetail = 'second'): string {
  return Math.abs(nowMs - ms) < 86_400_000 ? formatClock(ms, zone, detail) : formatMoment(ms, zone, detail, nowMs)
}

/** A range as one label. `22 Nov, 09:40 to 14:05`, `21 Nov, 14:00 to 22 Nov, 14:00` */
export function formatSpanOfTime(fromMs: number, toMs: number, zone: Zone, nowMs?: number): string {
  const detail: ClockDetail = toMs - fromMs < 120_000 ? 'second' : 'minute'
  const sameDay = formatDay(fromMs, zone) === formatDay(toMs, zone)
  const end = sameDay ? formatClock(toMs, zone, detail) : formatMoment(toMs, zone, detail, nowMs)
  return `${formatMoment(fromMs, zone, detail, nowMs)} to ${end}`
}

const STEPS_MS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, 60e3, 120e3, 300e3, 600e3, 900e3, 1800e3, 3600e3, 7200e3, 10800e3, 21600e3, 43200e3,
  86400e3, 172800e3, 604800e3, 1209600e3, 2592000e3, 7776000e3, 15552000e3, 31536000e3,
]

export interface TimeTick {
  ms: number
  label: string
}

/** Ticks on round clock times, at most `count`, with labels as short as the step allows. */
export function timeTicks(fromMs: number, toMs: number, count: number, zone: Zone): TimeTick[] {
  const span = toMs - fromMs
  if (span <= 0 || count < 1) return []
  const step = STEPS_MS.find((s) => span / s <= count) ?? span
  const shift = zone === 'utc' ? 0 : -new Date(fromMs).getTimezoneOffset() * 60_000
  const ticks: TimeTick[] = []
  for (let at = Math.ceil((fromMs + shift) / step) * step - shift; at < toMs; at += step) {
    ticks.push({ ms: at, label: tickLabel(at, step, zone) })
  }
  return ticks
}

function tickLabel(ms: number, step: number, zone: Zone): string {
  if (step >= 86_400_000) return formatDay(ms, zone, ms)
  const midnight = formatClock(ms, zone, 'ms') === '00:00:00.000'
  if (midnight && step >= 3_600_000) return formatDay(ms, zone, ms)
  if (step >= 60_000) return formatClock(ms, zone, 'minute')
  return formatClock(ms, zone, step >= 1000 ? 'second' : 'ms')
}

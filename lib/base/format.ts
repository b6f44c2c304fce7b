/**
 * How numbers, durations and times read. The unit follows a narrow no-break space; below one second in ms, above with two
 * decimals; exact counts with commas; missing is never zero: callers decide what stands for null.
 */
export const THIN = '\u202f'

const commas = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** An exact count. `1246061` -> `1,246,061` */
export function formatCount(n: number): string {
  return commas.format(n)
}

function significant(value: number, digits: number): string {
  const whole = Math.floor(Math.log10(Math.max(Math.abs(value), 1e-12))) + 1
  const decimals = Math.max(0, digits - Math.max(whole, 1))
  return value.toFixed(decimals)
}

/** A count for a sentence: exact below 10,000, three figures above. `48213` -> `48.2 k` */
export function formatShort(n: number): string {
  if (Math.abs(n) < 9_999.5) return commas.format(n)
  if (Math.abs(n) < 999_500) return `${significant(n / 1e3, 3)}${THIN}k`
  if (Math.abs(n) < 999_500_000) return `${significant(n / 1e6, 3)}${THIN}M`
  return `${significant(n / 1e9, 3)}${THIN}G`
}

/**
 * A share of 0..1 in per cent, one decimal below 10. What is neither nothing nor everything never reads as 0 or 100.
 * `0.041` -> `4.1 %`, `0.0002` -> `<0.1 %`, `0.9999` -> `>99.9 %`, `0` -> `0 %`
 */
export function formatPercent(share: number): string {
  const percent = share * 100
  if (percent === 0 || percent === 100) return `${percent}${THIN}%`
  if (percent < 0.05) return `<0.1${THIN}%`
  if (percent > 99.95) return `>99.9${THIN}%`
  if (percent < 9.95 || percent > 99) return `${percent.toFixed(1)}${THIN}%`
  return `${percent.toFixed(0)}${THIN}%`
}

export type DurationUnit = 'µs' | 'ms' | 's' | 'min' | 'h' | 'd'
const UNIT_MS: Record<DurationUnit, number> = { µs: 0.001, ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** The unit in which the largest of compared durations reads best. Milliseconds in, null where nothing is known. */
export function durationUnit(maxMs: number | null): DurationUnit {
  if (maxMs === null || maxMs === 0) return 'ms'
  if (maxMs < 0.1) return 'µs'
  if (maxMs < 999.5) return 'ms'
  return 's'
}

/** A duration in one given unit. `formatDurationIn(410, 's')` -> `0.41 s` */
export function formatDurationIn(ms: number, unit: DurationUnit): string {
  const value = ms / UNIT_MS[unit]
  if (unit === 's') return `${value >= 1000 ? commas.format(value) : value.toFixed(2)}${THIN}s`
  if (value !== 0 && Math.abs(value) < 9.95) return `${trimZero(value.toFixed(1))}${THIN}${unit}`
  return `${commas.format(value)}${THIN}${unit}`
}

function trimZero(text: string): string {
  return text.endsWith('.0') ? text.slice(0, -2) : text
}

/** One duration by itself, ms in. `88` -> `88 ms`, `4212` -> `4.21 s`, `187000` -> `3 min 07 s`, `90000000` -> `1 d 1 h` */
export function formatDuration(ms: number): string {
  if (ms < 0) return `\u2212${formatDuration(-ms)}`
  if (ms < 59_995) return formatDurationIn(ms, durationUnit(ms))
  const seconds = Math.round(ms / 1000)
  if (seconds < 3600) return pair(Math.floor(seconds / 60), 'min', seconds % 60, 's')
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min')
  const hours = Math.round(minutes / 60)
  return pair(Math.floor(hours / 24), 'd', hours % 24, 'h')
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  if (small === 0) return `${commas.format(big)}${THIN}${bigUnit}`
  const padded = bigUnit === 'd' ? String(small) : String(small).padStart(2, '0')
  return `${commas.format(big)}${THIN}${bigUnit} ${padded}${THIN}${smallUnit}`
}

export interface RateUnit {
  per: 's' | 'min' | 'h' | 'd'
  seconds: number
}

/** The unit for a set of rates that are compared, by the largest (per second): one unit a drawing. */
export function rateUnit(maxPerSecond: number): RateUnit {
  if (maxPerSecond >= 50) return { per: 's', seconds: 1 }
  if (maxPerSecond * 60 >= 1) return { per: 'min', seconds: 60 }
  if (maxPerSecond * 3600 >= 1) return { per: 'h', seconds: 3600 }
  return { per: 'd', seconds: 86_400 }
}

/** The figure of a rate without its unit. `(0.561, min)` -> `33.7` */
export function formatRateFigure(perSecond: number, unit: RateUnit): string {
  const value = perSecond * unit.seconds
  if (value === 0) return '0'
  if (value < 0.005) return '<0.01'
  if (value < 1) return value.toFixed(2)
  if (value < 99.95) return trimZero(value.toFixed(1))
  if (value < 9_999.5) return commas.format(value)
  return formatShort(value)
}

/** `33.7/min` */
export function formatRate(perSecond: number, unit: RateUnit): string {
  return `${formatRateFigure(perSecond, unit)}/${unit.per}`
}

/** `2100000000` -> `2.10 GB` (decimal units, as disks are sold). */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${THIN}B`
  if (bytes < 999_500) return `${significant(bytes / 1e3, 3)}${THIN}kB`
  if (bytes < 999_500_000) return `${significant(bytes / 1e6, 3)}${THIN}MB`
  return `${significant(bytes / 1e9, 3)}${THIN}GB`
}

/** `1 service`, `13 services`. */
export function formatPlural(n: number, one: string, many = `${one}s`): string {
  return `${formatShort(n)} ${n === 1 ? one : many}`
}

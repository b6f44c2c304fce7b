/** A series as what three charts show. Missing is null, never zero: buckets inside a gap have no value at all. */
import type { Series } from '#lib/model/api'

export interface SeriesView {
  fromMs: number
  toMs: number
  bucketMs: number
  /** Per second. */
  rate: (number | null)[]
  /** 0..1 of what started; null where nothing did. */
  failing: (number | null)[]
  p50Ms: (number | null)[]
  p95Ms: (number | null)[]
  gaps: { fromMs: number; toMs: number }[]
  /** 0..1 of the range that is known. */
  coverage: number
  total: { count: number; errors: number }
}

export function viewOfSeries(series: Series): SeriesView {
  const fromMs = Date.parse(series.from)
  const toMs = Date.parse(series.to)
  const gaps = series.gaps
    .map((gap) => ({ fromMs: Math.max(fromMs, Date.parse(gap.from)), toMs: Math.min(toMs, Date.parse(gap.to)) }))
    .filter((gap) => gap.toMs > gap.fromMs)
  const length = Math.max(0, ...series.groups.map((group) => group.count.length))
  const add = (of: (group: Series['groups'][number]) => number[]) =>
    Array.from({ length }, (_, i) => series.groups.reduce((sum, group) => sum + (of(group)[i] ?? 0), 0))
  const count = add((group) => group.count)
  const errors = add((group) => group.errors)
  const seconds = series.bucketMs / 1000
  const missing = (i: number) => {
    const middle = fromMs + (i + 0.5) * series.bucketMs
    return gaps.some((gap) => middle >= gap.fromMs && middle < gap.toMs)
  }
  const only = series.groups.length === 1 ? series.groups[0] : undefined
  const known = <T>(values: readonly (T | null)[] | undefined) => Array.from({ length }, (_, i) => (missing(i) ? null : (values?.[i] ?? null)))
  const lost = gaps.reduce((sum, gap) => sum + gap.toMs - gap.fromMs, 0)
  return {
    fromMs,
    toMs,
    bucketMs: series.bucketMs,
    rate: known(count.map((n) => n / seconds)),
    failing: known(count.map((n, i) => (n > 0 ? (errors[i] ?? 0) / n : null))),
    p50Ms: known(only?.p50Ms),
    p95Ms: known(only?.p95Ms),
    gaps,
    coverage: toMs > fromMs ? 1 - lost / (toMs - fromMs) : 0,
    total: { count: count.reduce((a, b) => a + b, 0), errors: errors.reduce((a, b) => a + b, 0) },
  }
}

/** Round values for an axis from 0: at most `count` above zero, the last at or under `max`. `(62, 2)` -> `[0, 25, 50]` */
export function axisValues(max: number, count: number): number[] {
  if (!(max > 0)) return [0]
  const raw = max / (count + 0.9)
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = ([1, 2, 2.5, 5, 10].find((s) => s * power >= raw) ?? 10) * power
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, i) => i * step)
}

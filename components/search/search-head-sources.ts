/** How far what an answer was made of goes: what is read may be behind; what is sent or imported never is, since nobody knows what was to come. */
import { formatNear } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatPlural } from '#lib/base/format'
import { heldUpWords, isHeldUp, sourceState } from '#lib/graph/source-state'
import type { SourceStatus } from '#lib/model/api'

export interface SourceWordsInput {
  sources: readonly SourceStatus[]
  /** The answer has all that is known to belong into its range. */
  complete: boolean
  /** End of the range asked for, ms. */
  toMs: number
  now: number
  zone: Zone
}

/** Empty where the sources say nothing about what may be missing. */
export function sourceWords({ sources, complete, toMs, now, zone }: SourceWordsInput): string {
  if (sources.length === 0) return ''
  if (complete) return `All ${formatPlural(sources.length, 'source')} complete.`
  const open = sources.filter((source) => goesOn(source, now) && (source.completeUntil === null || Date.parse(source.completeUntil) < toMs))
  const read = open.filter((source) => source.polled)
  const behind = read.filter((source) => isHeldUp(sourceState(source, now)))
  const current = endsOf(read.filter((source) => !behind.includes(source)))
  const sent = endsOf(open.filter((source) => !source.polled))
  return [
    current.length === 0 ? '' : `${current.length} of ${formatPlural(read.length, 'source')} read until ${formatNear(Math.min(...current), zone, toMs)}.`,
    ...behind.slice(0, 2).map((source) => `${heldUpWords(source, sourceState(source, now))}.`),
    behind.length > 2 ? `${behind.length - 2} more are not as far either.` : '',
    sent.length === 0 ? '' : `${formatPlural(sent.length, 'source')} sent events up to ${formatNear(Math.max(...sent), zone, toMs)}; more may come.`,
  ]
    .filter(Boolean)
    .join(' ')
}

function goesOn(source: SourceStatus, now: number): boolean {
  const state = sourceState(source, now)
  return source.polled === true || state === 'live' || state === 'quiet'
}

function endsOf(sources: readonly SourceStatus[]): number[] {
  return sources.flatMap(({ completeUntil }) => (completeUntil === null ? [] : [Date.parse(completeUntil)]))
}

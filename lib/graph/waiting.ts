/** What waits in a transaction, and how long an effect took to begin. */
import type { LinkItem, SpanItem } from '#lib/model/api'
import { isCarrierKind } from '#lib/model/carriers'
import type { CauseTree } from './cause-tree'
import { mayWait } from './evidence'

export const isCarrier = (span: SpanItem): boolean => isCarrierKind(span.kind)

/**
 * Its time is waiting: a message lay in it. A call to a queue or a table that a trace recorded is work of the caller, however long.
 */
export const isWaiting = (span: SpanItem): boolean => isCarrier(span) && span.form !== 'segment' && span.form !== 'span'

/** Clocks of one service agree, but its records round to the millisecond. */
export const ROUNDING_MS = 1

/** A caller that waits for the answer: what begins "after" it has a clock, or a time in whole seconds, that says so wrongly. */
const ANSWERED = ['call-id', 'gateway-request']

/** The gap between the end of a cause and the start of what it caused, in ms from the root's start; null where there is none to speak of. */
export function gapOf(link: LinkItem, tree: CauseTree): { fromMs: number; toMs: number } | null {
  const [cause, effect] = [tree.nodes.get(link.cause.spanId), tree.nodes.get(link.effect.spanId)]
  if (!cause || cause.endMs === null || !effect || ANSWERED.includes(link.rule) || !cause.span.startExact || !effect.span.startExact) return null
  return effect.startMs > cause.endMs + ROUNDING_MS ? { fromMs: cause.endMs, toMs: effect.startMs } : null
}

/** A message, or an effect that began when its cause was over: between the two it waited. */
export function waited(link: LinkItem, tree: CauseTree): boolean {
  const cause = tree.nodes.get(link.cause.spanId)
  return mayWait(link) || (gapOf(link, tree) !== null && cause !== undefined && !isWaiting(cause.span))
}

export interface Elapsed {
  ms: number | null
  /** What it is counted from, to the start of the effect. */
  from: 'end' | 'start' | 'event'
}

/**
 * How long the effect took to begin. What waited is counted from the end of its cause; what a trace nests from the start of the very
 * step that called, since its document has one time for all its steps, and so is the call of a gateway, which logs when it is over
 * (unknown where its start is too roughly known to tell); all else from the event that sent it.
 */
export function elapsedOf(link: LinkItem, tree: CauseTree): Elapsed {
  const [cause, effect] = [tree.nodes.get(link.cause.spanId), tree.nodes.get(link.effect.spanId)]
  if (cause && effect && ANSWERED.includes(link.rule)) {
    const ms = effect.startMs - cause.startMs
    return { ms: ms < 0 && !cause.span.startExact ? null : ms, from: 'start' }
  }
  if (!cause || !effect || link.rule !== 'span-parent') return { ms: link.delayMs, from: 'event' }
  const gap = gapOf(link, tree)
  if (gap) return { ms: gap.toMs - gap.fromMs, from: 'end' }
  return { ms: effect.startMs - cause.startMs, from: 'start' }
}

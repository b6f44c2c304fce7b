/** What a page changes, as a value: the books of its group, what is learned of delays, and what is complete now. Pure. */
import { nsToMs, type UnixNano } from '#lib/base/time'
import { addDelays, assuredDelayMs } from '#lib/model/delays'
import type { PollTarget } from '#lib/model/poll'
import { completeUntilMs, type Scan } from '#lib/model/scan'
import type { PageEffect } from '#lib/store/poll-state'

export interface PageFacts {
  /** The reading as it was planned for this page, and as it is after it. */
  planned: Scan
  after: Scan
  target: PollTarget
  /** Events of the page that were not stored before. */
  fresh: readonly { timeNs: UnixNano; observedNs: UnixNano | undefined }[]
  received: number
  duplicate: number
  nowMs: number
  settleMs: number
}

export function pageEffect(facts: PageFacts): PageEffect {
  const { planned, after, fresh, received, duplicate, nowMs } = facts
  const times = fresh.map((event) => nsToMs(event.timeNs))
  const delays = addDelays(
    facts.target.delays,
    fresh.flatMap((event) => delayOf(event, planned)),
  )
  const target: PollTarget = {
    ...facts.target,
    state: 'active',
    problem: null,
    delays,
    received: facts.target.received + received,
    stored: facts.target.stored + fresh.length,
    duplicate: facts.target.duplicate + duplicate,
    late: facts.target.late + times.filter((time) => isLate(time, facts)).length,
    lastReadMs: nowMs,
    lastEventMs: times.reduce<number | null>((last, time) => (last === null || time > last ? time : last), facts.target.lastEventMs),
  }
  const scan = { ...after, received: after.received + received, stored: after.stored + fresh.length }
  const complete = completeAfter(facts, delays)
  if (complete === null) return { scan, target, complete }
  // A past range that reaches the one that is read anyway is swept with it from now on.
  const sinceMs = complete.toMs >= target.sinceMs ? Math.min(target.sinceMs, complete.fromMs) : target.sinceMs
  const completeMs = after.kind === 'live' ? complete.toMs : target.completeMs
  return { scan, target: { ...target, sinceMs, completeMs }, complete }
}

/**
 * From the event's time to when it could be read, ms: CloudWatch says when it took it in; an event that a look at its time did not
 * see came into sight even later. Nothing where neither is known.
 */
function delayOf({ timeNs, observedNs }: PageFacts['fresh'][number], planned: Scan): number[] {
  const timeMs = nsToMs(timeNs)
  const taken = observedNs === undefined ? 0 : nsToMs(observedNs) - timeMs
  const unseen = planned.kind === 'live' && timeMs <= planned.doneMs ? planned.readAtMs - timeMs : 0
  const delay = Math.max(taken, unseen)
  return observedNs === undefined && delay <= 0 ? [] : [Math.max(0, delay)]
}

function isLate(timeMs: number, { target, planned }: PageFacts): boolean {
  return !planned.kind.startsWith('backfill-') && target.completeMs !== null && timeMs < target.completeMs && timeMs >= target.sinceMs
}

/** The range that is complete with this page; what was once called complete stays so, what comes after all is counted as late. */
function completeAfter({ planned, after, target, settleMs }: PageFacts, delays: readonly number[]): PageEffect['complete'] {
  if (after.range !== null) return null
  if (after.kind.startsWith('backfill-')) return planned.range && { fromMs: planned.doneMs, toMs: planned.range.toMs }
  if (after.kind !== 'live') return null
  const toMs = Math.max(completeUntilMs(after, assuredDelayMs(delays), settleMs), target.completeMs ?? target.sinceMs)
  return { fromMs: target.sinceMs, toMs }
}

/** What is known of how complete the data is (design.md §2, Coverage). */
import type { UnixNano } from '#lib/base/time'

export interface SourceCoverage {
  /** Time of its last event; null where it has none. */
  lastNs: UnixNano | null
  /** When it last delivered something. */
  lastReceivedNs: UnixNano | null
  /** Where somebody asks it for more: complete until then, null before the first look has ended. */
  polled?: { completeNs: UnixNano | null } | null
}

/** A source that delivered within this time is expected to go on: three of CloudWatch's usual five-minute delivery delays. */
export const LIVE_NS = 15n * 60n * 1_000_000_000n
/** A delivery whose newest event is older than this is history being imported: nothing of today will follow. */
const HISTORY_NS = 86_400n * 1_000_000_000n

/** Whether the source is expected to bring more of the present. */
export function isLive(source: SourceCoverage, nowNs: UnixNano): boolean {
  if (source.polled) return true
  const { lastNs, lastReceivedNs } = source
  if (lastReceivedNs === null || lastReceivedNs <= nowNs - LIVE_NS) return false
  return lastNs === null || lastReceivedNs - lastNs < HISTORY_NS
}

/**
 * Files and pushes say nothing about what they will bring, so all that can be claimed is what they brought: complete until the last
 * event received. A source that is polled is complete as far as it was asked, whether or not anything happened. Null where nothing is known.
 */
export function completeUntil(source: SourceCoverage): UnixNano | null {
  return source.polled ? source.polled.completeNs : source.lastNs
}

/**
 * Whether an answer up to `to` has everything that it is known to need. False where it reaches into the future, where stored events
 * have not been linked yet, or where a source that is still delivering has not come as far: its next delivery may belong into the range.
 * A source that fell silent, or that brought old data, is taken to be all there.
 */
export function isComplete(sources: readonly SourceCoverage[], asked: { toNs: UnixNano; nowNs: UnixNano; pending: number }): boolean {
  if (asked.pending > 0 || asked.toNs > asked.nowNs + LIVE_NS) return false
  return sources.every((source) => {
    const until = completeUntil(source)
    return !isLive(source, asked.nowNs) || (until !== null && until >= asked.toNs)
  })
}

/** A range that is complete; `to` is exclusive. */
export interface CompleteRange {
  fromNs: UnixNano
  toNs: UnixNano
}

/** What lies in a range of each of the lists: a source that several connections read is complete where all of them are. Lists are in order of time. */
export function commonRanges(lists: readonly (readonly CompleteRange[])[]): CompleteRange[] {
  const [first = [], ...others] = lists
  return others.reduce<readonly CompleteRange[]>((common, list) => common.flatMap((a) => list.flatMap((b) => overlapOf(a, b))), first).slice()
}

function overlapOf(a: CompleteRange, b: CompleteRange): CompleteRange[] {
  const fromNs = a.fromNs > b.fromNs ? a.fromNs : b.fromNs
  const toNs = a.toNs < b.toNs ? a.toNs : b.toNs
  return fromNs < toNs ? [{ fromNs, toNs }] : []
}

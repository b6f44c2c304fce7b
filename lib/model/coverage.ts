/** What is known of how complete the data is (design.md §2, Coverage). */
import type { UnixNano } from '#lib/base/time'

export interface SourceCoverage {
  /** Time of its last event; null where it has none. */
  lastNs: UnixNano | null
  /** When it last delivered something. */
  lastReceivedNs: UnixNano | null
}

/** A source that delivered within this time is expected to go on: three of CloudWatch's usual five-minute delivery delays. */
export const LIVE_NS = 15n * 60n * 1_000_000_000n
/** A delivery whose newest event is older than this is history being imported: nothing of today will follow. */
const HISTORY_NS = 86_400n * 1_000_000_000n

/** Whether the source is expected to bring more of the present. */
export function isLive(source: SourceCoverage, nowNs: UnixNano): boolean {
  const { lastNs, lastReceivedNs } = source
  if (lastReceivedNs === null || lastReceivedNs <= nowNs - LIVE_NS) return false
  return lastNs === null || lastReceivedNs - lastNs < HISTORY_NS
}

/**
 * Files and pushes say nothing about what they will bring, so all that can be claimed is what they brought: complete until the last
 * event received. Null where nothing was. A source that is asked by polling will state more once there is one.
 */
export function completeUntil(source: SourceCoverage): UnixNano | null {
  return source.lastNs
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

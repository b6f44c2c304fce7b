/**
 * Which execution do lines without a request id belong to? A sandbox writes one log stream and runs one execution at a time:
 *
 *   INIT_START  (lines)  START r1  (lines)  END r1  REPORT r1  (late lines)  START r2 …
 *   └── belongs to r1 ──┘└───────────── belongs to r1 ─────────────────────┘└─ r2
 *
 * Where a stream has no START within reach, its lines stand alone: there a stream may hold several executions at once.
 */
import { hash64 } from '#lib/base/hash'
import { spanKey } from '#lib/model/keys'
import type { LinkEvent } from '#lib/model/link-event'
import { inOrder } from './event-view'

/** An execution lasts 15 minutes at most (Lambda's limit); a minute more for what a sandbox flushes late. */
export const REACH_NS = 16n * 60n * 1_000_000_000n

/** Group of every event of one sandbox stream that names no execution itself: event -> group id. `events` in any order. */
export function assignStream(events: readonly LinkEvent[]): Map<LinkEvent, bigint> {
  const groups = new Map<LinkEvent, bigint>()
  let open: { groupId: bigint; sinceNs: bigint } | null = null
  let waiting: LinkEvent[] = []
  for (const event of [...events].sort(inOrder)) {
    const marker = event.facts?.marker?.type
    if (event.requestId !== null) {
      if (marker !== 'start') continue
      open = { groupId: hash64(spanKey.execution(event.requestId)), sinceNs: event.timeNs }
      for (const early of waiting) groups.set(early, event.timeNs - early.timeNs <= REACH_NS ? open.groupId : early.id)
      waiting = []
      continue
    }
    // A sandbox that starts (again) closes what was open: what follows belongs to the next START.
    if (marker === 'init') open = null
    if (open && event.timeNs - open.sinceNs <= REACH_NS) groups.set(event, open.groupId)
    else waiting.push(event)
  }
  for (const alone of waiting) groups.set(alone, alone.id)
  return groups
}

/**
 * Which execution do lines without a request id belong to? A sandbox writes one log stream and runs one execution at a time:
 *
 *   INIT_START  (lines)  START r1  (lines)  END r1  REPORT r1  (late lines)  START r2 …
 *   └── belongs to r1 ──┘└───────────── belongs to r1 ─────────────────────┘└─ r2
 *
 * Lines get lost, START too. After r1 has ended, the end of r2 tells that what stands between is r2's:
 *
 *   START r1  (lines)  END r1  REPORT r1  (lines)  END r2
 *                                         └─ r2 ─┘
 *
 * Where a stream has neither START nor END within reach, its lines stand alone: there a stream may hold several executions at once.
 */
import { hash64 } from '#lib/base/hash'
import { spanKey } from '#lib/model/keys'
import type { LinkEvent } from '#lib/model/link-event'
import { inOrder } from './event-view'

/** An execution lasts 15 minutes at most (Lambda's limit); a minute more for what a sandbox flushes late. */
export const REACH_NS = 16n * 60n * 1_000_000_000n

interface Open {
  requestId: string
  groupId: bigint
  sinceNs: bigint
  ended: boolean
}

/** Group of every event of one sandbox stream that names no execution itself: event -> group id. `events` in any order. */
export function assignStream(events: readonly LinkEvent[]): Map<LinkEvent, bigint> {
  const groups = new Map<LinkEvent, bigint>()
  let open = null as Open | null
  /** Before any START, or after INIT: what waits for the next execution. */
  let waiting: LinkEvent[] = []
  /** Behind the end of the open execution: its late lines, unless an execution ends that was not seen to start. */
  let late: LinkEvent[] = []
  const settle = (lines: readonly LinkEvent[], groupId: bigint, atNs: bigint): void => {
    for (const line of lines) groups.set(line, atNs - line.timeNs <= REACH_NS ? groupId : line.id)
  }
  for (const event of [...events].sort(inOrder)) {
    const marker = event.facts?.marker?.type
    if (event.requestId !== null) {
      const groupId = hash64(spanKey.execution(event.requestId))
      if (marker === 'start') {
        settle(waiting, groupId, event.timeNs)
        open = { requestId: event.requestId, groupId, sinceNs: event.timeNs, ended: false }
        waiting = []
        late = []
      } else if (marker !== undefined && event.requestId === open?.requestId) {
        open.ended = true
      } else if (marker !== undefined && (open === null || open.ended || event.timeNs - open.sinceNs > REACH_NS)) {
        settle([...waiting, ...late], groupId, event.timeNs)
        open = { requestId: event.requestId, groupId, sinceNs: event.timeNs, ended: true }
        waiting = []
        late = []
      }
      continue
    }
    // A sandbox that starts (again) closes what was open: what follows belongs to the next START.
    if (marker === 'init') {
      open = null
      late = []
    }
    if (open === null || event.timeNs - open.sinceNs > REACH_NS) waiting.push(event)
    else {
      groups.set(event, open.groupId)
      if (open.ended) late.push(event)
    }
  }
  for (const alone of waiting) groups.set(alone, alone.id)
  return groups
}

/** Lines that continue others (entry.ts) in a log group's stream, as it is stored. Depends on the set of events alone. */
import type { LinkEvent } from '#lib/model/link-event'
import { beginEntry, extendEntry, joins, type Entry } from './entry'
import { inOrder } from './event-view'

/** Group of every line of one stream that continues another: event -> group id, its own id where it continues nothing. In any order. */
export function assignContinuations(events: readonly LinkEvent[]): Map<LinkEvent, bigint> {
  const groups = new Map<LinkEvent, bigint>()
  let entry: Entry | null = null
  for (const event of [...events].sort(headsFirst)) {
    const line = { timeNs: event.timeNs, untimed: false, severity: event.severity, facts: event.facts }
    if (!isContinuation(event)) {
      entry = beginEntry(line, event.groupId)
    } else if (entry !== null && entry.groupId !== null && joins(line, entry)) {
      groups.set(event, entry.groupId)
      extendEntry(entry, line)
    } else {
      groups.set(event, event.id)
      entry = beginEntry(line, event.id)
    }
  }
  return groups
}

/** True where the neighbours tell which span the line belongs to. */
export function isContinuation({ requestId, facts }: Pick<LinkEvent, 'requestId' | 'facts'>): boolean {
  return facts?.continues !== undefined && requestId === null && facts.own === undefined
}

/** Of lines of one time whose order nobody kept come the heads first, the worst of them last, and then what continues, openers first. */
function headsFirst(a: LinkEvent, b: LinkEvent): number {
  if (a.timeNs === b.timeNs && (a.sourceEventId === null || b.sourceEventId === null)) {
    const [x, y] = [isContinuation(a), isContinuation(b)]
    if (x !== y) return x ? 1 : -1
    if (!x && a.severity !== b.severity) return a.severity - b.severity
    if (a.facts?.opens !== b.facts?.opens) return a.facts?.opens === undefined ? 1 : -1
  }
  return inOrder(a, b)
}

/**
 * An entry of a log: a line and those that go on with it (a stack trace, PostgreSQL's DETAIL, a part of a line that docker cut), so that
 * no frame of a trace becomes a transaction of its own. Each line stays an event: joining is a view.
 *
 *   ERROR no seat                        head
 *   Traceback (most recent call last):   continues an error, opens a trace      ┐
 *     File "cart.py", line 7             continues any                          │ the head's group
 *   KeyError: 'seat'                     continues a trace, which ends with it  ┘
 *
 * What a line continues and opens, its text tells (lib/parse/continuation.ts). Who its neighbours are, one of two tells:
 *   continuation.ts     a log group's stream, stored: time and CloudWatch's own order; any order of arrival gives the same groups
 *   delivery-order.ts   a delivery without log groups (a file, an array of the Telemetry API): its own order, which is nowhere else
 */
import type { EventFacts } from '#lib/model/event'

const ERROR_SEVERITY = 17
/** Lines of one entry are written at once; a collector may stamp each when it reads it. */
const GAP_NS = 1_000_000_000n
/** How far an entry's last line may be from its first. */
export const ENTRY_NS = 5n * GAP_NS

export interface Entry {
  groupId: bigint | null
  firstNs: bigint
  lastNs: bigint
  severity: number
  opens: EventFacts['opens']
  /** What it opened is closed: the exception of a trace is named, java.util.logging's header has its message. */
  ended: boolean
  /** The last line was a part of one, and the next one is its rest. */
  part: boolean
}

export interface EntryLine {
  timeNs: bigint
  /** A line without a time of its own is where it stands. */
  untimed: boolean
  severity: number
  facts: EventFacts | null
}

export function joins(line: EntryLine, entry: Entry): boolean {
  if (!line.untimed && (line.timeNs - entry.lastNs > GAP_NS || line.timeNs - entry.firstNs > ENTRY_NS)) return false
  if (entry.part) return true
  const continues = line.facts?.continues
  if (continues === 'any') return true
  if (continues === 'error') return entry.severity >= ERROR_SEVERITY && !entry.ended
  if (continues !== undefined) return continues === entry.opens
  // The words behind java.util.logging's header, the statement behind a slow log's comments: lines like any other but for their place.
  return line.untimed && line.facts?.opens === undefined && (entry.opens === 'slow' || (entry.opens === 'jul' && !entry.ended))
}

export function beginEntry({ facts, timeNs, severity }: EntryLine, groupId: bigint | null): Entry {
  return { groupId, firstNs: timeNs, lastNs: timeNs, severity, opens: facts?.opens, ended: false, part: facts?.part?.more === true }
}

export function extendEntry(entry: Entry, { facts, timeNs, severity }: EntryLine): void {
  entry.lastNs = timeNs
  entry.opens = facts?.opens ?? entry.opens
  entry.ended = entry.opens === 'jul' || (facts?.continues === 'trace' && severity >= ERROR_SEVERITY)
  entry.part = facts?.part?.more === true
}

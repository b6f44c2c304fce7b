/**
 * Which lines of a transaction are read as one entry: a stack trace under its error, the parts that a container runtime cut a line into.
 * A view only: linking has put such lines into one span already (lib/link/entry.ts), each stays an event with its raw text.
 *
 *   span s, stream x   ERROR no seat                       begins an entry
 *                      Traceback (most recent call last):    goes on with it
 *                        File "cart.py", line 7              goes on with it
 *   span s, stream y   INFO  reserved                      begins an entry: another writer
 */
import type { EventFacts } from '#lib/model/event'

export interface SpanLine {
  id: string
  timeNs: bigint
  sourceEventId: string | null
  severity: number
  spanId: string | null
  /** Who wrote it: source, stream, and the container's stdout or stderr. */
  writer: string
  facts: Pick<EventFacts, 'continues' | 'opens' | 'part'> | null
}

export interface Entries<Line> {
  /** In order of time; of one time as CloudWatch numbers them, and what continues behind what it may continue. */
  lines: Line[]
  /** Line -> the first line of its entry, for those that continue one. */
  continues: Map<string, string>
}

const ERROR_SEVERITY = 17
/** Lines of one entry are written at once; a collector may stamp each when it reads it. */
const GAP_NS = 1_000_000_000n

interface Open {
  head: string
  lastNs: bigint
  severity: number
  opens: EventFacts['opens']
  /** The last line was a part, and the next one is its rest. */
  cut: boolean
}

/** Deterministic: the order in which the lines are given does not matter. */
export function entriesOf<Line extends SpanLine>(given: readonly Line[]): Entries<Line> {
  const lines = [...given].sort(inOrder)
  const continues = new Map<string, string>()
  const open = new Map<string, Open>()
  for (const line of lines) {
    const { id, facts, timeNs, severity } = line
    const writer = `${line.spanId ?? id}\0${line.writer}`
    const entry = open.get(writer)
    const joined = entry !== undefined && goesOn(line, entry) ? entry : undefined
    if (joined) continues.set(id, joined.head)
    open.set(writer, {
      head: joined?.head ?? id,
      lastNs: timeNs,
      severity: joined?.severity ?? severity,
      opens: facts?.opens ?? joined?.opens,
      cut: facts?.part?.more === true,
    })
  }
  return { lines, continues }
}

function goesOn({ timeNs, facts }: SpanLine, entry: Open): boolean {
  if (timeNs - entry.lastNs > GAP_NS) return false
  if (entry.cut) return true
  const kind = facts?.continues
  if (kind === 'any') return true
  return kind === 'error' ? entry.severity >= ERROR_SEVERITY : kind !== undefined && kind === entry.opens
}

function inOrder(a: SpanLine, b: SpanLine): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1
  const [left, right] = [a.sourceEventId ?? '', b.sourceEventId ?? '']
  if (left !== right) return left.length - right.length || (left < right ? -1 : 1)
  const later = (line: SpanLine) => Number(line.facts?.continues !== undefined)
  return later(a) - later(b) || (a.id < b.id ? -1 : 1)
}

export interface Entry<Event> {
  head: Event
  /** Lines that go on with it, in order. */
  rest: Event[]
}

/** The lines of an answer as entries; one whose first line is not among them stands for itself. */
export function foldLines<Event extends { id: string; continues: string | null }>(events: readonly Event[]): Entry<Event>[] {
  const entries = new Map<string, Entry<Event>>()
  for (const event of events) {
    const entry = event.continues === null ? undefined : entries.get(event.continues)
    if (entry) entry.rest.push(event)
    else entries.set(event.id, { head: event, rest: [] })
  }
  return [...entries.values()]
}

/**
 * What the order of one delivery tells of its lines without a log group, for nothing else keeps it:
 *
 *   which lines are one entry (entry.ts)
 *   which execution a line without an id belongs to, in an array of the Telemetry API or a file of Lambda's own lines:
 *     platform.start r1   function …   function …   platform.runtimeDone r1
 *                         └── belong to r1 ──┘
 *   where a line without a time stands among its neighbours
 *
 * A delivery of one sandbox runs one execution at a time. Where a second one starts before the first has ended, several were mixed, and
 * from there on the order tells nothing of executions. Ignores: what a delivery that was cut in two had in its other half.
 */
import { hash64 } from '#lib/base/hash'
import { channelOf } from '#lib/model/channel'
import type { EventFacts, ParsedEvent } from '#lib/model/event'
import { spanKey } from '#lib/model/keys'
import { beginEntry, extendEntry, joins, type Entry } from './entry'
import { REACH_NS } from './stream'

interface Run {
  /** Of the execution that is open; null between two. */
  requestId: string | null
  sinceNs: bigint
  mixed: boolean
}

/** Streams remembered at once; a delivery rarely has more than one. */
const STREAMS_MAX = 1_000

export class DeliveryOrder {
  private readonly entries = new Map<string, Entry>()
  private readonly runs = new Map<bigint, Run>()
  private lastUntimedNs = 0n

  /**
   * The group that its place gives the event, or else `own`. Events are given one after another, as they came. One without a time is put
   * behind the line that it continues, or by a nanosecond behind the last one without a time.
   */
  place(event: ParsedEvent, streamId: bigint, own: bigint | null): bigint | null {
    const { record } = event
    if (record.form !== 'log' || record.logGroup !== undefined || record.format !== undefined) return own
    const channel = `${streamId}/${channelOf(event)}`
    const entry = this.entries.get(channel)
    const nameless = event.requestId === undefined && event.facts?.own === undefined && event.facts?.marker === undefined
    const joined = entry !== undefined && nameless && joins(event, entry) ? entry : undefined
    if (event.untimed) this.keepPlace(event, joined)
    const groupId = joined?.groupId ?? this.runGroup(event, streamId, nameless) ?? own
    if (joined !== undefined) extendEntry(joined, event)
    else {
      if (this.entries.size >= STREAMS_MAX) this.entries.clear()
      this.entries.set(channel, beginEntry(event, groupId))
    }
    event.facts = withoutMarks(event.facts)
    return groupId
  }

  private keepPlace(event: ParsedEvent, joined: Entry | undefined): void {
    if (joined !== undefined) event.timeNs = joined.lastNs + 1n
    else if (event.timeNs <= this.lastUntimedNs) event.timeNs = this.lastUntimedNs + 1n
    if (event.timeNs > this.lastUntimedNs && (joined === undefined || joined.lastNs === this.lastUntimedNs)) this.lastUntimedNs = event.timeNs
  }

  private runGroup(event: ParsedEvent, streamId: bigint, nameless: boolean): bigint | undefined {
    const run = this.runs.get(streamId)
    const marker = event.facts?.marker?.type
    if (marker === 'start' && event.requestId !== undefined) {
      const mixed = run?.mixed === true || (run?.requestId !== undefined && run.requestId !== null && run.requestId !== event.requestId)
      if (this.runs.size >= STREAMS_MAX) this.runs.clear()
      this.runs.set(streamId, { requestId: event.requestId, sinceNs: event.timeNs, mixed })
    } else if (run !== undefined && marker !== undefined && event.requestId === run.requestId) {
      run.requestId = null
    } else if (run !== undefined && nameless && run.requestId !== null && !run.mixed && (event.untimed || event.timeNs - run.sinceNs <= REACH_NS)) {
      return hash64(spanKey.execution(run.requestId))
    }
    return undefined
  }
}

/** Decided once and for all: there is no order to look at later. */
function withoutMarks(facts: EventFacts | null): EventFacts | null {
  if (facts === null || (facts.continues === undefined && facts.opens === undefined && facts.part === undefined)) return facts
  const { continues: _continues, opens: _opens, part: _part, ...rest } = facts
  return Object.keys(rest).length > 0 ? rest : null
}

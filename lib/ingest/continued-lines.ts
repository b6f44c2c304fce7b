/** Lines in log groups' streams that continue others (lib/link/continuation.ts): which span they belong to, also anew for older ones around fresh lines. */
import type { PoolClient } from 'pg'
import { groupBy } from '#lib/base/group'
import { assignContinuations, isContinuation } from '#lib/link/continuation'
import { ENTRY_NS } from '#lib/link/entry'
import type { LinkEvent } from '#lib/model/link-event'
import { eventsNear, streamsWithContinuations } from '#lib/store/link-queue'

/** The events whose group changed (with the new group set), and the groups that lost one. */
export async function continuedLines(client: PoolClient, fresh: readonly LinkEvent[]): Promise<{ events: LinkEvent[]; left: Set<bigint> }> {
  const events: LinkEvent[] = []
  const left = new Set<bigint>()
  // Sandboxes' lines belong to executions, whatever they look like (lib/link/stream.ts).
  const streams = groupBy(
    fresh.filter((event) => !event.sandbox && event.form === 'log'),
    (event) => event.streamId,
  )
  for (const streamId of await continuing(client, streams)) {
    const { low, high } = rangeOf(streams.get(streamId) ?? [])
    for (const [event, groupId] of assignContinuations(await eventsNear(client, streamId, low - 2n * ENTRY_NS, high + 2n * ENTRY_NS))) {
      // At the edges an entry's first line may lie outside.
      if (event.groupId === groupId || event.timeNs < low - ENTRY_NS || event.timeNs > high + ENTRY_NS) continue
      if (event.groupId !== null) left.add(event.groupId)
      events.push({ ...event, groupId, spanId: null })
    }
  }
  return { events, left }
}

/** Of the streams, those with such lines, fresh or around fresh ones: a line that comes late may be what an older one continues. */
async function continuing(client: PoolClient, streams: Map<bigint, LinkEvent[]>): Promise<Set<bigint>> {
  const found = new Set<bigint>()
  const unsure = new Map<bigint, LinkEvent[]>()
  for (const [streamId, lines] of streams) {
    if (lines.some(isContinuation)) found.add(streamId)
    else unsure.set(streamId, lines)
  }
  if (unsure.size === 0) return found
  const { low, high } = rangeOf([...unsure.values()].flat())
  for (const streamId of await streamsWithContinuations(client, [...unsure.keys()], low - ENTRY_NS, high + ENTRY_NS)) found.add(streamId)
  return found
}

function rangeOf(events: readonly LinkEvent[]): { low: bigint; high: bigint } {
  const low = events.reduce((a, { timeNs }) => (timeNs < a ? timeNs : a), events[0]?.timeNs ?? 0n)
  return { low, high: events.reduce((a, { timeNs }) => (timeNs > a ? timeNs : a), low) }
}

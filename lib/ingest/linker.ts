/**
 * One round of linking: new events -> their groups -> spans and refs -> links -> transactions, in one database transaction together
 * with the mark on the batches, so that a kill at any moment leaves either all of it or nothing.
 * Everything that a round touches is computed anew from what is stored, never added up: hence the order of arrival does not matter.
 */
import type { Pool, PoolClient } from 'pg'
import { groupBy, pushTo } from '#lib/base/group'
import { arrayText } from '#lib/db/arrays'
import { inTransaction } from '#lib/db/pool'
import { assembleGroup, mergeSpans } from '#lib/link/assemble'
import type { LinkEvent } from '#lib/model/link-event'
import { assignStream, REACH_NS } from '#lib/link/stream'
import type { Span, SpanRef } from '#lib/model/span'
import { assignEvents, eventsOfBatches, eventsOfGroups, eventsOfStream, markLinked, nextBatches } from '#lib/store/link-queue'
import { noteLinked } from '#lib/store/linking'
import { addRefs, deleteSpans, loadSpans, loadSpansOfGroups, replaceSpans } from '#lib/store/spans'
import { continuedLines } from './continued-lines'
import { relink } from './relink'
import { awaitedByStored } from './unproven'

/** A round's size: enough that its fixed cost (a dozen queries) disappears, little enough for some 60 MB. */
const ROUND_EVENTS = 20_000
const ROUND_BATCHES = 64
/** How far apart the events of one RequestId may lie: asynchronous retries go on for 6 hours, redeliveries for days. */
export const GROUP_REACH_NS = 7n * 86_400n * 1_000_000_000n
/** Advisory lock of the linker: two at once would compute from each other's unfinished work. */
export const LINKER_LOCK = 0x5eed_0002

/** Links the oldest batches that wait. Returns how many events that were; 0 when none waits. One round at a time, whoever runs them. */
export async function linkRound(pool: Pool): Promise<number> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LINKER_LOCK])
    // Every look-up here is by key. Before the first statistics a planner takes growing tables for small ones and reads them whole
    // (measured: rounds went from 0.7 s to 6 s within one import).
    await client.query('set local enable_seqscan = off')
    const batches = await nextBatches(client, ROUND_EVENTS, ROUND_BATCHES)
    if (batches.length === 0) return 0
    const events = await eventsOfBatches(client, batches)
    const touched = await assembleTouched(client, events)
    await relink(client, touched, countByTime(events))
    await markLinked(client, batches)
    await noteLinked(client, {
      events: events.length,
      segments: events.filter((event) => event.form === 'segment').length,
      newestNs: events.reduce((newest, event) => (event.timeNs > newest ? event.timeNs : newest), batches[0]?.maxNs ?? 0n),
    })
    return batches.reduce((sum, batch) => sum + batch.events, 0)
  })
}

function countByTime(events: readonly LinkEvent[]): Map<bigint, number> {
  const counts = new Map<bigint, number>()
  for (const { timeNs } of events) counts.set(timeNs, (counts.get(timeNs) ?? 0) + 1)
  return counts
}

export interface Touched {
  /** Spans that were written, by id. */
  spans: Map<bigint, Span>
  /** Their refs, complete. */
  refs: SpanRef[]
  /** Join hashes of refs that are gone. */
  goneJoins: Set<bigint>
  /** Spans that exist no more. */
  gone: bigint[]
  /** Spans that were there before. */
  known: Set<bigint>
  /** Spans at the other end of links that went with a span. */
  parted: Set<bigint>
}

async function assembleTouched(client: PoolClient, fresh: LinkEvent[]): Promise<Touched> {
  const moved = await moveInStreams(client, fresh)
  const continued = await continuedLines(client, fresh)
  const touched = [...fresh, ...moved.events, ...continued.events]
  const times = touched.map((event) => event.timeNs)
  const low = times.reduce((a, b) => (a < b ? a : b), times[0] ?? 0n)
  const high = times.reduce((a, b) => (a > b ? a : b), low)
  return assembleGroups(client, touched, new Set([...moved.left, ...continued.left]), { low, high })
}

/** Builds anew the groups of these events and those that lost an event. `range` holds the times of all events that came or went. */
export async function assembleGroups(client: PoolClient, touched: LinkEvent[], left: Set<bigint>, range: { low: bigint; high: bigint }): Promise<Touched> {
  const { groups, known } = await completeGroups(client, touched, left, range)

  const built = new Map<bigint, Span>()
  const refs: SpanRef[] = []
  const contributed: Span[] = []
  const assigned: { timeNs: bigint; id: bigint; groupId: bigint; spanId: bigint }[] = []
  for (const [groupId, members] of groups) {
    if (members.length === 0) continue
    const assembly = assembleGroup(groupId, members)
    for (const span of assembly.spans) built.set(span.id, span)
    contributed.push(...assembly.contributed)
    refs.push(...assembly.refs)
    for (const [event, spanId] of assembly.spanOf) assigned.push({ timeNs: event.timeNs, id: event.id, groupId, spanId })
  }
  await assignEvents(client, assigned)

  const gone = known.filter((span) => !built.has(span.id)).map((span) => span.id)
  // An execution is what its own events say, and so is what lost a line: refs are written anew. Other spans may be spoken of by events of other groups.
  const anew = known.filter((span) => built.get(span.id)?.form === 'execution' || (left.has(span.groupId) && built.has(span.id))).map((span) => span.id)
  const goneJoins = await dropRefs(client, [...gone, ...anew])
  for (const join of await awaitedByStored(client, gone)) goneJoins.add(join)
  const parted = await deleteSpans(client, gone)
  const knownIds = new Set(known.map((span) => span.id))
  const spans = await mergeStatements(client, { built, contributed, left }, knownIds)
  await replaceSpans(client, [...spans.values()])
  await addRefs(client, refs)
  return { spans, refs, goneJoins, gone, known: knownIds, parted }
}

/**
 * Lines without an id in sandbox streams: finds their execution, also anew for older lines around the fresh ones.
 * Returns the events whose group changed (with the new group set) and the groups that lost one.
 */
async function moveInStreams(client: PoolClient, fresh: LinkEvent[]): Promise<{ events: LinkEvent[]; left: Set<bigint> }> {
  const events: LinkEvent[] = []
  const left = new Set<bigint>()
  const relevant = fresh.filter((event) => event.sandbox && (event.requestId === null || event.facts?.marker !== undefined))
  for (const [streamId, lines] of groupBy(relevant, (event) => event.streamId)) {
    const times = lines.map((line) => line.timeNs)
    const low = times.reduce((a, b) => (a < b ? a : b))
    const high = times.reduce((a, b) => (a > b ? a : b))
    const around = await eventsOfStream(client, streamId, low, high, REACH_NS)
    for (const [event, groupId] of assignStream(around)) {
      if (event.groupId === groupId) continue
      if (event.groupId !== null) left.add(event.groupId)
      events.push({ ...event, groupId, spanId: null })
    }
  }
  return { events, left }
}

/** Every event of every group that was touched, and the spans that these groups had. Groups never seen before are complete as they come. */
async function completeGroups(
  client: PoolClient,
  touched: LinkEvent[],
  left: Set<bigint>,
  { low, high }: { low: bigint; high: bigint },
): Promise<{ groups: Map<bigint, LinkEvent[]>; known: { id: bigint; groupId: bigint }[] }> {
  const latest = new Map<string, LinkEvent>()
  for (const event of touched) latest.set(`${event.timeNs}/${event.id}`, event)
  const ids = new Set(left)
  for (const event of latest.values()) if (event.groupId !== null) ids.add(event.groupId)
  const known = await loadSpansOfGroups(client, [...ids])
  const old = [...new Set([...known.map((span) => span.groupId), ...left])]
  for (const event of await eventsOfGroups(client, old, low - GROUP_REACH_NS, high + GROUP_REACH_NS)) {
    const key = `${event.timeNs}/${event.id}`
    if (!latest.has(key)) latest.set(key, event)
  }
  const groups = new Map<bigint, LinkEvent[]>([...left].map((id) => [id, []]))
  for (const event of latest.values()) if (event.groupId !== null) pushTo(groups, event.groupId, event)
  return { groups, known }
}

/** Removes the refs of spans that are built anew, and tells which ids they held. */
export async function dropRefs(client: PoolClient, spans: bigint[]): Promise<Set<bigint>> {
  if (spans.length === 0) return new Set()
  const { rows } = await client.query<{ join_hash: bigint }>('delete from span_ref where span_id = any($1) returning join_hash', [arrayText(spans)])
  return new Set(rows.map((row) => row.join_hash))
}

interface Statements {
  built: Map<bigint, Span>
  contributed: Span[]
  /** Groups that lost an event: what is stored of them still counts it. */
  left: ReadonlySet<bigint>
}

/** Statements of several events about one span, merged with what is stored. Adds the stored ones to `known`. */
async function mergeStatements(client: PoolClient, { built, contributed, left }: Statements, known: Set<bigint>): Promise<Map<bigint, Span>> {
  const spans = new Map([...built].filter(([, span]) => span.form === 'execution'))
  const statements = groupBy([...contributed, ...[...built.values()].filter((span) => span.form !== 'execution')], (span) => span.id)
  const stored = await loadSpans(client, [...statements.keys()])
  for (const id of stored.keys()) known.add(id)
  for (const [id, said] of statements) {
    const before = spans.get(id) ?? (left.has(id) ? undefined : stored.get(id))
    spans.set(id, (before ? [...said, before] : said).reduce(mergeSpans))
  }
  return spans
}

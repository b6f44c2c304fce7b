/** The linker's queue of batches, and its reads and writes of events. */
import { arrayText } from '#lib/db/arrays'
import type { PoolClient } from 'pg'
import type { LinkEvent } from '#lib/model/link-event'
import type { EventFacts, SpanFact } from '#lib/model/event'

export interface QueuedBatch {
  id: bigint
  minNs: bigint
  maxNs: bigint
  events: number
}

/** The oldest batches not yet linked, together at most about `maxEvents` events and `maxBatches` batches. */
export async function nextBatches(client: PoolClient, maxEvents: number, maxBatches: number): Promise<QueuedBatch[]> {
  const { rows } = await client.query<{ id: bigint; min_ns: bigint; max_ns: bigint; events: number }>(
    'select id, min_ns, max_ns, events from ingest_batch where linked_at is null order by id limit $1',
    [maxBatches],
  )
  const batches: QueuedBatch[] = []
  let sum = 0
  for (const row of rows) {
    if (batches.length > 0 && sum + row.events > maxEvents) break
    sum += row.events
    batches.push({ id: row.id, minNs: row.min_ns, maxNs: row.max_ns, events: row.events })
  }
  return batches
}

export async function markLinked(client: PoolClient, batches: readonly QueuedBatch[]): Promise<void> {
  await client.query('update ingest_batch set linked_at = now() where id = any($1)', [arrayText(batches.map((batch) => batch.id))])
}

interface EventRow {
  time_ns: bigint
  id: bigint
  stream_id: bigint
  service_id: bigint
  group_id: bigint | null
  span_id: bigint | null
  severity: number
  form: number
  request_id: string | null
  trace_id: string | null
  source_event_id: string | null
  sandbox: boolean
  facts: EventFacts | null
}

const SELECT = `select e.time_ns, e.id, e.stream_id, e.service_id, e.group_id, e.span_id, e.severity, e.form, e.request_id, e.trace_id,
  e.source_event_id, s.sandbox, e.facts from event e join log_stream s on s.id = e.stream_id`

function toEvent(row: EventRow): LinkEvent {
  return {
    timeNs: row.time_ns,
    id: row.id,
    streamId: row.stream_id,
    serviceId: row.service_id,
    groupId: row.group_id,
    spanId: row.span_id,
    severity: row.severity,
    form: row.form === 0 ? 'log' : 'segment',
    requestId: row.request_id,
    traceId: row.trace_id,
    sourceEventId: row.source_event_id,
    sandbox: row.sandbox,
    facts: row.facts && reviveFacts(row.facts),
  }
}

/** Times in stored facts are decimal strings. */
function reviveFacts(facts: EventFacts): EventFacts {
  if (!facts.own && !facts.more) return facts
  const revive = (fact: SpanFact): SpanFact => ({
    ...fact,
    startNs: fact.startNs === null ? null : BigInt(fact.startNs),
    endNs: fact.endNs === null ? null : BigInt(fact.endNs),
  })
  return { ...facts, ...(facts.own && { own: revive(facts.own) }), ...(facts.more && { more: facts.more.map(revive) }) }
}

/** The events of the given batches (index: event_batch). */
export async function eventsOfBatches(client: PoolClient, batches: readonly QueuedBatch[]): Promise<LinkEvent[]> {
  const low = batches.reduce((a, batch) => (batch.minNs < a ? batch.minNs : a), batches[0]?.minNs ?? 0n)
  const high = batches.reduce((a, batch) => (batch.maxNs > a ? batch.maxNs : a), low)
  const { rows } = await client.query<EventRow>(`${SELECT} where e.batch_id = any($1) and e.time_ns between $2 and $3`, [
    arrayText(batches.map((batch) => batch.id)),
    low,
    high,
  ])
  return rows.map(toEvent)
}

/** Every event of these groups between two times (index: event_group). */
export async function eventsOfGroups(client: PoolClient, groups: readonly bigint[], fromNs: bigint, toNs: bigint): Promise<LinkEvent[]> {
  if (groups.length === 0) return []
  const { rows } = await client.query<EventRow>(`${SELECT} where e.group_id = any($1) and e.time_ns between $2 and $3`, [arrayText(groups), fromNs, toNs])
  return rows.map(toEvent)
}

/**
 * The part of a sandbox's stream that decides about the lines between two times: from the START before to the START after
 * (index: event_stream). The one before is looked for twice as far: lines that wait for a START at `fromNs` may have one of their own before them.
 */
export async function eventsOfStream(client: PoolClient, streamId: bigint, fromNs: bigint, toNs: bigint, reachNs: bigint): Promise<LinkEvent[]> {
  const start = `facts->'marker'->>'type' = 'start'`
  const { rows } = await client.query<EventRow>(
    `with bounds as (select
       coalesce((select max(time_ns) from event where stream_id = $1 and facts is not null and ${start} and time_ns < $2 and time_ns >= $2 - 2 * $4::bigint), $2 - $4::bigint) as low,
       coalesce((select min(time_ns) from event where stream_id = $1 and facts is not null and ${start} and time_ns > $3 and time_ns <= $3 + $4::bigint), $3 + $4::bigint) as high)
     ${SELECT} where e.stream_id = $1 and (e.request_id is null or e.facts is not null)
       and e.time_ns >= (select low from bounds) and e.time_ns <= (select high from bounds)`,
    [streamId, fromNs, toNs, reachNs],
  )
  return rows.map(toEvent)
}

/** Of these streams, those with a line between two times that continues another (index: event_continues). */
export async function streamsWithContinuations(client: PoolClient, streams: readonly bigint[], fromNs: bigint, toNs: bigint): Promise<bigint[]> {
  const { rows } = await client.query<{ stream_id: bigint }>(
    `select distinct stream_id from event where stream_id = any($1) and time_ns between $2 and $3 and facts ? 'continues'`,
    [arrayText(streams), fromNs, toNs],
  )
  return rows.map((row) => row.stream_id)
}

/** The events of a stream between two times that name no execution, or have facts (index: event_stream). */
export async function eventsNear(client: PoolClient, streamId: bigint, fromNs: bigint, toNs: bigint): Promise<LinkEvent[]> {
  const { rows } = await client.query<EventRow>(
    `${SELECT} where e.stream_id = $1 and e.time_ns between $2 and $3 and (e.request_id is null or e.facts is not null)`,
    [streamId, fromNs, toNs],
  )
  return rows.map(toEvent)
}

/** Writes which group and span events belong to. */
export async function assignEvents(client: PoolClient, events: readonly { timeNs: bigint; id: bigint; groupId: bigint; spanId: bigint }[]): Promise<void> {
  if (events.length === 0) return
  const times = events.map((event) => event.timeNs)
  await client.query(
    `update event set group_id = a.group_id, span_id = a.span_id
     from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as a (time_ns, id, group_id, span_id)
     where event.time_ns = a.time_ns and event.id = a.id and event.time_ns between $5 and $6`,
    [
      arrayText(times),
      arrayText(events.map((event) => event.id)),
      arrayText(events.map((event) => event.groupId)),
      arrayText(events.map((event) => event.spanId)),
      times.reduce((a, b) => (a < b ? a : b)),
      times.reduce((a, b) => (a > b ? a : b)),
    ],
  )
}

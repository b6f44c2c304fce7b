/**
 * Writes one batch of events in one transaction, each event once by its identity (time_ns, id).
 * The batch is probed against the unique index first and only new rows are copied: measured faster than a stage table with
 * `on conflict`, which writes every row twice. Two deliveries of the same events at once meet at the unique index; the loser
 * rolls back, probes again and finds them stored.
 */
import { arrayText } from '#lib/db/arrays'
import type { Pool, PoolClient } from 'pg'
import { copyBinary, type CopyWriter } from '#lib/db/copy'
import { inTransaction } from '#lib/db/pool'
import { remember, writeDictionary } from './dictionary'
import { BATCH_AT, COPY_EVENTS, TIME_AT } from './event-encoding'
import { ensurePartitions, weekOf } from './partitions'
import type { Batch, BatchResult, Dictionary, PendingEvent } from './rows'

/** Unique violation, deadlock, missing partition (dropped or not yet made): all end well when tried again. */
const RETRYABLE = new Set(['23505', '40P01', '40001', '23514'])
const MAX_TRIES = 6

/** Work in the transaction of a batch, after its rows; `fresh` are the events that were not stored before. */
export type Alongside = (client: PoolClient, fresh: readonly PendingEvent[], result: BatchResult) => Promise<void>

export class EventStore {
  private readonly weeks = new Set<number>()
  private readonly known = new Set<bigint>()
  private epoch = 0n

  constructor(private readonly pool: Pool) {}

  /** Stores what is new of the batch. Rejects with the database's error when the batch can't be stored now; nothing of it is kept then. */
  async write(batch: Batch, dictionary: Dictionary, alongside?: Alongside): Promise<BatchResult> {
    const events = distinct(batch.events)
    for (let tries = 1; ; tries++) {
      try {
        await this.makePartitions(events)
        const result = await inTransaction(this.pool, (client) => this.writeOnce(client, batch, { events, dictionary, alongside }))
        remember(dictionary, this.known)
        return result
      } catch (error) {
        const code = (error as { code?: string }).code ?? ''
        if (!RETRYABLE.has(code) || tries === MAX_TRIES) throw error
        if (code === '23514') this.weeks.clear()
      }
    }
  }

  private async makePartitions(events: PendingEvent[]): Promise<void> {
    const missing = new Set<number>()
    for (const event of events) {
      const week = weekOf(event.timeNs)
      if (!this.weeks.has(week)) missing.add(week)
    }
    if (missing.size === 0) return
    await ensurePartitions(this.pool, missing)
    for (const week of missing) this.weeks.add(week)
  }

  private async writeOnce(
    client: PoolClient,
    batch: Batch,
    { events, dictionary, alongside }: { events: PendingEvent[]; dictionary: Dictionary; alongside: Alongside | undefined },
  ): Promise<BatchResult> {
    await this.holdDictionary(client)
    const fresh = await withoutStored(client, await withFirstTimes(client, events, batch.receivedNs))
    await writeDictionary(client, dictionary, this.known)
    if (fresh.length > 0) {
      const batchId = await writeBatchRow(client, batch, fresh)
      await copyBinary(client, COPY_EVENTS, finish(batch.writer, fresh, batchId))
    }
    await writeQuarantine(client, batch)
    const result: BatchResult = {
      stored: fresh.length,
      duplicate: batch.events.length - fresh.length,
      quarantined: batch.quarantined.length,
      rejected: batch.rejected,
    }
    await countSources(client, batch, fresh)
    await alongside?.(client, fresh, result)
    await client.query('notify specter_ingest')
    return result
  }

  /** Until the commit nothing is deleted from the dictionary; what was deleted before is forgotten here too. */
  private async holdDictionary(client: PoolClient): Promise<void> {
    const { rows } = await client.query<{ epoch: bigint }>('select epoch from dictionary_epoch for share')
    const epoch = rows[0]?.epoch ?? 0n
    if (epoch === this.epoch) return
    this.known.clear()
    this.epoch = epoch
  }
}

function keyOf(timeNs: bigint, id: bigint): string {
  return `${timeNs}/${id}`
}

/** The batch without repeats of the same identity. */
function distinct(events: PendingEvent[]): PendingEvent[] {
  const seen = new Set<string>()
  return events.filter((event) => {
    const key = event.untimed ? `untimed/${event.id}` : keyOf(event.timeNs, event.id)
    return seen.has(key) ? false : Boolean(seen.add(key))
  })
}

/** Gives lines without a time the time that their first copy got, remembered for 7 days. */
async function withFirstTimes(client: PoolClient, events: PendingEvent[], receivedNs: bigint): Promise<PendingEvent[]> {
  const untimed = events.filter((event) => event.untimed)
  if (untimed.length === 0) return events
  const { rows } = await client.query<{ hash: bigint; time_ns: bigint }>(
    `insert into untimed_identity (hash, time_ns, seen_ns)
     select hash, time_ns, $3 from unnest($1::bigint[], $2::bigint[]) as line (hash, time_ns) order by hash
     on conflict (hash) do update set seen_ns = excluded.seen_ns
     returning hash, time_ns`,
    [arrayText(untimed.map((event) => event.id)), arrayText(untimed.map((event) => event.timeNs)), receivedNs],
  )
  const times = new Map(rows.map((row) => [row.hash, row.time_ns]))
  return events.map((event) => {
    const timeNs = event.untimed ? times.get(event.id) : undefined
    return timeNs === undefined || timeNs === event.timeNs ? event : { ...event, timeNs }
  })
}

/** Probes the unique index (event_key of each partition). */
async function withoutStored(client: PoolClient, events: PendingEvent[]): Promise<PendingEvent[]> {
  if (events.length === 0) return events
  const times = events.map((event) => event.timeNs)
  const low = times.reduce((a, b) => (a < b ? a : b))
  const high = times.reduce((a, b) => (a > b ? a : b))
  const { rows } = await client.query<{ time_ns: bigint; id: bigint }>(
    `select event.time_ns, event.id from unnest($1::bigint[], $2::bigint[]) as new (time_ns, id)
     join event on event.time_ns = new.time_ns and event.id = new.id
     where event.time_ns between $3 and $4`,
    [arrayText(times), arrayText(events.map((event) => event.id)), low, high],
  )
  if (rows.length === 0) return events
  const stored = new Set(rows.map((row) => keyOf(row.time_ns, row.id)))
  return events.filter((event) => !stored.has(keyOf(event.timeNs, event.id)))
}

async function writeBatchRow(client: PoolClient, batch: Batch, fresh: PendingEvent[]): Promise<bigint> {
  const times = fresh.map((event) => event.timeNs)
  const { rows } = await client.query<{ id: bigint }>(
    `insert into ingest_batch (id, source_id, min_ns, max_ns, events, received_ns)
     values (nextval('ingest_batch_id'), $1, $2, $3, $4, $5) returning id`,
    [batch.sourceId, times.reduce((a, b) => (a < b ? a : b)), times.reduce((a, b) => (a > b ? a : b)), fresh.length, batch.receivedNs],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('ingest_batch gave no id')
  return id
}

/** The stream of the fresh rows, with the batch's id and the times that were found put in. */
function finish(writer: CopyWriter, fresh: PendingEvent[], batchId: bigint): Buffer {
  for (const { start, end, timeNs, untimed } of fresh) {
    const row = writer.slice(start, end)
    row.writeBigInt64BE(batchId, BATCH_AT)
    if (untimed) row.writeBigInt64BE(timeNs, TIME_AT)
  }
  return writer.finishWith(fresh)
}

async function writeQuarantine(client: PoolClient, batch: Batch): Promise<void> {
  if (batch.quarantined.length === 0) return
  const rows = batch.quarantined
  await client.query(
    `insert into quarantine (id, source_id, received_ns, code, reason, line, bytes)
     select ('x' || substr(encode(sha256(bytes), 'hex'), 1, 16))::bit(64)::bigint, source_id, $1, code, reason, line, bytes
     from unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bytea[]) as refused (source_id, code, reason, line, bytes)
     on conflict do nothing`,
    [
      batch.receivedNs,
      arrayText(rows.map((row) => row.sourceId)),
      rows.map((row) => row.code),
      rows.map((row) => row.reason),
      rows.map((row) => row.line),
      rows.map((row) => Buffer.from(row.bytes)),
    ],
  )
}

interface Count {
  received: number
  stored: number
  quarantined: number
  rejected: number
  first: bigint | null
  last: bigint | null
}

/** Books every record of the batch on its source, so that received = stored + duplicate + quarantined + rejected there too. */
async function countSources(client: PoolClient, batch: Batch, fresh: PendingEvent[]): Promise<void> {
  const counts = new Map<bigint, Count>()
  const of = (id: bigint): Count => {
    const count = counts.get(id) ?? { received: 0, stored: 0, quarantined: 0, rejected: 0, first: null, last: null }
    counts.set(id, count)
    return count
  }
  for (const event of batch.events) of(event.sourceId).received++
  for (const event of fresh) {
    const count = of(event.sourceId)
    count.stored++
    const { timeNs } = event
    if (count.first === null || timeNs < count.first) count.first = timeNs
    if (count.last === null || timeNs > count.last) count.last = timeNs
  }
  for (const row of batch.quarantined) {
    of(row.sourceId).received++
    of(row.sourceId).quarantined++
  }
  of(batch.sourceId).received += batch.rejected
  of(batch.sourceId).rejected += batch.rejected
  const entries = [...counts].filter(([, count]) => count.received > 0)
  await client.query(
    // Locked in the order of ids, since two batches may count the same sources at once.
    `update source set received = source.received + d.received, stored = source.stored + d.stored,
       duplicate = source.duplicate + d.received - d.stored - d.quarantined - d.rejected,
       quarantined = source.quarantined + d.quarantined, rejected = source.rejected + d.rejected,
       first_ns = least(first_ns, d.first), last_ns = greatest(last_ns, d.last), last_received_ns = $1
     from (select * from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
             as d (id, received, stored, quarantined, rejected, first, last)
           join lateral (select 1 from source where source.id = d.id for update) as locked on true) as d
     where source.id = d.id`,
    [
      batch.receivedNs,
      arrayText(entries.map(([id]) => id)),
      entries.map(([, count]) => count.received),
      entries.map(([, count]) => count.stored),
      entries.map(([, count]) => count.quarantined),
      entries.map(([, count]) => count.rejected),
      entries.map(([, count]) => count.first),
      entries.map(([, count]) => count.last),
    ],
  )
}

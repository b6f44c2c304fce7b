/** Takes events out of the store again. Everything derived is the caller's (lib/ingest/remove.ts), in the same transaction. */
import type { PoolClient } from 'pg'
import { arrayText } from '#lib/db/arrays'
import type { EventKey } from '#lib/model/span'
import { forgetLinking } from './linking'

const PIECE = 20_000

/** Notes which events are to go, for the statements below. Returns how many of them are stored. */
export async function markForRemoval(client: PoolClient, keys: readonly EventKey[]): Promise<number> {
  await client.query('create temp table removal (time_ns bigint, id bigint, group_id bigint, source_id bigint, primary key (time_ns, id)) on commit drop')
  for (let at = 0; at < keys.length; at += PIECE) {
    const piece = keys.slice(at, at + PIECE)
    await client.query(
      `insert into removal
       select event.time_ns, event.id, event.group_id, event.source_id from unnest($1::bigint[], $2::bigint[]) as gone (time_ns, id)
       join event on event.time_ns = gone.time_ns and event.id = gone.id
       on conflict do nothing`,
      [arrayText(piece.map((key) => key.timeNs)), arrayText(piece.map((key) => key.id))],
    )
  }
  await client.query('create index on removal (group_id)')
  await client.query('analyze removal')
  const { rows } = await client.query<{ n: bigint }>('select count(*) as n from removal')
  return Number(rows[0]?.n ?? 0n)
}

/** The groups that lose an event, and the times between which they do. */
export async function groupsOfRemoval(client: PoolClient): Promise<{ groups: bigint[]; low: bigint; high: bigint }> {
  const { rows } = await client.query<{ group_id: bigint }>('select distinct group_id from removal where group_id is not null')
  const { rows: ends } = await client.query<{ low: bigint | null; high: bigint | null }>('select min(time_ns) as low, max(time_ns) as high from removal')
  return { groups: rows.map((row) => row.group_id), low: ends[0]?.low ?? 0n, high: ends[0]?.high ?? 0n }
}

/** Spans that are known from others' events only hang together over a few steps: a call in a handler in an invocation. */
const MOST_STEPS = 12

/** Groups of events that may speak of these spans: those reached over links, through spans without events of their own. */
export async function groupsLinkedWith(client: PoolClient, spans: readonly bigint[]): Promise<Set<bigint>> {
  const groups = new Set<bigint>()
  const seen = new Set(spans)
  let front = [...spans]
  for (let step = 0; step < MOST_STEPS && front.length > 0; step++) {
    const { rows } = await client.query<{ id: bigint; group_id: bigint; speaks: boolean }>(
      `select span.id, span.group_id, exists (select 1 from event where event.group_id = span.group_id) as speaks
       from (select cause as id from link where effect = any($1) union select effect from link where cause = any($1)) as near
       join span on span.id = near.id`,
      [arrayText(front)],
    )
    front = []
    for (const row of rows) {
      if (seen.has(row.id)) continue
      seen.add(row.id)
      if (row.speaks) groups.add(row.group_id)
      else front.push(row.id)
    }
  }
  return groups
}

/** Deletes the marked events, and corrects the books of their sources; a source of which nothing is left goes too. */
export async function deleteMarked(client: PoolClient): Promise<void> {
  // Before the books: writers hold this row first too.
  await client.query('update dictionary_epoch set epoch = epoch + 1')
  await client.query('delete from event using removal where event.time_ns = removal.time_ns and event.id = removal.id')
  await client.query(
    `with gone as (select source_id, count(*) as events from removal group by source_id),
          locked as (select source.id from source join gone on gone.source_id = source.id order by source.id for update of source)
     update source set received = received - gone.events, stored = stored - gone.events,
       first_ns = (select min(time_ns) from event where event.source_id = source.id),
       last_ns = (select max(time_ns) from event where event.source_id = source.id)
     from gone, locked where source.id = gone.source_id and locked.id = source.id`,
  )
  await client.query(
    `with gone as (delete from source where id in (select source_id from removal) and stored + quarantined + rejected = 0 returning id)
     delete from log_stream where source_id in (select id from gone)`,
  )
}

/** With the last event goes what was gathered beside the events: an empty store is like a new one. */
export async function clearIfEmpty(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ empty: boolean }>('select not exists (select 1 from event) and not exists (select 1 from source) as empty')
  if (!rows[0]?.empty) return
  for (const table of [
    'log_stream',
    'service',
    'template',
    'field',
    'field_value',
    'former_transaction',
    'ingest_batch',
    'link_cell',
    'link_model',
    'link_history',
  ])
    await client.query(`delete from ${table}`)
  await forgetLinking(client)
}

/** Ids that led to a transaction of spans that are no more lead nowhere. */
export async function forgetTransactions(client: PoolClient, spans: readonly bigint[]): Promise<void> {
  await client.query('delete from former_transaction where root_span = any($1)', [arrayText(spans)])
}

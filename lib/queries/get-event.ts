/** One event with its raw text, its fields, and the transactions that it is part of. */
import { sql } from '#lib/db/sql'
import type { EventDetail } from '#lib/model/api'
import { loadAccessFormats } from './access-formats'
import { EVENT_DETAIL_COLUMNS, EVENT_TABLES, type EventDetailRow, eventIdFromHex, toEventDetail } from './event-items'
import type { Db } from './read'
import { loadServices } from './services'

/** A batch that ten messages share stands in ten transactions; more than this nobody reads. */
const MAX_TRANSACTIONS = 100

/** The stored row of an event; null where there is none. Relies on event_key. */
export async function loadEventRow(db: Db, hex: string): Promise<EventDetailRow | null> {
  const key = eventIdFromHex(hex)
  if (!key) return null
  const [row] = await db.rows<EventDetailRow>(sql`
    select ${EVENT_DETAIL_COLUMNS}
    from ${EVENT_TABLES}
    where e.time_ns = ${key.timeNs} and e.id = ${key.id}`)
  return row ?? null
}

/** Null where there is no event of this id. */
export async function getEvent(db: Db, hex: string): Promise<EventDetail | null> {
  const row = await loadEventRow(db, hex)
  if (!row) return null
  const transactions =
    row.span_id === null
      ? []
      : await db.rows<{ transaction_id: bigint }>(sql`
          select transaction_id from transaction_span where span_id = ${row.span_id} order by transaction_id limit ${MAX_TRANSACTIONS}`)
  return toEventDetail(
    row,
    await loadServices(db),
    transactions.map(({ transaction_id }) => transaction_id),
    await loadAccessFormats(db),
  )
}

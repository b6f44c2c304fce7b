/** Events that match a search, newest first. */
import type { UnixNano } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import type { EventList } from '#lib/model/api'
import { loadComplete, nearestEvents } from './coverage'
import { questionKey, readCursor, writeCursor } from './cursor'
import { EVENT_COLUMNS, EVENT_TABLES, type EventRow, toEventItem } from './event-items'
import type { ListQuestion } from './list-transactions'
import { prepareSearch } from './prepare-search'
import type { Db } from './read'
import { loadServices } from './services'

/** Relies on event_key for the order and the range, on event_terms for a search. */
export async function listEvents(db: Db, question: ListQuestion): Promise<EventList> {
  const key = questionKey(['events', question.q])
  const cursor = question.cursor === undefined ? null : readCursor(question.cursor, key)
  const range = cursor?.range ?? question.range
  const search = await prepareSearch(db, question.q)
  const where = search.where('event', { eventsFromNs: range.fromNs, nowNs: question.nowNs })
  const before = placeBefore(cursor?.place ?? null)
  // The page's keys first: joining and carrying texts through the sort would cost more than the search.
  const rows = await db.rows<EventRow>(sql`
    with page as (
      select e.time_ns, e.id
      from event e
      where e.time_ns >= ${range.fromNs} and e.time_ns < ${range.toNs} and ${before} and ${where}
      order by e.time_ns desc, e.id desc
      limit ${question.limit + 1}
    )
    select ${EVENT_COLUMNS}
    from page
    join (${EVENT_TABLES}) on e.time_ns = page.time_ns and e.id = page.id
    where e.time_ns >= ${range.fromNs} and e.time_ns < ${range.toNs}
    order by e.time_ns desc, e.id desc`)
  const page = rows.slice(0, question.limit)
  const last = page.at(-1)
  const services = await loadServices(db)
  return {
    items: page.map((row) => toEventItem(row, services)),
    nextCursor: rows.length > question.limit && last ? writeCursor({ range, place: { timeNs: last.time_ns, id: last.id } }, key) : null,
    complete: await loadComplete(db, range.toNs, question.nowNs),
    nearest: page.length === 0 && !cursor ? await nearestEvents(db, range, search.where('event', { eventsFromNs: null, nowNs: question.nowNs })) : null,
  }
}

function placeBefore(place: { timeNs: UnixNano; id: bigint } | null) {
  return place ? sql`(e.time_ns, e.id) < (${place.timeNs}, ${place.id})` : sql`true`
}

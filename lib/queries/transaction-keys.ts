/** The keys column of a list: the values that were searched for, else the business keys that the first lines of a transaction name. */
import { sql } from '#lib/db/sql'
import type { TransactionItem } from '#lib/model/api'
import type { Field } from '#lib/model/event'
import type { Db } from './read'
import { EVENT_DETAIL_COLUMNS, EVENT_TABLES, type EventDetailRow, fieldsOf } from './event-items'
import type { TransactionRow } from './transaction-items'

type Keys = TransactionItem['keys']

/** As many as fit beside each other in a row. */
const MAX_KEYS = 3
/** Lines of the root that are read for a row; business keys stand in the request, which is logged first. */
const LINES = 3
const MAX_VALUE_LENGTH = 40

/** What people call the things their business is about. A guess that only chooses what a column shows, nothing is linked by it. */
const BUSINESS = /(?:order|customer|coupon|user|account|trip|cart|payment|booking|ticket|invoice|product|item|tenant|session|job|file)[._-]?(?:id|no|nr|number|code|key|name)?$/i
const TECHNICAL = /^(?:requestId|xray|trace|span|level|timestamp|time|message|logger|function|cold|memory|uuid|arn|version|account(?:Id)?$)/i

/** Keys of each row. With searched values these are enough, and no line is read. Relies on event_group through span. */
export async function loadKeys(db: Db, rows: readonly TransactionRow[], shown: Keys): Promise<Map<bigint, Keys>> {
  if (shown.length >= MAX_KEYS || rows.length === 0) return new Map(rows.map(row => [row.id, shown.slice(0, MAX_KEYS)]))
  const lines = await db.rows<EventDetailRow & { root_span: bigint }>(sql`
    select asked.root_span, line.*
    from unnest(${rows.map(row => row.root_span)}::bigint[]) as asked (root_span)
    join span s on s.id = asked.root_span
    cross join lateral (
      select ${EVENT_DETAIL_COLUMNS}
      from ${EVENT_TABLES}
      where e.group_id = s.group_id and e.form = 0
      order by e.time_ns, e.id
      limit ${LINES}
    ) line`)
  const found = new Map<bigint, Field[]>()
  for (const line of lines) found.set(line.root_span, [...(found.get(line.root_span) ?? []), ...fieldsOf(line)])
  return new Map(rows.map(row => [row.id, chooseKeys(shown, found.get(row.root_span) ?? [])]))
}

/** Searched ones first, then business keys, each name once. */
export function chooseKeys(shown: Keys, fields: readonly Field[]): Keys {
  const keys = [...shown]
  for (const { name, value } of fields) {
    if (keys.length >= MAX_KEYS) break
    const last = name.split('.').at(-1) ?? name
    const telling = BUSINESS.test(last) && !TECHNICAL.test(last) && value.length > 0 && value.length <= MAX_VALUE_LENGTH
    if (telling && !keys.some(key => key.field === name || key.value === value)) keys.push({ field: name, value })
  }
  return keys.slice(0, MAX_KEYS)
}

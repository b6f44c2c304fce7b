/** The keys column of a list: the values that were searched for, else the business keys that the first lines of a transaction name. */
import { groupBy } from '#lib/base/group'
import { sql } from '#lib/db/sql'
import type { TransactionItem } from '#lib/model/api'
import type { Field } from '#lib/model/event'
import type { Db } from './read'
import { loadAccessFormats } from './access-formats'
import { EVENT_DETAIL_COLUMNS, EVENT_TABLES, type EventDetailRow, fieldsOf } from './event-items'
import { membersOf, SOME_MEMBERS, type TransactionRow } from './transaction-items'

type Keys = TransactionItem['keys']

/** As many as fit beside each other in a row. */
const MAX_KEYS = 3
/** Spans with lines, and lines of each but the platform's, that are read for a row: business keys stand in the request, which is logged first. */
const SPANS = 3
const LINES = 2
const MAX_VALUE_LENGTH = 40

/** What people call the things their business is about. A guess that only chooses what a column shows, nothing is linked by it. */
const BUSINESS =
  /(?:order|customer|coupon|user|account|trip|cart|payment|booking|ticket|invoice|product|item|tenant|session|job|file)[._-]?(?:id|no|nr|number|code|key|name)?$/i
const TECHNICAL = /^(?:requestId|xray|trace|span|level|timestamp|time|message|logger|function|cold|memory|uuid|arn|version|account(?:Id)?$)/i

/** Keys of each row. With searched values these are enough, and no line is read. Relies on event_group through the first spans. */
export async function loadKeys(db: Db, rows: readonly TransactionRow[], shown: Keys): Promise<Map<bigint, Keys>> {
  if (shown.length >= MAX_KEYS || rows.length === 0) return new Map(rows.map((row) => [row.id, shown.slice(0, MAX_KEYS)]))
  const lines = await db.rows<EventDetailRow & { transaction_id: bigint }>(sql`
    select asked.id as transaction_id, line.*
    from ${membersOf(rows)}
    cross join lateral (
      select s.id, s.group_id
      from (${SOME_MEMBERS}) member
      join span s on s.id = member.span_id
      where s.event_count > 0
      order by s.start_ns, s.id
      limit ${SPANS}
    ) first
    cross join lateral (
      select ${EVENT_DETAIL_COLUMNS}
      from ${EVENT_TABLES}
      where e.group_id = first.group_id and e.span_id = first.id and e.form = 0 and (e.facts is null or not e.facts ? 'marker')
      order by e.time_ns, e.id
      limit ${LINES}
    ) line
    order by line.time_ns, line.id`)
  const found = groupBy(lines, (line) => line.transaction_id)
  const formats = await loadAccessFormats(db)
  return new Map(
    rows.map((row) => [
      row.id,
      chooseKeys(
        shown,
        (found.get(row.id) ?? []).flatMap((line) => fieldsOf(line, formats)),
      ),
    ]),
  )
}

/** Searched ones first, then business keys, each name once. */
export function chooseKeys(shown: Keys, fields: readonly Field[]): Keys {
  const keys = [...shown]
  for (const { name, value } of fields) {
    if (keys.length >= MAX_KEYS) break
    const last = name.split('.').at(-1) ?? name
    const telling = BUSINESS.test(last) && !TECHNICAL.test(last) && value.length > 0 && value.length <= MAX_VALUE_LENGTH
    if (telling && !keys.some((key) => key.field === name || key.value === value)) keys.push({ field: name, value })
  }
  return keys.slice(0, MAX_KEYS)
}

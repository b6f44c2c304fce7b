/** Quarantined records, newest first. */
import { idToHex } from '#lib/base/hash'
import { nsToIso } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import type { QuarantineList } from '#lib/model/quarantine'
import { questionKey, readCursor, writeCursor } from './cursor'
import type { Db } from './read'

interface Row {
  id: bigint
  source: string
  received_ns: bigint
  code: string
  reason: string
  line: bigint
  size: number
  head: Buffer
}

/** Enough to see what it was; the rest is in the export of whoever sent it. */
const HEAD_BYTES = 4096

/** Relies on quarantine_received. */
export async function listQuarantine(db: Db, question: { source?: string; limit: number; cursor?: string }): Promise<QuarantineList> {
  const key = questionKey(['quarantine', question.source])
  const place = question.cursor === undefined ? null : readCursor(question.cursor, key).place
  const rows = await db.rows<Row>(sql`
    select q.id, s.name as source, q.received_ns, q.code, q.reason, q.line, length(q.bytes) as size, substr(q.bytes, 1, ${HEAD_BYTES}) as head
    from quarantine q join source s on s.id = q.source_id
    where ${place ? sql`(q.received_ns, q.id) < (${place.timeNs}, ${place.id})` : sql`true`}
      and ${question.source === undefined ? sql`true` : sql`s.name = ${question.source}`}
    order by q.received_ns desc, q.id desc
    limit ${question.limit + 1}`)
  const page = rows.slice(0, question.limit)
  const last = page.at(-1)
  const more = rows.length > question.limit && last
  return {
    items: page.map((row) => ({
      id: idToHex(row.id),
      source: row.source,
      received: nsToIso(row.received_ns),
      code: row.code,
      reason: row.reason,
      line: Number(row.line),
      sizeBytes: row.size,
      text: row.head.toString('utf8'),
    })),
    nextCursor: more ? writeCursor({ range: { fromNs: 0n, toNs: 0n }, place: { timeNs: last.received_ns, id: last.id } }, key) : null,
  }
}

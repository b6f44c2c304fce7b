/** By how much the recorded day is moved: so that it ends now, or, where it is stored already, by what it was moved then. */
import { sql } from '#lib/db/sql'
import type { UnixNano } from '#lib/base/time'
import type { Db } from './read'

/** The recording's first event and its end; times are epoch milliseconds. */
export interface RecordedSpan {
  first: { logGroup: string; logStream: string; timestamp: number }
  toMs: number
}

interface Row {
  time_ns: string
}

/** By what the stored day was moved, in milliseconds; null where it is not stored. Finds the stream's first event by the index on (stream, time). */
export async function getStoredShift(db: Db, day: RecordedSpan): Promise<number | null> {
  const [stored] = await db.rows<Row>(sql`
    select event.time_ns
      from log_stream join event on event.service_id = log_stream.service_id and event.stream_id = log_stream.id
     where log_stream.log_group = ${day.first.logGroup} and log_stream.log_stream = ${day.first.logStream}
     order by event.time_ns
     limit 1`)
  return stored ? Number(BigInt(stored.time_ns) / 1_000_000n) - day.first.timestamp : null
}

/** Whole seconds: most times inside the lines know no finer. */
export async function getDemoShift(db: Db, day: RecordedSpan, nowNs: UnixNano): Promise<number> {
  return (await getStoredShift(db, day)) ?? Math.floor((Number(nowNs / 1_000_000n) - day.toMs) / 1000) * 1000
}

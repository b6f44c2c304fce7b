/** What people said of links, newest first. */
import { idToHex } from '#lib/base/hash'
import { sql } from '#lib/db/sql'
import { feedbackBody, type FeedbackList } from '#lib/model/api'
import type { Db } from './read'
import { loadServices } from './services'

interface FeedbackRow {
  effect: bigint
  cause: bigint
  alternative: bigint | null
  verdict: string
  note: string | null
  given_at: Date
  effect_service: bigint | null
  cause_service: bigint | null
}

/** A span may be gone since; the word stays. */
export async function listFeedback(db: Db, limit: number): Promise<FeedbackList> {
  const services = await loadServices(db)
  const rows = await db.rows<FeedbackRow>(sql`
    select f.effect, f.cause, f.alternative, f.verdict, f.note, f.given_at, e.service_id as effect_service, c.service_id as cause_service
    from link_feedback f left join span e on e.id = f.effect left join span c on c.id = f.cause
    order by f.given_at desc, f.effect limit ${limit}`)
  const end = (id: bigint, service: bigint | null): { spanId: string; service: string } => ({
    spanId: idToHex(id),
    service: service === null ? '' : services.of(service).name,
  })
  return {
    items: rows.map((row) => ({
      effect: end(row.effect, row.effect_service),
      cause: end(row.cause, row.cause_service),
      alternative: row.alternative === null ? null : idToHex(row.alternative),
      verdict: feedbackBody.shape.verdict.parse(row.verdict),
      note: row.note,
      time: row.given_at.toISOString(),
    })),
  }
}

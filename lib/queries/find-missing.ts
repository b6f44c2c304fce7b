/** What the refs of a transaction's spans ask for and nothing answers (lib/graph/missing.ts has the rule). */
import type { UnixNano } from '#lib/base/time'
import { sql } from '#lib/db/sql'
import { findMissing, type HopHabit, type Missing, type SeenRef } from '#lib/graph/missing'
import { REF_KINDS, REF_ROLES } from '#lib/model/codes'
import type { Db } from './read'

const MAX_REFS = 5_000
/** Messages that a service sent around that time, from which its habit is read. */
const HABIT_REFS = 2_000
const HABIT_WINDOW_NS = 3_600n * 1_000_000_000n

interface RefRow {
  span_id: bigint
  service_id: bigint
  kind: number
  role: number
  value: string
  answered: boolean
}

/** Relies on the key of span_ref and on span_ref_join. */
export async function loadMissing(db: Db, spanIds: readonly bigint[], linkedEffects: ReadonlySet<bigint>, aroundNs: UnixNano): Promise<Missing[]> {
  const rows = await db.rows<RefRow>(sql`
    select r.span_id, s.service_id, r.kind, r.role, r.value,
           exists (
             select 1 from span_ref o
             where o.join_hash = r.join_hash and o.kind = r.kind and o.value = r.value
               and o.role = case when r.role = 1 then 0 else 3 end
           ) as answered
    from span_ref r
    join span s on s.id = r.span_id
    where r.span_id = any(${spanIds}::bigint[]) and r.role in (1, 2)
    order by r.event_ns, r.span_id, r.join_hash
    limit ${MAX_REFS}`)
  const refs = rows.flatMap((row): SeenRef[] => {
    const kind = REF_KINDS[row.kind]
    const role = REF_ROLES[row.role]
    return kind && role ? [{ spanId: row.span_id, serviceId: row.service_id, kind, role, value: row.value, answered: row.answered }] : []
  })
  const senders = [...new Set(refs.filter((ref) => ref.role === 'produced' && !ref.answered).map((ref) => ref.serviceId))]
  return findMissing(refs, senders.length > 0 ? await loadHabits(db, senders, aroundNs) : [], linkedEffects)
}

/** Relies on span_start. */
async function loadHabits(db: Db, serviceIds: readonly bigint[], aroundNs: UnixNano): Promise<HopHabit[]> {
  const rows = await db.rows<{ service_id: bigint; kind: number; produced: bigint; consumed: bigint }>(sql`
    select m.service_id, m.kind, count(*) as produced,
           count(*) filter (where exists (select 1 from span_ref o where o.join_hash = m.join_hash and o.role = 3)) as consumed
    from (
      select s.service_id, r.kind, r.join_hash
      from span s
      join span_ref r on r.span_id = s.id and r.role = 2
      where s.start_ns >= ${aroundNs - HABIT_WINDOW_NS} and s.start_ns < ${aroundNs + HABIT_WINDOW_NS} and s.service_id = any(${serviceIds}::bigint[])
      limit ${HABIT_REFS}
    ) m
    group by 1, 2`)
  return rows.flatMap((row) => {
    const kind = REF_KINDS[row.kind]
    return kind ? [{ serviceId: row.service_id, kind, produced: Number(row.produced), consumed: Number(row.consumed) }] : []
  })
}

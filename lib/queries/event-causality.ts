/** What caused an event and what it caused: links above or below its span, with their distance. */
import { sql } from '#lib/db/sql'
import type { CausalityList } from '#lib/model/api'
import { loadEventRow } from './get-event'
import { LINK_COLUMNS, LINK_ENDS, type LinkRow, toLinkItem } from './link-items'
import type { Db } from './read'
import { loadServices } from './services'
import { TRANSACTION_CONFIDENCE } from './transaction-items'

/** Links that one answer holds, nearest first. */
const MAX_LINKS = 1_000
/** Spans that are visited, breadth first: far more than links that are shown, so that only the farthest are left out. */
const MAX_WALKED = 10_000
/** Chains longer than this are cut; each step is one more round of the recursion. */
const MAX_DEPTH = 200

/** Depth 1 is direct. Null where there is no such event. Relies on the key of link, and on link_cause. */
export async function getCausality(db: Db, eventId: string, direction: 'causes' | 'effects'): Promise<CausalityList | null> {
  const event = await loadEventRow(db, eventId)
  if (!event) return null
  if (event.span_id === null) return { items: [], cut: false }
  const services = await loadServices(db)
  const rows = await db.rows<LinkRow & { depth: number }>(direction === 'causes' ? above(event.span_id) : below(event.span_id))
  const cut = rows.length > MAX_LINKS || rows.some((row) => row.depth > MAX_DEPTH)
  return { items: rows.slice(0, MAX_LINKS).map((row) => ({ ...toLinkItem(row, services), depth: row.depth })), cut }
}

// `union` drops a span that was reached by as many steps before; a cycle ends at MAX_DEPTH, and the least depth of each link is kept.
function above(spanId: bigint) {
  return sql`
    with recursive walk (span, depth) as (
      select ${spanId}::bigint, 0
      union
      select l.cause, walk.depth + 1 from walk join link l on l.effect = walk.span and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K'
      where walk.depth < ${MAX_DEPTH}
    ),
    reached as (select span, min(depth) as depth from (select span, depth from walk limit ${MAX_WALKED}) w group by span)
    select ${LINK_COLUMNS}, reached.depth + 1 as depth
    from reached
    join link l on l.effect = reached.span and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K'
    join span s on s.id = l.effect
    ${LINK_ENDS}
    order by reached.depth, s.start_ns desc, l.effect, l.cause
    limit ${MAX_LINKS + 1}`
}

function below(spanId: bigint) {
  return sql`
    with recursive walk (span, depth) as (
      select ${spanId}::bigint, 0
      union
      select l.effect, walk.depth + 1 from walk join link l on l.cause = walk.span and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K'
      where walk.depth < ${MAX_DEPTH}
    ),
    reached as (select span, min(depth) as depth from (select span, depth from walk limit ${MAX_WALKED}) w group by span)
    select ${LINK_COLUMNS}, reached.depth + 1 as depth
    from reached
    join link l on l.cause = reached.span and l.confidence >= ${TRANSACTION_CONFIDENCE}::real and l.tier <> 'K'
    join span s on s.id = l.effect
    ${LINK_ENDS}
    order by reached.depth, s.start_ns, l.effect, l.cause
    limit ${MAX_LINKS + 1}`
}

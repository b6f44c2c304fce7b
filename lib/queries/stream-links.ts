/** All links of a range as a stream: read in pieces as fast as they are taken, in order of the effect's start. */
import type { Pool } from 'pg'
import type { TimeRange } from '#lib/base/time-range'
import { getPool } from '#lib/db/pool'
import { sql } from '#lib/db/sql'
import type { LinkItem } from '#lib/model/api'
import { TRANSACTION_CONFIDENCE, type Tier } from '#lib/model/span'
import { LINK_COLUMNS, LINK_ENDS, type LinkRow, toLinkItem } from './link-items'
import { read } from './read'
import { loadServices } from './services'

export interface LinksQuestion {
  range: TimeRange
  tier: Tier | undefined
  minConfidence: number
}

/** Some 2 MB of rows: big enough that a round trip doesn't count, small enough for many streams at once. */
const PIECE = 2_000
/**
 * Below the threshold an effect has its best candidate alone, and that only where nothing is shown: the others stand in `alternatives`
 * (design.md §6). What the exact rules doubt, or a model gave several causes of, is not listed twice. Relies on the key of link.
 */
const SHOWN_OR_BEST = sql`(l.confidence >= ${TRANSACTION_CONFIDENCE}::real or not exists (
  select 1 from link o where o.effect = l.effect and o.tier <> 'K' and (o.confidence > l.confidence or (o.confidence = l.confidence and o.cause < l.cause))))`

/** The best candidate of an effect is stored below the threshold too; at 0 nothing is left out, whatever its number. */
const NO_BOUND = -1

interface Place {
  startNs: bigint
  effect: bigint
  cause: bigint
}

/**
 * Pieces of links, each read only when the one before was taken, so memory does not grow with the answer. Between pieces no connection
 * is held: a slow reader costs nothing. Links that are made meanwhile may be missed or seen, never one twice.
 */
export async function* streamLinks(question: LinksQuestion, pool: Pool = getPool()): AsyncGenerator<LinkItem[]> {
  let place: Place | null = null
  do {
    const piece: { items: LinkItem[]; next: Place | null } = await readPiece(question, place, pool)
    if (piece.items.length > 0) yield piece.items
    place = piece.next
  } while (place)
}

/** Relies on span_start and the key of link. */
function readPiece({ range, tier, minConfidence }: LinksQuestion, place: Place | null, pool: Pool): Promise<{ items: LinkItem[]; next: Place | null }> {
  const least = minConfidence <= 0 ? NO_BOUND : minConfidence
  const after = place ? sql`(s.start_ns, s.id, l.cause) > (${place.startNs}, ${place.effect}, ${place.cause})` : sql`true`
  // A `real` is compared as one: 0.95 as a double lies above 0.95 as a real.
  const page = sql`
    select s.start_ns, l.effect, l.cause
    from span s
    join link l on l.effect = s.id
    where s.start_ns >= ${place?.startNs ?? range.fromNs} and s.start_ns < ${range.toNs} and ${after}
      and l.confidence >= ${least}::real and ${SHOWN_OR_BEST} and ${tier === undefined ? sql`true` : sql`l.tier = ${tier}`}
    order by s.start_ns, s.id, l.cause
    limit ${PIECE}`
  return read(async (db) => {
    const services = await loadServices(db)
    const rows = await db.rows<LinkRow>(sql`
      with page as (${page})
      select ${LINK_COLUMNS}
      from page
      join link l on l.effect = page.effect and l.cause = page.cause
      join span s on s.id = l.effect
      ${LINK_ENDS}
      order by s.start_ns, l.effect, l.cause`)
    const last = rows.length === PIECE ? rows.at(-1) : undefined
    return {
      items: rows.map((row) => toLinkItem(row, services)),
      next: last ? { startNs: last.effect_start_ns, effect: last.effect, cause: last.cause } : null,
    }
  }, pool)
}

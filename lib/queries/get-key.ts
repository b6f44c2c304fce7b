/** Tier K: everything that shares a business key, over any length of time. A set: who caused what is told by links alone. */
import { hash64, idToHex } from '#lib/base/hash'
import { nsToIso, type UnixNano } from '#lib/base/time'
import { sql, type Sql } from '#lib/db/sql'
import type { KeySet } from '#lib/model/quality'
import { fieldTerm } from '#lib/model/terms'
import { conditionText } from '#lib/search/edit'
import { listTransactions } from './list-transactions'
import type { Db } from './read'
import { loadServices } from './services'

export interface KeyQuestion {
  name: string
  value: string
  limit: number
  cursor?: string | undefined
  nowNs: UnixNano
}

/** Spans that are counted; a key of more is one that half the platform shares. */
const SPANS_MAX = 20_000
/** Nothing is called a hub among fewer transactions: of four, two are a coincidence. */
const HUB_LEAST = 20
const HUB_SHARE = 0.5
const ALWAYS = { fromNs: 0n, toNs: 2n ** 63n - 1n }

interface SpanRow {
  service_id: bigint
  spans: bigint
  first_ns: bigint
  last_ns: bigint
}

/** Relies on event_terms, transaction_span_span and transaction_start. */
export async function getKey(db: Db, { name, value, limit, cursor, nowNs }: KeyQuestion): Promise<KeySet> {
  const services = await loadServices(db)
  const rows = await db.rows<SpanRow>(spansWith(hash64(fieldTerm(name, value))))
  const spanCount = rows.reduce((sum, row) => sum + Number(row.spans), 0)
  const list = await listTransactions(db, { q: conditionText(name, value), range: ALWAYS, limit, cursor, nowNs })
  const ends = rows.length === 0 ? null : { first: least(rows.map((row) => row.first_ns)), last: greatest(rows.map((row) => row.last_ns)) }
  const byNode = new Map<bigint, number>()
  for (const row of rows) byNode.set(services.of(row.service_id).id, (byNode.get(services.of(row.service_id).id) ?? 0) + Number(row.spans))
  const nodes = new Map([...services.nodes.values()].map((node) => [node.id, node]))
  return {
    key: { name, value },
    first: ends && nsToIso(ends.first),
    last: ends && nsToIso(ends.last),
    spanCount,
    exact: spanCount < SPANS_MAX,
    services: [...byNode]
      .flatMap(([id, spans]) => {
        const node = nodes.get(id)
        return node ? [{ id: idToHex(id), name: node.name, kind: node.kind, spans }] : []
      })
      .sort((a, b) => b.spans - a.spans || (a.name < b.name ? -1 : 1)),
    hub: ends !== null && list.total.count >= HUB_LEAST && list.total.count >= HUB_SHARE * (await countBetween(db, ends.first, ends.last)),
    transactions: { items: list.items, nextCursor: list.nextCursor, count: list.total.count, exact: list.total.exact },
  }
}

/** The newest spans with an event that bears the term, by service. */
function spansWith(term: bigint): Sql {
  return sql`
    select service_id, count(*) as spans, min(time_ns) as first_ns, max(time_ns) as last_ns
    from (
      select e.span_id, min(e.service_id) as service_id, min(e.time_ns) as time_ns
      from event e
      where e.terms @> array[${term}::bigint] and e.span_id is not null
      group by e.span_id
      order by min(e.time_ns) desc, e.span_id
      limit ${SPANS_MAX}
    ) found
    group by service_id`
}

async function countBetween(db: Db, firstNs: UnixNano, lastNs: UnixNano): Promise<number> {
  const [row] = await db.rows<{ count: bigint }>(sql`select count(*) as count from transaction t where t.start_ns >= ${firstNs} and t.start_ns <= ${lastNs}`)
  return Number(row?.count ?? 0n)
}

const least = (times: readonly bigint[]): bigint => times.reduce((a, b) => (b < a ? b : a))
const greatest = (times: readonly bigint[]): bigint => times.reduce((a, b) => (b > a ? b : a))

/** Counts of a search's transactions by what they have: the whole result, not the page. */
import type { UnixNano } from '#lib/base/time'
import type { TimeRange } from '#lib/base/time-range'
import { sql, type Sql } from '#lib/db/sql'
import type { Facets } from '#lib/model/api'
import type { ServiceKind } from '#lib/model/event'
import { RUNNING_WAIT_NS } from '#lib/model/transaction-status'
import { loadFieldFacets } from './field-facets'
import { eventsFrom } from './list-transactions'
import { prepareSearch } from './prepare-search'
import type { Db } from './read'
import { loadServices } from './services'

export interface FacetsQuestion {
  q?: string | undefined
  range: TimeRange
  nowNs: UnixNano
}

type Group = Facets['groups'][number]
type Value = Group['values'][number]

/** Values of one facet, the most frequent first. */
const MAX_VALUES = 30
/** Transactions that are counted; the same bound as of the list's total. */
const MAX_TRANSACTIONS = 200_000

interface Row {
  facet: 'status' | 'name' | 'outcome' | 'service'
  value: string
  count: bigint
  failed: bigint
}

/** Relies on transaction_start; a search goes through the indexes named in lib/search/to-sql.ts. */
export async function getFacets(db: Db, question: FacetsQuestion): Promise<Facets> {
  const { range, nowNs } = question
  const search = await prepareSearch(db, question.q)
  const services = await loadServices(db)
  const where = search.where('transaction', { eventsFromNs: eventsFrom(range), nowNs })
  const rows = await db.rows<Row>(facetsQuery(range, where, nowNs))
  const values = (facet: Row['facet']): Value[] =>
    rows.flatMap((row) => (row.facet === facet ? [{ value: row.value, count: Number(row.count), failed: Number(row.failed), kind: null }] : []))
  const groups: Group[] = [
    { field: 'status', values: values('status') },
    { field: 'outcome', values: values('outcome') },
    { field: 'service', values: byService(values('service'), (id) => services.of(id)) },
    { field: 'name', values: values('name') },
    ...(await loadFieldFacets(
      db,
      matches(range, where),
      values('status').reduce((sum, value) => sum + value.count, 0),
    )),
  ]
  return { groups: groups.filter((group) => group.values.length > 0).map((group) => ({ ...group, values: group.values.slice(0, MAX_VALUES) })) }
}

function matches(range: TimeRange, where: Sql): Sql {
  return sql`select t.id, t.failed from transaction t where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${where}`
}

function facetsQuery(range: TimeRange, where: Sql, nowNs: UnixNano): Sql {
  return sql`
    with matched as materialized (
      select t.name, t.outcome, t.service_ids, t.failed,
             case when t.failed then 'error' when not t.open then 'ok'
                  when greatest(t.start_ns, t.end_ns) > ${nowNs - RUNNING_WAIT_NS} then 'running' else 'unknown' end as status
      from transaction t
      where t.start_ns >= ${range.fromNs} and t.start_ns < ${range.toNs} and ${where}
      limit ${MAX_TRANSACTIONS}
    )
    (select 'status' as facet, status as value, count(*) as count, count(*) filter (where failed) as failed from matched group by 2 order by 3 desc, 2)
    union all
    (select 'name', name, count(*), count(*) filter (where failed) from matched where name <> '' group by 2 order by 3 desc, 2 limit ${MAX_VALUES})
    union all
    (select 'outcome', outcome, count(*), count(*) filter (where failed) from matched where outcome is not null group by 2 order by 3 desc, 2 limit ${MAX_VALUES})
    union all
    (select 'service', u.id::text, count(*), count(*) filter (where failed) from matched, unnest(service_ids) as u (id) group by 2)`
}

/** A node may stand for several services (an assumed kind and the known one), which a transaction has both or one of: the larger count holds. */
function byService(values: readonly Value[], nodeOf: (id: bigint) => { name: string; kind: ServiceKind }): Value[] {
  const nodes = new Map<string, Value>()
  for (const { value, count, failed } of values) {
    const { name, kind } = nodeOf(BigInt(value))
    const known = nodes.get(name)
    if (!known || known.count < count) nodes.set(name, { value: name, count, failed, kind })
  }
  return [...nodes.values()].sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
}

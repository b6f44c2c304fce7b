/** Names and values for the completion of the search box. */
import { sql } from '#lib/db/sql'
import type { FieldList, FieldValues } from '#lib/model/api'
import { BUILT_IN_FIELDS } from '#lib/search/fields'
import type { Db } from './read'
import { likePattern } from '#lib/search/conditions'

const MAX_NAMES = 200
const MAX_VALUES = 200

/** Fields of the logs that begin with the prefix, then those that contain it, the most frequent first. */
export async function listFields(db: Db, prefix: string): Promise<FieldList> {
  const literal = likePattern(prefix, false)
  const rows = await db.rows<{ name: string; count: bigint; distinct_values: bigint }>(sql`
    select f.name, f.count, (select count(*) from field_value v where v.name = f.name) as distinct_values
    from (
      select name, count
      from field
      where name ilike ${'%' + literal + '%'}
      order by name ilike ${literal + '%'} desc, count desc, name
      limit ${MAX_NAMES}
    ) f
    order by f.name ilike ${literal + '%'} desc, f.count desc, f.name`)
  return { items: rows.map((row) => ({ name: row.name, count: Number(row.count), distinct: Number(row.distinct_values) })) }
}

/** Values of a field that begin with the prefix, the most frequent first; of a built-in name, the values that the data has. */
export async function listFieldValues(db: Db, name: string, prefix: string): Promise<FieldValues> {
  const pattern = likePattern(prefix, false) + '%'
  const builtIn = BUILT_IN_FIELDS.find((field) => field.name === name)
  if (builtIn?.values) {
    const lower = prefix.toLowerCase()
    return { items: builtIn.values.filter((value) => value.startsWith(lower)).map((value) => ({ value, count: 0 })) }
  }
  const rows = await db.rows<{ value: string; count: bigint }>(valuesQuery(builtIn?.listed, name, pattern))
  return { items: rows.map((row) => ({ value: row.value, count: Number(row.count) })) }
}

/** The newest transactions stand for all where names and outcomes are counted. */
const SAMPLE = 50_000

/** Relies on the key of field_value, and on transaction_start. */
function valuesQuery(listed: 'service' | 'source' | 'name' | 'outcome' | undefined, name: string, pattern: string) {
  const recent = sql`select name, outcome, service_ids from transaction order by start_ns desc, id desc limit ${SAMPLE}`
  switch (listed) {
    case 'service':
      return sql`
        select s.name as value, coalesce(sum(u.count), 0)::bigint as count
        from service s
        left join (select id, count(*) as count from (select unnest(r.service_ids) as id from (${recent}) r) ids group by id) u on u.id = s.id
        where s.name ilike ${pattern}
        group by s.name
        order by 2 desc, 1
        limit ${MAX_VALUES}`
    case 'source':
      return sql`select name as value, stored as count from source where name ilike ${pattern} order by 2 desc, 1 limit ${MAX_VALUES}`
    case 'name':
      return sql`select r.name as value, count(*) as count from (${recent}) r where r.name ilike ${pattern} and r.name <> '' group by 1 order by 2 desc, 1 limit ${MAX_VALUES}`
    case 'outcome':
      return sql`select r.outcome as value, count(*) as count from (${recent}) r where r.outcome ilike ${pattern} group by 1 order by 2 desc, 1 limit ${MAX_VALUES}`
    default:
      return sql`select value, count from field_value where name = ${name} and value ilike ${pattern} order by count desc, value limit ${MAX_VALUES}`
  }
}

/** Facets by the fields of the logs: which values a search's transactions have, among fields that have few. */
import { groupBy } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { sql, type Sql } from '#lib/db/sql'
import type { Facets } from '#lib/model/api'
import { fieldTerm } from '#lib/model/terms'
import { BUILT_IN_FIELDS } from '#lib/search/fields'
import type { Db } from './read'

type Group = Facets['groups'][number]

/**
 * Every line of every match is looked at, so only a narrow search has these facets: some 300 ms for this many. A wider one goes without,
 * rather than with the counts of a sample that look like the whole.
 */
const MAX_TRANSACTIONS = 2_000
/** A field with more values is an id or a measure. */
const FEW_VALUES = 30
const MAX_PAIRS = 3_000
const MAX_VALUE_LENGTH = 64
/** Fields shown: those with several values first, then those that most of the matches have. */
const MAX_FIELDS = 8
const MAX_VALUES = 10

/** Relies on the key of field_value, transaction_span and span, and on event_group. `matched` selects id and failed of the matches. */
export async function loadFieldFacets(db: Db, matched: Sql, count: number): Promise<Group[]> {
  if (count === 0 || count > MAX_TRANSACTIONS) return []
  const pairs = await db.rows<{ name: string; value: string }>(sql`
    select v.name, v.value
    from field_value v
    join (select name from field_value group by name having count(*) <= ${FEW_VALUES}) few on few.name = v.name
    where length(v.value) <= ${MAX_VALUE_LENGTH}
    order by v.name, v.value
    limit ${MAX_PAIRS}`)
  const terms = new Map(pairs.map((pair) => [hash64(fieldTerm(pair.name, pair.value)), pair]))
  // The matches are found once: folded into the joins, their search was run again for line after line (10 s for 9 matches of a day).
  const counts = await db.rows<{ term: bigint; count: bigint; failed: bigint }>(sql`
    with m as materialized (${matched})
    select found.term, count(*) as count, count(*) filter (where found.failed) as failed
    from (
      select distinct m.id, m.failed, u.term
      from m
      join transaction_span ts on ts.transaction_id = m.id
      join span s on s.id = ts.span_id
      join event e on e.group_id = s.group_id and e.span_id = s.id
      cross join unnest(e.terms) as u (term)
      where u.term = any(${[...terms.keys()]}::bigint[])
    ) found
    group by found.term`)
  const found = counts.flatMap((row) => {
    const pair = terms.get(row.term)
    return pair && isShown(pair.name) ? [{ ...pair, count: Number(row.count), failed: Number(row.failed) }] : []
  })
  return toGroups(found, count)
}

/** What an SDK adds to each response says nothing about the business, and a name of the search's own would be read as that. */
function isShown(name: string): boolean {
  return !/^\$metadata\.|^ResponseMetadata\./.test(name) && !BUILT_IN_FIELDS.some((field) => field.name === name)
}

/** A field that every match has with one value says nothing about this search; one with several values tells more than one with a single. */
function toGroups(found: readonly { name: string; value: string; count: number; failed: number }[], count: number): Group[] {
  const fields = [...groupBy(found, (row) => row.name)].map(([field, rows]) => ({
    field,
    most: Math.max(...rows.map((row) => row.count)),
    values: rows
      .toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, MAX_VALUES)
      .map((row) => ({ value: row.value, count: row.count, failed: row.failed, kind: null })),
  }))
  return fields
    .filter((field) => field.values.length > 1 || field.most < count)
    .sort((a, b) => Number(b.values.length > 1) - Number(a.values.length > 1) || b.most - a.most || (a.field < b.field ? -1 : 1))
    .slice(0, MAX_FIELDS)
    .map(({ field, values }) => ({ field, values }))
}

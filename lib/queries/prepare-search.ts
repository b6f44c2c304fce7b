/** A query's text -> what the other queries splice into their SQL. Looks up the words among the templates and the values of small fields. */
import { templateTerm, fieldTerm } from '#lib/model/terms'
import { sql, type Sql } from '#lib/db/sql'
import { compareValue, type Condition, likePattern, type Lookup, lookupsOf, understand } from '#lib/search/conditions'
import { toSql } from '#lib/search/to-sql'
import { SpecterError } from '#lib/server/problem'
import { type Db, spliced } from './read'

/** A word in more templates than this says nothing; the most used would need a count of their own. */
const MAX_TEMPLATES = 5_000
/** What lib/ingest/field-tally.ts keeps of a field, and some more. */
const MAX_VALUES = 5_000

export interface PreparedSearch {
  condition: Condition | null
  /** Fields and values that every match is known to have. */
  shown: { field: string; value: string }[]
  /** The condition on a transaction `t` (or an event `e`), `true` where nothing is asked. */
  where(target: 'transaction' | 'event', bounds: { eventsFromNs: bigint | null; nowNs: bigint }): Sql
}

/** Throws invalid-params with the place and the reason of everything in the text that can't be asked. */
export async function prepareSearch(db: Db, text: string | undefined): Promise<PreparedSearch> {
  const { condition, diagnostics, shown } = understand(text ?? '')
  if (diagnostics.length > 0) throw invalidQuery(diagnostics.map(({ span, message }) => `${span.start}-${span.end}: ${message}`))
  const found = new Map<Lookup, string[]>()
  for (const lookup of lookupsOf(condition)) found.set(lookup, lookup.type === 'template' ? await templatesWith(db, lookup.text) : await valuesLike(db, lookup))
  return {
    condition,
    shown,
    where: (target, bounds) => spliced(toSql(condition, { target, found, ...bounds })),
  }
}

function invalidQuery(reasons: string[]): SpecterError {
  return new SpecterError('invalid-params', `The query can't be asked: ${reasons[0] ?? ''}`, {
    invalidParams: reasons.map((reason) => ({ name: 'q', reason })),
  })
}

/** Sequential over the template table: some thousand short rows. */
async function templatesWith(db: Db, text: string): Promise<string[]> {
  const rows = await db.rows<{ text: string }>(sql`
    select distinct text
    from template
    where text ilike ${'%' + likePattern(text, false) + '%'}
    order by text
    limit ${MAX_TEMPLATES}`)
  return rows.map((row) => templateTerm(row.text))
}

/** A field goes by its full name or by the last part of it. Sequential over the names, then the primary key of field_value. */
async function valuesLike(db: Db, lookup: Extract<Lookup, { type: 'values' }>): Promise<string[]> {
  const { name } = lookup
  const literal = likePattern(name, false)
  const fields = sql`select f.name from field f where f.name ilike ${literal} or f.name ilike ${'%.' + literal}`
  const values = await db.rows<{ value: string }>(sql`select distinct v.value from field_value v where v.name in (${fields}) limit ${MAX_VALUES}`)
  if (values.length === 0) {
    const [field] = await db.rows(sql`${fields} limit 1`)
    if (field) throw invalidQuery([`${name} has too many different values to compare them; write ${name}: and one of them`])
  }
  return values.filter(({ value }) => compareValue(value, lookup.op, lookup.value)).map(({ value }) => fieldTerm(name, value))
}

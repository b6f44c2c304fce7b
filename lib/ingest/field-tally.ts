/** Counts names and values of fields for completion, in memory until it is flushed. Approximate after a crash; searches never use it. */
import type { Pool } from 'pg'
import type { Field } from '#lib/model/event'

/** A name with more values than this completes names only: the rest are ids, nobody picks one from a list. */
const MAX_VALUES = 1_000
const MAX_VALUE_LENGTH = 128
const MAX_NAMES = 5_000

interface Tally {
  count: number
  values: Map<string, number>
}

export class FieldTally {
  private names = new Map<string, Tally>()
  /** Names known to have too many values. */
  private readonly many = new Set<string>()

  add(fields: readonly Field[]): void {
    for (const { name, value } of fields) this.count(name, value, 1)
  }

  /** Adds what another one counted. */
  merge(other: FieldTally): void {
    for (const [name, tally] of other.names) {
      this.countName(name, tally.count)
      for (const [value, count] of tally.values) this.countValue(name, value, count)
    }
    for (const name of other.many) this.forgetValues(name)
  }

  private count(name: string, value: string, count: number): void {
    this.countName(name, count)
    this.countValue(name, value, count)
  }

  private countName(name: string, count: number): void {
    const tally = this.names.get(name)
    if (tally) tally.count += count
    else if (this.names.size < MAX_NAMES) this.names.set(name, { count, values: new Map() })
  }

  private countValue(name: string, value: string, count: number): void {
    const tally = this.names.get(name)
    if (!tally || this.many.has(name) || value.length > MAX_VALUE_LENGTH) return
    tally.values.set(value, (tally.values.get(value) ?? 0) + count)
    if (tally.values.size > MAX_VALUES) this.forgetValues(name)
  }

  private forgetValues(name: string): void {
    this.many.add(name)
    this.names.get(name)?.values.clear()
  }

  /** Adds what was counted to the tables field and field_value. */
  async flush(pool: Pool): Promise<void> {
    const names = this.names
    if (names.size === 0) return
    this.names = new Map()
    const clean = (text: string): string => text.replaceAll('\0', '\ufffd')
    const fields = [...names].sort(([a], [b]) => (a < b ? -1 : 1))
    await pool.query(
      `insert into field (name, count, distinct_values) select name, count, 0 from unnest($1::text[], $2::bigint[]) as f (name, count)
       on conflict (name) do update set count = field.count + excluded.count`,
      [fields.map(([name]) => clean(name)), fields.map(([, tally]) => tally.count)],
    )
    const values = fields.flatMap(([name, tally]) => [...tally.values].map(([value, count]) => ({ name: clean(name), value: clean(value), count })))
    values.sort((a, b) => (a.name === b.name ? (a.value < b.value ? -1 : 1) : a.name < b.name ? -1 : 1))
    await pool.query(
      `insert into field_value (name, value, count)
       select v.name, v.value, sum(v.count) from unnest($1::text[], $2::text[], $3::bigint[]) as v (name, value, count)
       join field on field.name = v.name where field.distinct_values <= $4 group by 1, 2
       on conflict (name, value) do update set count = field_value.count + excluded.count`,
      [values.map((row) => row.name), values.map((row) => row.value), values.map((row) => row.count), MAX_VALUES],
    )
    await pool.query(
      `update field set distinct_values = greatest(distinct_values, case when name = any($3::text[]) then $2 + 1
         else (select count(*) from field_value where field_value.name = field.name) end)
       where name = any($1::text[])`,
      [fields.map(([name]) => clean(name)), MAX_VALUES, fields.filter(([name]) => this.many.has(name)).map(([name]) => clean(name))],
    )
  }
}

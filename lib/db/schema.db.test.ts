import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createTestDatabase } from './test-database'

/** schema.prisma says what Prisma and readers believe, the migrations say what is: one line a column, `table.column type null|not null`. */
const { pool } = await createTestDatabase()

const TYPES: Record<string, string> = {
  BigInt: 'bigint',
  Int: 'integer',
  String: 'text',
  Boolean: 'boolean',
  Float: 'double precision',
  Json: 'jsonb',
  Bytes: 'bytea',
  DateTime: 'timestamp(3) without time zone',
  '@db.SmallInt': 'smallint',
  '@db.Real': 'real',
  '@db.Timestamptz(6)': 'timestamp with time zone',
  '@db.Char(1)': 'character(1)',
}

function columnsOfSchema(text: string): { columns: string[]; keys: string[] } {
  const columns: string[] = []
  const keys: string[] = []
  for (const [, name = '', body = ''] of text.matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)) {
    const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name
    const columnOf = new Map<string, string>()
    for (const line of body.split('\n')) {
      const field = /^ {2}(\w+) +(\w+)(\[\])?(\?)?(.*)$/.exec(line)
      if (!field) continue
      const [, fieldName = '', type = '', list = '', optional, attributes = ''] = field
      const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? fieldName
      columnOf.set(fieldName, column)
      const native = /@db\.\w+(\(\d+\))?/.exec(attributes)?.[0] ?? type
      columns.push(`${table}.${column} ${TYPES[native] ?? native}${list} ${optional ? 'null' : 'not null'}`)
      if (/@id\b/.test(attributes)) keys.push(`${table} (${column})`)
    }
    const composite = /@@id\(\[([\w, ]+)\]/.exec(body)?.[1]
    if (composite)
      keys.push(
        `${table} (${composite
          .split(', ')
          .map((field) => columnOf.get(field) ?? field)
          .join(', ')})`,
      )
  }
  return { columns: columns.sort(), keys: keys.sort() }
}

const schema = columnsOfSchema(readFileSync('prisma/schema.prisma', 'utf8'))

test('every column of the migrated database stands in schema.prisma with its type and its nullability, and the other way round', async () => {
  const { rows } = await pool.query<{ line: string }>(`
    select c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else ' null' end as line
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition and c.relname <> '_prisma_migrations'`)
  expect(schema.columns.length).toBeGreaterThan(50)
  expect(rows.map((row) => row.line).sort()).toEqual(schema.columns)
})

test('every key in schema.prisma is a unique index of the database', async () => {
  const { rows } = await pool.query<{ line: string }>(`
    select c.relname || ' (' || string_agg(a.attname, ', ' order by k.position) || ')' as line
    from pg_index i
    join pg_class c on c.oid = i.indrelid
    cross join lateral unnest(i.indkey::int2[]) with ordinality as k(number, position)
    join pg_attribute a on a.attrelid = c.oid and a.attnum = k.number
    where c.relnamespace = 'public'::regnamespace and i.indisunique and k.position <= i.indnkeyatts
    group by i.indexrelid, c.relname`)
  expect(rows.map((row) => row.line)).toEqual(expect.arrayContaining(schema.keys))
})

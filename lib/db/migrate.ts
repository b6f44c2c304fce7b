/**
 * Applies prisma/migrations/NNNN_name/migration.sql in order and records them as Prisma does, so that Prisma's own tools can take over.
 * Prisma's CLI can't do it: it stops where it can't download its schema engine.
 */
import { createHash, randomUUID } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'

/** Prisma's own lock number, so that a `prisma migrate` at the same time waits for us and we for it. */
const PRISMA_LOCK = 72707369

/** Partitions with unique keys, `nulls not distinct`, security_invoker views. */
const OLDEST_MAJOR = 15

interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Brings the database up to date; returns the names applied now. Throws one clear line where it can't. */
export async function migrate(connectionString: string, folder: string, onApply: (name: string) => void = () => {}): Promise<string[]> {
  const migrations = readMigrations(folder)
  const client = new pg.Client({ connectionString, options: '-c timezone=UTC', application_name: 'specter-migrate' })
  // A connection that breaks rejects the query under way; without a listener it would also end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    await requireVersion(client)
    await client.query('select pg_advisory_lock($1)', [PRISMA_LOCK])
    const pending = await pendingOf(client, migrations)
    for (const migration of pending) {
      onApply(migration.name)
      await apply(client, migration)
    }
    return pending.map((migration) => migration.name)
  } finally {
    // Ending the session gives the lock back.
    await client.end()
  }
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ number: string; text: string }>(
    `select current_setting('server_version_num') as number, current_setting('server_version') as text`,
  )
  const major = Math.floor(Number(rows[0]?.number) / 10_000)
  if (major < OLDEST_MAJOR) throw new Error(`The database is Postgres ${rows[0]?.text}; Specter needs ${OLDEST_MAJOR} or newer (18 is tested)`)
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
  if (names.length === 0) throw new Error(`There are no migrations in ${folder}`)
  return names.map((name) => {
    const sql = readFileSync(join(folder, name, 'migration.sql'), 'utf8')
    return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') }
  })
}

async function pendingOf(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  await client.query(`
    create table if not exists _prisma_migrations (
      id varchar(36) primary key not null,
      checksum varchar(64) not null,
      finished_at timestamptz,
      migration_name varchar(255) not null,
      logs text,
      rolled_back_at timestamptz,
      started_at timestamptz not null default now(),
      applied_steps_count integer not null default 0
    )`)
  const { rows } = await client.query<{ name: string; checksum: string }>(`
    select migration_name as name, checksum
    from _prisma_migrations
    where finished_at is not null and rolled_back_at is null
    order by started_at`)
  const applied = new Map(rows.map((row) => [row.name, row.checksum]))
  const unknown = [...applied.keys()].filter((name) => !migrations.some((migration) => migration.name === name))
  if (unknown.length > 0)
    throw new Error(`The database is newer than this Specter (it has ${unknown.join(', ')}); start the version that made it, or a newer one`)
  for (const { name, checksum } of migrations) {
    const known = applied.get(name)
    if (known && known !== checksum)
      throw new Error(`The database was made by another build of this version (${name} differs); use that build, or an empty database`)
  }
  return migrations.filter((migration) => !applied.has(migration.name))
}

/** The record goes in with the change: a kill in between leaves both or neither. */
async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('begin')
  try {
    await client.query(sql)
    await client.query(
      `insert into _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       values ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw new Error(`Migration ${name} failed: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
  }
}

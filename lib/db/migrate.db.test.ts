import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { migrate } from './migrate'
import { createEmptyDatabase } from './test-database'

const FOLDER = 'prisma/migrations'

async function query<T extends pg.QueryResultRow>(url: string, text: string): Promise<T[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query<T>(text)).rows
  } finally {
    await client.end()
  }
}

function copyOfMigrations(): string {
  const folder = mkdtempSync(join(tmpdir(), 'specter-migrations-'))
  cpSync(FOLDER, folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

function add(folder: string, name: string, text: string): void {
  mkdirSync(join(folder, name))
  writeFileSync(join(folder, name, 'migration.sql'), text)
}

test('applies every migration once, and records it as Prisma does', async () => {
  const { url } = await createEmptyDatabase()
  const applied = await migrate(url, FOLDER)
  expect(applied[0]).toBe('0001_store')
  expect(await migrate(url, FOLDER)).toEqual([])
  const rows = await query<{ checksum: string; finished: boolean; steps: number }>(
    url,
    'select checksum, finished_at is not null as finished, applied_steps_count as steps from _prisma_migrations order by migration_name',
  )
  expect(rows).toHaveLength(applied.length)
  for (const row of rows) expect(row).toEqual({ checksum: expect.stringMatching(/^[0-9a-f]{64}$/), finished: true, steps: 1 })
})

test('two that start at once apply each migration once', async () => {
  const { url } = await createEmptyDatabase()
  const both = await Promise.all([migrate(url, FOLDER), migrate(url, FOLDER)])
  expect(both.map((names) => names.length > 0).sort()).toEqual([false, true])
})

test('a migration that fails leaves neither its changes nor its record, and is applied when it is mended', async () => {
  const { url } = await createEmptyDatabase()
  const folder = copyOfMigrations()
  add(folder, '9998_bad', 'create table half_made (id int); select no_such_function();')
  await expect(migrate(url, folder)).rejects.toThrow(/Migration 9998_bad failed: .*no_such_function/)
  expect(await query(url, "select 1 from pg_class where relname = 'half_made'")).toEqual([])
  writeFileSync(join(folder, '9998_bad', 'migration.sql'), 'create table half_made (id int);')
  expect(await migrate(url, folder)).toEqual(['9998_bad'])
})

test('a database of a newer version is refused by name', async () => {
  const { url } = await createEmptyDatabase()
  const newer = copyOfMigrations()
  add(newer, '9999_future', 'create table future (id int);')
  await migrate(url, newer)
  await expect(migrate(url, FOLDER)).rejects.toThrow('The database is newer than this Specter (it has 9999_future)')
})

test('a migration that was changed after it was applied is refused', async () => {
  const { url } = await createEmptyDatabase()
  await migrate(url, FOLDER)
  const changed = copyOfMigrations()
  const file = join(changed, '0001_store', 'migration.sql')
  writeFileSync(file, readFileSync(file, 'utf8') + '\n-- changed\n')
  await expect(migrate(url, changed)).rejects.toThrow('0001_store differs')
})

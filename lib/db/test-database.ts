/** A database of its own for a test file, cloned from a migrated template: tests run side by side and leave nothing to each other. */
import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll } from 'vitest'
import { createPool } from './pool'

export interface TestDatabase {
  url: string
  pool: pg.Pool
}

/** Call it once at the top of a `*.db.test.ts`; the pool ends and the database goes after the last test of the file. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(`create database ${name} template specter_template`)
  const url = databaseUrl(name)
  const pool = createPool(url)
  afterAll(async () => {
    await pool.end()
    await administer(`drop database ${name} with (force)`)
  })
  return { url, pool }
}

/** An empty database without our schema, for tests of migrations. */
export async function createEmptyDatabase(): Promise<{ url: string }> {
  const name = `empty_${randomBytes(6).toString('hex')}`
  await administer(`create database ${name}`)
  afterAll(() => administer(`drop database ${name} with (force)`))
  return { url: databaseUrl(name) }
}

/** scripts/test-database-server.ts sets it for the run. */
export function testServerUrl(): string {
  const url = process.env.SPECTER_TEST_DATABASE
  if (!url) throw new Error('Database tests run under `npx vitest --project db`, which starts a Postgres for them')
  return url
}

function databaseUrl(name: string): string {
  const url = new URL(testServerUrl())
  url.pathname = `/${name}`
  return url.href
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(testServerUrl())
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

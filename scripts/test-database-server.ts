/** Vitest's global set-up of the database tests: one embedded Postgres for the run, with the migrated template in it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '#lib/db/embedded'
import { migrate } from '#lib/db/migrate'

export default async function setUp(): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'specter-test-db-'))
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'postgres'), password: 'test' })
  process.env.SPECTER_TEST_DATABASE = server.url
  const client = new pg.Client(server.url)
  await client.connect()
  await client.query('create database specter_template')
  await client.end()
  const template = new URL(server.url)
  template.pathname = '/specter_template'
  await migrate(template.href, 'prisma/migrations')
  return async () => {
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  }
}

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres, type EmbeddedPostgres } from './embedded'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'specter-embedded-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'postgres')
}

async function start(dataDir: string): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, password: 'a/b:c@d e' })
  onTestFinished(() => server.stop())
  return server
}

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

test('it is Postgres 18 on loopback, with checksums, synchronous commits and UTC', async () => {
  const { url } = await start(newFolder())
  const [settings] = await query(
    url,
    `select current_setting('server_version_num')::int / 10000 as major, current_setting('data_checksums') as checksums,
       current_setting('synchronous_commit') as commits, current_setting('timezone') as zone, current_setting('listen_addresses') as addresses`,
  )
  expect(settings).toEqual({ major: 18, checksums: 'on', commits: 'on', zone: 'UTC', addresses: '127.0.0.1' })
})

test('a wrong password is refused', async () => {
  const { url } = await start(newFolder())
  const wrong = new URL(url)
  wrong.password = 'postgres'
  await expect(query(wrong.href, 'select 1')).rejects.toThrow(/password authentication failed/)
})

test('kill -9 in the middle of commits loses no acknowledged row, and the next start needs no help', async () => {
  const dataDir = newFolder()
  const first = await start(dataDir)
  await query(first.url, 'create table acked (n int primary key)')
  const client = new pg.Client(first.url)
  client.on('error', () => {})
  await client.connect()
  let acked = 0
  const writing = (async () => {
    for (;;) {
      await client.query('insert into acked values ($1)', [acked + 1])
      acked++
    }
  })().catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 500))
  process.kill(first.pid, 'SIGKILL')
  await writing
  await first.exited
  const second = await start(dataDir)
  const [row] = await query(second.url, 'select count(*)::int as rows, max(n) as last from acked')
  expect(acked).toBeGreaterThan(0)
  expect(Number(row?.rows)).toBeGreaterThanOrEqual(acked)
})

test('a postmaster that was orphaned on the folder is stopped, and its rows are there', async () => {
  const dataDir = newFolder()
  const first = await start(dataDir)
  await query(first.url, 'create table kept as select 1 as n')
  const second = await start(dataDir)
  await first.exited
  expect(second.pid).not.toBe(first.pid)
  expect(await query(second.url, 'select n from kept')).toEqual([{ n: 1 }])
})

test('a postmaster.pid whose number was since given to another program blocks nothing, and that program lives on', async () => {
  const dataDir = newFolder()
  const first = await start(dataDir)
  const file = join(dataDir, 'postmaster.pid')
  const content = readFileSync(file, 'utf8')
  await first.stop()
  // Postgres itself refuses only for a process of its own user, so the stranger runs as that one.
  const stranger = spawn('sleep', ['60'], { cwd: '/', ...(process.getuid?.() === 0 ? { uid: statSync(dataDir).uid } : {}) })
  onTestFinished(() => void stranger.kill())
  writeFileSync(file, content.replace(/^\d+/, String(stranger.pid)), { mode: 0o600 })
  const second = await start(dataDir)
  expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }])
  expect(stranger.exitCode).toBe(null)
})

import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { startEmbeddedPostgres } from '#lib/db/embedded'
import { readRunFile } from './run-file'

/** Whole instances, started as a user starts them: `node bin/start.mjs` on a data folder of their own. */
interface Instance {
  pid: number
  dataDir: string
  said: () => string
  /** The address that it printed; throws with what it said when it ended first. */
  ready: () => Promise<string>
  ended: Promise<number | null>
  kill: (signal: NodeJS.Signals) => void
}

const isRoot = process.getuid?.() === 0

function newFolder(parent = tmpdir()): string {
  const folder = mkdtempSync(join(parent, 'specter-process-'))
  // Open, so that root's Postgres can use it in place; the test of a closed one closes its own.
  chmodSync(folder, 0o755)
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'data')
}

function start(dataDir: string, environment: Record<string, string> = {}, user: { uid?: number; gid?: number } = {}): Instance {
  const child = spawn(process.execPath, ['bin/start.mjs'], {
    env: { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '', NODE_ENV: 'production', PORT: '0', SPECTER_DATA: dataDir, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await ended
  })
  const ready = async (): Promise<string> => {
    for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
      const address = /ready: (http:\S+)/.exec(said)?.[1]
      if (address) return address
      if (child.exitCode !== null) break
    }
    throw new Error(`not ready: ${said}`)
  }
  return { pid: child.pid ?? 0, dataDir, said: () => said, ready, ended, kill: (signal) => child.kill(signal) }
}

/** Asks until the answer comes: a part that was killed is back when it answers again. */
async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, patienceMs = 20_000): Promise<T> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(100)) {
    const answer = await Promise.resolve()
      .then(ask)
      .catch(() => undefined)
    if (answer !== undefined) return answer
  }
  throw new Error(`not within ${patienceMs} ms: ${what}`)
}

/** The pid of a part: a child of this supervisor that runs this bundle. */
function partOf(instance: Instance, name: 'web' | 'worker'): number | undefined {
  const line = spawnSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .stdout.split('\n')
    .map((text) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(text))
    .find((match) => Number(match?.[2]) === instance.pid && match?.[3]?.endsWith(`dist/${name}.mjs`))
  return line ? Number(line[1]) : undefined
}

function postmasterOf({ dataDir }: Instance): number {
  return Number.parseInt(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10)
}

const isLive = (pid: number): boolean => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

async function rowsIn(instance: Instance, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(readRunFile(instance.dataDir)?.databaseUrl)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

async function locksOn(url: string): Promise<number> {
  const client = new pg.Client(url)
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query("select 1 from pg_locks where locktype = 'advisory' and objid = 1936745827 and granted")).rows.length
  } finally {
    await client.end()
  }
}

const answers = async (address: string): Promise<true | undefined> => ((await fetch(address)).status === 200 ? true : undefined)

async function freePort(): Promise<{ port: number; close: () => void }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: (server.address() as AddressInfo).port, close: () => server.close() }
}

test('each part that is killed with -9 comes back on its own, and the rows are still there', async () => {
  const instance = start(newFolder())
  const address = await instance.ready()
  await rowsIn(instance, 'create table kept as select 7 as n')

  const web = partOf(instance, 'web') ?? 0
  process.kill(web, 'SIGKILL')
  await eventually('a new web process answers at the same address', async () => (partOf(instance, 'web') !== web ? answers(address) : undefined))

  const worker = partOf(instance, 'worker') ?? 0
  process.kill(worker, 'SIGKILL')
  await eventually('a new worker runs', () => ((partOf(instance, 'worker') ?? worker) !== worker ? true : undefined))

  const postgres = postmasterOf(instance)
  process.kill(postgres, 'SIGKILL')
  await eventually('the database serves again', async () => (postmasterOf(instance) !== postgres ? rowsIn(instance, 'select n from kept') : undefined))
  expect(await rowsIn(instance, 'select n from kept')).toEqual([{ n: 7 }])
  await eventually('the page answers', () => answers(address))
})

test('when the supervisor is killed with -9 its children stop, and the next start recovers by itself', async () => {
  const first = start(newFolder())
  await first.ready()
  await rowsIn(first, 'create table kept as select 7 as n')
  const parts = [partOf(first, 'web') ?? 0, partOf(first, 'worker') ?? 0, postmasterOf(first)]
  expect(parts.every(isLive)).toBe(true)
  first.kill('SIGKILL')
  await first.ended
  await eventually('every child is gone', () => (parts.some(isLive) ? undefined : true))
  const second = start(first.dataDir)
  await eventually('the page answers', async () => answers(await second.ready()))
  expect(await rowsIn(second, 'select n from kept')).toEqual([{ n: 7 }])
})

test('everything killed with -9 at once, and started again at once on the same port, five times in a row', async () => {
  const { port, close } = await freePort()
  close()
  const dataDir = newFolder()
  for (let round = 1; round <= 5; round++) {
    const instance = start(dataDir, { PORT: String(port) })
    await instance.ready()
    await rowsIn(instance, round === 1 ? 'create table rounds as select 1 as n' : `insert into rounds values (${round})`)
    for (const pid of [instance.pid, postmasterOf(instance), partOf(instance, 'web') ?? 0]) process.kill(pid, 'SIGKILL')
  }
  const last = start(dataDir, { PORT: String(port) })
  await last.ready()
  expect(await rowsIn(last, 'select count(*)::int as n from rounds')).toEqual([{ n: 5 }])
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops everything, in words, with exit code 0', async (signal) => {
  const instance = start(newFolder())
  await instance.ready()
  const parts = [partOf(instance, 'web') ?? 0, partOf(instance, 'worker') ?? 0, postmasterOf(instance)]
  instance.kill(signal)
  expect(await instance.ended).toBe(0)
  expect(instance.said()).toMatch(/Stopping \(SIG[A-Z]+\) …\nStopped\n$/)
  expect(parts.some(isLive)).toBe(false)
  expect(readdirSync(instance.dataDir).filter((name) => /^(lock|run)/.test(name))).toEqual([])
})

test('a second instance on the same data is refused in one line, and the first does not notice', async () => {
  const first = start(newFolder())
  const address = await first.ready()
  const second = start(first.dataDir)
  expect(await second.ended).toBe(1)
  expect(second.said()).toBe(
    `Specter can't start: Specter already runs on ${first.dataDir} (process ${first.pid}); stop that one, or set SPECTER_DATA to another folder\n`,
  )
  expect(await answers(address)).toBe(true)
})

/** The one line that is left when the steps before are taken away; anything longer is a stack. */
const complaint = (instance: Instance): string[] =>
  instance
    .said()
    .trim()
    .split('\n')
    .filter((line) => !line.endsWith('…') && line !== 'Stopped')

test('a taken port is said in one line before anything is started', async () => {
  const { port, close } = await freePort()
  onTestFinished(close)
  const instance = start(newFolder(), { PORT: String(port) })
  expect(await instance.ended).toBe(1)
  expect(complaint(instance)).toEqual([`Specter can't start: Port ${port} on 127.0.0.1 is taken by another program; stop that, or set PORT to another one`])
  expect(existsSync(join(instance.dataDir, 'postgres'))).toBe(false)
})

test('an address that others can reach is refused while there are no accounts', async () => {
  const instance = start(newFolder(), { HOST: '0.0.0.0' })
  expect(await instance.ended).toBe(1)
  expect(complaint(instance)).toEqual([expect.stringMatching(/^Specter can't start: HOST must be this machine .*"0\.0\.0\.0"\)$/)])
})

test('a data folder that cannot be written is said in one line', async () => {
  const blocked = join(newFolder(), '..', 'file')
  writeFileSync(blocked, '')
  const instance = start(join(blocked, 'data'))
  expect(await instance.ended).toBe(1)
  expect(complaint(instance)).toEqual([
    `Specter can't start: the data folder ${join(blocked, 'data')} can't be written (ENOTDIR); set SPECTER_DATA to a folder that you may write`,
  ])
})

test('a database that cannot be reached is said in one line, without its password', async () => {
  const { port, close } = await freePort()
  close()
  const instance = start(newFolder(), { DATABASE_URL: `postgres://me:secret@127.0.0.1:${port}/specter` })
  expect(await instance.ended).toBe(1)
  expect(complaint(instance)).toEqual([
    expect.stringMatching(new RegExp(`^Specter can't start: The database at 127.0.0.1:${port} can't be reached \\(.*ECONNREFUSED.*\\); check DATABASE_URL$`)),
  ])
  expect(instance.said()).not.toContain('secret')
})

test('with DATABASE_URL no Postgres of ours runs, a second instance on that database is refused, and the first lives through its restart', async () => {
  const folder = newFolder()
  mkdirSync(folder, { recursive: true })
  const options = { dataDir: join(folder, 'postgres'), password: 'x' }
  const server = await startEmbeddedPostgres(options)
  onTestFinished(() => server.stop())
  const first = start(newFolder(), { DATABASE_URL: server.url })
  const address = await first.ready()
  expect(existsSync(join(first.dataDir, 'postgres'))).toBe(false)
  const second = start(newFolder(), { DATABASE_URL: server.url })
  expect(await second.ended).toBe(1)
  expect(complaint(second)).toEqual([expect.stringContaining('already runs on the database at 127.0.0.1')])
  await server.stop()
  const again = await startEmbeddedPostgres({ ...options, port: server.port })
  onTestFinished(() => again.stop())
  await eventually('the page answers', () => answers(address))
  await eventually('the database is held again', async () => ((await locksOn(server.url)) > 0 ? true : undefined))
  const third = start(newFolder(), { DATABASE_URL: server.url })
  expect(await third.ended).toBe(1)
})

test('an ordinary user can run it', { skip: !isRoot }, async () => {
  // 65534 is `nobody`: a user who owns nothing here but the folder it is given.
  const folder = newFolder()
  mkdirSync(folder)
  chownSync(folder, 65534, 65534)
  const instance = start(folder, {}, { uid: 65534, gid: 65534 })
  await eventually('the page answers', async () => answers(await instance.ready()))
  expect(statSync(join(folder, 'postgres')).uid).toBe(65534)
  expect(statSync(join(folder, 'postgres.password')).mode & 0o077).toBe(0)
})

test('root can run it on a folder that the user postgres may not enter', { skip: !isRoot }, async () => {
  const closed = newFolder()
  mkdirSync(closed, { mode: 0o700 })
  const instance = start(join(closed, 'data'))
  await eventually('the page answers', async () => answers(await instance.ready()))
  expect(statSync(closed).mode & 0o077).toBe(0)
  const place = readlinkSync(join(closed, 'data', 'postgres'))
  onTestFinished(() => rmSync(join(place, '..'), { recursive: true, force: true }))
  expect(place).toMatch(/^\/var\/lib\/specter\//)
})

test('files that hold the password are for their owner only', async () => {
  const instance = start(newFolder())
  await instance.ready()
  for (const name of ['postgres.password', 'run.json']) expect(statSync(join(instance.dataDir, name)).mode & 0o077).toBe(0)
})

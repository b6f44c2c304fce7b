/**
 * The embedded Postgres: native programs from npm, started as a child of ours on loopback.
 * Supports Linux and macOS. Ignores Windows: there Specter wants DATABASE_URL.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { settleOldPostmaster } from './old-postmaster'
import { postgresFiles, type PostgresFiles } from './postgres-files'

export interface EmbeddedPostgresOptions {
  /** Folder of the cluster; made by the first start. */
  dataDir: string
  /** Password of the superuser `postgres`, set when the cluster is made. */
  password: string
  /** Port on 127.0.0.1; a free one is taken where none is given. */
  port?: number
  /** Postgres' own log, line by line. */
  onLine?: (line: string) => void
}

export interface EmbeddedPostgres {
  url: string
  port: number
  pid: number
  /** Resolves when the postmaster has ended, for whatever reason. */
  exited: Promise<void>
  /** Fast shutdown: connections are cut, commits are kept. */
  stop: () => Promise<void>
}

const USER = 'postgres'

/**
 * Chosen for a small machine that Specter shares with others; measured with `npm run bench:ingest`.
 * synchronous_commit is the default and named because a 2xx rests on it: with `off`, kill -9 lost acknowledged rows in 8 of 8 tries.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  synchronous_commit: 'on',
  timezone: 'UTC',
  log_timezone: 'UTC',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  work_mem: '16MB',
  maintenance_work_mem: '128MB',
  max_connections: '60',
  random_page_cost: '1.1',
  jit: 'off',
}

/** Postgres needs 1 to 5 s after kill -9, more when much WAL is replayed; only the wait for the *start* of that is bounded here. */
const START_RETRY_MS = 60_000

/** What a start says when something of an earlier life is still going away. */
const PASSING = /lock file "postmaster\.pid" already exists|pre-existing shared memory block|Address already in use|is still in use/

/** Starts Postgres on the folder, making the cluster first where there is none. Resolves when it accepts connections. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const files = postgresFiles(options.dataDir)
  if (!existsSync(`${files.dataDir}/PG_VERSION`)) initialise(files, options.password)
  const deadline = Date.now() + START_RETRY_MS
  for (let wait = 200; ; wait = Math.min(wait * 2, 5_000)) {
    await settleOldPostmaster(files.dataDir)
    const port = options.port ?? (await freePort())
    const started = await launch(files, port, options.onLine)
    if (!('failure' in started)) return { ...started, port, url: `postgres://${USER}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/postgres` }
    if (!PASSING.test(started.failure) || Date.now() > deadline) throw new Error(`Postgres did not start: ${started.failure}`)
    await sleep(wait)
  }
}

/** Makes the cluster beside its place and renames it there, so that a kill in between leaves nothing half-made. */
function initialise({ initdb, dataDir, account }: PostgresFiles, password: string): void {
  const fresh = `${dataDir}.new`
  const passwordFile = `${dataDir}.new.password`
  rmSync(fresh, { recursive: true, force: true })
  mkdirSync(fresh, { mode: 0o700 })
  writeFileSync(passwordFile, password + '\n', { mode: 0o600 })
  if (account) for (const path of [fresh, passwordFile]) chownSync(path, account.uid, account.gid)
  // The builtin locale sorts and folds the same on every machine and with every libc, so no index breaks when the system is upgraded.
  const flags = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--data-checksums', '--auth=scram-sha-256']
  const run = spawnSync(initdb, [`--pgdata=${fresh}`, `--username=${USER}`, `--pwfile=${passwordFile}`, ...flags], {
    ...account,
    cwd: '/',
    env: environment(),
    encoding: 'utf8',
  })
  rmSync(passwordFile, { force: true })
  if (run.status !== 0) throw new Error(`The database folder ${dataDir} could not be made: ${(run.error?.message ?? run.stderr).trim()}`)
  renameSync(fresh, dataDir)
}

/** Nothing of the caller's environment: PGDATA, PGPORT or PGOPTIONS in it would turn this Postgres into another one. */
function environment(): NodeJS.ProcessEnv {
  return { NODE_ENV: 'production', PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }
}

type Launched = Pick<EmbeddedPostgres, 'pid' | 'exited' | 'stop'> | { failure: string }

function launch({ postgres, dataDir, account }: PostgresFiles, port: number, onLine?: (line: string) => void): Promise<Launched> {
  const flags = Object.entries({ ...SETTINGS, port: String(port) }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  // Its own process group: Ctrl-C in the terminal reaches the supervisor alone, which stops the database last.
  const child = spawn(postgres, ['-D', dataDir, ...flags], { ...account, cwd: '/', env: environment(), stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  const pid = child.pid
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const recent: string[] = []
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ failure: error.message }))
    // 'close' and not 'exit': by then all that it said has been read.
    child.once('close', () => resolve({ failure: recent.filter((line) => /FATAL|PANIC|HINT|error/i.test(line)).join(' ') || recent.join(' ') }))
    if (pid === undefined) return
    endWithUs(child, pid)
    createInterface({ input: child.stderr }).on('line', (line) => {
      onLine?.(line)
      recent.push(line)
      if (recent.length > 20) recent.shift()
      if (line.includes('database system is ready to accept connections')) resolve({ pid, exited, stop: () => stop(child, exited) })
    })
  })
}

/** A sleeping shell that holds a pipe from us: when we die, even by kill -9, the pipe closes and it asks Postgres to stop. */
function endWithUs(child: ChildProcess, pid: number): void {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0"', String(pid)], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' })
  guard.unref()
  guard.on('error', () => {})
  // Before the pid can be given to another process.
  child.once('exit', () => guard.kill('SIGKILL'))
}

async function stop(child: ChildProcess, exited: Promise<void>): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 10_000],
  ] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    const timer = new AbortController()
    await Promise.race([exited, sleep(patience, undefined, { signal: timer.signal }).catch(() => {})])
    timer.abort()
  }
}

/** A port on loopback that was free a moment ago; who takes it meanwhile is noticed by the start and answered with another. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

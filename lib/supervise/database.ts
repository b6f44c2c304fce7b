/** The database of an instance: the embedded one, kept running, or the one that DATABASE_URL names, checked and held. */
import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { startEmbeddedPostgres, type EmbeddedPostgres } from '#lib/db/embedded'
import { restartDelayMs, wasShort } from './backoff'
import { trimLog } from './keep-running'

export interface Database {
  url: string
  stop: () => Promise<void>
}

/** Starts the embedded Postgres of this data folder, and starts it again on the same port whenever it dies. */
export async function keepEmbedded(dataDir: string, say: (line: string) => void): Promise<Database> {
  const logFile = join(dataDir, 'logs', 'postgres.log')
  trimLog(logFile)
  const options = {
    dataDir: join(dataDir, 'postgres'),
    password: password(dataDir),
    onLine: (line: string) => {
      try {
        appendFileSync(logFile, line + '\n', { mode: 0o600 })
      } catch (error) {
        // A full disk must not end the supervisor just when the database has something to say about it.
        say(`postgres (its log can't be written, ${String((error as { code?: string }).code)}): ${line}`)
      }
    },
  }
  let current: EmbeddedPostgres = await startEmbeddedPostgres(options)
  const { url, port } = current
  let stopping = false

  const watch = async (): Promise<void> => {
    for (let shortLives = 0; !stopping;) {
      const startedAt = Date.now()
      await current.exited
      if (stopping) return
      shortLives = wasShort(Date.now() - startedAt) ? shortLives + 1 : 0
      say(`The database ended; starting it again. ${logFile} has its last words`)
      await sleep(restartDelayMs(shortLives))
      current = await restart()
    }
  }
  const restart = async (): Promise<EmbeddedPostgres> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await startEmbeddedPostgres({ ...options, port })
      } catch (error) {
        say(`${error instanceof Error ? error.message : String(error)}; trying again`)
        await sleep(restartDelayMs(attempt))
        if (stopping) return current
      }
    }
  }
  void watch()
  return {
    url,
    stop: async () => {
      stopping = true
      await current.stop()
    },
  }
}

/** Made once, kept for the owner's eyes: other users of the machine can reach the port, but not the database. */
function password(dataDir: string): string {
  const path = join(dataDir, 'postgres.password')
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  if (existsSync(join(dataDir, 'postgres', 'PG_VERSION'))) throw new Error(`${path} is missing, and the database in ${dataDir} can't be opened without it`)
  const made = randomBytes(24).toString('base64url')
  writeFileSync(path, made + '\n', { mode: 0o600 })
  return made
}

/** 'spec' as a number: the advisory lock that says "an instance runs on this database". */
const INSTANCE_LOCK = 0x73706563

/** Checks that the database answers, and holds it against a second instance until `stop`. */
export async function holdExternal(url: string, say: (line: string) => void): Promise<Database> {
  let stopping = false
  let client = await connectAndLock(url)
  const keep = (): void => {
    // The lock ends with its session: when the database restarts, it is taken again.
    client.once('end', () => {
      if (!stopping) void retake()
    })
  }
  const retake = async (): Promise<void> => {
    for (let attempt = 0; !stopping; attempt++) {
      await sleep(restartDelayMs(attempt))
      try {
        client = await connectAndLock(url)
        return keep()
      } catch (error) {
        if (attempt % 10 === 0) say(error instanceof Error ? error.message : String(error))
      }
    }
  }
  keep()
  return {
    url,
    stop: async () => {
      stopping = true
      await client.end()
    },
  }
}

async function connectAndLock(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000, keepAlive: true, application_name: 'specter-supervisor' })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw new Error(`The database at ${client.host}:${client.port} can't be reached (${reason(error)}); check DATABASE_URL`, { cause: error })
  }
  const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1) as held', [INSTANCE_LOCK])
  if (rows[0]?.held) return client
  await client.end()
  throw new Error(`Specter already runs on the database at ${client.host}:${client.port}/${client.database}; stop that one first`)
}

/** A refused connection to a name with several addresses has an empty message and one error an address. */
function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0])
  return error instanceof Error ? error.message : String(error)
}

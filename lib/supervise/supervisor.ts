/**
 * Runs the parts of an instance and stops them together.
 *
 *   supervisor ─┬─ postgres   (embedded only)
 *               ├─ worker     dist/worker.mjs
 *               └─ web        dist/web.mjs
 *
 * Whatever dies is started again. When the supervisor dies, its children notice and stop; the next start recovers.
 */
import { mkdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { migrate } from '#lib/db/migrate'
import { readEnv, type Env } from '#lib/server/env'
import { holdExternal, keepEmbedded, type Database } from './database'
import { keepRunning, type Kept } from './keep-running'
import { removeRunFile, writeRunFile } from './run-file'

export interface SupervisorOptions {
  /** The checkout: it holds dist, .next and prisma. */
  root: string
  say: (line: string) => void
}

const webMessage = z.object({ type: z.literal('listening'), port: z.number() })

/** Runs until SIGINT or SIGTERM; resolves with the exit code. Throws one clear line when the start fails. */
export async function runSupervisor({ root, say }: SupervisorOptions): Promise<number> {
  const env = readEnv()
  const dataDir = resolve(env.dataDir)
  const stopped = stopRequested()
  await requireFreePort(env)
  mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 })
  const started: (() => Promise<void>)[] = []
  try {
    say(env.databaseUrl ? 'Connecting to the database of DATABASE_URL …' : `Starting the embedded database in ${join(dataDir, 'postgres')} …`)
    const database = env.databaseUrl ? await holdExternal(env.databaseUrl, say) : await keepEmbedded(dataDir, say)
    started.push(database.stop)
    await migrate(database.url, join(root, 'prisma', 'migrations'), (name) => say(`Migrating the database: ${name}`))
    const address = await startProcesses({ root, say, env, dataDir, database, started })
    writeRunFile(dataDir, { pid: process.pid, address, databaseUrl: database.url })
    say(`\nSpecter is ready: ${address}\n`)
    const signal = await stopped
    say(`Stopping (${signal}) …`)
    return 0
  } finally {
    removeRunFile(dataDir)
    // Last started, first stopped: the database goes when nobody uses it any more.
    for (const stop of started.reverse()) await stop()
    say('Stopped')
  }
}

interface Parts extends SupervisorOptions {
  env: Env
  dataDir: string
  database: Database
  started: (() => Promise<void>)[]
}

async function startProcesses({ root, say, env, dataDir, database, started }: Parts): Promise<string> {
  let port = env.port
  const dist = (name: string): string => join(root, 'dist', `${name}.mjs`)
  const common = (name: string, youngMb = 24) => ({
    name,
    // Batches of ingest live just long enough to be copied twice by a young generation of Node's usual 16 MB: a third of it went into that.
    args: ['--enable-source-maps', '--disable-proto=delete', `--max-semi-space-size=${youngMb}`, '--import', dist('child'), dist(name)],
    logFile: join(dataDir, 'logs', `${name}.log`),
    say,
    env: (): NodeJS.ProcessEnv => ({
      ...process.env,
      NODE_ENV: 'production',
      TZ: 'UTC',
      // Else each thread of Node has a heap of its own in libc, and what was freed there stays: 40 MB a process.
      MALLOC_ARENA_MAX: '2',
      MALLOC_TRIM_THRESHOLD_: '131072',
      PORT: String(port),
      HOST: env.host,
      SPECTER_DATA: dataDir,
      DATABASE_URL: database.url,
    }),
  })
  const worker = keepRunning(common('worker', 16))
  worker.markReady()
  started.push(worker.stop)
  let listening: (port: number) => void = () => {}
  const up = new Promise<number>((resolve) => (listening = resolve))
  const web: Kept = keepRunning({
    ...common('web'),
    onMessage: (message) => {
      const parsed = webMessage.safeParse(message)
      if (!parsed.success) return
      port = parsed.data.port
      web.markReady()
      listening(port)
    },
  })
  started.push(web.stop)
  const first = await Promise.race([up, web.failedFirst])
  if (typeof first === 'string') throw new Error(`The web server did not start: ${first}`)
  return `http://${env.host.includes(':') ? `[${env.host}]` : env.host}:${first}/`
}

/** The web server of an instance that was killed a moment ago notices within this time and lets go of its port. */
const PORT_PATIENCE_MS = 3_000

/** Asked before the database is started, so that a taken port is the first thing said and not the last. */
async function requireFreePort({ host, port }: Env): Promise<void> {
  const deadline = Date.now() + PORT_PATIENCE_MS
  for (;;) {
    const code = await listenError(host, port)
    if (code === undefined) return
    if (code !== 'EADDRINUSE') throw new Error(`Port ${port} on ${host} can't be used (${code}); set PORT to another one`)
    if (Date.now() > deadline) throw new Error(`Port ${port} on ${host} is taken by another program; stop that, or set PORT to another one`)
    await sleep(200)
  }
}

function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(undefined)))
  })
}

/** npm passes on a Ctrl-C that the terminal has already sent to us: the echo of the first signal is not a second wish. */
const ECHO_MS = 2_000

/** The first signal stops in order; a second one, from someone who won't wait, ends at once. */
function stopRequested(): Promise<string> {
  return new Promise((resolve) => {
    let askedAt = 0
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (askedAt && Date.now() - askedAt > ECHO_MS) process.exit(1)
        askedAt ||= Date.now()
        resolve(signal)
      })
    }
  })
}

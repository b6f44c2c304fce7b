/**
 * Ingest to stored-and-linked, as a user has it: a fresh instance each run, `bin/specter import` of Train Ticket's logs, until linking
 * has nothing left. All our processes, Postgres and the client share the machine. Beside it, in the same run, a bare COPY of the same
 * rows into a table without indexes, which is the least that storing them can cost.
 *
 *   npm run bench:ingest            5 runs
 *   npm run bench:ingest -- 1       one run
 */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir, totalmem } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pipeline } from 'node:stream/promises'
import { PassThrough } from 'node:stream'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

const root = resolve(import.meta.dirname, '..')
const file = resolve(root, '../shared/data/trainticket-a/logs.ndjson.gz')
const runs = Number(process.argv[2] ?? 5)
const EVENTS = 168_597

interface Run {
  /** From the start until every tier is through: the pause after which a model is fitted, the fit, and the scoring included. */
  seconds: number
  /** Until the exact tier is through. */
  exactSeconds: number
  storedSeconds: number
  /** While importing and linking by ids, and until the end. */
  exactRssMb: number
  rssMb: number
  copySeconds: number
}

if (!existsSync(file)) {
  console.error(`bench:ingest needs ${file}`)
  process.exit(1)
}
const results: Run[] = []
for (let i = 0; i < runs; i++) {
  const run = await measure()
  results.push(run)
  console.log(
    `run ${i + 1}: stored after ${run.storedSeconds.toFixed(2)} s, linked by ids after ${run.exactSeconds.toFixed(2)} s = ${Math.round(EVENTS / run.exactSeconds)} events/s at ${run.exactRssMb} MB, ` +
      `through every tier after ${run.seconds.toFixed(2)} s = ${Math.round(EVENTS / run.seconds)} events/s at ${run.rssMb} MB; ` +
      `bare COPY ${run.copySeconds.toFixed(2)} s = ${Math.round(EVENTS / run.copySeconds)} rows/s, ratio ${(run.exactSeconds / run.copySeconds).toFixed(1)}`,
  )
}
const median = (pick: (run: Run) => number): number => results.map(pick).sort((a, b) => a - b)[Math.floor(results.length / 2)] ?? 0
console.log(
  `median of ${runs}: ${Math.round(EVENTS / median((run) => run.exactSeconds))} events/s by ids at ${median((run) => run.exactRssMb)} MB, ` +
    `${Math.round(EVENTS / median((run) => run.seconds))} events/s through every tier at ${median((run) => run.rssMb)} MB, ` +
    `${median((run) => run.exactSeconds / run.copySeconds).toFixed(1)} times the bare COPY (${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version})`,
)

async function measure(): Promise<Run> {
  const data = mkdtempSync(join(tmpdir(), 'specter-bench-'))
  const port = 3890
  const env = { ...process.env, SPECTER_DATA: data, PORT: String(port), DATABASE_URL: '' }
  const instance = spawn(process.execPath, [join(root, 'bin/start.mjs')], { env, cwd: root, stdio: 'ignore' })
  const base = `http://127.0.0.1:${port}`
  try {
    await until(async () => (await status(base)).ready, 240_000)
    return await importOnce(base, env, data, instance)
  } finally {
    instance.kill('SIGTERM')
    await new Promise((done) => instance.once('exit', done))
    rmSync(data, { recursive: true, force: true })
  }
}

async function importOnce(base: string, env: NodeJS.ProcessEnv, data: string, instance: ChildProcess): Promise<Run> {
  let rssMb = 0
  const sampler = setInterval(() => (rssMb = Math.max(rssMb, ourRssMb([instance.pid ?? 0, client.pid ?? 0]))), 100)
  const started = performance.now()
  const client = spawn(process.execPath, [join(root, 'bin/specter'), 'import', file, '--url', base], { env, cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  const code = await new Promise((done) => client.once('exit', done))
  if (code !== 0) throw new Error(`import ended with ${String(code)}`)
  const storedSeconds = (performance.now() - started) / 1000
  const { databaseUrl } = JSON.parse(readFileSync(join(data, 'run.json'), 'utf8')) as { databaseUrl: string }
  await untilLinkedByIds(databaseUrl)
  const exactSeconds = (performance.now() - started) / 1000
  const exactRssMb = rssMb
  await until(async () => (await status(base)).linking.pending === 0, 240_000)
  const seconds = (performance.now() - started) / 1000
  clearInterval(sampler)
  return { seconds, exactSeconds, storedSeconds, exactRssMb, rssMb, copySeconds: await bareCopy(databaseUrl) }
}

async function untilLinkedByIds(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await until(async () => (await client.query('select 1 from ingest_batch where linked_at is null limit 1')).rowCount === 0, 120_000)
  await client.end()
}

async function status(base: string): Promise<{ ready: boolean; linking: { pending: number } }> {
  const answer = await fetch(`${base}/api/v1/status`).catch(() => null)
  return answer?.ok ? ((await answer.json()) as { ready: boolean; linking: { pending: number } }) : { ready: false, linking: { pending: -1 } }
}

async function until(done: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`)
    await sleep(20)
  }
}

/** Memory of these processes and their descendants, Postgres left out. */
function ourRssMb(pids: number[]): number {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,comm='], { encoding: 'utf8' }).trim().split('\n').map((line) => {
    const [pid, ppid, rss, command] = line.trim().split(/\s+/)
    return { pid: Number(pid), ppid: Number(ppid), rss: Number(rss), command }
  }) // prettier-ignore
  const ours = new Set(pids)
  for (let grew = true; grew;) {
    grew = false
    for (const row of rows) {
      if (ours.has(row.ppid) && !ours.has(row.pid) && row.command !== 'postgres') {
        ours.add(row.pid)
        grew = true
      }
    }
  }
  return Math.round(rows.filter((row) => ours.has(row.pid)).reduce((sum, row) => sum + row.rss, 0) / 1024)
}

/** The stored rows, copied out and into a table without indexes; only the way in is timed. */
async function bareCopy(url: string): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const chunks: Buffer[] = []
    const out = client.query(copyTo('copy (select * from event) to stdout (format binary)'))
    for await (const chunk of out) chunks.push(chunk as Buffer)
    await client.query('create table bare (like event)')
    const started = performance.now()
    const into = new PassThrough()
    const copied = pipeline(into, client.query(copyFrom('copy bare from stdin (format binary)')))
    for (const chunk of chunks) if (!into.write(chunk)) await new Promise((drained) => into.once('drain', drained))
    into.end()
    await copied
    return (performance.now() - started) / 1000
  } finally {
    await client.end()
  }
}

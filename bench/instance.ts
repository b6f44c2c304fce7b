/** A fresh instance of the product for a benchmark, and what is measured around it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { PassThrough } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

export const root = resolve(import.meta.dirname, '..')
const READY_MS = 240_000

export interface Instance {
  base: string
  databaseUrl: string
  /** Starts `bin/specter import`; resolves when it has ended well. */
  importFile(file: string): Promise<void>
  /** Resident memory of our processes by name, in MB, the client's too; Postgres left out. */
  rssMb(): Record<string, number>
  /** CPU time in seconds since the start, of our processes but the client and of Postgres: other work on the machine doesn't change it much. Null where there is no /proc. */
  cpuSeconds(): { ours: number; postgres: number } | null
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

export interface Linking {
  ready: boolean
  linking: { pending: number; skipping: string | null; model: { version: number } | null }
}

/** `PORT` where that is set, else one that nothing else here uses. */
export async function startInstance(): Promise<Instance> {
  const data = mkdtempSync(join(tmpdir(), 'specter-bench-'))
  const port = process.env['PORT'] ?? '3890'
  const env = { ...process.env, SPECTER_DATA: data, PORT: port, DATABASE_URL: '' }
  const running = spawn(process.execPath, [join(root, 'bin/start.mjs')], { env, cwd: root, stdio: 'ignore' })
  const base = `http://127.0.0.1:${port}`
  let client: ChildProcess | undefined
  const stop = async (): Promise<void> => {
    client?.kill('SIGTERM')
    running.kill('SIGTERM')
    if (running.exitCode === null) await new Promise((done) => running.once('exit', done))
    rmSync(data, { recursive: true, force: true })
  }
  try {
    await until(async () => (await status(base)).ready, READY_MS)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    base,
    databaseUrl: (JSON.parse(readFileSync(join(data, 'run.json'), 'utf8')) as { databaseUrl: string }).databaseUrl,
    importFile: async (file) => {
      client = spawn(process.execPath, [join(root, 'bin/specter'), 'import', file, '--url', base], { env, cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
      const code = await new Promise((done) => client?.once('exit', done))
      if (code !== 0) throw new Error(`import ended with ${String(code)}`)
    },
    rssMb: () => rssMb([running.pid, client?.pid].filter((pid) => pid !== undefined)),
    cpuSeconds: () => cpuSeconds(running.pid ?? -1),
    stop,
  }
}

export async function status(base: string): Promise<Linking> {
  const answer = await fetch(`${base}/api/v1/status`).catch(() => null)
  return answer?.ok ? ((await answer.json()) as Linking) : { ready: false, linking: { pending: -1, skipping: null, model: null } }
}

export async function until(done: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`)
    await sleep(20)
  }
}

export const sum = (parts: Record<string, number>): number => Object.values(parts).reduce((a, b) => a + b, 0)

const TICKS_PER_SECOND = 100

/** Of this process and all below it; what has ended counts with whoever waited for it. proc(5): stat. */
function cpuSeconds(root: number): { ours: number; postgres: number } | null {
  if (!existsSync('/proc/self/stat')) return null
  const seconds = { ours: 0, postgres: 0 }
  const children = new Map<number, { pid: number; name: string; ticks: number }[]>()
  for (const entry of readdirSync('/proc')) {
    const found = /^\d+$/.test(entry) ? statOf(Number(entry)) : null
    if (found) children.set(found.parent, [...(children.get(found.parent) ?? []), found])
    if (found?.pid === root) seconds.ours += found.ticks / TICKS_PER_SECOND
  }
  for (let front = [root]; front.length > 0;) {
    const below = front.flatMap((pid) => children.get(pid) ?? [])
    for (const { name, ticks } of below) seconds[name === 'postgres' ? 'postgres' : 'ours'] += ticks / TICKS_PER_SECOND
    front = below.map(({ pid }) => pid)
  }
  return seconds
}

function statOf(pid: number): { pid: number; parent: number; name: string; ticks: number } | null {
  try {
    const [, name = '', rest = ''] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const fields = rest.split(' ').map(Number)
    return { pid, parent: fields[1] ?? 0, name, ticks: [11, 12, 13, 14].reduce((sum, i) => sum + (fields[i] ?? 0), 0) }
  } catch {
    return null
  }
}

export function cpuWords(before: { ours: number; postgres: number } | null, after: { ours: number; postgres: number } | null, events: number): string {
  if (!before || !after) return 'CPU time is not known here'
  const each = (s: number): number => (s / events) * 1e6
  const [ours, postgres] = [each(after.ours - before.ours), each(after.postgres - before.postgres)]
  return `CPU time an event without the client: ${ours.toFixed(0)} µs of ours, ${postgres.toFixed(0)} µs of Postgres: ${Math.round(1e6 / (ours + postgres))} events/s for each core`
}

/** Processes by what they run: the supervisor, web, the worker, the client. */
function rssMb(pids: number[]): Record<string, number> {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss=,comm=,args='], { encoding: 'utf8', maxBuffer: 1 << 24 }).trim().split('\n').map((line) => {
    const [pid, ppid, rss, command, ...args] = line.trim().split(/\s+/)
    return { pid: Number(pid), ppid: Number(ppid), mb: Number(rss) / 1024, command, last: args.join(' ') }
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
  const found: Record<string, number> = {}
  for (const row of rows) {
    if (!ours.has(row.pid)) continue
    const name =
      /(web|worker)\.mjs$/.exec(row.last)?.[1] ?? (row.last.includes('bin/specter') ? 'client' : row.last.includes('start.mjs') ? 'supervisor' : 'other')
    found[name] = Math.round((found[name] ?? 0) + row.mb)
  }
  return found
}

/** The stored rows, copied out and into a table without indexes; only the way in is timed. In seconds. */
export async function bareCopy(url: string, most: number): Promise<number> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    const chunks: Buffer[] = []
    const out = client.query(copyTo(`copy (select * from event limit ${most}) to stdout (format binary)`))
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

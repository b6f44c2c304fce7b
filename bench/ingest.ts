/**
 * Ingest to stored-and-linked, as a user has it: a fresh instance each run, `bin/specter import` of Train Ticket's logs, until linking
 * has nothing left. All our processes, Postgres and the client share the machine. Beside it, in the same run, a bare COPY of the same
 * rows into a table without indexes, which is the least that storing them can cost.
 *
 *   npm run bench:ingest                          5 runs
 *   npm run bench:ingest -- 1                     one run
 *   npm run bench:ingest -- --events 2000000      one long run: pace and memory over time (ingest-long.ts)
 */
import { existsSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { resolve } from 'node:path'
import pg from 'pg'
import { ingestLong } from './ingest-long'
import { bareCopy, cpuWords, root, startInstance, status, sum, until, type Instance } from './instance'

const file = resolve(root, '../shared/data/trainticket-a/logs.ndjson.gz')
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
  /** By ids alone, and through every tier. */
  cpu: [string, string]
}

if (!existsSync(file)) {
  console.error(`bench:ingest needs ${file}`)
  process.exit(1)
}
const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, load ${(loadavg()[0] ?? 0).toFixed(1)} before`
const asked = process.argv.indexOf('--events')
if (asked > 0) await ingestLong(file, Number(process.argv[asked + 1]), machine)
else await repeat(Number(process.argv[2] ?? 5))

async function repeat(runs: number): Promise<void> {
  const results: Run[] = []
  for (let i = 0; i < runs; i++) {
    const run = await measure()
    results.push(run)
    console.log(
      `run ${i + 1}: stored after ${run.storedSeconds.toFixed(2)} s, linked by ids after ${run.exactSeconds.toFixed(2)} s = ${Math.round(EVENTS / run.exactSeconds)} events/s at ${run.exactRssMb} MB, ` +
        `through every tier after ${run.seconds.toFixed(2)} s = ${Math.round(EVENTS / run.seconds)} events/s at ${run.rssMb} MB; ` +
        `bare COPY ${run.copySeconds.toFixed(2)} s = ${Math.round(EVENTS / run.copySeconds)} rows/s, ratio ${(run.exactSeconds / run.copySeconds).toFixed(1)} and ${(run.seconds / run.copySeconds).toFixed(1)}\n` +
        `  by ids, ${run.cpu[0]}\n  every tier, ${run.cpu[1]}`,
    )
  }
  const median = (pick: (run: Run) => number): number => results.map(pick).sort((a, b) => a - b)[Math.floor(results.length / 2)] ?? 0
  console.log(
    `median of ${runs}: ${Math.round(EVENTS / median((run) => run.exactSeconds))} events/s by ids at ${median((run) => run.exactRssMb)} MB, ` +
      `${Math.round(EVENTS / median((run) => run.seconds))} events/s through every tier at ${median((run) => run.rssMb)} MB, ` +
      `${median((run) => run.exactSeconds / run.copySeconds).toFixed(1)} times the bare COPY (${machine})`,
  )
}

async function measure(): Promise<Run> {
  const instance = await startInstance()
  try {
    return await importOnce(instance)
  } finally {
    await instance.stop()
  }
}

async function importOnce(instance: Instance): Promise<Run> {
  let rssMb = 0
  const sampler = setInterval(() => (rssMb = Math.max(rssMb, sum(instance.rssMb()))), 100)
  const started = performance.now()
  const cpu = instance.cpuSeconds()
  await instance.importFile(file)
  const storedSeconds = (performance.now() - started) / 1000
  await untilLinkedByIds(instance.databaseUrl)
  const exactSeconds = (performance.now() - started) / 1000
  const exactRssMb = rssMb
  const exactCpu = cpuWords(cpu, instance.cpuSeconds(), EVENTS)
  await until(async () => (await status(instance.base)).linking.pending === 0, 240_000)
  const seconds = (performance.now() - started) / 1000
  clearInterval(sampler)
  const allCpu = cpuWords(cpu, instance.cpuSeconds(), EVENTS)
  return {
    cpu: [exactCpu, allCpu],
    seconds,
    exactSeconds,
    storedSeconds,
    exactRssMb,
    rssMb,
    copySeconds: await bareCopy(instance.databaseUrl, EVENTS),
  }
}

async function untilLinkedByIds(databaseUrl: string): Promise<void> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await until(async () => (await client.query('select 1 from ingest_batch where linked_at is null limit 1')).rowCount === 0, 120_000)
  await client.end()
}

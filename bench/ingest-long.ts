/**
 * One long run: a recorded day repeated (repeat-day.ts) until there are as many events as asked for, imported into a fresh instance. Every ten seconds
 * what is stored, what waits for which tier, and the memory of each of our processes; in the end the pace of each tier and whether memory grew.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { bareCopy, cpuWords, startInstance, status, sum, type Instance } from './instance'
import { repeatDay } from './repeat-day'

const SAMPLE_MS = 500
const SAY_EVERY_MS = 10_000
const COPIED = 168_597

interface Sample {
  seconds: number
  rssMb: number
}

/** When each thing was done, in seconds since the import began. */
interface Done {
  stored: number
  exact: number
  all: number
}

export async function ingestLong(day: string, events: number, machine: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'specter-bench-lines-'))
  const file = join(folder, 'logs.ndjson.gz')
  console.log(`writing ${events} lines: one recorded day repeated, later and with ids of its own each time …`)
  try {
    await repeatDay(day, file, events)
    const instance = await startInstance()
    try {
      const samples: Sample[] = []
      const cpu = instance.cpuSeconds()
      const done = await watch(instance, file, samples)
      const used = cpuWords(cpu, instance.cpuSeconds(), events)
      const copySeconds = await bareCopy(instance.databaseUrl, COPIED)
      report(events, done, samples, copySeconds, `${used}; ${machine}`)
    } finally {
      await instance.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Imports, and looks until nothing waits any more. */
async function watch(instance: Instance, file: string, samples: Sample[]): Promise<Done> {
  const db = new pg.Client(instance.databaseUrl)
  await db.connect()
  const began = performance.now()
  const since = (): number => (performance.now() - began) / 1000
  const done: Done = { stored: 0, exact: 0, all: 0 }
  const imported = instance.importFile(file).then(() => (done.stored = since()))
  imported.catch(() => {})
  for (let said = 0; done.all === 0;) {
    const rss = instance.rssMb()
    samples.push({ seconds: since(), rssMb: sum(rss) })
    const { rows } = await db.query<{ waiting: string; linked: string }>(
      `select (select coalesce(sum(events), 0) from ingest_batch where linked_at is null) as waiting, (select events from linking) as linked`,
    )
    const { pending, skipping, model } = (await status(instance.base)).linking
    const waiting = Number(rows[0]?.waiting)
    if (done.stored > 0 && done.exact === 0 && waiting === 0) done.exact = since()
    if (done.exact > 0 && pending === 0) done.all = since()
    if (since() * 1000 >= said) {
      said = since() * 1000 + SAY_EVERY_MS
      const parts = Object.entries(rss).map(([name, mb]) => `${name} ${mb}`)
      console.log(
        `${since().toFixed(0)} s: ${rows[0]?.linked} linked by ids, ${waiting} wait for them, ${pending} for a tier, model ${model?.version ?? 'none'}` +
          `${skipping ? `, ${skipping} rests` : ''}; ${sum(rss)} MB (${parts.join(', ')})`,
      )
    }
    await sleep(SAMPLE_MS)
    if (done.stored === 0) await Promise.race([imported, sleep(0)])
  }
  await db.end()
  return done
}

function report(events: number, done: Done, samples: readonly Sample[], copySeconds: number, machine: string): void {
  const most = (from: number, to: number): number => Math.max(0, ...samples.filter((s) => s.seconds >= from && s.seconds < to).map((s) => s.rssMb))
  const pace = (seconds: number): string => `${seconds.toFixed(1)} s = ${Math.round(events / seconds)} events/s`
  const perCopy = (seconds: number): string => (seconds / events / (copySeconds / COPIED)).toFixed(1)
  console.log(`${events} events: stored after ${pace(done.stored)}, linked by ids after ${pace(done.exact)}, through every tier after ${pace(done.all)}`)
  console.log(
    `peak memory of our processes: ${most(0, done.exact / 2)} MB in the first half of linking by ids, ${most(done.exact / 2, done.exact)} in the second, ` +
      `${most(done.exact, Infinity)} while fitting and scoring`,
  )
  console.log(
    `bare COPY ${Math.round(COPIED / copySeconds)} rows/s: ${perCopy(done.exact)} times that by ids, ${perCopy(done.all)} times through every tier ` +
      `(${machine}, ${(loadavg()[0] ?? 0).toFixed(1)} after)`,
  )
}

import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { asLines, DAY_FOLDER, factsOf, hashOf, packed, readDay, writeFacts } from './day-files'
import { FAULTS } from './faults'
import { record, RECORDED_DAY } from './recording'

const USAGE = `npm run demo:record -- [--seed N] [--hours H] [--fault NAME[,NAME]] [--out DIR]

Records the shop on a virtual clock and writes logs, X-Ray traces and the truth about them:
logs.ndjson.gz xray.ndjson.gz executions.ndjson.gz truth.ndjson.gz transactions.ndjson.gz

  --seed   another seed, another day; the same seed, the same bytes (default 1)
  --hours  how much of the day (default 23.75, the rest of it runs out)
  --fault  ${Object.keys(FAULTS).join(', ')}
  --out    where to (default demo/shop/out)
  --day    writes the day that the repository keeps, demo/shop/day, instead: no truth
  --check  records that day again, compares, and writes nothing
`

/** What the repository keeps. */
const KEPT = ['logs.ndjson', 'xray.ndjson']

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      hours: { type: 'string', default: '23.75' },
      fault: { type: 'string', default: '' },
      out: { type: 'string' },
      day: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const known = values.check ? await readDay() : undefined
  const seed = known?.seed ?? values.seed
  const begun = Date.now()
  const faults = values.fault.split(',').filter((name) => name !== '')
  const recording = await record({ seed, start: RECORDED_DAY, minutes: Number(values.hours) * 60, faults })
  const files = {
    'logs.ndjson': recording.lines,
    'xray.ndjson': recording.traces,
    'executions.ndjson': recording.truth.executions,
    'truth.ndjson': recording.truth.links,
    'transactions.ndjson': recording.truth.transactions,
  }
  const folder = values.day ? DAY_FOLDER : resolve(values.out ?? join(dirname(fileURLToPath(import.meta.url)), 'out'))
  if (!values.check) await mkdir(folder, { recursive: true })
  const hashes: Record<string, string> = {}
  for (const [name, content] of Object.entries(files)) {
    const text = asLines(content)
    const hash = hashOf(text)
    hashes[name] = hash
    process.stdout.write(`${hash}  ${name}  ${content.length} lines\n`)
    if (!values.check && (!values.day || KEPT.includes(name))) await writeFile(join(folder, `${name}.gz`), packed(text))
  }
  const facts = factsOf(seed, { lines: recording.lines, traces: recording.traces, transactions: recording.truth.transactions }, hashes)
  if (values.day) await writeFacts(facts)
  process.stderr.write(`Recorded in ${((Date.now() - begun) / 1000).toFixed(1)} s\n`)
  if (known === undefined) return
  const changed = Object.keys(hashes).filter((name) => hashes[name] !== known.sha256[name])
  if (JSON.stringify(facts) !== JSON.stringify(known)) changed.push('day.json')
  if (changed.length === 0) {
    process.stderr.write('The day in demo/shop/day is what the shop records.\n')
    return
  }
  process.stderr.write(`${changed.join(', ')} differ from demo/shop/day: record it again with --day, or find out why.\n`)
  process.exitCode = 1
}

await main()

import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gzipSync } from 'node:zlib'

import { FAULTS } from './faults'
import { record, RECORDED_DAY } from './recording'

const USAGE = `npm run demo:record -- [--seed N] [--hours H] [--fault NAME[,NAME]] [--out DIR]

Records the shop on a virtual clock and writes logs, X-Ray traces and the truth about them:
logs.ndjson.gz xray.ndjson.gz executions.ndjson.gz truth.ndjson.gz transactions.ndjson.gz

  --seed   another seed, another day; the same seed, the same bytes (default 1)
  --hours  how much of the day (default 23.75, the rest of it runs out)
  --fault  ${Object.keys(FAULTS).join(', ')}
  --out    where to (default demo/shop/out)
`

function lines(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('')
}

/** gzip without the traces of machine and time: no date (Node writes none), and "unknown" as the operating system. */
function packed(text: string): Buffer {
  const bytes = gzipSync(text, { level: 9 })
  bytes[9] = 255
  return bytes
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      hours: { type: 'string', default: '23.75' },
      fault: { type: 'string', default: '' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(USAGE)
    return
  }
  const folder = resolve(values.out ?? join(dirname(fileURLToPath(import.meta.url)), 'out'))
  const begun = Date.now()
  const recording = await record({
    seed: values.seed,
    start: RECORDED_DAY,
    minutes: Number(values.hours) * 60,
    faults: values.fault.split(',').filter((name) => name !== ''),
  })
  const files = {
    'logs.ndjson': recording.lines,
    'xray.ndjson': recording.traces,
    'executions.ndjson': recording.truth.executions,
    'truth.ndjson': recording.truth.links,
    'transactions.ndjson': recording.truth.transactions,
  }
  await mkdir(folder, { recursive: true })
  for (const [name, values_] of Object.entries(files)) {
    const text = lines(values_)
    const bytes = packed(text)
    await writeFile(join(folder, `${name}.gz`), bytes)
    // The hash is of the text: another zlib may pack the same text into other bytes.
    const hash = createHash('sha256').update(text).digest('hex')
    process.stdout.write(`${hash}  ${name}  ${values_.length} lines  ${(bytes.length / 1e6).toFixed(2)} MB\n`)
  }
  process.stderr.write(`Recorded in ${((Date.now() - begun) / 1000).toFixed(1)} s into ${folder}\n`)
}

await main()

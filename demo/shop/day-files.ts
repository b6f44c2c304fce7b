import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import type { LogLine } from './runtime/ledger'

/** The recorded day that the repository keeps: logs and X-Ray traces, and what whoever loads them needs to know. */
export const DAY_FOLDER = join(dirname(fileURLToPath(import.meta.url)), 'day')

/** day.json. Times are epoch milliseconds; hashes are of the texts: another zlib may pack the same text into other bytes. */
export interface DayFacts {
  seed: string
  fromMs: number
  toMs: number
  first: { logGroup: string; logStream: string; timestamp: number }
  logs: number
  traces: number
  /** By the truth, which the repository doesn't keep: `--check` records it again. */
  transactions: { all: number; of8To20Lines: number }
  sha256: Record<string, string>
}

export const asLines = (values: readonly unknown[]): string => values.map((value) => `${JSON.stringify(value)}\n`).join('')

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** gzip without the traces of machine and time: no date (Node writes none), and "unknown" as the operating system. */
export function packed(text: string): Buffer {
  const bytes = gzipSync(text, { level: 9 })
  bytes[9] = 255
  return bytes
}

/** A line of transactions.ndjson, as far as it is counted. */
interface TransactionLine {
  eventCount: number
}

export function factsOf(
  seed: string,
  files: { lines: readonly LogLine[]; traces: readonly unknown[]; transactions: readonly unknown[] },
  sha256: Record<string, string>,
): DayFacts {
  const { lines, traces } = files
  const transactions = files.transactions as readonly TransactionLine[]
  let [earliest] = lines
  let toMs = 0
  for (const line of lines) {
    if (earliest === undefined || line.timestamp < earliest.timestamp) earliest = line
    toMs = Math.max(toMs, line.ingestionTime)
  }
  if (earliest === undefined) throw new Error('nothing was recorded')
  // Found again by its stream, whose first event it is. A gateway's stream has no date in its name, so its name never moves.
  const first = lines.reduce<LogLine | undefined>((found, line) => {
    if (line.logStream.includes('/')) return found
    if (found === undefined) return line
    return line.logStream === found.logStream && line.timestamp < found.timestamp ? line : found
  }, undefined)
  if (first === undefined) throw new Error('no gateway was recorded')
  return {
    seed,
    fromMs: earliest.timestamp,
    toMs,
    first: { logGroup: first.logGroup, logStream: first.logStream, timestamp: first.timestamp },
    logs: lines.length,
    traces: traces.length,
    transactions: { all: transactions.length, of8To20Lines: transactions.filter(({ eventCount }) => eventCount >= 8 && eventCount <= 20).length },
    sha256,
  }
}

export async function readDay(): Promise<DayFacts> {
  return JSON.parse(await readFile(join(DAY_FOLDER, 'day.json'), 'utf8')) as DayFacts
}

export async function writeFacts(facts: DayFacts): Promise<void> {
  await writeFile(join(DAY_FOLDER, 'day.json'), `${JSON.stringify(facts, null, 2)}\n`)
}

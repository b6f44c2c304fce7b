/**
 * Searching an order id over HTTP: time of 100 different ids that occur in Train Ticket's logs, one after the other, and of the first
 * transaction of each result. Needs a running instance that holds ../shared/data/trainticket-a:
 *
 *   npm run bench:search -- http://127.0.0.1:3000
 *
 * Baseline of the same run: GET /api/v1/openapi.json, which asks the database nothing.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { TransactionList } from '#lib/model/api'

const base = (process.argv[2] ?? 'http://127.0.0.1:3000').replace(/\/$/, '')
const file = resolve(import.meta.dirname, '../../shared/data/trainticket-a/logs.ndjson.gz')
const RANGE = 'from=2023-01-01&to=2023-03-01'

const ids = new Set<string>()
for (const [, id] of gunzipSync(readFileSync(file))
  .toString()
  .matchAll(/[oO]rder\w*[: ]+([0-9a-f]{8}-[0-9a-f-]{27})/g))
  if (id) ids.add(id)
const chosen = [...ids].filter((_, i) => i % Math.max(1, Math.floor(ids.size / 100)) === 0).slice(0, 100)

async function timed<T>(path: string): Promise<{ ms: number; value: T }> {
  const started = performance.now()
  const response = await fetch(base + path)
  const value = (await response.json()) as T
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  return { ms: performance.now() - started, value }
}

function row(name: string, times: number[]): void {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1).padStart(8)
  console.log(`${name.padEnd(28)} ${String(times.length).padStart(4)} p50 ${at(0.5)} ms  p95 ${at(0.95)} ms  max ${at(1)} ms`)
}

const search: number[] = []
const open: number[] = []
const nothing: number[] = []
for (const id of chosen) {
  nothing.push((await timed('/api/v1/openapi.json')).ms)
  const found = await timed<TransactionList>(`/api/v1/transactions?q=${id}&${RANGE}`)
  search.push(found.ms)
  const first = found.value.items[0]
  if (!first) throw new Error(`order ${id} occurs in the logs but its search found nothing`)
  open.push((await timed(`/api/v1/transactions/${first.id}`)).ms)
}
console.log(`${ids.size} order ids in the logs, ${cpus().length} cores, Node ${process.version}`)
row('no database (openapi.json)', nothing)
row('search by order id', search)
row('open its first transaction', open)

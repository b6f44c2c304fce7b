/**
 * `evaluate` on real data (../shared/data): a slice of Train Ticket imported, linked and read back through the real routes. The truth
 * is read by the command only.
 */
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { createGunzip, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endPool } from '#lib/db/pool'
import { createTestDatabase } from '#lib/db/test-database'
import { linkRound } from '#lib/ingest/linker'
import { ingestStream } from '#lib/ingest/pipeline'
import { run } from './main'
import { testContext } from './test-instance'

const TRAIN = resolve(import.meta.dirname, '../../../shared/data/trainticket-a')
const APP = resolve(import.meta.dirname, '../../app')
const present = existsSync(resolve(TRAIN, 'logs.ndjson.gz'))
if (!present && process.env.REQUIRE_DATA === '1') throw new Error(`REQUIRE_DATA=1, but ${TRAIN} is missing`)

interface TruthRow {
  requestId: string
  trace: string
  parent: string | null
  sampled: boolean
}

const { url, pool } = await createTestDatabase()
const folder = mkdtempSync(join(tmpdir(), 'specter-evaluate-'))
type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>
const routes: Record<string, Handler> = {}
const server = createServer((req, res) => {
  const asked = new URL(req.url ?? '/', 'http://127.0.0.1')
  void routes[asked.pathname]?.(new Request(asked), { params: Promise.resolve({}) }).then((answer) => {
    res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
    if (answer.body) Readable.fromWeb(answer.body as Parameters<typeof Readable.fromWeb>[0]).pipe(res)
    else res.end()
  })
})

beforeAll(async () => {
  process.env.DATABASE_URL = url
  for (const path of ['/api/v1/links', '/api/v1/status']) routes[path] = ((await import(join(APP, path, 'route.ts'))) as { GET: Handler }).GET
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterAll(async () => {
  server.close()
  await endPool()
  rmSync(folder, { recursive: true, force: true })
})

/** Lines of the executions alone, in the file's order. */
async function* linesOf(executions: ReadonlySet<string>): AsyncGenerator<Buffer> {
  for await (const line of createInterface({ input: createReadStream(resolve(TRAIN, 'logs.ndjson.gz')).pipe(createGunzip()) })) {
    const requestId = /\\t([0-9a-f-]{36})\\t/.exec(line)?.[1]
    if (requestId !== undefined && executions.has(requestId)) yield Buffer.from(`${line}\n`)
  }
}

describe.skipIf(!present)('evaluate on a slice of trainticket-a', () => {
  // Half of the slice's transactions have an X-Ray trace. They count as unsampled here, so that what their documents prove is scored.
  const rows = present
    ? gunzipSync(readFileSync(resolve(TRAIN, 'truth.ndjson.gz')))
        .toString()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as TruthRow)
    : []
  const traces = (sampled: boolean): string[] => [...new Set(rows.filter((row) => row.sampled === sampled).map((row) => row.trace))].slice(0, 30)
  const chosen = new Set([...traces(true), ...traces(false)])
  const slice = rows.filter((row) => chosen.has(row.trace))
  const traced = slice.filter((row) => row.sampled)
  const tracedLinks = traced.filter((row) => row.parent !== null).length
  const links = slice.filter((row) => row.parent !== null).length

  async function evaluate(truth: TruthRow[], argv: string[] = []): Promise<Record<string, Record<string, number | Record<string, unknown>>>> {
    writeFileSync(join(folder, 'truth.ndjson'), truth.map((row) => `${JSON.stringify(row)}\n`).join(''))
    const context = testContext()
    const code = await run(['evaluate', '--json', '--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`, '--truth', folder, ...argv], context)
    // Only the exact tier ran here, so that what the documents prove is scored alone; the command says that the others have not.
    expect(code).toBe(0)
    expect(context.stderr.text).toMatch(/^[\d,]+ events are not linked yet; the figures are those of now\n$/)
    return JSON.parse(context.stdout.text) as Awaited<ReturnType<typeof evaluate>>
  }

  it('finds what the X-Ray documents prove between executions, through the segments, and counts the rest as not found', { timeout: 300_000 }, async () => {
    const source = { sourceName: 'train', sourceKind: 'file' as const, gzip: false }
    await ingestStream(linesOf(new Set(slice.map((row) => row.requestId))), source, pool)
    await ingestStream(createReadStream(resolve(TRAIN, 'xray.ndjson.gz')), { ...source, sourceName: 'xray', gzip: true }, pool)
    while ((await linkRound(pool)) > 0);

    const { truth, measures } = await evaluate(slice.map((row) => ({ ...row, sampled: false })))
    expect(tracedLinks).toBeGreaterThan(100)
    expect(truth).toMatchObject({ links, roots: slice.length - links })
    expect(measures?.byTier).toMatchObject({ A: { shown: tracedLinks, right: tracedLinks, precision: 1, recall: tracedLinks / links, heldBack: 0, ece: 0 } })
  })

  it('leaves out what was sampled, of which the instance learned', async () => {
    const { truth, measures } = await evaluate(slice)
    expect(truth).toMatchObject({ links: links - tracedLinks, sampledRows: traced.length })
    expect(measures?.byTier).not.toHaveProperty('A')
  })
})

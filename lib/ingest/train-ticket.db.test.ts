/**
 * The main job on real data (../shared/data): Train Ticket's logs and its sampled X-Ray traces. The truth file is read here only,
 * to score; nothing of the product reads it.
 */
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import type { IngestResult } from '#lib/model/api'
import { shuffles } from '#lib/link/testing'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'

const DATA = resolve(import.meta.dirname, '../../../shared/data')
const TRAIN = resolve(DATA, 'trainticket-a')
const present = existsSync(resolve(TRAIN, 'logs.ndjson.gz'))
if (!present && process.env.REQUIRE_DATA === '1') throw new Error(`REQUIRE_DATA=1, but ${TRAIN} is missing`)

async function send(pool: Pool, body: AsyncIterable<Uint8Array>, sourceName: string): Promise<IngestResult> {
  return ingestStream(body, { sourceName, sourceKind: 'file', gzip: false }, pool)
}

async function linkAll(pool: Pool): Promise<void> {
  while ((await linkRound(pool)) > 0);
}

interface Truth {
  requestId: string
  trace: string
  parent: string | null
  sampled: boolean
}

/** Links between executions, passing through spans that are none: `cause effect` by RequestId. */
async function executionLinks(pool: Pool): Promise<Set<string>> {
  const { rows: spans } = await pool.query<{ id: bigint; request_id: string }>(
    `select id, request_id from span where request_id is not null and event_count > 0`,
  )
  const { rows: links } = await pool.query<{ cause: bigint; effect: bigint }>(`select cause, effect from link where tier = 'A'`)
  const requestOf = new Map(spans.map((span) => [span.id, span.request_id]))
  const causes = new Map(links.map((link) => [link.effect, link.cause]))
  const found = new Set<string>()
  for (const [id, request] of requestOf) {
    let cause = causes.get(id)
    while (cause !== undefined && !requestOf.has(cause)) cause = causes.get(cause)
    if (cause !== undefined) found.add(`${requestOf.get(cause) ?? ''} ${request}`)
  }
  return found
}

/** What GET /links and the transactions are made of, in an order of their own. */
async function graph(pool: Pool): Promise<unknown[]> {
  const links = await pool.query('select * from link order by effect, cause')
  const transactions = await pool.query('select * from transaction order by id')
  const members = await pool.query('select * from transaction_span order by 1, 2')
  const spans = await pool.query('select * from span order by id')
  return [links.rows, transactions.rows, members.rows, spans.rows]
}

describe.skipIf(!present)('Train Ticket, 84 minutes of real logs', async () => {
  const { pool } = await createTestDatabase()
  const first: IngestResult[] = []

  beforeAll(async () => {
    for (const name of ['logs.ndjson.gz', 'xray.ndjson.gz']) first.push(await send(pool, createReadStream(resolve(TRAIN, name)), name))
    await linkAll(pool)
  }, 180_000)

  it('stores every log event and every segment document', () => {
    expect(first.map((result) => [result.received, result.stored, result.duplicate, result.quarantined, result.rejected])).toEqual([
      [168_597, 168_597, 0, 0, 0],
      [16_686, 16_686, 0, 0, 0],
    ])
  })

  it('assembles the 50,634 executions', async () => {
    const { rows } = await pool.query<{ n: bigint }>(`select count(*) as n from span where form = 0 and event_count > 0`)
    expect(rows[0]?.n).toBe(50_634n)
  })

  it('links the sampled executions exactly: precision and recall 1.0 through segments that logged nothing', async () => {
    const lines = gunzipSync(readFileSync(resolve(TRAIN, 'truth.ndjson.gz')))
      .toString()
      .trim()
      .split('\n')
    const truth = lines.map((line) => JSON.parse(line) as Truth).filter((row) => row.sampled)
    const expected = new Set(truth.filter((row) => row.parent !== null).map((row) => `${row.parent} ${row.requestId}`))
    const found = await executionLinks(pool)
    expect(expected.size).toBeGreaterThan(2_000)
    expect([...found].filter((link) => !expected.has(link))).toEqual([])
    expect([...expected].filter((link) => !found.has(link))).toEqual([])
  })

  it('stores nothing a second time, and changes nothing', async () => {
    const before = await graph(pool)
    for (const [i, name] of ['logs.ndjson.gz', 'xray.ndjson.gz'].entries()) {
      const again = await send(pool, createReadStream(resolve(TRAIN, name)), `again-${name}`)
      expect(again).toMatchObject({ stored: 0, duplicate: first[i]?.received, received: first[i]?.received })
    }
    await linkAll(pool)
    expect(await graph(pool)).toEqual(before)
  }, 120_000)

  it('gives the same spans, links and transactions from shuffled input that comes in pieces', async () => {
    const other = await createTestDatabase()
    const lines = ['xray.ndjson.gz', 'logs.ndjson.gz'].flatMap((name) =>
      gunzipSync(readFileSync(resolve(TRAIN, name)))
        .toString()
        .trim()
        .split('\n'),
    )
    const shuffled = shuffles(lines, 1)[0] ?? []
    const piece = Math.ceil(shuffled.length / 7)
    for (let i = 0; i < shuffled.length; i += piece) {
      await send(other.pool, asBody(shuffled.slice(i, i + piece)), `piece-${i}`)
      await linkAll(other.pool)
    }
    expect(await graph(other.pool)).toEqual(await graph(pool))
  }, 240_000)
})

const REAL = resolve(DATA, 'xray-real')
describe.skipIf(!present)('real X-Ray traces of serverless applications', async () => {
  const { pool } = await createTestDatabase()

  it('stores every document of the seven traces once', async () => {
    for (const round of [1, 2]) {
      for (const name of readdirSync(REAL).filter((file) => file.endsWith('.json'))) {
        const text = readFileSync(resolve(REAL, name), 'utf8')
        const documents = (JSON.parse(text) as { Segments: unknown[] }).Segments.length
        const result = await send(pool, asBody([text]), name)
        expect(result, name).toMatchObject({ received: documents, stored: round === 1 ? documents : 0, duplicate: round === 1 ? 0 : documents })
      }
    }
    await linkAll(pool)
    const { rows } = await pool.query<{ n: bigint }>('select count(*) as n from link')
    expect(Number(rows[0]?.n)).toBeGreaterThan(40)
  })
})

async function* asBody(lines: string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(lines.join('\n'))
}

import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { ingestStream } from './pipeline'
import { settle } from './settle'

const TRAIN = resolve(import.meta.dirname, '../../../shared/data/trainticket-a')
const present = existsSync(resolve(TRAIN, 'logs.ndjson.gz'))

interface Truth {
  requestId: string
  parent: string | null
  sampled: boolean
}

describe.skipIf(!present)('Train Ticket by all tiers', async () => {
  const { pool } = await createTestDatabase()
  beforeAll(async () => {
    for (const name of ['logs.ndjson.gz', 'xray.ndjson.gz'])
      await ingestStream(createReadStream(resolve(TRAIN, name)), { sourceName: name, sourceKind: 'file', gzip: false }, pool)
    await settle(pool)
  }, 180_000)

  it('links what no trace shows', async () => {
    const { rows } = await pool.query<{ cause: string; effect: string; confidence: number; tier: string }>(
      `select c.request_id as cause, e.request_id as effect, confidence, tier from link join span c on c.id = cause join span e on e.id = effect where model is not null`,
    )
    const truth = gunzipSync(readFileSync(resolve(TRAIN, 'truth.ndjson.gz')))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Truth)
      .filter((row) => !row.sampled)
    const parent = new Map(truth.map((row) => [row.requestId, row.parent]))
    const shown = rows.filter((row) => row.confidence >= 0.95 && parent.has(row.effect))
    const right = shown.filter((row) => parent.get(row.effect) === row.cause).length
    const all = truth.filter((row) => row.parent !== null).length
    expect(right / shown.length).toBeGreaterThan(0.99)
    expect(right / all).toBeGreaterThan(0.95)
  })
})

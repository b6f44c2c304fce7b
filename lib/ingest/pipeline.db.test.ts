import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import type { IngestResult } from '#lib/model/api'
import { ingestStream } from './pipeline'

const T0 = Date.UTC(2026, 9, 1)

function lines(from: number, to: number): string {
  const line = (i: number): string =>
    JSON.stringify({ logGroup: '/app/a', logStream: 's', timestamp: T0 + i, eventId: String(10n ** 20n + BigInt(i)), message: `line ${i} id=${i}abcdef` })
  return Array.from({ length: to - from }, (_, i) => line(from + i)).join('\n')
}

async function* body(...chunks: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) {
    if (chunk instanceof Error) throw chunk
    yield Buffer.from(chunk)
  }
}

describe('ingestStream', async () => {
  const { pool } = await createTestDatabase()
  const send = (chunks: AsyncIterable<Uint8Array>, sourceName = 'test'): Promise<IngestResult> =>
    ingestStream(chunks, { sourceName, sourceKind: 'http', gzip: false }, pool)
  const stored = async (): Promise<number> => Number((await pool.query<{ n: bigint }>('select count(*) as n from event')).rows[0]?.n)

  it('stores each event once when overlapping deliveries come at the same time', async () => {
    const results = await Promise.all([
      send(body(lines(0, 9_000))),
      send(body(lines(3_000, 12_000))),
      send(body(lines(0, 12_000))),
      send(body(lines(0, 9_000))),
    ])
    expect(results.reduce((sum, result) => sum + result.received, 0)).toBe(39_000)
    expect(results.reduce((sum, result) => sum + result.stored, 0)).toBe(12_000)
    expect(await stored()).toBe(12_000)
    const { rows } = await pool.query<{ received: bigint; stored: bigint; duplicate: bigint }>(
      `select received, stored, duplicate from source where name = '/app/a'`,
    )
    expect(rows).toEqual([{ received: 39_000n, stored: 12_000n, duplicate: 27_000n }])
  })

  it('keeps what was read whole when an upload breaks, and takes the rest when it comes again', async () => {
    const before = await stored()
    const broken = send(body(lines(20_000, 27_000) + '\n', lines(27_000, 28_000) + '\n{"logGroup":"/app/a","mess', new Error('terminated')))
    await expect(broken).rejects.toMatchObject({ code: 'truncated-body', extra: { result: { stored: 8_000 } } })
    expect(await stored()).toBe(before + 8_000)
    expect(await send(body(lines(20_000, 30_000)))).toMatchObject({ received: 10_000, stored: 2_000, duplicate: 8_000 })
  })

  it('gives a line without a time the time of its first copy, whoever sends it again and when', async () => {
    const first = await ingestStream(
      body('no time here\nno time here\n'),
      { sourceName: 'app.log', sourceKind: 'file', gzip: false, fileTimeNs: 1_700_000_000_000_000_000n },
      pool,
    )
    expect(first).toMatchObject({ received: 2, stored: 2 })
    expect(await send(body('no time here\nno time here\nno time here'), 'app.log')).toMatchObject({ received: 3, stored: 1, duplicate: 2 })
    expect(await send(body('no time here'), 'other.log')).toMatchObject({ stored: 1 })
  })

  it('makes a partition for whatever week an event is of, also when many come at once', async () => {
    const years = Array.from({ length: 24 }, (_, i) => JSON.stringify({ logGroup: '/app/old', timestamp: Date.UTC(2001 + i, 5, 1), message: `year ${i}` }))
    const results = await Promise.all([0, 1, 2].map((n) => send(body(years.slice(n * 8).join('\n')))))
    expect(results.reduce((sum, result) => sum + result.stored, 0)).toBe(24)
  })

  it('books every record on its source and queues every stored event for linking', async () => {
    const { rows } = await pool.query<{ n: bigint }>('select sum(received - stored - duplicate - quarantined - rejected)::bigint as n from source')
    expect(rows[0]?.n).toBe(0n)
    const queued = await pool.query<{ n: bigint }>('select sum(events)::bigint as n from ingest_batch')
    expect(Number(queued.rows[0]?.n)).toBe(await stored())
  })
})

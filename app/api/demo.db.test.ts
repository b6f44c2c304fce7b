/** The demo day as it is given and taken back in: shifted to now, and to the same now ever after. */
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { aboutDay, recordedDay } from '#lib/demo/recorded-day'
import { ingestStream } from '#lib/ingest/pipeline'
import { getDemoShift } from '#lib/queries/get-demo-shift'
import { read } from '#lib/queries/read'

const { pool } = await createTestDatabase()
const HOUR_NS = 3_600_000_000_000n
/** The real now: what lies in the future is quarantined. */
const NOW_NS = BigInt(Date.now()) * 1_000_000n

/** The first pieces of the day: enough to hold its first event. */
async function load(byMs: number, pieces: number) {
  const { fromMs, toMs } = await aboutDay()
  const encoder = new TextEncoder()
  async function* body(): AsyncGenerator<Uint8Array> {
    let left = pieces
    for await (const piece of recordedDay({ byMs, fromMs, toMs })) {
      if (left-- === 0) return
      yield encoder.encode(piece.map((item) => `${JSON.stringify(item)}\n`).join(''))
    }
  }
  return ingestStream(body(), { sourceName: 'coupon-shop', sourceKind: 'http', gzip: false }, pool)
}

describe('the demo day', () => {
  it('ends now where it is new, and is moved as it was where it is stored', async () => {
    const day = await aboutDay()
    const first = await read((db) => getDemoShift(db, day, NOW_NS), pool)
    expect(first % 1000).toBe(0)
    expect(Math.abs(day.toMs + first - Number(NOW_NS / 1_000_000n))).toBeLessThan(1000)

    const stored = await load(first, 4)
    expect(stored).toMatchObject({ received: 2000, stored: 2000, duplicate: 0, quarantined: 0, rejected: 0 })

    const later = await read((db) => getDemoShift(db, day, NOW_NS + 30n * HOUR_NS), pool)
    expect(later).toBe(first)
    expect(await load(later, 4)).toMatchObject({ received: 2000, stored: 0, duplicate: 2000 })
  })

  it('is what its description says, each record of a known shape', async () => {
    const { logs, traces, fromMs, toMs } = await aboutDay()
    let events = 0
    let documents = 0
    for await (const piece of recordedDay({ byMs: 86_400_000, fromMs, toMs })) {
      for (const record of piece as { eventId?: string; timestamp?: number; Segments?: unknown[] }[]) {
        if (record.Segments) documents++
        else if (record.eventId !== undefined && Number(BigInt(record.eventId) >> 144n) === record.timestamp) events++
      }
    }
    expect({ events, documents }).toEqual({ events: logs, documents: traces })
  })
})

/**
 * A table logs nothing, and the answer to a write has no id of the change: a write is tied to the record of the change stream by the row's
 * key, where that key tells it from the other writes around. Lines as functions log them, through the whole house.
 */
import type { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { ingestStream } from './pipeline'
import { settle } from './settle'

const T0 = Date.UTC(2026, 10, 2, 8)
const WRITES = 120
/** This row is written by somebody who logs nothing. */
const UNSEEN = WRITES / 2

let serial = 0
const event = (logGroup: string, logStream: string, ms: number, message: string): string =>
  JSON.stringify({
    logGroup,
    logStream,
    timestamp: T0 + ms,
    ingestionTime: T0 + ms + 200,
    eventId: String((BigInt(T0 + ms) << 144n) + BigInt(++serial)),
    message,
  })

const uuid = (kind: number, n: number): string => `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`

function execution(name: string, requestId: string, ms: number, text: string): string[] {
  const at = (offset: number, message: string): string => event(`/aws/lambda/${name}`, `s${requestId}`, ms + offset, message)
  return [
    at(0, `START RequestId: ${requestId} Version: 1\n`),
    at(6, `${new Date(T0 + ms + 6).toISOString()}\t${requestId}\tINFO\t${text}\n`),
    at(12, `END RequestId: ${requestId}\n`),
    at(12, `REPORT RequestId: ${requestId}\tDuration: 12.00 ms\tBilled Duration: 12 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\t\n`),
  ]
}

function change(key: string, n: number): string {
  return JSON.stringify({
    Records: [
      {
        eventID: uuid(9, n).replaceAll('-', ''), eventName: 'MODIFY', eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'eu-west-1',
        dynamodb: { ApproximateCreationDateTime: T0 / 1000, Keys: { code: { S: key } }, SequenceNumber: String(100 + n), SizeBytes: 26, StreamViewType: 'KEYS_ONLY' },
        eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/coupons/stream/2026-01-01T00:00:00.000',
      },
    ],
  }) // prettier-ignore
}

/** Writes behind a gateway that proves them, several of them between each write and the record of its change. */
function story(): string[] {
  return Array.from({ length: WRITES }, (_, n) => {
    const ms = n * 170
    const key = `coupon-${(n * 7919 + 10_007).toString(36)}`
    const access = JSON.stringify({
      requestId: uuid(1, n),
      requestTimeEpoch: T0 + ms - 4,
      httpMethod: 'PUT',
      resourcePath: '/coupons/{code}',
      status: '200',
      responseLatency: '20',
      integrationRequestId: uuid(2, n),
    })
    const write = [event('/aws/apigateway/office', 'a', ms + 16, access), ...execution('admin', uuid(2, n), ms, `Coupon saved {"code":"${key}"}`)]
    const read = execution('refresher', uuid(3, n), ms + 400 + ((n * 37) % 300), `event ${change(key, n)}`)
    return n === UNSEEN ? read : [...write, ...read]
  }).flat()
}

interface Found {
  cause: string
  effect: string
  tier: string
}

/** Inferred links that are shown, from writers to the executions that read the change. */
async function tiesOf(pool: Pool): Promise<Found[]> {
  const { rows } = await pool.query<Found>(
    `select c.request_id as cause, coalesce(e.request_id, r.request_id) as effect, link.tier
     from link join span c on c.id = link.cause join span e on e.id = link.effect
     left join link delivered on delivered.cause = e.id and e.request_id is null left join span r on r.id = delivered.effect
     where link.model is not null and link.confidence >= 0.95 order by 2, 1`,
  )
  return rows
}

async function settled(pool: Pool, pieces: readonly string[][]): Promise<Found[]> {
  for (const lines of pieces) {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines.join('\n'))
    }
    await ingestStream(body(), { sourceName: 'test', sourceKind: 'http', gzip: false }, pool)
  }
  await settle(pool)
  return tiesOf(pool)
}

describe('a write and the record of its change', async () => {
  const { pool } = await createTestDatabase()
  const { pool: other } = await createTestDatabase()
  const lines = story()

  it('are tied by the key, and never where nobody is seen to write that key', async () => {
    const found = await settled(pool, [lines])
    for (const { cause, effect } of found) expect(cause.slice(-12), `${cause} -> ${effect}`).toBe(effect.slice(-12))
    expect(found.length).toBeGreaterThan(WRITES * 0.9)
    // Where the delay alone tells one write from the others, the key is not what decides.
    expect(found.filter(({ tier }) => tier === 'B').length).toBeGreaterThan(found.length * 0.8)
    expect(found.some(({ effect }) => effect === uuid(3, UNSEEN))).toBe(false)
  })

  it('are tied alike when the lines come late, the other way round and twice', async () => {
    const back = lines.toReversed()
    expect(await settled(other, [back.slice(0, 500), back, lines.slice(100)])).toEqual(await tiesOf(pool))
  })
})

/**
 * A table logs nothing, and the answer to a write has no id of the change: a write is tied to the record of the change stream by the row's key and
 * the second of the write, where these tell it from the other writes around. Lines as functions log them, through the whole house.
 */
import type { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { ingestStream } from './pipeline'
import { settle } from './settle'

const T0 = Date.UTC(2026, 10, 2, 8)
const WRITES = 120
const GAP_MS = 170
const BATCH = 3
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

const budgetOf = (n: number): number => 20_000 + n * 37
const keyOf = (n: number): string => `coupon-${(n * 7919 + 10_007).toString(36)}`

function record(n: number): object {
  const code = { S: keyOf(n) }
  const second = Math.floor((T0 + n * GAP_MS + 8) / 1000)
  return {
    eventID: uuid(9, n).replaceAll('-', ''), eventName: 'MODIFY', eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'eu-west-1',
    dynamodb: { ApproximateCreationDateTime: second, Keys: { code }, NewImage: { code, budget: { N: String(budgetOf(n)) } }, SequenceNumber: String(100 + n), SizeBytes: 26, StreamViewType: 'NEW_IMAGE' },
    eventSourceARN: 'arn:aws:dynamodb:eu-west-1:123456789012:table/coupons/stream/2026-01-01T00:00:00.000',
  } // prettier-ignore
}

/** A write behind a gateway that proves it; now and then somebody reads the same row in the same moment. */
function write(n: number): string[] {
  const ms = n * GAP_MS
  const access = JSON.stringify({
    requestId: uuid(1, n),
    requestTimeEpoch: T0 + ms - 4,
    httpMethod: 'PUT',
    resourcePath: '/coupons/{code}',
    status: '200',
    responseLatency: '20',
    integrationRequestId: uuid(2, n),
  })
  const read = n % 10 === 0 ? execution('redeem', uuid(4, n), ms + 2, `Coupon entered {"code":"${keyOf(n)}"}`) : []
  const saved = `Coupon saved {"code":"${keyOf(n)}","budget":${budgetOf(n)}}`
  return [event('/aws/apigateway/office', 'a', ms + 16, access), ...execution('admin', uuid(2, n), ms, saved), ...read]
}

/** Records are handed over in batches; several writes lie in each second. */
function story(): string[] {
  return Array.from({ length: WRITES }, (_, n) => {
    const written = n === UNSEEN ? [] : write(n)
    if (n % BATCH !== BATCH - 1) return written
    const records = Array.from({ length: BATCH }, (_, i) => record(n - BATCH + 1 + i))
    return [...written, ...execution('refresher', uuid(3, n), n * GAP_MS + 400, `event ${JSON.stringify({ Records: records })}`)]
  }).flat()
}

interface Found {
  /** RequestId of the writer. */
  cause: string
  /** Which change. */
  effect: string
  tier: string
  rule: string
}

/** Links to the changes, and what is inferred to have caused their readers otherwise. */
async function tiesOf(pool: Pool): Promise<Found[]> {
  const { rows } = await pool.query<Found>(
    `select c.request_id as cause, coalesce(p.value, e.request_id) as effect, link.tier, link.rule
     from link join span c on c.id = link.cause join span e on e.id = link.effect
     left join span_ref p on p.span_id = e.id and p.value like '00000009%'
     where link.tier in ('B', 'C') and link.confidence >= 0.95 order by 2, 1`,
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

  it('are tied by the key, each record to its own write, and never where nobody is seen to write that key', async () => {
    const found = await settled(pool, [lines])
    const seen = Array.from({ length: WRITES }, (_, n) => n).filter((n) => n !== UNSEEN)
    expect(found).toEqual(seen.map((n) => ({ cause: uuid(2, n), effect: uuid(9, n).replaceAll('-', ''), tier: 'B', rule: 'table-change' })))
  })

  it('are tied alike when the lines come late, the other way round and twice', async () => {
    const back = lines.toReversed()
    expect(await settled(other, [back.slice(0, 500), back, lines.slice(100)])).toEqual(await tiesOf(pool))
  })

  it('are in one transaction: gateway, writer, the record in the stream and its reader', async () => {
    const { rows } = await pool.query<{ form: number }>(
      `select s.form from transaction_span t join span s on s.id = t.span_id
       where t.transaction_id = (select transaction_id from transaction_span m join span w on w.id = m.span_id where w.request_id = $1) order by s.form`,
      [uuid(2, 0)],
    )
    expect(rows.map(({ form }) => form)).toEqual([0, 0, 1, 2])
  })
})

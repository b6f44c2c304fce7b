/** Placeholders and values that everybody has, through the store and every tier: they join nothing. */
import { expect, test } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { deliver } from './replay'
import { settle } from './settle'

const COUNT = 10_000
const T0 = Date.UTC(2026, 10, 2, 8)
const ZEROS = '00000000-0000-0000-0000-000000000000'

const SHARED = { messageId: 'undefined', eventId: '-', parentRequestId: ZEROS, traceId: '0'.repeat(32), jobId: 'null', tenantId: 'tenant-7f3a9c21', buildId: '9d2c41e7-55b0-4c7e-9a11-2f60a8e4b7d3' } // prettier-ignore

/** One execution each, spread over 20 functions and half an hour, in no rhythm. */
function lines(): string[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const timestamp = T0 + ((i * 7919) % 1_800_000)
    const request = `${(i + 0x10000).toString(16).padStart(8, '0')}-fa29-40a4-9729-d3f14b9aef76`
    const message = `${new Date(timestamp).toISOString()}\t${request}\tINFO\t${JSON.stringify({ msg: `did ${i % 20}`, ...SHARED })}`
    return JSON.stringify({ logGroup: `/aws/lambda/f${i % 20}`, logStream: `s${i % 40}`, timestamp, message, eventId: String(i).padStart(56, '0') })
  })
}

test('10,000 executions that share placeholders, a tenant and a build are 10,000 transactions', async () => {
  const { pool } = await createTestDatabase()
  await deliver(pool, lines())
  await settle(pool)
  const { rows } = await pool.query<{ spans: number; transactions: number; shown: number; exact: number }>(
    `select (select count(*) from span)::int as spans, (select count(*) from transaction)::int as transactions,
       (select count(*) from link where confidence >= 0.95::real)::int as shown, (select count(*) from link where tier = 'A')::int as exact`,
  )
  expect(rows).toEqual([{ spans: COUNT, transactions: COUNT, shown: 0, exact: 0 }])
}, 240_000)

import { PrismaPg } from '@prisma/adapter-pg'
import pg from 'pg'
import { expect, test } from 'vitest'
import { nsToIso } from '#lib/base/time'
import { PrismaClient } from './generated/client'
import { createPool } from './pool'
import { createTestDatabase, testServerUrl } from './test-database'

/** 05:30 UTC is 01:30 in New York, in the hour that the end of summer time repeats there: any detour through local time shows. */
const INSTANT = new Date('2026-11-01T05:30:00.123Z')
const INSTANT_NS = 1_793_511_000_123_456_789n

const { url } = await createTestDatabase()
const admin = new pg.Client(testServerUrl())
await admin.connect()
await admin.query(`alter database ${new URL(url).pathname.slice(1)} set timezone = 'America/New_York'`)
await admin.end()

test('the server really is in New York for a session that says nothing', async () => {
  const client = new pg.Client(url)
  await client.connect()
  const { rows } = await client.query<{ TimeZone: string }>('show timezone')
  await client.end()
  expect(rows[0]?.TimeZone).toBe('America/New_York')
})

test('sessions of our pool are in UTC, and a time comes back as it went in, as text, as Date and as nanoseconds', async () => {
  const pool = createPool(url)
  try {
    const { rows } = await pool.query<{ zone: string; text: string; date: Date; ns: bigint }>(
      `select current_setting('timezone') as zone, $1::timestamptz::text as text, $1::timestamptz as date, $2::bigint as ns`,
      [INSTANT, INSTANT_NS],
    )
    expect(rows[0]).toEqual({ zone: 'UTC', text: '2026-11-01 05:30:00.123+00', date: INSTANT, ns: INSTANT_NS })
    expect(nsToIso(rows[0]?.ns ?? 0n)).toBe('2026-11-01T05:30:00.123456789Z')
  } finally {
    await pool.end()
  }
})

test('Prisma on our pool writes and reads the same instant', async () => {
  const pool = createPool(url)
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) })
  try {
    await pool.query(`insert into ingest_batch (id, source_id, min_ns, max_ns, events, received_ns) values (1, 1, $1, $1, 0, $1)`, [INSTANT_NS])
    await prisma.ingestBatch.update({ where: { id: 1n }, data: { linkedAt: INSTANT } })
    const read = await prisma.ingestBatch.findUniqueOrThrow({ where: { id: 1n } })
    expect(read.linkedAt).toEqual(INSTANT)
    expect(read.minNs).toBe(INSTANT_NS)
    const { rows } = await pool.query<{ date: Date }>('select linked_at as date from ingest_batch where id = 1')
    expect(rows[0]?.date).toEqual(INSTANT)
  } finally {
    await prisma.$disconnect()
    await pool.end()
  }
})

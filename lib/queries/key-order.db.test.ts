/** Tier K is the same for any order, repetition and splitting of the input. */
import { Readable } from 'node:stream'
import { expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { linkRound } from '#lib/ingest/linker'
import { ingestStream } from '#lib/ingest/pipeline'
import { getKey } from './get-key'
import { read } from './read'

const START = Date.parse('2026-11-21T10:00:00Z')
const HOUR = 3_600_000

/** Six executions of two functions over three days; four of them name the coupon, each in its own way. */
const LINES = Array.from({ length: 6 }, (_, i) => {
  const requestId = `0f1e2d3c-4b5a-4678-8abc-def01234567${i}`
  const fn = i % 2 ? 'checkout' : 'cart'
  const at = START + i * 12 * HOUR
  const said = i < 4 ? (i % 2 ? '{"msg":"redeem","coupon":"SAVE20"}' : 'redeem coupon=save20') : '{"msg":"redeem","coupon":"OTHER"}'
  return [`START RequestId: ${requestId} Version: 1`, `${new Date(at + 5).toISOString()}\t${requestId}\tINFO\t${said}`, `END RequestId: ${requestId}`].map(
    (message, n) => ({
      logGroup: `/aws/lambda/${fn}`,
      logStream: `s${i}`,
      timestamp: at + 5 * n,
      eventId: `${i}${n}`,
      message,
    }),
  )
}).flat()

async function setOf(deliveries: (typeof LINES)[]) {
  const { pool } = databases.pop() ?? { pool: null }
  if (!pool) throw new Error('one database a call')
  for (const lines of deliveries) {
    const body = Readable.from([Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))])
    await ingestStream(body, { sourceName: 'k', sourceKind: 'file', gzip: false }, pool)
    while ((await linkRound(pool)) > 0);
  }
  return read((db) => getKey(db, { name: 'coupon', value: 'SAVE20', limit: 50, nowNs: BigInt(START + 100 * HOUR) * 1_000_000n }), pool)
}

const databases = [await createTestDatabase(), await createTestDatabase()]

it('the set of a key is the same whether its lines come in order and at once, or backwards, twice and one by one', async () => {
  const inOrder = await setOf([LINES])
  const backwards = LINES.toReversed()
  const scattered = await setOf([...backwards.map((line) => [line]), backwards])
  expect(inOrder).toMatchObject({ spanCount: 4, first: '2026-11-21T10:00:00.005Z', last: '2026-11-22T22:00:00.005Z' })
  expect(inOrder.transactions.count).toBe(4)
  expect(inOrder.services.map(({ name, spans }) => [name, spans])).toEqual([
    ['cart', 2],
    ['checkout', 2],
  ])
  expect(scattered).toEqual(inOrder)
})

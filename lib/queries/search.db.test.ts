/** What a search finds, against a real Postgres. */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { idToHex } from '#lib/base/hash'
import { createTestDatabase } from '#lib/db/test-database'
import { transactionStatus } from '#lib/model/transaction-status'
import { SpecterError } from '#lib/server/problem'
import { getFacets } from './get-facets'
import { getMap } from './get-map'
import { getSeries } from './get-series'
import { listEvents } from './list-events'
import { listTransactions } from './list-transactions'
import { read } from './read'
import { DAY_NS, MS, spanId, transactionId, writeStory } from './testing'

const { pool } = await createTestDatabase()
const HOUR_MS = 3_600_000
const range = { fromNs: DAY_NS - 3_600_000n * MS, toNs: DAY_NS + 3_600_000n * MS }
const nowNs = DAY_NS + 20n * 60_000n * MS

/**
 * three checkouts: `good` passes with SAVE20, `bad` fails with SAVE20, `other` has no coupon; the queue's span is open in `late` (began
 * ten minutes ago) and in `lost` (an hour before).
 */
beforeAll(() =>
  writeStory(pool, {
    spans: [
      { key: 'g1', service: 'checkout', startMs: 0, endMs: 400, name: 'POST /checkout' },
      { key: 'g2', service: 'payment', startMs: 500, endMs: 900 },
      { key: 'b1', service: 'checkout', startMs: 1000, endMs: 1100, name: 'POST /checkout' },
      { key: 'b2', service: 'coupon', startMs: 1200, endMs: 5200, failed: true },
      { key: 'o1', service: 'checkout', startMs: 2000, endMs: 2010, name: 'GET /cart', severity: 13 },
      { key: 'l1', service: 'orders', kind: 'queue', startMs: 600_000, open: true },
      { key: 'x1', service: 'orders', kind: 'queue', startMs: -HOUR_MS + 1000, open: true },
    ],
    events: [
      { span: 'g1', atMs: 10, template: 'checkout of *', fields: { coupon: 'SAVE20', 'order.id': 'ord-1', amount: '12.5' } },
      { span: 'g2', atMs: 600, template: 'payment of * captured', fields: { 'order.id': 'ord-1' } },
      { span: 'b1', atMs: 1010, template: 'checkout of *', fields: { coupon: 'SAVE20', 'order.id': 'ord-2', amount: '99' } },
      { span: 'b2', atMs: 1300, template: 'coupon * refused: limit reached', fields: { coupon: 'SAVE20', reason: 'limit_reached' }, severity: 17 },
      { span: 'o1', atMs: 2005, template: '100% of _items_ in cart', fields: { customer: "o'hara", status: '404' }, severity: 13 },
    ],
    transactions: [
      { key: 'good', spans: ['g1', 'g2'] },
      { key: 'bad', spans: ['b1', 'b2'] },
      { key: 'other', spans: ['o1'] },
      { key: 'late', spans: ['l1'] },
      { key: 'lost', spans: ['x1'] },
    ],
  }),
)

const names = new Map(['good', 'bad', 'other', 'late', 'lost'].map((name) => [idToHex(transactionId(name)), name]))
async function find(q: string): Promise<string[]> {
  const list = await read((db) => listTransactions(db, { q, range, limit: 100, nowNs }), pool)
  expect(list.total.count).toBe(list.items.length)
  return list.items.map((item) => names.get(item.id) ?? item.id)
}
async function findEvents(q: string): Promise<number[]> {
  const list = await read((db) => listEvents(db, { q, range, limit: 100, nowNs }), pool)
  return list.items.map((item) => Number((BigInt(item.timeNs) - DAY_NS) / MS))
}

describe('a search for transactions', () => {
  it.each([
    ['', ['late', 'other', 'bad', 'good', 'lost']],
    ['coupon:SAVE20', ['bad', 'good']],
    ['coupon:save20', ['bad', 'good']],
    ['SAVE20', ['bad', 'good']],
    ['coupon:SAVE20 status:error', ['bad']],
    ['coupon:SAVE20 -status:error', ['good']],
    ['-coupon:SAVE20', ['late', 'other', 'lost']],
    // Each condition may be met by another event of the transaction.
    ['order.id:ord-2 reason:limit_reached', ['bad']],
    ['ord-1 reason:limit_reached', []],
    ['reason:limit_reached OR customer:"o\'hara"', ['other', 'bad']],
    ['(reason:limit_reached OR ord-1) service:payment', ['good']],
    ['service:pay*', ['good']],
    ['service:Payment', ['good']],
    ['kind:queue', ['late', 'lost']],
    ['name:"POST /checkout"', ['bad', 'good']],
    ['name:*cart', ['other']],
    ['duration:>1s', ['bad']],
    ['duration:<=900ms', ['other', 'good']],
    ['level:error', ['bad']],
    ['level:>=warn', ['other', 'bad']],
    ['captured', ['good']],
    ['"limit reached"', ['bad']],
    ['"100% of _items_"', ['other']],
    ['"100x of"', []],
    ['amount:>50', ['bad']],
    ['amount:>=12.5', ['bad', 'good']],
    ['coupon:SAVE*', ['bad', 'good']],
    ['status:404', ['other']],
    ['"status":404', ['other']],
    ['source:story', ['other', 'bad', 'good']],
    ['status:running', ['late']],
    ['status:unknown', ['lost']],
    [`id:${idToHex(transactionId('bad'))}`, ['bad']],
    [idToHex(spanId('g2')), ['good']],
    ['{"orderId": "ord-2", "at": 1}', ['bad']],
  ])('%s', async (q, expected) => {
    expect(await find(q)).toEqual(expected)
  })

  it('gives the same status in its rows as in its conditions', async () => {
    for (const status of ['ok', 'error', 'running', 'unknown']) {
      const list = await read((db) => listTransactions(db, { q: `status:${status}`, range, limit: 100, nowNs }), pool)
      expect(list.items.map((item) => item.status)).toEqual(list.items.map(() => status))
    }
    expect(transactionStatus({ failed: false, open: true, startNs: nowNs, endNs: null }, nowNs)).toBe('running')
  })

  it('shows the searched values as keys', async () => {
    const list = await read((db) => listTransactions(db, { q: 'coupon:SAVE20 status:error', range, limit: 10, nowNs }), pool)
    expect(list.items[0]?.keys[0]).toEqual({ field: 'coupon', value: 'SAVE20' })
  })

  it('of nothing says where the nearest match is', async () => {
    const asked = { fromNs: DAY_NS + 86_400_000n * MS, toNs: DAY_NS + 90_000_000n * MS }
    const list = await read((db) => listTransactions(db, { q: 'coupon:SAVE20', range: asked, limit: 10, nowNs }), pool)
    expect(list.items).toEqual([])
    expect(list.nearest?.to).toBe('2026-11-22T00:00:01.001Z')
    const none = await read((db) => listTransactions(db, { q: 'nowhere', range: asked, limit: 10, nowNs }), pool)
    expect(none.nearest).toBeNull()
  })
})

describe('a search for events', () => {
  it.each([
    ['coupon:SAVE20', [1300, 1010, 10]],
    ['level:error', [1300]],
    ['service:checkout', [2005, 1010, 10]],
    ['status:error', [1300, 1010]],
    ['-status:error', [2005, 600, 10]],
    ['service:checkout duration:>1s', [1010]],
    [`id:${idToHex(transactionId('good'))}`, [600, 10]],
  ])('%s', async (q, expected) => {
    expect(await findEvents(q)).toEqual(expected)
  })
})

describe('facets', () => {
  it('count the values of small fields over the whole result', async () => {
    const { groups } = await read((db) => getFacets(db, { range, nowNs }), pool)
    expect(groups.find((group) => group.field === 'coupon')?.values).toEqual([{ value: 'SAVE20', count: 2, failed: 1, kind: null }])
    expect(groups.find((group) => group.field === 'order.id')?.values.map((value) => [value.value, value.count, value.failed])).toEqual([
      ['ord-1', 1, 0],
      ['ord-2', 1, 1],
    ])
    const narrow = await read((db) => getFacets(db, { q: 'order.id:ord-1', range, nowNs }), pool)
    // All that match have it: it tells nothing apart.
    expect(narrow.groups.map((group) => group.field)).not.toContain('order.id')
  })
})

describe('hostile queries', () => {
  const hostile = [
    "'; drop table event; --",
    "' or 1=1 --",
    '%',
    '_',
    '\\',
    '%%%',
    '$1',
    '${1}',
    ':*',
    '&|!',
    '(a+)+$',
    '[[:alpha:]]',
    '{}',
    '[]',
    '{"$gt":""}',
    'null',
    '\0',
    'a\0b',
    '\ud800',
    '\u202e',
    'İ',
    '__proto__:x',
    'constructor:x',
    '__proto__',
    'hasOwnProperty:1',
    'key:\0',
    '"\0":"\0"',
    'service:"\0"',
    'name:\ud800',
    '('.repeat(1000) + 'a' + ')'.repeat(1000),
    '"'.repeat(999),
    'a OR '.repeat(500) + 'b',
    'x'.repeat(10_000),
    'k:' + 'v'.repeat(9_000),
    '-'.repeat(5000) + 'a',
    'duration:>99999999999999h',
    'duration:<0',
    'amount:>1e400',
    'amount:>NaN',
    'amount:<Infinity',
    'id:ffffffffffffffff',
    'id:80000000000000000000000000000000',
    'level:>fatal',
    'template:""',
    'trace:""',
    'service:*',
    'service:' + '*'.repeat(500),
    'coupon:' + '*a'.repeat(400),
  ]
  it('are answered or refused with a reason, by both lists', async () => {
    for (const q of hostile) {
      for (const list of [listTransactions, listEvents]) {
        const answer = await read<unknown>((db) => list(db, { q, range, limit: 10, nowNs }), pool).catch((error: unknown) => error)
        if (answer instanceof SpecterError) expect(answer.invalidParams?.[0]?.name, q.slice(0, 50)).toBe('q')
        else expect(answer, q.slice(0, 50)).toHaveProperty('items')
      }
    }
  })
  it('are answered or refused with a reason by the map, the series and the facets, too', async () => {
    for (const q of hostile.filter((text) => text.length < 2_000)) {
      const asks = [
        read<unknown>((db) => getMap(db, { q, range, compare: range, nowNs }), pool),
        read<unknown>((db) => getSeries(db, { q, range, by: 'service', points: 10, nowNs }), pool),
        read<unknown>((db) => getFacets(db, { q, range, nowNs }), pool),
      ]
      for (const answer of await Promise.allSettled(asks)) {
        if (answer.status === 'rejected') expect(answer.reason, q.slice(0, 50)).toMatchObject({ code: 'invalid-params' })
      }
    }
  })
  it('of any text too', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc
        .array(fc.constantFrom('(', ')', '"', '-', 'status:', 'level:>', 'a', ' OR ', ' ', 'duration:>1s', 'k:*v', "'", '\\', '%', 'id:00000000000000ff'), {
          maxLength: 15,
        })
        .map((parts) => parts.join('')),
    )
    await fc.assert(
      fc.asyncProperty(text, async (q) => {
        const answer = await read((db) => listTransactions(db, { q, range, limit: 10, nowNs }), pool).catch((error: unknown) => error)
        if (!(answer instanceof SpecterError)) expect(answer).toHaveProperty('items')
      }),
      { numRuns: 150 },
    )
  })
  it('leave everything as it was', async () => {
    expect(await find('')).toHaveLength(5)
  })
})

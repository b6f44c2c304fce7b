/** The numbers of the quality page and the set of a business key, recounted by hand on a small store. */
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { idToHex } from '#lib/base/hash'
import { getKey } from './get-key'
import { getQuality } from './get-quality'
import { read } from './read'
import { DAY_NS, MS, serviceId, spanId, transactionId, writeStory, type TestEvent, type TestSpan } from './testing'

const { pool } = await createTestDatabase()
const RANGE = { fromNs: DAY_NS, toNs: DAY_NS + 3_600_000n * MS }

/**
 *   api ══▶ cart (8 exact) ┄┄▶ stock (6 inferred at 0.99, 1 at 0.6 with rivals, 1 at 0.2 that is rather a root)
 */
const N = 8
const spans: TestSpan[] = Array.from({ length: N }, (_, i) => [
  { key: `api${i}`, service: 'api', kind: 'gateway', startMs: 1000 * i, endMs: 1000 * i + 50 },
  { key: `cart${i}`, service: 'cart', startMs: 1000 * i + 5, endMs: 1000 * i + 40, requestId: `r${i}` },
  { key: `stock${i}`, service: 'stock', startMs: 1000 * i + 10, endMs: 1000 * i + 20, requestId: `s${i}` },
]).flat()
const events: TestEvent[] = Array.from({ length: N }, (_, i): TestEvent[] => [
  {
    span: `cart${i}`,
    atMs: 1000 * i + 6,
    body: `{"level":"info","coupon":"${i < 5 ? 'SAVE20' : 'OTHER'}","correlationId":"corr-${i}00000"}`,
    fields: { coupon: i < 5 ? 'SAVE20' : 'OTHER', all: 'same' },
  },
  { span: `stock${i}`, atMs: 1000 * i + 12, body: `reserved for order undefined orderId=undefined`, severity: 0, template: 'reserved' },
]).flat()

beforeAll(async () => {
  await writeStory(pool, {
    spans,
    events,
    links: Array.from({ length: N }, (_, i) => [
      { cause: `api${i}`, effect: `cart${i}` },
      { cause: `cart${i}`, effect: `stock${i}`, tier: 'C', confidence: i < 6 ? 0.99 : i === 6 ? 0.6 : 0.2 },
    ]).flat(),
    transactions: Array.from({ length: N }, (_, i) => ({ key: `t${i}`, spans: [`api${i}`, `cart${i}`, `stock${i}`] })),
  })
  await pool.query(`update link set rule = 'call-site', model = 'm', evidence = '[{"kind":"return","value":"3 ms"}]' where tier = 'C'`)
  // Two rivals at 0.2 each: together with them a cause is likelier than none.
  await pool.query(`update link set alternatives = $1 where effect = $2`, [
    JSON.stringify([
      { cause: '1', confidence: 0.1 },
      { cause: '2', confidence: 0.1 },
    ]),
    spanId('stock6'),
  ])
  const content = {
    names: ['api', 'cart', 'stock'],
    calibration: { tested: 20 },
    tested: [
      {
        cause: 1,
        effect: 2,
        hidden: 22,
        bins: [
          [0.8, 5, 4, 4.1],
          [0.99, 15, 15, 14.9],
        ],
      },
    ],
  }
  await pool.query(
    `insert into link_model (version, hash, fitted_at, ranges, events, spans, labels, cell_ns, reach_ns, content, rule_health) values (3, 'abc', now(), $1, 100, 24, 22, 1, 1, $2, $3)`,
    [
      JSON.stringify([[String(RANGE.fromNs), String(RANGE.toNs)]]),
      JSON.stringify(content),
      JSON.stringify([{ rule: 'call-id', effects: 8, contradicted: 0, rate: 0, low: 0, high: 0.3, demoted: false, more: 1 }]),
    ],
  )
  await pool.query('update linking set model_version = 3')
  const say = (verdict: string, cause: bigint) => pool.query('insert into link_feedback (effect, cause, verdict) values (1, $1, $2)', [cause, verdict])
  await say('confirm', 1n)
  await say('reject', 2n)
  await say('undo', 2n)
})

describe('GET /quality', () => {
  const quality = () => read((db) => getQuality(db, RANGE), pool)

  it('counts hops by what proves them, those that ids don’t prove first', async () => {
    const { links, hops } = await quality()
    expect(links).toEqual({ A: 8, B: 0, C: 6, held: 1, unlinked: 0 })
    expect(hops.map(({ source, target, tiers, held }) => [source.name, target.name, tiers, held])).toEqual([
      ['cart', 'stock', { A: 0, B: 0, C: 6 }, 1],
      ['api', 'cart', { A: 8, B: 0, C: 0 }, 0],
    ])
    expect(hops[0]).toMatchObject({ tested: { hidden: 22, shown: 15, right: 15 }, provedBy: [{ rule: 'call-site', count: 6 }] })
    expect(hops[0]?.stated).toBeCloseTo(0.99, 6)
    expect(hops[1]).toMatchObject({ tested: null, stated: null })
  })

  it('shows the test of the model in force, the threshold’s cost, the rules and what people said', async () => {
    const { test, thresholds, model, rules, feedback } = await quality()
    expect(test).toEqual({ hidden: 22, bins: [{ from: 0.8, stated: 4.1 / 5, count: 5, right: 4 }, { from: 0.99, stated: 14.9 / 15, count: 15, right: 15 }] }) // prettier-ignore
    expect(thresholds.find((point) => point.threshold === 0.5)).toEqual({ threshold: 0.5, links: 7, right: 19 / 20 })
    expect(thresholds.find((point) => point.threshold === 0.95)).toEqual({ threshold: 0.95, links: 6, right: 1 })
    expect(thresholds.find((point) => point.threshold === 0.99)).toEqual({ threshold: 0.99, links: 6, right: 1 })
    expect(model).toMatchObject({ version: 3, hash: 'abc', labels: 22, borrowed: false })
    expect(rules).toEqual([{ rule: 'call-id', effects: 8, contradicted: 0, rate: 0, low: 0, high: 0.3, demoted: false }])
    expect(feedback).toEqual({ confirmed: 1, rejected: 0, picked: 0 })
  })

  it('advises the header on a call that is answered, with the share of links that it would add', async () => {
    const { advice } = await quality()
    expect(advice).toHaveLength(1)
    expect(advice[0]).toMatchObject({ where: 'cart', field: 'traceparent', links: 7, share: 7 / 15 })
  })

  it('finds what lines lack, with a line as example', async () => {
    const { lint } = await quality()
    const stock = lint.find((one) => one.service.name === 'stock')
    expect(stock?.sampled).toBe(8)
    expect(stock?.findings.map(({ check, count }) => [check, count])).toEqual([
      ['placeholder-id', 8],
      ['unstructured', 8],
      ['no-level', 8],
    ])
    expect(stock?.findings[0]?.example).toContain('orderId=undefined')
    expect(lint.find((one) => one.service.name === 'cart')?.findings).toEqual([])
    expect(lint[0]?.service.name).toBe('stock')
  })

  it('names the nearest data where the range is empty', async () => {
    const empty = await read((db) => getQuality(db, { fromNs: DAY_NS - 7_200_000n * MS, toNs: DAY_NS - 3_600_000n * MS }), pool)
    expect(empty.links).toEqual({ A: 0, B: 0, C: 0, held: 0, unlinked: 0 })
    expect(empty.nearest).not.toBeNull()
  })
})

describe('GET /keys/{name}/{value}', () => {
  const key = (name: string, value: string, more: { limit?: number; cursor?: string } = {}) =>
    read((db) => getKey(db, { name, value, limit: 50, nowNs: RANGE.toNs, ...more }), pool)

  it('is the set of spans and transactions that share it, over any length of time', async () => {
    const set = await key('coupon', 'SAVE20')
    expect(set).toMatchObject({
      spanCount: 5,
      exact: true,
      hub: false,
      services: [{ id: idToHex(serviceId('cart')), name: 'cart', kind: 'function', spans: 5 }],
    })
    expect([set.first, set.last]).toEqual(['2026-11-22T00:00:00.006Z', '2026-11-22T00:00:04.006Z'])
    expect(set.transactions.items.map(({ id }) => id)).toEqual([4, 3, 2, 1, 0].map((i) => idToHex(transactionId(`t${i}`))))
    expect(set.transactions).toMatchObject({ count: 5, exact: true, nextCursor: null })
  })

  it('comes in pages', async () => {
    const first = await key('coupon', 'save20', { limit: 3 })
    const second = await key('coupon', 'save20', { limit: 3, cursor: first.transactions.nextCursor ?? '' })
    expect([...first.transactions.items, ...second.transactions.items]).toHaveLength(5)
    expect(second.transactions.nextCursor).toBeNull()
  })

  it('of an unknown value is empty', async () => {
    expect(await key('coupon', 'nobody')).toMatchObject({ first: null, last: null, spanCount: 0, hub: false, services: [] })
  })

  it('is a hub where half of the transactions share it, and never a link', async () => {
    expect((await key('all', 'same')).hub).toBe(false)
    await writeStory(pool, {
      spans: Array.from({ length: 20 }, (_, i) => ({ key: `late${i}`, service: 'cart', startMs: 10_000 + i, endMs: 10_001 + i })),
      transactions: Array.from({ length: 20 }, (_, i) => ({ key: `late${i}`, spans: [`late${i}`] })),
    })
    const before = await pool.query('select count(*) from link')
    for (let i = 0; i < 20; i++) {
      await pool.query(
        `insert into event (time_ns, id, batch_id, source_id, stream_id, service_id, group_id, span_id, severity, form, body, terms)
         select $1, $2, 1, source_id, stream_id, service_id, $3, $3, 9, 0, 'x', terms from event where span_id = $4 limit 1`,
        [DAY_NS + BigInt(10_000 + i) * MS, 1000 + i, spanId(`late${i}`), spanId('cart7')],
      )
    }
    expect(await key('all', 'same')).toMatchObject({ hub: true, spanCount: 28 })
    expect((await pool.query('select count(*) from link')).rows).toEqual(before.rows)
  })
})

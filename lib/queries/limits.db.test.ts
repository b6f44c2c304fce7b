/** Reads stay bounded whatever is stored: huge transactions, long chains, big lines, slow statements. */
import { beforeAll, describe, expect, it } from 'vitest'
import { idToHex } from '#lib/base/hash'
import { sql } from '#lib/db/sql'
import { createTestDatabase } from '#lib/db/test-database'
import { getCausality } from './event-causality'
import { eventIdToHex } from './event-items'
import { getTransaction } from './get-transaction'
import { listTransactions } from './list-transactions'
import { read } from './read'
import { DAY_NS, MS, writeStory } from './testing'

const { pool } = await createTestDatabase()
const nowNs = DAY_NS + 86_400_000n * MS
const range = { fromNs: DAY_NS, toNs: nowNs }
const CHILDREN = 100_000
const CHAIN = 10_000

/** Transaction 1: span 1 with 100,000 children. Transaction 2: a chain of 10,000 from span 1,000,000. Transaction 3: one span, much text. */
beforeAll(async () => {
  await writeStory(pool, { spans: [{ key: 'any', service: 'fan', startMs: 0 }] })
  const span = `insert into span (id, group_id, form, service_id, name, start_ns, start_exact, end_ns, open, failed, severity, event_count, attributes)
    select n, n, 0, (select id from service limit 1), '', ${DAY_NS} + n * 1000, true, ${DAY_NS} + n * 1000 + 500, false, false, 9, 1, '{}' from generate_series($1::bigint, $2::bigint) as n`
  const link = `insert into link (effect, cause, kind, tier, rule, confidence, evidence, alternatives)`
  await pool.query(span, [1, CHILDREN])
  await pool.query(`${link} select n, 1, 'invokes', 'A', 'test', 1, '[]', '[]' from generate_series(2, ${CHILDREN}) as n`)
  await pool.query(span, [1_000_000, 1_000_000 + CHAIN - 1])
  await pool.query(`${link} select n, n - 1, 'invokes', 'A', 'test', 1, '[]', '[]' from generate_series(1000001, ${1_000_000 + CHAIN - 1}) as n`)
  await pool.query(span, [2_000_000, 2_000_000])
  for (const [id, root, count] of [
    [1, 1, CHILDREN],
    [2, 1_000_000, CHAIN],
    [3, 2_000_000, 1],
  ]) {
    await pool.query(
      `insert into transaction (id, root_span, start_ns, end_ns, failed, open, retried, name, service_ids, span_count, event_count, confidence)
       values ($1, $2::bigint, ${DAY_NS} + $2::bigint * 1000, ${DAY_NS} + $2::bigint * 1000 + 500, false, false, false, 'huge', '{}', $3::integer, $3::integer, 1)`,
      [id, root, count],
    )
    await pool.query('insert into transaction_span select $1, n from generate_series($2::bigint, $2::bigint + $3::bigint - 1) as n', [id, root, count])
  }
  const event = `insert into event (time_ns, id, batch_id, source_id, stream_id, service_id, group_id, span_id, severity, form, body, terms)`
  await pool.query(`${event} select ${DAY_NS} + n, n, 1, 0, 0, 0, 1, 1, 9, 0, 'line ' || n, '{}' from generate_series(1, 3000) as n`)
  await pool.query(
    `${event} select ${DAY_NS + MS} + n, n, 1, 0, 0, 0, 2000000, 2000000, 9, 0, repeat(n::text, 1000000 / length(n::text)), '{}' from generate_series(1, 40) as n`,
  )
  await pool.query(`${event} values (${DAY_NS + 2n * MS}, 7, 1, 0, 0, 0, 1009999, 1009999, 9, 0, 'the last of the chain', '{}')`)
  await pool.query('analyze')
}, 120_000)

async function found(id: bigint) {
  const answer = await read((db) => getTransaction(db, idToHex(id), nowNs), pool)
  if (answer.type !== 'found') throw new Error('it is not found')
  return answer.transaction
}

describe('a transaction', () => {
  it('of 100,000 spans shows its first 2,000 spans and events, and says how many there are', async () => {
    const transaction = await found(1n)
    expect(transaction.spans).toHaveLength(2_000)
    expect(transaction.spansCut).toBe(CHILDREN - 2_000)
    expect(transaction.links).toHaveLength(1_999)
    expect(transaction.events).toHaveLength(2_000)
    expect(transaction.eventCount).toBe(CHILDREN)
  })
  it('that is a chain of 10,000 is walked to its end', async () => {
    const transaction = await found(2n)
    expect(transaction.spans).toHaveLength(2_000)
    expect(transaction.criticalPath.length).toBeGreaterThan(1_000)
  })
  it('with 40 MB of text shows as much as fits into 16, whole lines', async () => {
    const transaction = await found(3n)
    const bytes = transaction.events.reduce((sum, event) => sum + event.raw.length, 0)
    expect(bytes).toBeLessThan(18 << 20)
    expect(transaction.events.length).toBeGreaterThan(10)
    expect(transaction.events.every((event) => event.raw.length > 900_000)).toBe(true)
  })
  it('of any size is a row of the list', async () => {
    const list = await read((db) => listTransactions(db, { range, limit: 10, nowNs }), pool)
    expect(list.items.map((item) => [item.shape.length, item.shapeCut])).toEqual([
      [1, 0],
      [40, CHAIN - 40],
      [40, CHILDREN - 40],
    ])
  })
})

describe('causes and effects', () => {
  it('of a long chain are cut at 200 steps, of a wide one at 1,000 links, and say so', async () => {
    const causes = await read((db) => getCausality(db, eventIdToHex(DAY_NS + 2n * MS, 7n), 'causes'), pool)
    expect(causes?.items.map((item) => item.depth)).toEqual(Array.from({ length: 201 }, (_, i) => i + 1))
    expect(causes?.cut).toBe(true)
    const effects = await read((db) => getCausality(db, eventIdToHex(DAY_NS + 5n, 5n), 'effects'), pool)
    expect(effects?.items).toHaveLength(1_000)
    expect(effects?.cut).toBe(true)
  })
})

describe('a read', () => {
  it('that takes too long ends with 57014, and its connection serves the next', async () => {
    const before = pool.totalCount
    await expect(read((db) => db.rows(sql`select pg_sleep(5)`), pool, 50)).rejects.toMatchObject({ code: '57014' })
    expect(await read((db) => db.rows(sql`select 1 as one`), pool)).toEqual([{ one: 1 }])
    expect(pool.totalCount).toBe(before)
  })
  it('goes without a part that takes too long, and on with its own limit', async () => {
    const answer = await read(async (db) => {
      const late = await db.attempt(50, () => db.rows(sql`select pg_sleep(5)`))
      const early = await db.attempt(500, () => db.rows(sql`select 1 as one`))
      const [setting] = await db.rows<{ statement_timeout: string }>(sql`show statement_timeout`)
      return [late, early, setting?.statement_timeout]
    }, pool)
    expect(answer).toEqual([null, [{ one: 1 }], '10s'])
    await expect(read((db) => db.attempt(50, () => db.rows(sql`select 1/0`)), pool)).rejects.toMatchObject({ code: '22012' })
  })
  it('can change nothing', async () => {
    await expect(read((db) => db.rows(sql`delete from event`), pool)).rejects.toMatchObject({ code: '25006' })
  })
  it('sees one moment in all its statements', async () => {
    const counts = await read(async (db) => {
      const [first] = await db.rows<{ n: bigint }>(sql`select count(*) as n from source`)
      await pool.query(`insert into source (id, name, kind) values (5, 'meanwhile', 'file')`)
      const [second] = await db.rows<{ n: bigint }>(sql`select count(*) as n from source`)
      return [first?.n, second?.n]
    }, pool)
    expect(counts[0]).toBe(counts[1])
  })
})

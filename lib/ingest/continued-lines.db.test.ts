/** Stack traces whose lines are events of their own, from the delivery to the spans. */
import { describe, expect, test } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { shuffles } from '#lib/link/testing'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'

const { pool } = await createTestDatabase()

const AT = Date.parse('2026-11-02T08:00:00Z')
const LINES = ['paid order A-77123', '2026-11-02 08:00:00,250 ERROR no seat', 'Traceback (most recent call last):', '  File "/app/cart.py", line 7, in pay', "KeyError: 'seat'", 'paid order A-77124'] // prettier-ignore

async function deliver(body: string, sourceName: string): Promise<void> {
  await ingestStream((async function* () { yield new TextEncoder().encode(body) })(), { sourceName, sourceKind: 'http', gzip: false, fileTimeNs: BigInt(AT) * 1_000_000n }, pool) // prettier-ignore
}

/** The messages of each span of a stream, in the order that a page shows them. */
async function spansOf(where: string): Promise<string[][]> {
  while ((await linkRound(pool)) > 0) continue
  const { rows } = await pool.query<{ messages: string[] }>(
    `select array_agg(coalesce(e.message, ltrim(e.body)) order by e.time_ns, e.source_event_id) as messages from event e join log_stream s on s.id = e.stream_id join span on span.id = coalesce(e.span_id, e.group_id)
     where ${where} group by span.id order by min(e.time_ns), min(e.source_event_id)`,
  )
  return rows.map(({ messages }) => messages)
}

const TRACE = ['no seat', 'Traceback (most recent call last):', 'File "/app/cart.py", line 7, in pay', "KeyError: 'seat'"]

test("a file's trace is one span, at its error's time, and nothing else joins it", async () => {
  await deliver(LINES.join('\n'), 'cart.log')
  const spans = await spansOf(`s.log_group is null`)
  expect(spans).toHaveLength(3)
  expect(spans).toContainEqual(TRACE)
})

describe("a log group's trace is one span, whatever the order of arrival", () => {
  const group = (name: string): string[] =>
    LINES.map((message, i) => JSON.stringify({ logGroup: name, logStream: 'web/1', timestamp: AT + i, message, eventId: String(i).padStart(56, '0') }))
  const expected = [[LINES[0]], TRACE, [LINES[5]]]

  test.each(shuffles([0, 1, 2, 3, 4, 5], 6).map((order) => [order]))('%j, each line a delivery of its own', async (order) => {
    const name = `/ecs/cart-${order.join('')}`
    for (const i of order) {
      await deliver(group(name)[i] ?? '', 'x')
      await linkRound(pool)
    }
    expect(await spansOf(`s.log_group = '${name}'`)).toEqual(expected)
    const { rows } = await pool.query<{ lines: number; failed: boolean; ms: number }>(
      `select event_count as lines, failed, ((end_ns - start_ns) / 1000000)::int as ms from span
       where service_id = (select service_id from log_stream where log_group = '${name}') order by start_ns`,
    )
    expect(rows).toEqual([
      { lines: 1, failed: false, ms: 0 },
      { lines: 4, failed: true, ms: 3 },
      { lines: 1, failed: false, ms: 0 },
    ])
  })

  test('all at once', async () => {
    await deliver(group('/ecs/cart').join('\n'), 'x')
    expect(await spansOf(`s.log_group = '/ecs/cart'`)).toEqual(expected)
  })
})

test('which streams have such lines is read from an index of those lines alone', async () => {
  const { rows } = await pool.query<{ 'QUERY PLAN': string }>(
    `explain select distinct stream_id from event where stream_id = any('{1,2}'::bigint[]) and time_ns between 0 and 1793606400000000000 and facts ? 'continues'`,
  )
  const { rows: parts } = await pool.query<{ name: string }>(
    `select i.relname as name from pg_inherits h join pg_class i on i.oid = h.inhrelid where h.inhparent = 'event_continues'::regclass`,
  )
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
  expect(parts.length).toBeGreaterThan(0)
  for (const scan of plan.split('\n').filter((line) => / Scan /.test(line)))
    expect(
      parts.some(({ name }) => scan.includes(name)),
      plan,
    ).toBe(true)
})

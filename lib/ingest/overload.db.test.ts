import { expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { shopOf } from '#lib/link/statistical/testing'
import { getStatus } from '#lib/queries/get-status'
import { read } from '#lib/queries/read'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'
import { Statistics } from './statistics'

const MOST_WAITING = 500n

/** Lines of requests that call each other without an id between them: `first` to `last`. */
function lines(first: number, last: number): string {
  return shopOf(last, 120)
    .spans.slice(first * 3, last * 3)
    .flatMap((span) => span.lines.map(({ timeMs, template }) => ({ span, timeMs, template })))
    .map(({ span, timeMs, template }, i) =>
      JSON.stringify({
        logGroup: `/aws/lambda/${span.service}`,
        logStream: 'one',
        timestamp: timeMs,
        message: `${new Date(timeMs).toISOString()}\t${Buffer.from(span.id.slice(0, 4)).toString('hex')}-${/\d+/.exec(span.id)?.[0].padStart(4, '0')}-4000-8000-000000000000\tINFO\t${template}`,
        eventId: String((BigInt(timeMs) << 144n) + BigInt(first * 1000 + i)),
      }),
    )
    .join('\n')
}

const { pool } = await createTestDatabase()
const statistics = new Statistics(pool, { quietMs: 0, mostWaiting: MOST_WAITING })

async function send(text: string): Promise<number> {
  const body = (async function* () {
    yield Buffer.from(text)
  })()
  return (await ingestStream(body, { sourceName: 'test', sourceKind: 'http', gzip: false }, pool)).stored
}
const linking = async () => (await read((db) => getStatus(db, 0n, 'test'), pool)).linking
const links = async (model: boolean): Promise<number> => (await pool.query(`select 1 from link where model is ${model ? 'not null' : 'null'}`)).rowCount ?? 0

it('under overload inferred links rest and the status says so, exact linking goes on, and what rested is made up for', async () => {
  await send(lines(0, 60))
  while ((await linkRound(pool)) > 0);
  expect(await statistics.step()).toBe('fitted')
  while ((await statistics.step()) !== 'idle');
  const before = await links(true)
  expect(before).toBeGreaterThan(0)
  expect((await linking()).skipping).toBeNull()

  const sent = await send(lines(60, 200))
  expect(sent).toBeGreaterThan(Number(MOST_WAITING))
  expect(await statistics.step()).toBe('skipping')
  expect(await linking()).toMatchObject({ skipping: 'C', pending: sent })
  expect(await statistics.step()).toBe('skipping')
  expect(await links(true)).toBe(before)

  // The exact rules ask nobody.
  expect(await linkRound(pool)).toBe(sent)
  expect((await pool.query('select 1 from event where span_id is null')).rowCount).toBe(0)
  while ((await statistics.step()) !== 'idle');
  expect(await linking()).toMatchObject({ skipping: null, pending: 0 })
  expect(await links(true)).toBeGreaterThan(before)
})

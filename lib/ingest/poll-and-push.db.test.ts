/** One log group that is polled and has two subscription filters: every event comes three times, and is stored once under its eventId. */
import { expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { draw, drawDelay } from '#testing/fake-aws/draw'
import type { FakeAws } from '#testing/fake-aws/server'
import { addConnection, freshWorld, issuedIds, pollUntil, storedIds, setFakeCredentials } from '#testing/polling'
import { ingestStream } from './pipeline'

const { pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const HOUR = 3_600_000
const GROUP = '/two/filters'

setFakeCredentials()

async function push(payloads: string[]): Promise<{ stored: number; duplicate: number }> {
  const body = Buffer.from(payloads.join('\n'))
  return ingestStream((async function* () { yield body })(), { sourceName: 'http', sourceKind: 'http', gzip: false }, pool) // prettier-ignore
}

/** Lines of three streams, of which some share their millisecond and their words. */
function issue(fake: FakeAws, seed: string): void {
  fake.logs().createGroup(GROUP, { creationTime: T - 24 * HOUR })
  for (let i = 0; i < 120; i++) {
    const timestamp = T - HOUR + Math.floor(draw(seed, 'time', i) * 40) * 60_000
    fake.logs().put(GROUP, [{ stream: `s${i % 3}`, timestamp, message: `line ${i % 7}`, delayMs: drawDelay(seed, String(i), { typicalMs: 800, lateShare: 0.1, lateMaxMs: HOUR }) }]) // prettier-ignore
  }
}

it.each(['poll first', 'push first', 'push between'])('%s', async (order) => {
  const fake = await freshWorld(pool, order, T)
  issue(fake, order)
  await addConnection(pool, fake, { groups: [GROUP], lookbackMinutes: 180 })
  const both = async (untilMs: number): Promise<number[]> =>
    [
      await push(fake.logs().subscription(GROUP, 'all', [0, untilMs])),
      await push(fake.logs().subscription(GROUP, 'errors', [0, untilMs])),
    ].map(({ stored }) => stored) // prettier-ignore
  if (order === 'push between') await both(T)
  if (order !== 'push first') await pollUntil({ pool, fake, seed: order, untilMs: T + 5 * HOUR })
  await fake.clock.advance(Math.max(0, T + 5 * HOUR - fake.clock.nowMs()))
  const stored = await both(T + 5 * HOUR)
  expect(stored).toEqual(order === 'push first' ? [120, 0] : [0, 0])
  if (order === 'push first') await pollUntil({ pool, fake, seed: order, untilMs: T + 10 * HOUR })
  expect(await storedIds(pool)).toEqual(issuedIds(fake))
})

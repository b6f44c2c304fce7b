/** The CloudWatch Logs poller against a fake AWS through the real SDK, on a real Postgres: what it stores is what was issued, each once. */
import { afterEach, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { draw, drawDelay } from '#testing/fake-aws/draw'
import { createVirtualClock } from '#testing/fake-aws/clock'
import { startFakeAws, type FakeAws } from '#testing/fake-aws/server'
import { addConnection, pollUntil, useFakeCredentials } from '#testing/polling'

const { pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const MINUTE = 60_000
const HOUR = 3_600_000
const fakes: FakeAws[] = []

useFakeCredentials()
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

const TABLES = 'event, ingest_batch, source, log_stream, service, template, quarantine, aws_connection, poll_target, poll_scan, backfill, coverage'

async function start(seed: string): Promise<FakeAws> {
  await pool.query(`truncate ${TABLES}`)
  await pool.query('update dictionary_epoch set epoch = epoch + 1')
  const fake = await startFakeAws({ seed, clock: createVirtualClock(T) })
  fakes.push(fake)
  return fake
}

/** `group eventId` of everything stored, each as often as it is, sorted. */
async function storedIds(): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select s.name || ' ' || e.source_event_id as id from event e join source s on s.id = e.source_id`,
  )
  return rows.map((row) => row.id).sort()
}

const issuedIds = (fake: FakeAws, groups?: string[]): string[] =>
  (groups ? groups.flatMap((group) => fake.logs().issued(group)) : fake.logs().issued()).map((event) => `${event.logGroup} ${event.eventId}`).sort()

/** Groups of different kinds of traffic, one of them quiet with an event that comes three hours late. */
function issue(fake: FakeAws, seed: string): void {
  const logs = fake.logs()
  const groups = 2 + Math.floor(draw(seed, 'groups') * 3)
  for (let g = 0; g < groups; g++) {
    const group = `/aws/lambda/f${g}`
    logs.createGroup(group, { creationTime: T - 30 * 24 * HOUR })
    const events = 5 + Math.floor(draw(seed, 'events', g) * 60)
    for (let i = 0; i < events; i++) {
      const key = `${group}/${i}`
      // A few share their millisecond, and a request.
      const timestamp = T - 30 * MINUTE + Math.floor(draw(seed, 'time', g, i - (i % 3 === 0 ? 0 : 1)) * 90) * MINUTE
      const delayMs = drawDelay(seed, key, { typicalMs: 3_000, lateShare: 0.2, lateMaxMs: 3 * HOUR })
      logs.put(group, [{ stream: `s${i % 3}`, timestamp, message: `line ${i} of ${group}`, delayMs, indexMs: Math.floor(draw(seed, 'index', key) * 5_000) }])
    }
  }
  logs.createGroup('/quiet/late', { creationTime: T - 24 * HOUR })
  logs.put('/quiet/late', [{ stream: 's', timestamp: T + 20 * MINUTE, message: 'three hours late', delayMs: 3 * HOUR }])
}

describe('whatever goes wrong, the stored set is the issued set, each once', () => {
  it.each(Array.from({ length: 3 }, (_, i) => `seed-${i}`))('%s', async (seed) => {
    const fake = await start(seed)
    issue(fake, seed)
    await addConnection(pool, fake, { groups: ['/aws/lambda/*', '/quiet/*'] })
    Object.assign(fake.knobs, { throttle: 0.5, emptyPage: 0.3, partialPage: 0.3, staleToken: 0.1, pageEvents: 10 })
    await pollUntil({ pool, fake, seed, untilMs: T + 12 * HOUR })
    console.log(seed, fake.requests.length)
    expect(await storedIds(), seed).toEqual(issuedIds(fake))
  })
})

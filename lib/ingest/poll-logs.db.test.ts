/** The CloudWatch Logs poller against a fake AWS through the real SDK, on a real Postgres: what it stores is what was issued, each once. */
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { draw, drawDelay } from '#testing/fake-aws/draw'
import type { FakeAws } from '#testing/fake-aws/server'
import { addConnection, freshWorld, issuedIds, pollKilling, storedIds, setFakeCredentials } from '#testing/polling'

const { pool, url } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const MINUTE = 60_000
const HOUR = 3_600_000
setFakeCredentials()

/** Groups of different kinds of traffic, one of them quiet with an event that comes three hours late. */
function issue(fake: FakeAws, seed: string): void {
  const logs = fake.logs()
  const groups = 1 + Math.floor(draw(seed, 'groups') * 2)
  for (let g = 0; g < groups; g++) {
    const group = `/aws/lambda/f${g}`
    logs.createGroup(group, { creationTime: T - 30 * 24 * HOUR })
    const events = 5 + Math.floor(draw(seed, 'events', g) * 45)
    for (let i = 0; i < events; i++) {
      const key = `${group}/${i}`
      // Whole minutes, so that many share their millisecond, some of them in one request.
      const timestamp = T + Math.floor(draw(seed, 'time', key) * 60 - 30) * MINUTE
      const delayMs = drawDelay(seed, key, { typicalMs: 3_000, lateShare: 0.2, lateMaxMs: 3 * HOUR })
      const indexMs = Math.floor(draw(seed, 'index', key) * 20_000)
      const twin = { stream: `s${i % 3}`, timestamp, message: `line ${i} of ${group}`, delayMs, indexMs }
      logs.put(group, i % 5 === 0 ? [twin, { ...twin, stream: 's9' }, twin] : [twin])
    }
  }
  logs.createGroup('/quiet/late', { creationTime: T - 24 * HOUR })
  logs.put('/quiet/late', [{ stream: 's', timestamp: T + 30 * MINUTE, message: 'three hours late', delayMs: 3 * HOUR }])
}

/** Events until half an hour from the beginning, three hours of delay, and the sweep of the last 24 hours after it, with time to be refused in. */
const ALL_IN = T + 0.5 * HOUR + 3 * HOUR + 2 * HOUR + 1 * HOUR

describe('whatever goes wrong, and however often the poller is killed, the stored set is the issued set, each once', () => {
  it.each(Array.from({ length: Number(process.env.SPECTER_POLL_SEEDS ?? 50) }, (_, i) => `seed-${i}`))('%s', async (seed) => {
    const fake = await freshWorld(pool, seed, T)
    issue(fake, seed)
    await addConnection(pool, fake, { groups: ['/aws/lambda/*', '/quiet/*'] })
    // In every other run two connections read one group, each with a cursor of its own.
    if (draw(seed, 'twice') < 0.5) await addConnection(pool, fake, { groups: ['/aws/lambda/f0'], label: 'again' })
    Object.assign(fake.knobs, { throttle: 0.5, emptyPage: 0.2, partialPage: 0.2, staleToken: 0.1, drop: 0.02, cut: 0.02, unavailable: 0.02, pageEvents: 20 })
    await pollKilling({ pool, url, fake, seed, untilMs: ALL_IN, kills: 3 })
    expect(await storedIds(pool), `seed ${seed}, ${fake.requests.length} requests`).toEqual(issuedIds(fake))
    const { rows } = await pool.query('select name from poll_target where received <> stored + duplicate or state <> $1', ['active'])
    expect(rows, seed).toEqual([])
    if (process.env.SPECTER_POLL_SEEDS) console.log(seed, fake.requests.length)
  })
})

/**
 * The CloudWatch Logs poller against a fake AWS through the real SDK, on a real Postgres, with all that can go wrong at once: what it stores
 * is what was issued, each once. SPECTER_POLL_SEEDS runs more seeds than 50.
 */
import { afterAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { draw, drawDelay } from '#testing/fake-aws/draw'
import type { FakeAws } from '#testing/fake-aws/server'
import { Victims } from '#testing/poll-victims'
import { addConnection, freshWorld, issuedIds, pollUntil, storedIds, setFakeCredentials } from '#testing/polling'
import { ingestStream } from './pipeline'
import type { PollSettings } from './poll-logs'

const { pool, url } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const MINUTE = 60_000
const HOUR = 3_600_000
const KILLS = 2
const PUSHED = '/aws/lambda/f0'
const GONE = '/gone/soon'
setFakeCredentials()
const victims = new Victims(url)
afterAll(() => victims.end())

interface Run {
  seed: string
  fake: FakeAws
  untilMs: number
  settings: Partial<PollSettings>
  /** When a group is deleted, and how long before that whatever could be read has been looked for, by live readings or a sweep. */
  goneMs: number
  lookedMs: number
}

/**
 * Events until half an hour from the beginning, three hours of delay, and the sweep of the last 24 hours after it, with time to be refused in.
 * Every 20th run has 120 groups: at a twentieth of the pace, which half of all calls being refused leaves, they take longer.
 */
async function begin(index: number): Promise<Run> {
  const seed = `seed-${index}`
  const fake = await freshWorld(pool, seed, T)
  const wide = index % 20 === 0
  const hours: Partial<PollSettings> = {
    scan: { settleMs: 10_000, busyMs: 5 * HOUR, quietMs: 5 * HOUR, everyMs: { '2h': 10 * HOUR, '24h': 4 * HOUR, '14d': 24 * HOUR } },
  }
  issue(fake, seed, wide ? 117 : Math.floor(draw(seed, 'groups') * 2))
  Object.assign(fake.knobs, { throttle: 0.5, emptyPage: 0.2, partialPage: 0.2, staleToken: 0.1, drop: 0.02, cut: 0.02, unavailable: 0.02, pageEvents: 20 })
  const goneMs = T + (wide ? 6.5 : 3.5) * HOUR + Math.floor(draw(seed, 'gone') * 2 * HOUR)
  // At whatever request comes first then, be it the second page of that very group.
  let there = true
  fake.knobs.trouble = ({ atMs }) => {
    if (there && atMs >= goneMs) fake.logs().deleteGroup(GONE)
    if (atMs >= goneMs) there = false
    return undefined
  }
  return { seed, fake, untilMs: T + (wide ? 10 : 6.5) * HOUR, settings: wide ? hours : {}, goneMs, lookedMs: (wide ? 5.5 : 3) * HOUR }
}

/** Groups of different kinds of traffic, one of them quiet with an event that comes three hours late, one that will be deleted. */
function issue(fake: FakeAws, seed: string, more: number): void {
  const logs = fake.logs()
  for (const group of [PUSHED, GONE, ...Array.from({ length: more }, (_, i) => `/aws/lambda/g${i}`)]) {
    logs.createGroup(group, { creationTime: T - 30 * 24 * HOUR })
    const events = more > 100 && group.includes('/g', 5) ? 1 + Math.floor(draw(seed, 'events', group) * 3) : 5 + Math.floor(draw(seed, 'events', group) * 45)
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

/** What two subscription filters deliver of one group in a while, each for itself. */
async function push(fake: FakeAws, seed: string, turn: number): Promise<void> {
  const fromMs = T - 30 * MINUTE + Math.floor(draw(seed, 'push', turn) * 40) * MINUTE
  for (const filter of ['all', 'errors']) {
    const body = Buffer.from(
      fake
        .logs()
        .subscription(PUSHED, filter, [fromMs, fromMs + 10 * MINUTE])
        .join('\n'),
    )
    await ingestStream((async function* () { yield body })(), { sourceName: 'http', sourceKind: 'http', gzip: false }, pool) // prettier-ignore
  }
}

/** Every life but the last one ends by kill -9; a page is asked for, stored and committed within some 10 ms, and the kill is anywhere in it. */
async function live({ seed, fake, untilMs, settings }: Run): Promise<number> {
  let killed = 0
  for (let life = 0; life < KILLS; life++) {
    const request = fake.requests.length + 2 + Math.floor(draw(seed, 'kill', life) * 30)
    const killAt = { request, afterMs: draw(seed, 'moment', life) * 12 }
    if ((await victims.live(fake, { seed: `${seed}/${life}`, untilMs, settings, killAt })) === 'SIGKILL') killed++
    await push(fake, seed, life)
  }
  await pollUntil({ pool, fake, seed, untilMs, settings })
  return killed
}

describe('whatever goes wrong at once, and however often the poller is killed with -9, the stored set is the issued set, each once', () => {
  it.each(Array.from({ length: Number(process.env.SPECTER_POLL_SEEDS ?? 50) }, (_, i) => i))(
    'seed-%i',
    async (index) => {
      const run = await begin(index)
      const { seed, fake, goneMs, lookedMs } = run
      await addConnection(pool, fake, { groups: ['/aws/lambda/*', '/quiet/*', '/gone/*'] })
      // In every other run two connections read one group, each with a cursor of its own.
      if (draw(seed, 'twice') < 0.5) await addConnection(pool, fake, { groups: [PUSHED], label: 'again' })
      expect(await live(run), `${seed}: lives that were killed`).toBe(KILLS)
      const stored = await storedIds(pool)
      const there = stored.filter((id) => !id.startsWith(GONE))
      expect(there, `${seed}, ${fake.requests.length} requests`).toEqual(issuedIds(fake))
      // Of the deleted group all that could be read before the last sweep that is due before its end; nothing else, nothing twice.
      const gone = stored.filter((id) => id.startsWith(GONE))
      const issued = fake.logs().issued(GONE)
      const readable = issued.filter(({ visibleAt }) => visibleAt <= goneMs - lookedMs).map(({ eventId }) => `${GONE} ${eventId}`)
      expect(gone, seed).toEqual(expect.arrayContaining(readable))
      expect(new Set(gone).size, seed).toBe(gone.length)
      expect(issuedIds(fake, [GONE]), seed).toEqual(expect.arrayContaining(gone))
      const { rows } = await pool.query('select name, state from poll_target where received <> stored + duplicate or state <> $1', ['active'])
      expect(rows, seed).toEqual([{ name: GONE, state: 'deleted' }])
      if (process.env.SPECTER_POLL_SEEDS) console.log(seed, fake.requests.length, issued.length, readable.length, gone.length)
    },
    300_000,
  )
})

/** Live Tail through the route: the real SDK against the fake service's event stream. Nothing is stored, and whoever leaves ends the session. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { endPool } from '#lib/db/pool'
import { createTestDatabase } from '#lib/db/test-database'
import type { LiveTailLine } from '#lib/model/live-tail'
import { createVirtualClock } from '#testing/fake-aws/clock'
import { startFakeAws, type FakeAws } from '#testing/fake-aws/server'
import { addConnection, setFakeCredentials } from '#testing/polling'
import { idToHex } from '#lib/base/hash'

const { url, pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
let fake: FakeAws
let connection: string

setFakeCredentials()
beforeAll(() => {
  process.env.DATABASE_URL = url
})
afterAll(endPool)
beforeEach(async () => {
  fake = await startFakeAws({ clock: createVirtualClock(T) })
  fake.logs().createGroup('/app/a')
  fake.logs().createGroup('/app/b')
  connection = idToHex(await addConnection(pool, fake, { groups: ['/app/*'] }))
})
afterEach(() => fake.close())

async function open(query: string, signal?: AbortSignal): Promise<Response> {
  const { GET } = (await import(join(import.meta.dirname, 'v1/live-tail/route.ts'))) as { GET: (request: Request, context: object) => Promise<Response> }
  return GET(new Request(`http://127.0.0.1/api/v1/live-tail?${query}`, { signal }), { params: Promise.resolve({}) })
}

/** Reads line by line, moving the fake's clock on by a second for each. */
function reader(response: Response): { next: () => Promise<LiveTailLine | null>; cancel: () => Promise<void> } {
  const stream = response.body!.getReader()
  const decoder = new TextDecoder()
  let waiting = ''
  const line = async (): Promise<LiveTailLine | null> => {
    while (!waiting.includes('\n')) {
      const { done, value } = await stream.read()
      if (done) return null
      waiting += decoder.decode(value, { stream: true })
    }
    const end = waiting.indexOf('\n')
    const text = waiting.slice(0, end)
    waiting = waiting.slice(end + 1)
    return JSON.parse(text) as LiveTailLine
  }
  return {
    async next() {
      const read = line()
      for (let open = true; open;) {
        open = await Promise.race([read.then(() => false), new Promise<boolean>((resolve) => setTimeout(() => resolve(true), 5))])
        if (open && fake.clock.sleepers() > 0) await fake.clock.wakeNext()
      }
      return read
    },
    cancel: () => stream.cancel(),
  }
}

/** The next line that has events; quiet seconds are passed over. */
async function nextEvents(lines: ReturnType<typeof reader>): Promise<Extract<LiveTailLine, { kind: 'events' }>> {
  for (let i = 0; i < 60; i++) {
    const line = await lines.next()
    if (line?.kind === 'events' && line.events.length > 0) return line
  }
  throw new Error('nothing came in a minute of the clock')
}

const gone = async (): Promise<void> => {
  for (let i = 0; i < 400 && fake.requests.at(-1)?.outcome === ''; i++) await new Promise((resolve) => setTimeout(resolve, 5))
}

it('shows what comes into the chosen groups from now on, matched by the filter, and stores nothing', async () => {
  const put = (group: string, ms: number, message: string): void => void fake.logs().put(group, [{ stream: 's1', timestamp: T + ms, message }])
  put('/app/a', -5000, 'before it began')
  put('/app/a', 2500, 'error: out of stock')
  put('/app/b', 2600, 'error: of a group that nobody asked for')
  put('/app/a', 2700, 'all is well')
  const response = await open(`connection=${connection}&groups=/app/a&filter=error`)
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8'])
  const lines = reader(response)
  expect(await lines.next()).toEqual({ kind: 'started' })
  expect(await nextEvents(lines)).toEqual({
    kind: 'events', sampled: false, events: [{ time: new Date(T + 2500).toISOString(), logGroup: '/app/a', logStream: 's1', message: 'error: out of stock' }],
  }) // prettier-ignore
  await lines.cancel()
  await gone()
  expect(fake.requests.at(-1)).toMatchObject({ action: 'StartLiveTail', outcome: 'left' })
  expect((await pool.query('select count(*)::int as n from event')).rows).toEqual([{ n: 0 }])
})

it('says where AWS shows a sample only', async () => {
  fake.logs().put('/app/a', Array.from({ length: 700 }, (_, i) => ({ stream: 's', timestamp: T + 1500, message: `line ${i}` }))) // prettier-ignore
  const lines = reader(await open(`connection=${connection}&groups=/app/a,/app/b`))
  await lines.next()
  const update = await nextEvents(lines)
  expect([update.sampled, update.events.length]).toEqual([true, 500])
  await lines.cancel()
})

it("ends with the caller's request, and when AWS ends the session", async () => {
  const leaving = new AbortController()
  const first = reader(await open(`connection=${connection}&groups=/app/a`, leaving.signal))
  await first.next()
  leaving.abort()
  await gone()
  expect(fake.requests.at(-1)).toMatchObject({ outcome: 'left' })
  const second = reader(await open(`connection=${connection}&groups=/app/a`))
  await second.next()
  await fake.clock.advance(3 * 3_600_000 - 2000)
  let last: LiveTailLine | null = null
  for (let line = await second.next(); line !== null; line = await second.next()) last = line
  expect(last).toEqual({ kind: 'ended', reason: 'timeout', message: 'Session has timed out' })
})

it.each([
  ['no permission', 'groups=/app/a', 502, /logs:StartLiveTail/, () => fake.logs().deny('logs:StartLiveTail', '/app/a')],
  ['a group that is not there', 'groups=/app/none', 404, /no log group/, () => {}],
  ['a pattern in place of a name', 'groups=/app/*', 400, /one to ten log groups/, () => {}],
  ['a class without it', 'groups=/rare', 502, /INFREQUENT_ACCESS/, () => fake.logs().createGroup('/rare', { groupClass: 'INFREQUENT_ACCESS' })],
] as const)('refuses with a status and AWS’s words: %s', async (_, query, status, detail, prepare) => {
  prepare()
  const response = await open(`connection=${connection}&${query}`)
  expect([response.status, await response.json()]).toEqual([status, expect.objectContaining({ detail: expect.stringMatching(detail) })])
})

it('a fifth at once is told to wait; a connection that is not there is not found', async () => {
  const open4 = await Promise.all([1, 2, 3, 4].map(async () => reader(await open(`connection=${connection}&groups=/app/a`))))
  const fifth = await open(`connection=${connection}&groups=/app/a`)
  expect([fifth.status, fifth.headers.get('retry-after')]).toEqual([503, '30'])
  for (const lines of open4) await lines.cancel()
  const again = await open(`connection=${connection}&groups=/app/a`)
  expect(again.status).toBe(200)
  await again.body?.cancel()
  expect((await open('connection=0000000000000001&groups=/app/a')).status).toBe(404)
})

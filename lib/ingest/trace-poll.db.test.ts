/** The X-Ray poller against the fake service through the real SDK, on a real Postgres: what it stores is what was issued. */
import { afterEach, describe, expect, it } from 'vitest'
import { createPool } from '#lib/db/pool'
import { createTestDatabase } from '#lib/db/test-database'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import { createTraceReader, type TraceReader } from '#lib/sources/xray/client'
import { changeConnection, deleteConnection } from '#lib/store/connections'
import { createVirtualClock } from '#testing/fake-aws/clock'
import { draw } from '#testing/fake-aws/draw'
import { HOME, startFakeAws, type FakeAws } from '#testing/fake-aws/server'
import type { SegmentDocument } from '#testing/fake-aws/trace-world'
import { addConnection, setFakeCredentials } from '#testing/polling'
import { linkRound } from './linker'
import type { PollClock } from './poll-clock'
import { TracesPoller } from './poll-traces'
import { TracePoll } from './trace-poll'

const { pool, url } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const MINUTE = 60_000
const TARGET = 7n
const running: (() => Promise<void>)[] = []
const quiet = createLog('test')
quiet.level = 'silent'

setFakeCredentials()

afterEach(async () => {
  for (const stop of running.splice(0)) await stop()
})

async function start(seed: string): Promise<{ fake: FakeAws; reader: TraceReader; poll: () => TracePoll }> {
  await pool.query(
    'truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction, polled_trace, trace_scan, poll_target, aws_connection, coverage',
  )
  await pool.query(
    `insert into poll_target (id, connection_id, kind, name, source_id, state, since_ms, delays, received, stored, duplicate, late)
     values ($1, 1, 'xray', 'X-Ray traces', 1, 'active', $2, '{}', 0, 0, 0, 0)`,
    [TARGET, T],
  )
  const fake = await startFakeAws({ seed, clock: createVirtualClock(T) })
  const reader = createTraceReader({ region: HOME.region, roleArn: null, externalId: null, endpoint: fake.url })
  running.push(async () => {
    reader.close()
    await fake.close()
  })
  // A poller that is made anew remembers nothing but what the database does: each step may be another process's.
  return { fake, reader, poll: () => new TracePoll({ pool, reader, targetId: TARGET, sinceMs: T, nowMs: () => fake.clock.nowMs() }) }
}

/** Steps whenever one is due until the clock has reached that time; failed calls are tried again a second later. */
async function runUntil(fake: FakeAws, poll: () => TracePoll, untilMs: number, isDead = (): boolean => false): Promise<number> {
  let failures = 0
  while (fake.clock.nowMs() < untilMs && !isDead()) {
    const { dueMs } = await poll().next()
    if (dueMs > fake.clock.nowMs()) {
      await fake.clock.advance(Math.min(dueMs, untilMs) - fake.clock.nowMs())
      continue
    }
    await poll()
      .step()
      .catch(async () => {
        failures++
        await fake.clock.advance(1000)
      })
  }
  return failures
}

const traceId = (n: number, atMs: number): string => `1-${Math.floor(atMs / 1000).toString(16)}-${n.toString(16).padStart(24, '0')}`
const hex = (n: number): string => n.toString(16).padStart(16, '0')

/** Traces of three segments each over an hour: the root is announced open first, the callee comes seconds to half an hour later. */
function issue(fake: FakeAws, count: number): void {
  for (let n = 1; n <= count; n++) {
    const at = T + Math.floor(draw(fake.seed, 'at', n) * 60 * MINUTE)
    const growth = Math.floor(1000 * (1800 ** draw(fake.seed, 'growth', n)))
    const index = Math.floor(draw(fake.seed, 'index', n) * MINUTE)
    const root: SegmentDocument = { id: hex(n * 4), trace_id: traceId(n, at), name: 'root', start_time: at / 1000, in_progress: true }
    fake.traces().put(root, { atMs: at, indexMs: index })
    fake.traces().put({ ...root, in_progress: undefined, end_time: (at + growth) / 1000 }, { atMs: at + growth, indexMs: index })
    fake.traces().put({ id: hex(n * 4 + 1), trace_id: root.trace_id, parent_id: root.id, name: 'callee', start_time: at / 1000, end_time: at / 1000 + 1 }, { atMs: at + growth + 500, indexMs: index })
  } // prettier-ignore
}

async function stored(): Promise<string[]> {
  const { rows } = await pool.query<{ body: string }>('select body from event')
  return rows.map(({ body }) => body).toSorted()
}

/** The newest version of each segment: older ones may have been replaced before anybody could see them. */
function newest(fake: FakeAws): string[] {
  return [
    ...new Map(
      fake
        .traces()
        .issued()
        .map((version) => [`${version.traceId}:${version.segmentId}`, version.document]),
    ).values(),
  ].toSorted()
}

describe('the X-Ray poller', () => {
  it.each(Array.from({ length: 4 }, (_, i) => `seed ${i}`))(
    'stores every segment of every trace once, through growth, empty pages, refused tokens, throttled halves and cut connections (%s)',
    async (seed) => {
      const { fake, poll } = await start(seed)
      issue(fake, 25)
      Object.assign(fake.knobs, { throttle: 0.5, emptyPage: 0.3, staleToken: 0.1, cut: 0.05, drop: 0.05, unprocessed: 0.2, pageTraces: 7 })
      const failures = await runUntil(fake, poll, T + 3 * 60 * MINUTE)
      const bodies = await stored()
      expect(bodies.filter((body) => !body.includes('"in_progress":true'))).toEqual(newest(fake))
      expect(new Set(bodies).size).toBe(bodies.length)
      expect(failures).toBeGreaterThan(10)
      while ((await linkRound(pool)) > 0);
      const { rows } = await pool.query('select count(*)::int as links from link')
      expect(rows).toEqual([{ links: 25 }])
    },
  )

  it.each(['a', 'b', 'c'])('killed at any moment it loses and doubles nothing (%s)', async (seed) => {
    const { fake, reader, poll } = await start(`kill ${seed}`)
    issue(fake, 20)
    Object.assign(fake.knobs, { throttle: 0.2, pageTraces: 7 })
    let kills = 0
    for (let life = 0; life < 8; life++) {
      const victims = createPool(url, 2)
      const pids: number[] = []
      victims.on('connect', (client) => pids.push((client as unknown as { processID: number }).processID))
      let dead = false
      const at = fake.requests.length + 1 + Math.floor(draw(seed, 'request', life) * 12)
      // A call is answered, stored and committed within some 10 ms: the kill is anywhere in it.
      fake.knobs.trouble = ({ ordinal }) => {
        if (ordinal !== at) return undefined
        setTimeout(
          () => {
            dead = true
            void pool.query('select pg_terminate_backend(pid) from unnest($1::integer[]) as pid', [pids])
          },
          draw(seed, 'moment', life) * 10,
        )
        return undefined
      }
      const mortal = (): TracePoll => new TracePoll({ pool: victims, reader, targetId: TARGET, sinceMs: T, nowMs: () => fake.clock.nowMs() })
      await runUntil(fake, mortal, T + 2 * 60 * MINUTE, () => dead).catch(() => {})
      if (dead) kills++
      await victims.end().catch(() => {})
    }
    delete fake.knobs.trouble
    expect(kills).toBeGreaterThanOrEqual(6)
    await runUntil(fake, poll, T + 3 * 60 * MINUTE)
    const bodies = await stored()
    expect(bodies.filter((body) => !body.includes('"in_progress":true'))).toEqual(newest(fake))
    expect(new Set(bodies).size).toBe(bodies.length)
    const { rows } = await pool.query('select received - stored - duplicate as unbooked, stored::int from poll_target')
    expect(rows).toEqual([{ unbooked: 0n, stored: bodies.length }])
  })

  it('a trace that grew after it was read is read again, and stays one transaction', async () => {
    const { fake, poll } = await start('growth')
    const root: SegmentDocument = { id: hex(1), trace_id: traceId(1, T), name: 'root', start_time: T / 1000, end_time: T / 1000 + 1 }
    fake.traces().put(root)
    await runUntil(fake, poll, T + 30 * MINUTE)
    expect(await stored()).toHaveLength(1)
    fake.traces().put({ ...root, id: hex(2), parent_id: hex(1), name: 'late', start_time: T / 1000 + 900 })
    await runUntil(fake, poll, T + 35 * MINUTE)
    expect(await stored()).toHaveLength(2)
    while ((await linkRound(pool)) > 0);
    expect((await pool.query('select span_count from transaction')).rows).toEqual([{ span_count: 2 }])
  })

  it('calls take time: a look a minute and the sweeps, no more', async () => {
    const { fake, poll } = await start('pace')
    fake.knobs.trouble = () => void fake.clock.advance(400)
    await runUntil(fake, poll, T + 60 * MINUTE)
    const calls = fake.requests.filter(({ action }) => action === 'GetTraceSummaries').length
    expect(calls).toBeGreaterThan(50)
    expect(calls).toBeLessThan(70)
  })

  it('a trace whose update X-Ray showed long after its time is found by a sweep over the starts', async () => {
    const { fake, poll } = await start('sweep')
    fake
      .traces()
      .put(
        { id: hex(1), trace_id: traceId(1, T + MINUTE), name: 'root', start_time: T / 1000 + 60, end_time: T / 1000 + 61 },
        { atMs: T + MINUTE, indexMs: 40 * MINUTE },
      )
    await runUntil(fake, poll, T + 60 * MINUTE)
    expect(await stored()).toHaveLength(0)
    await runUntil(fake, poll, T + 65 * MINUTE)
    expect(await stored()).toHaveLength(1)
    expect((await pool.query('select late::int, stored::int from poll_target')).rows).toEqual([{ late: 1, stored: 1 }])
  })

  it('an open trace is looked at until it has settled or its tries are used up, each longer after the last', async () => {
    const { fake, poll } = await start('open')
    fake.traces().put({ id: hex(1), trace_id: traceId(1, T), name: 'crashed', start_time: T / 1000, in_progress: true })
    await runUntil(fake, poll, T + 8 * 60 * MINUTE)
    const fetches = fake.requests.filter(({ action }) => action === 'BatchGetTraces').length
    expect(fetches).toBe(6)
    expect(await stored()).toHaveLength(1)
  })

  it('what is complete stays behind what is announced and not fetched, and moves on with it', async () => {
    const { fake, poll } = await start('complete')
    fake
      .traces()
      .put({ id: hex(1), trace_id: traceId(1, T + 2 * MINUTE), name: 'a', start_time: T / 1000 + 120, end_time: T / 1000 + 121 }, { atMs: T + 2 * MINUTE })
    fake.traces().deny('xray:BatchGetTraces')
    await runUntil(fake, poll, T + 10 * MINUTE)
    const complete = async (): Promise<number> =>
      Number((await pool.query<{ complete_ms: bigint }>('select complete_ms from poll_target')).rows[0]?.complete_ms)
    expect(await complete()).toBeLessThanOrEqual(T + 2 * MINUTE)
    fake.traces().allow('xray:BatchGetTraces')
    await runUntil(fake, poll, T + 15 * MINUTE)
    expect(await complete()).toBeGreaterThanOrEqual(T + 12 * MINUTE)
  })
})

describe('connections with X-Ray', () => {
  const target = async (): Promise<unknown> =>
    (await pool.query('select name, state, problem, stored::int, complete_ms from poll_target order by connection_id')).rows

  /** The worker's loop on the fake's clock until that time. */
  async function run(fake: FakeAws, untilMs: number): Promise<void> {
    const ended = new AbortController()
    const clock: PollClock = {
      nowMs: () => fake.clock.nowMs(),
      async wait(dueMs) {
        if (dueMs >= untilMs) ended.abort()
        await fake.clock.advance(Math.max(0, Math.min(dueMs, untilMs) - fake.clock.nowMs()))
      },
    }
    let draws = 0
    const random = (): number => draw(fake.seed, 'poller', draws++)
    await new TracesPoller({ pool, clock, random, buckets: new TokenBuckets(random), log: quiet }).run(ended.signal)
  }

  const trace = (n: number, atMs: number): SegmentDocument => ({
    id: hex(n), trace_id: traceId(n, atMs), name: `s${n}`, start_time: atMs / 1000, end_time: atMs / 1000 + 1,
  }) // prettier-ignore

  it('are read within their budget, throttled or not; one that may not names the missing action and goes on when it may', async () => {
    const { fake } = await start('connections')
    await pool.query('delete from poll_target')
    const other = { account: HOME.account, region: 'us-east-1' }
    await addConnection(pool, fake, { xray: true, lookbackMinutes: 60 })
    await addConnection(pool, fake, { xray: true, region: 'us-east-1', label: 'other' })
    await addConnection(pool, fake, { xray: false, region: 'ap-south-1' })
    for (let n = 1; n <= 30; n++) fake.traces().put(trace(n, T - n * MINUTE), { atMs: T - n * MINUTE })
    for (let n = 31; n <= 40; n++) fake.traces(other).put(trace(n, T - n * 1000), { atMs: T - n * 1000 })
    fake.traces(other).deny('xray:GetTraceSummaries')
    Object.assign(fake.knobs, { throttle: 0.3 })
    await run(fake, T + 10 * MINUTE)
    expect(await stored()).toHaveLength(30)
    expect(await target()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'X-Ray traces', state: 'active', problem: null, stored: 30 }),
        expect.objectContaining({ state: 'forbidden', stored: 0, problem: expect.objectContaining({ code: 'denied', action: 'xray:GetTraceSummaries' }) }),
      ]),
    )
    expect(fake.requests.some(({ region }) => region === 'ap-south-1')).toBe(false)
    fake.traces(other).allow('xray:GetTraceSummaries')
    await run(fake, T + 20 * MINUTE)
    expect(await stored()).toHaveLength(40)
    const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from coverage where to_ms >= $1', [T + 15 * MINUTE])
    expect(rows).toEqual([{ n: 2 }])
  })

  it('a connection that is led to another region reads the last hour there, and forgets how far it was', async () => {
    const { fake } = await start('moved')
    await pool.query('delete from poll_target')
    const draft = { label: 'test', region: HOME.region, endpoint: fake.url, groups: [], excludedGroups: [], xray: true, enabled: true }
    const id = await addConnection(pool, fake, { ...draft, lookbackMinutes: 10 })
    fake.traces().put(trace(1, T - MINUTE), { atMs: T - MINUTE })
    fake.traces({ region: 'us-east-1' }).put(trace(2, T - 5 * MINUTE), { atMs: T - 5 * MINUTE })
    await run(fake, T + 20 * MINUTE)
    expect(await stored()).toHaveLength(1)
    await changeConnection(pool, id, { ...draft, region: 'us-east-1' }, fake.clock.nowMs())
    await run(fake, T + 25 * MINUTE)
    expect(await stored()).toHaveLength(2)
    await deleteConnection(pool, id)
    const { rows } = await pool.query('select (select count(*) from trace_scan)::int as scans, (select count(*) from polled_trace)::int as traces')
    expect(rows).toEqual([{ scans: 0, traces: 0 }])
  })

  it('with Transaction Search on, the connection says where the spans are', async () => {
    const { fake } = await start('search')
    await pool.query('delete from poll_target')
    await addConnection(pool, fake, { xray: true })
    fake.traces().put(trace(1, T - MINUTE), { atMs: T - MINUTE })
    fake.traces().transactionSearch = true
    await run(fake, T + 15 * MINUTE)
    expect(await target()).toEqual([
      expect.objectContaining({ state: 'active', problem: expect.objectContaining({ advice: expect.stringContaining('aws/spans') }) }),
    ])
  })
})

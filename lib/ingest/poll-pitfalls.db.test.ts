/**
 * Every way in which a poller of CloudWatch Logs is known to have lost or doubled events, each a test named after it with its public report:
 * ours through the real SDK against a fake AWS and on a real Postgres, with the intervals that the worker has.
 */
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { faults } from '#testing/fake-aws/fault'
import { addConnection, freshWorld, issuedIds, pollUntil, storedIds, setFakeCredentials } from '#testing/polling'
import { pollSettings } from './poll-logs'

const { pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const SECOND = 1_000
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const GROUP = '/aws/lambda/checkout'

setFakeCredentials()

/** A world with one old group that a connection reads from an hour before T on. */
async function world(seed: string) {
  const fake = await freshWorld(pool, seed, T)
  fake.logs().createGroup(GROUP, { creationTime: T - 100 * DAY })
  await addConnection(pool, fake, { groups: [GROUP] })
  const put = (timestamp: number, delayMs = 0, message = `at ${timestamp}`): string =>
    fake.logs().put(GROUP, [{ stream: 's', timestamp, message, delayMs }])[0] ?? ''
  const poll = (untilMs: number): Promise<void> => pollUntil({ pool, fake, seed, untilMs, settings: { ...pollSettings, reloadMs: 10 * MINUTE } })
  return { fake, put, poll }
}

/** That all is there, and that the fake was really asked. */
async function expectAll(fake: Parameters<typeof issuedIds>[0], count: number): Promise<void> {
  expect(issuedIds(fake)).toHaveLength(count)
  expect(await storedIds(pool)).toEqual(issuedIds(fake))
}

async function target(): Promise<{ received: bigint; stored: bigint; duplicate: bigint; late: bigint }> {
  const { rows } = await pool.query('select received, stored, duplicate, late from poll_target')
  return rows[0] as Awaited<ReturnType<typeof target>>
}

describe('lost elsewhere', () => {
  it('a window that ends at now never sees what comes late (elastic/beats#28133, open-telemetry/opentelemetry-collector-contrib#32231)', async () => {
    const { fake, put, poll } = await world('late')
    for (const delay of [0, 8 * SECOND, 25 * SECOND, 2 * MINUTE, 4 * MINUTE, 50 * MINUTE]) put(T + 30 * SECOND, delay)
    await poll(T + 2 * HOUR)
    await expectAll(fake, 6)
  })

  it('a checkpoint that moves on though nothing came passes what is still on its way (grafana/alloy#5854)', async () => {
    const { fake, put, poll } = await world('checkpoint')
    await poll(T + 10 * MINUTE)
    put(T + 8 * MINUTE, 3 * MINUTE)
    await poll(T + 12 * MINUTE)
    await expectAll(fake, 1)
  })

  it('a cursor at the last event passes older events that come after it (open-telemetry/opentelemetry-collector-contrib#41122)', async () => {
    const { fake, put, poll } = await world('older')
    put(T + MINUTE)
    await poll(T + 2 * MINUTE)
    put(T + 30 * SECOND, 2 * MINUTE)
    put(T - 30 * MINUTE, 33 * MINUTE)
    await poll(T + 30 * MINUTE)
    await expectAll(fake, 3)
  })

  it('of many groups in one worker, those that are read later begin at now (elastic/beats#38918)', async () => {
    const fake = await freshWorld(pool, 'many', T)
    for (let i = 0; i < 120; i++) {
      fake.logs().createGroup(`/many/${i}`, { creationTime: T - DAY })
      fake.logs().put(`/many/${i}`, [{ stream: 's', timestamp: T - 10 * SECOND, message: `first of ${i}` }])
    }
    await addConnection(pool, fake, { groups: ['/many/*'], lookbackMinutes: 1 })
    // 4 calls a second: the last group's first look is half a minute after the first one's.
    await pollUntil({ pool, fake, seed: 'many', untilMs: T + 45 * SECOND, settings: pollSettings })
    await expectAll(fake, 120)
    const looks = fake.requests.filter((request) => request.action === 'FilterLogEvents')
    expect(looks.length).toBeGreaterThanOrEqual(120)
    expect((looks.at(119)?.atMs ?? 0) - (looks[0]?.atMs ?? 0)).toBeGreaterThan(28 * SECOND)
  })

  it('last time plus one millisecond loses what shares the millisecond (lukewaite/logstash-input-cloudwatch-logs#47, falcosecurity/plugins#899)', async () => {
    const { fake, put, poll } = await world('same-ms')
    put(T + MINUTE, 0, 'a')
    await poll(T + 2 * MINUTE)
    put(T + MINUTE, 70 * SECOND, 'b')
    put(T + MINUTE, 70 * SECOND, 'a')
    await poll(T + 4 * MINUTE)
    await expectAll(fake, 3)
  })

  it('the first empty page is taken for the end (open-telemetry/opentelemetry-collector-contrib#48577)', async () => {
    const { fake, put, poll } = await world('empty')
    for (let i = 0; i < 40; i++) put(T - 10 * MINUTE + i * SECOND)
    Object.assign(fake.knobs, { emptyPage: 0.8, pageEvents: 5 })
    await poll(T + 5 * MINUTE)
    await expectAll(fake, 40)
    expect(fake.requests.length).toBeGreaterThan(40)
  })

  it('a page token that is kept for days is dead when it is used (fluent-plugins-nursery/fluent-plugin-cloudwatch-logs, tokens live 24 hours)', async () => {
    const { fake, put, poll } = await world('token')
    for (let i = 0; i < 30; i++) put(T - 10 * MINUTE + i * SECOND)
    Object.assign(fake.knobs, { pageEvents: 4 })
    await poll(T + SECOND)
    const { rows } = await pool.query('select token from poll_scan where token is not null')
    expect(rows).toHaveLength(1)
    await fake.clock.advance(30 * HOUR)
    await poll(T + 30 * HOUR + 5 * MINUTE)
    await expectAll(fake, 30)
    expect(fake.requests.filter((request) => request.outcome === 'InvalidParameterException')).toEqual([])
  })

  it('a token that AWS refuses is given up with what it led to', async () => {
    const { fake, put, poll } = await world('refused')
    for (let i = 0; i < 30; i++) put(T - 10 * MINUTE + i * SECOND)
    let refused = 0
    Object.assign(fake.knobs, { pageEvents: 4 })
    fake.knobs.trouble = ({ input }) => (input.nextToken !== undefined && refused < 3 && ++refused > 0 ? faults.badToken() : undefined)
    await poll(T + 5 * MINUTE)
    expect(refused).toBe(3)
    await expectAll(fake, 30)
  })

  it('a burst is skipped while the tail is followed by token (aws/aws-sdk-cpp#1073)', async () => {
    const { fake, put, poll } = await world('burst')
    await poll(T + MINUTE)
    for (let i = 0; i < 2_500; i++) put(T + 70 * SECOND + (i % 7), 200)
    Object.assign(fake.knobs, { pageEvents: 400, partialPage: 0.5 })
    await poll(T + 5 * MINUTE)
    await expectAll(fake, 2_500)
  })

  it('the time of ingestion cannot be asked for, so 14 days late is late for ever (aws/aws-cli#6788)', async () => {
    const { fake, put, poll } = await world('fortnight')
    put(T + MINUTE, 13.9 * DAY)
    put(T + 2 * MINUTE, 30 * HOUR)
    put(T + 3 * MINUTE, 3 * HOUR)
    // Hours that nothing happens in are passed at the slower pace of the tests.
    await pollUntil({ pool, fake, seed: 'fortnight', untilMs: T + 9.5 * HOUR })
    expect(await storedIds(pool)).toHaveLength(1)
    await pollUntil({ pool, fake, seed: 'fortnight', untilMs: T + 54.5 * HOUR, settings: rare })
    expect(await storedIds(pool)).toHaveLength(2)
    await pollUntil({ pool, fake, seed: 'fortnight', untilMs: T + 15 * DAY, settings: rare })
    await expectAll(fake, 3)
    await poll(T + 15 * DAY + MINUTE)
  })

  it('an event ahead of the clock, which AWS takes up to two hours, is passed', async () => {
    const { fake, put, poll } = await world('ahead')
    put(T + 2 * HOUR, -2 * HOUR)
    await poll(T + MINUTE)
    expect(await storedIds(pool)).toEqual([])
    await pollUntil({ pool, fake, seed: 'ahead', untilMs: T + 3 * HOUR })
    await expectAll(fake, 1)
  })

  it('the last time of a stream is believed, which is hours old (obsrvbl-oss/flowlogs-reader#45)', async () => {
    const { fake, put, poll } = await world('streams')
    put(T + MINUTE)
    await poll(T + 3 * MINUTE)
    await expectAll(fake, 1)
    expect(new Set(fake.requests.map((request) => request.action))).toEqual(new Set(['DescribeLogGroups', 'FilterLogEvents']))
  })

  it('a big event is cut or split (lukewaite/logstash-input-cloudwatch-logs#67, laravel/vapor-ui#47, kislyuk/watchtower#112)', async () => {
    const { fake, put, poll } = await world('big')
    const big = `{"message":"${'ä'.repeat(400_000)}","end":true}`
    put(T - MINUTE, 0, big)
    put(T - MINUTE, 0, 'small')
    await poll(T + MINUTE)
    await expectAll(fake, 2)
    const { rows } = await pool.query<{ body: string }>('select body from event order by length(body) desc limit 1')
    expect(rows[0]?.body === big).toBe(true)
  })
})

const rare = {
  reloadMs: 6 * HOUR,
  listMs: DAY,
  scan: { settleMs: 10_000, busyMs: 6 * HOUR, quietMs: 6 * HOUR, everyMs: { '2h': 6 * HOUR, '24h': 6 * HOUR, '14d': DAY } },
}

describe('doubled elsewhere', () => {
  it('ids are remembered in a list of 10,000, so that what is read again after more is new (jorgebastida/awslogs)', async () => {
    const { fake, put, poll } = await world('lru')
    for (let i = 0; i < 10_500; i++) put(T - 15 * SECOND + (i % 50))
    await poll(T + 3 * MINUTE)
    await expectAll(fake, 10_500)
    expect(Number((await target()).duplicate)).toBeGreaterThan(10_500)
  })

  it('ids are forgotten when time moves on, so that older ones repeat or vanish (TylerBrock/saw)', async () => {
    const { fake, put, poll } = await world('forgotten')
    for (let i = 0; i < 20; i++) put(T + i * 10 * SECOND, (i % 4) * 40 * SECOND)
    await poll(T + 10 * MINUTE)
    await expectAll(fake, 20)
    const { received, stored, duplicate } = await target()
    expect(received).toBe(stored + duplicate)
    expect(Number(stored)).toBe(20)
  })
})

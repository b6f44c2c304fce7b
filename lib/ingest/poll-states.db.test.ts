/** What a poller says and does where groups are gone, forbidden or of another class, where AWS can't be reached, and when people change their minds. */
import { describe, expect, it } from 'vitest'
import { idToHex } from '#lib/base/hash'
import { msToNs } from '#lib/base/time'
import { createTestDatabase } from '#lib/db/test-database'
import type { ConnectionDraft } from '#lib/model/connection'
import { getStatus } from '#lib/queries/get-status'
import { listBackfills, listConnections, listGroupStatuses } from '#lib/queries/list-connections'
import { read } from '#lib/queries/read'
import { cancelBackfill, changeConnection, deleteConnection, startBackfill } from '#lib/store/connections'
import { HOME, type FakeAws } from '#testing/fake-aws/server'
import { addConnection, freshWorld, issuedIds, pollUntil, storedIds, setFakeCredentials } from '#testing/polling'
import { pollSettings } from './poll-logs'

const { pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 24 * HOUR

setFakeCredentials()

function group(fake: FakeAws, name: string, events: number, fromMs = T - 30 * MINUTE): void {
  fake.logs().createGroup(name, { creationTime: T - 100 * DAY })
  for (let i = 0; i < events; i++) fake.logs().put(name, [{ stream: 's', timestamp: fromMs + i * 1000, message: `${name} ${i}` }])
}

const groups = async (id: bigint, nowMs: number) => (await read((db) => listGroupStatuses(db, id, nowMs), pool))?.items ?? []
const connection = async (id: bigint, nowMs: number) => (await read((db) => listConnections(db, nowMs, id), pool))[0]
const poll = (fake: FakeAws, untilMs: number): Promise<void> =>
  pollUntil({ pool, fake, seed: 'states', untilMs, settings: { ...pollSettings, reloadMs: 30_000 } })
const draftOf = (fake: FakeAws, groupNames: string[], rest: Partial<ConnectionDraft> = {}): ConnectionDraft => ({
  label: 'test', region: HOME.region, endpoint: fake.url, groups: groupNames, excludedGroups: [], xray: false, enabled: true, ...rest,
}) // prettier-ignore

describe('a group', () => {
  it('that is deleted, forbidden or of another class is named with what to do, and does not stop the others', async () => {
    const fake = await freshWorld(pool, 'groups', T)
    for (const name of ['/g/ok', '/g/gone', '/g/forbidden', '/g/excluded']) group(fake, name, 3)
    fake.logs().createGroup('/g/ia', { groupClass: 'INFREQUENT_ACCESS' })
    fake.logs().createGroup('/g/delivery', { groupClass: 'DELIVERY' })
    fake.logs().deny('logs:FilterLogEvents', '/g/forbidden')
    const id = await addConnection(pool, fake, { groups: ['/g/*', '/never/was'], excludedGroups: ['*excluded'] })
    await poll(fake, T + MINUTE)
    fake.logs().deleteGroup('/g/gone')
    fake.logs().put('/g/ok', [{ stream: 's', timestamp: T + 2 * MINUTE, message: 'later' }])
    await poll(fake, T + 10 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake, ['/g/gone', '/g/ok']))
    const statuses = new Map((await groups(id, T + 10 * MINUTE)).map((item) => [item.name, item]))
    expect([...statuses].map(([name, item]) => [name, item.state, item.problem?.code ?? null, item.problem?.action ?? null])).toEqual([
      ['/g/delivery', 'unsupported', 'unsupported-class', null],
      ['/g/forbidden', 'forbidden', 'denied', 'logs:FilterLogEvents'],
      ['/g/gone', 'deleted', 'not-found', null],
      ['/g/ia', 'unsupported', 'unsupported-class', null],
      ['/g/ok', 'active', null, null],
      ['/never/was', 'deleted', 'not-found', null],
    ])
    for (const item of statuses.values()) if (item.problem) expect(item.problem.advice.length).toBeGreaterThan(20)
    expect(statuses.get('/g/forbidden')?.completeUntil).toBeNull()
    expect(await connection(id, T + 10 * MINUTE)).toMatchObject({
      state: 'reading',
      completeUntil: null,
      groupStates: { active: 1, forbidden: 1, deleted: 2, unsupported: 2 },
    })
    // What was forbidden is read from where it began once it is allowed.
    fake.logs().allow('logs:FilterLogEvents', '/g/forbidden')
    await poll(fake, T + 20 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake, ['/g/forbidden', '/g/gone', '/g/ok']))
  })

  it('that is named is read though groups may not be listed, and the missing permission is said only where a pattern needs it', async () => {
    const fake = await freshWorld(pool, 'unlisted', T)
    group(fake, '/g/named', 3)
    group(fake, '/p/other', 3)
    fake.logs().deny('logs:DescribeLogGroups')
    const named = await addConnection(pool, fake, { groups: ['/g/named'] })
    const both = await addConnection(pool, fake, { groups: ['/g/named', '/p/*'] })
    await poll(fake, T + MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake, ['/g/named']))
    expect(await connection(named, T + MINUTE)).toMatchObject({ state: 'reading', problem: null })
    expect(await connection(both, T + MINUTE)).toMatchObject({ state: 'problem', problem: { code: 'denied', action: 'logs:DescribeLogGroups' } })
    fake.logs().allow('logs:DescribeLogGroups')
    await poll(fake, T + 10 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    expect(await connection(both, T + 10 * MINUTE)).toMatchObject({ state: 'reading', problem: null })
  })

  it('that is made later is found, and read from its beginning', async () => {
    const fake = await freshWorld(pool, 'later', T)
    group(fake, '/g/a', 1)
    await addConnection(pool, fake, { groups: ['/g/*'] })
    await poll(fake, T + MINUTE)
    await fake.clock.advance(2 * MINUTE)
    fake.logs().createGroup('/g/b')
    fake.logs().put('/g/b', [{ stream: 's', timestamp: T + 3 * MINUTE + 1, message: 'first' }])
    await poll(fake, T + 12 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
  })
})

describe('two filters on one group', () => {
  it('have a cursor each: what one leaves out is not passed for the other, and what both let through is stored once', async () => {
    const fake = await freshWorld(pool, 'filters', T)
    fake.logs().createGroup('/t/a', { creationTime: T - DAY })
    const words = ['left', 'right', 'left right', 'neither']
    const put = (i: number, timestamp: number, delayMs = 0): void =>
      void fake.logs().put('/t/a', [{ stream: 's', timestamp, message: `${words[i % 4]} ${i}`, delayMs }])
    for (let i = 0; i < 40; i++) put(i, T - 40 * MINUTE + i * MINUTE)
    await addConnection(pool, fake, { groups: ['/t/a'], filterPattern: 'left', label: 'left' })
    await poll(fake, T + 3 * MINUTE)
    await addConnection(pool, fake, { groups: ['/t/a'], filterPattern: 'right', label: 'right', lookbackMinutes: 120 })
    for (let i = 40; i < 80; i++) put(i, T + 3 * MINUTE + i * 1000, (i % 7) * 30_000)
    await poll(fake, T + 30 * MINUTE)
    const wanted = fake
      .logs()
      .issued('/t/a')
      .filter(({ message }) => !message.startsWith('neither'))
    expect(wanted).toHaveLength(60)
    expect(await storedIds(pool)).toEqual(wanted.map((event) => `/t/a ${event.eventId}`).sort())
  })
})

describe('the budget', () => {
  it('is one for all groups of an account and region, whichever connection they are of', { timeout: 180_000 }, async () => {
    const fake = await freshWorld(pool, 'budget', T)
    for (let i = 0; i < 120; i++) group(fake, `/b/${i}`, 1)
    await addConnection(pool, fake, { groups: ['/b/*'] })
    await addConnection(pool, fake, { groups: ['/b/1*'], label: 'more' })
    // AWS refuses the fifth call of a second.
    fake.knobs.ratePerSecond = { FilterLogEvents: 5, DescribeLogGroups: 5 }
    await poll(fake, T + 3 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    const calls = fake.requests.filter((request) => request.action === 'FilterLogEvents')
    expect(calls.filter((call) => call.outcome !== 'ok')).toEqual([])
    expect(calls.length).toBeLessThanOrEqual(4 * 3 * 60 + 1)
    expect(calls.length).toBeGreaterThan(300)
    // Each group was looked at in the last minute and a half.
    const since = T + 1.5 * MINUTE
    expect(new Set(calls.filter((call) => call.atMs > since).map((call) => call.input.logGroupName)).size).toBe(120)
  })
})

describe('completeness', () => {
  it('is claimed up to what 999 of 1,000 events keep; what comes later is counted as late and stored', async () => {
    const fake = await freshWorld(pool, 'complete', T)
    group(fake, '/c/a', 5)
    fake.logs().createGroup('/c/quiet', { creationTime: T - DAY })
    const id = await addConnection(pool, fake, { groups: ['/c/*'] })
    await poll(fake, T + 10 * MINUTE)
    const until = T + 10 * MINUTE
    for (const item of await groups(id, until)) {
      // A look at least each minute, 10 s of settling, a minute of delay while few are known.
      expect(item.lagMs, item.name).toBeLessThanOrEqual(131_000)
      expect(item.lagMs, item.name).toBeGreaterThanOrEqual(70_000)
    }
    // A group without an event is a source that is known to be empty.
    const status = await read((db) => getStatus(db, msToNs(until), 'x'), pool)
    expect(status.sources.map((source) => [source.name, source.stored, source.polled])).toEqual([
      ['/c/a', 5, true],
      ['/c/quiet', 0, true],
    ])
    expect(Date.parse(status.sources[1]?.completeUntil ?? '')).toBeGreaterThan(T + 7 * MINUTE)
    fake.logs().put('/c/a', [{ stream: 's', timestamp: T + MINUTE, message: 'late', delayMs: 12 * MINUTE }])
    await poll(fake, T + HOUR)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    const a = (await groups(id, T + HOUR)).find((item) => item.name === '/c/a')
    expect(a).toMatchObject({ stored: 6, late: 1, state: 'active' })
    expect(a?.delayMs?.p999).toBeGreaterThanOrEqual(12 * MINUTE)
    const { rows } = await pool.query('select count(*)::integer as n from coverage')
    expect(rows[0].n).toBe(2)
  })
})

describe('AWS out of reach', () => {
  it('is said with its reason, and everything is read once it is back', async () => {
    const fake = await freshWorld(pool, 'away', T)
    group(fake, '/a/a', 3)
    const id = await addConnection(pool, fake, { groups: ['/a/*'] })
    await poll(fake, T + MINUTE)
    fake.logs().put('/a/a', [{ stream: 's', timestamp: T + 2 * HOUR, message: 'while away' }])
    fake.knobs.drop = 1
    await poll(fake, T + 6 * HOUR)
    expect(await connection(id, T + 6 * HOUR)).toMatchObject({ state: 'problem', problem: { code: expect.stringMatching(/unreachable|aws/) } })
    const tries = fake.requests.length
    expect(tries).toBeLessThan(1_000)
    fake.knobs.drop = 0
    await poll(fake, T + 6 * HOUR + 5 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    expect(await connection(id, T + 6 * HOUR + 5 * MINUTE)).toMatchObject({ state: 'reading', problem: null })
  })
})

describe('a backfill', () => {
  it('reads a chosen past range beside the present, says how far it is, and is part of what is complete', async () => {
    const fake = await freshWorld(pool, 'backfill', T)
    group(fake, '/f/a', 40, T - 3 * DAY)
    group(fake, '/f/b', 5)
    group(fake, '/f/old', 5, T - 20 * DAY)
    const id = await addConnection(pool, fake, { groups: ['/f/*'] })
    await poll(fake, T + MINUTE)
    expect(await storedIds(pool)).toHaveLength(5)
    fake.knobs.pageEvents = 3
    const backfill = (await startBackfill(pool, id, { fromMs: T - 4 * DAY, toMs: T, groups: ['/f/a', '/f/b'] }, T + MINUTE)) ?? 0n
    await poll(fake, T + MINUTE + 3_000)
    const [running] = await read((db) => listBackfills(db, id), pool)
    expect(running).toMatchObject({ id: idToHex(backfill), state: 'running', groups: { total: 2, failing: 0 } })
    expect(running?.share).toBeLessThan(1)
    await poll(fake, T + 10 * MINUTE)
    const [done] = await read((db) => listBackfills(db, id), pool)
    expect(done).toMatchObject({ state: 'done', share: 1, groups: { done: 2, total: 2 }, stored: 40 })
    expect(await storedIds(pool)).toEqual(issuedIds(fake, ['/f/a', '/f/b']))
    const a = (await groups(id, T + 10 * MINUTE)).find((item) => item.name === '/f/a')
    expect(Date.parse(a?.since ?? '')).toBe(T - 4 * DAY)
    expect(a?.late).toBe(0)
    const { rows } = await pool.query('select count(*)::integer as n from coverage c join poll_target t on t.id = c.target_id where t.name = $1', ['/f/a'])
    expect(rows[0].n).toBe(1)
  })

  it('can be cancelled: nothing more is read of it, what was read stays', async () => {
    const fake = await freshWorld(pool, 'cancel', T)
    group(fake, '/f/a', 40, T - 3 * DAY)
    const id = await addConnection(pool, fake, { groups: ['/f/*'] })
    await poll(fake, T + MINUTE)
    fake.knobs.pageEvents = 3
    const backfill = (await startBackfill(pool, id, { fromMs: T - 4 * DAY, toMs: T, groups: [] }, T + MINUTE)) ?? 0n
    await poll(fake, T + MINUTE + 3_000)
    expect(await cancelBackfill(pool, id, backfill, T + MINUTE + 3_000)).toBe(true)
    const stored = (await storedIds(pool)).length
    await poll(fake, T + 10 * MINUTE)
    expect((await storedIds(pool)).length).toBe(stored)
    expect(stored).toBeLessThan(40)
    expect((await read((db) => listBackfills(db, id), pool))[0]).toMatchObject({ state: 'cancelled' })
    expect(await cancelBackfill(pool, id, backfill, T + 10 * MINUTE)).toBe(false)
    await expect(startBackfill(pool, id, { fromMs: T, toMs: T + 1, groups: ['/nope'] }, T)).rejects.toMatchObject({ code: 'invalid-params' })
  })
})

describe('a change of a connection', () => {
  it('is followed while it is polled: other groups, off and on, gone', async () => {
    const fake = await freshWorld(pool, 'change', T)
    group(fake, '/h/a', 2)
    group(fake, '/i/b', 2)
    const id = await addConnection(pool, fake, { groups: ['/h/*'] })
    await poll(fake, T + MINUTE)
    expect(await changeConnection(pool, id, draftOf(fake, ['/h/*', '/i/*']), T + MINUTE)).toBe(true)
    await poll(fake, T + 7 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    await changeConnection(pool, id, draftOf(fake, ['/h/*', '/i/*'], { enabled: false }), T + 7 * MINUTE)
    fake.logs().put('/h/a', [{ stream: 's', timestamp: T + 8 * MINUTE, message: 'while off' }])
    const asked = fake.requests.length
    await poll(fake, T + HOUR)
    expect(fake.requests.length).toBe(asked)
    expect(await connection(id, T + HOUR)).toMatchObject({ state: 'disabled', lagMs: null })
    await changeConnection(pool, id, draftOf(fake, ['/h/*', '/i/*']), T + HOUR)
    await poll(fake, T + 65 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    expect(await deleteConnection(pool, id)).toBe(true)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
    const { rows } = await pool.query('select (select count(*) from poll_target) + (select count(*) from poll_scan) + (select count(*) from coverage) as n')
    expect(rows[0].n).toBe(0n)
    expect(await deleteConnection(pool, id)).toBe(false)
  })

  it('to another filter begins anew, and reads what the other one left out', async () => {
    const fake = await freshWorld(pool, 'filter', T)
    group(fake, '/h/a', 12)
    const id = await addConnection(pool, fake, { groups: ['/h/*'], filterPattern: '11' })
    await poll(fake, T + MINUTE)
    expect(await storedIds(pool)).toHaveLength(1)
    await changeConnection(pool, id, draftOf(fake, ['/h/*']), T + MINUTE)
    await poll(fake, T + 3 * MINUTE)
    expect(await storedIds(pool)).toEqual(issuedIds(fake))
  })
})

/** The fake as the real SDK sees it: paging, limits, and every error as the SDK's typed exception. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  InvalidOperationException,
  InvalidParameterException,
  PutLogEventsCommand,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
  ServiceUnavailableException,
  ThrottlingException,
  AccessDeniedException,
  UnrecognizedClientException,
  type FilteredLogEvent,
  type FilterLogEventsCommandInput,
  type GetLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVirtualClock } from './clock'
import { drawDelay } from './draw'
import { faults } from './fault'
import { startFakeAws, type FakeAws } from './server'

let fake: FakeAws
let client: CloudWatchLogsClient
const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const HOUR = 3_600_000

beforeEach(async () => {
  fake = await startFakeAws({ clock: createVirtualClock(T) })
  client = clientOf()
})
afterEach(async () => {
  client.destroy()
  await fake.close()
})

function clientOf(place: { account?: string; region?: string } = {}): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ ...fake.clientConfig(place), maxAttempts: 1 })
}

/** All pages, with how many there were and how many of them were empty. */
async function readAll(input: FilterLogEventsCommandInput): Promise<{ events: FilteredLogEvent[]; pages: number; empty: number }> {
  const events: FilteredLogEvent[] = []
  let [pages, empty] = [0, 0]
  for (let nextToken: string | undefined; ;) {
    const page = await client.send(new FilterLogEventsCommand({ ...input, nextToken }))
    pages++
    if (page.events?.length === 0) empty++
    events.push(...(page.events ?? []))
    nextToken = page.nextToken
    if (nextToken === undefined) return { events, pages, empty }
  }
}

/** `count` events of several streams, `gapMs` apart; 0 puts them into one millisecond. */
function fill(group: string, count: number, gapMs: number): string[] {
  fake.logs().createGroup(group)
  return fake.logs().put(group, Array.from({ length: count }, (_, i) => ({ stream: `s${i % 3}`, timestamp: T - count * gapMs + i * gapMs, message: `line ${i}` }))) // prettier-ignore
}

describe('FilterLogEvents', () => {
  it('gives every event once, in order, through short and empty pages, equal milliseconds and trailing tokens', async () => {
    const ids = fill('/app', 500, 0)
    Object.assign(fake.knobs, { emptyPage: 0.4, partialPage: 0.5, pageEvents: 40 })
    const { events, pages, empty } = await readAll({ logGroupName: '/app', startTime: T, endTime: T })
    expect(events.map(({ eventId }) => eventId)).toEqual(ids.toSorted())
    expect(events[0]).toEqual({ logStreamName: 's0', timestamp: T, message: 'line 0', ingestionTime: T, eventId: ids[0] })
    expect(pages).toBeGreaterThan(12)
    expect(empty).toBeGreaterThan(2)
  })

  it('has eventIds of 56 digits that hold the time and the ingestion time', () => {
    fake.logs().createGroup('/app')
    const [id = ''] = fake.logs().put('/app', [{ stream: 's', timestamp: T - 5000, message: 'x', delayMs: 1234 }])
    expect(id).toMatch(/^\d{56}$/)
    expect([BigInt(id) >> 144n, BigInt.asUintN(64, BigInt(id) >> 80n)]).toEqual([BigInt(T - 5000), BigInt(T - 5000 + 1234)])
  })

  it('cuts pages at 1 MB', async () => {
    fake.logs().createGroup('/big')
    fake.logs().put('/big', Array.from({ length: 5 }, (_, i) => ({ stream: 's', timestamp: T - i, message: 'x'.repeat(300_000) }))) // prettier-ignore
    const page = await client.send(new FilterLogEventsCommand({ logGroupName: '/big' }))
    expect([page.events?.length, typeof page.nextToken]).toEqual([3, 'string'])
  })

  it('shows an event only after its delay, between its neighbours in time; endTime is inclusive, startTime too', async () => {
    fill('/app', 3, 1000)
    fake.logs().put('/app', [{ stream: 'late', timestamp: T - 2500, message: 'late', delayMs: 3 * HOUR, indexMs: 60_000 }])
    const read = async (): Promise<unknown> =>
      (await readAll({ logGroupName: '/app', startTime: T - 3000, endTime: T - 1000 })).events.map(({ message }) => message)
    expect(await read()).toEqual(['line 0', 'line 1', 'line 2'])
    await fake.clock.advance(3 * HOUR - 2500 + 59_999)
    expect(await read()).toEqual(['line 0', 'line 1', 'line 2'])
    await fake.clock.advance(1)
    expect(await read()).toEqual(['line 0', 'late', 'line 1', 'line 2'])
  })

  it('reads newest first on demand, and the token keeps the direction', async () => {
    fill('/app', 5, 1000)
    fake.knobs.pageEvents = 2
    const { events } = await readAll({ logGroupName: '/app', startTime: T - HOUR, startFromHead: false })
    expect(events.map(({ message }) => message)).toEqual(['line 4', 'line 3', 'line 2', 'line 1', 'line 0'])
    await expect(client.send(new FilterLogEventsCommand({ logGroupName: '/app', startTime: 0, startFromHead: false }))).rejects.toThrow(
      InvalidParameterException,
    )
  })

  it('filters by streams, by prefix and by words, not by two of the first at once', async () => {
    fill('/app', 9, 1)
    const count = async (rest: Partial<FilterLogEventsCommandInput>): Promise<number> => (await readAll({ logGroupName: '/app', ...rest })).events.length
    expect([await count({ logStreamNames: ['s0', 's1'] }), await count({ logStreamNamePrefix: 's' }), await count({ filterPattern: '"line 4"' })]).toEqual([
      6, 9, 1,
    ])
    await expect(count({ logStreamNames: ['s0'], logStreamNamePrefix: 's' })).rejects.toThrow(InvalidParameterException)
  })

  it('refuses a token after 24 hours, of another request, or made up', async () => {
    fill('/app', 10, 1)
    fake.knobs.pageEvents = 4
    const { nextToken } = await client.send(new FilterLogEventsCommand({ logGroupName: '/app' }))
    const next = (more: object): Promise<unknown> => client.send(new FilterLogEventsCommand({ logGroupName: '/app', nextToken, ...more }))
    await next({})
    const refused = { name: 'InvalidParameterException', message: 'The specified nextToken is invalid.' }
    await expect(next({ startTime: T - 5 })).rejects.toMatchObject(refused)
    await expect(next({ nextToken: 'made-up' })).rejects.toMatchObject(refused)
    await fake.clock.advance(24 * HOUR)
    await expect(next({})).rejects.toMatchObject(refused)
  })

  it('misses what arrives behind the place where paging is: a window has to be read again', async () => {
    fill('/app', 4, 1000)
    fake.knobs.pageEvents = 2
    const first = await client.send(new FilterLogEventsCommand({ logGroupName: '/app' }))
    fake.logs().put('/app', [{ stream: 's', timestamp: T - 4000, message: 'behind' }])
    const second = await client.send(new FilterLogEventsCommand({ logGroupName: '/app', nextToken: first.nextToken }))
    expect(second.events?.map(({ message }) => message)).toEqual(['line 2', 'line 3'])
  })
})

describe('errors', () => {
  it.each([
    ['a group that never was', ResourceNotFoundException, { logGroupName: '/none' }, /The specified log group does not exist/],
    ['a deleted group', ResourceNotFoundException, { logGroupName: '/deleted' }, /does not exist/],
    ['a class without reads', InvalidOperationException, { logGroupName: '/rare' }, /log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported/],
    ['a limit above 10,000', InvalidParameterException, { logGroupName: '/app', limit: 10_001 }, /less than or equal to 10000/],
    ['name and identifier', InvalidParameterException, { logGroupName: '/app', logGroupIdentifier: '/app' }, /cannot be specified together/],
    ['no permission', AccessDeniedException, { logGroupName: '/secret' }, /User: arn:aws:iam::123456789012:user\/specter is not authorized to perform: logs:FilterLogEvents on resource: arn:aws:logs:eu-west-1:123456789012:log-group:\/secret:log-stream:/], // prettier-ignore
    ['masked data without the permission', AccessDeniedException, { logGroupName: '/app', unmask: true }, /logs:Unmask/],
  ])('%s', async (_, type, input, message) => {
    const world = fake.logs()
    for (const name of ['/app', '/deleted', '/secret']) world.createGroup(name)
    world.createGroup('/rare', { groupClass: 'INFREQUENT_ACCESS' })
    world.deleteGroup('/deleted')
    world.deny('logs:FilterLogEvents', '/secret')
    world.deny('logs:Unmask')
    const error = await client.send(new FilterLogEventsCommand(input)).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(type)
    expect(error).toMatchObject({ message: expect.stringMatching(message) })
  })

  it('throttling and unavailability come at the chosen share, the same for the same seed', async () => {
    fill('/app', 1, 1)
    Object.assign(fake.knobs, { throttle: 0.5, unavailable: 0.2 })
    const outcomes: string[] = []
    for (let i = 0; i < 60; i++) {
      const error = await client.send(new FilterLogEventsCommand({ logGroupName: '/app' })).catch((thrown: unknown) => thrown)
      outcomes.push(
        error instanceof ThrottlingException ? 'ThrottlingException' : error instanceof ServiceUnavailableException ? 'ServiceUnavailableException' : 'ok',
      )
    }
    expect(fake.requests.map(({ outcome }) => outcome)).toEqual(outcomes)
    expect(new Set(outcomes).size).toBe(3)
    const again = await startFakeAws({ clock: createVirtualClock(T) })
    const other = new CloudWatchLogsClient({ ...again.clientConfig(), maxAttempts: 1 })
    again.logs().createGroup('/app')
    Object.assign(again.knobs, { throttle: 0.5, unavailable: 0.2 })
    for (let i = 0; i < 60; i++) await other.send(new FilterLogEventsCommand({ logGroupName: '/app' })).catch(() => {})
    expect(again.requests.map(({ outcome }) => outcome)).toEqual(outcomes)
    other.destroy()
    await again.close()
  })

  it("the SDK's own retries get through throttling", async () => {
    fill('/app', 1, 1)
    let left = 2
    fake.knobs.trouble = () => (left-- > 0 ? faults.throttled() : undefined)
    const patient = new CloudWatchLogsClient({ ...fake.clientConfig(), maxAttempts: 3 })
    expect((await patient.send(new FilterLogEventsCommand({ logGroupName: '/app' }))).events).toHaveLength(1)
    patient.destroy()
  })

  it('a rate above the limit is throttled until the clock moves on, in each region for itself', async () => {
    fill('/app', 1, 1)
    fake.logs({ region: 'us-east-1' }).createGroup('/app')
    fake.knobs.ratePerSecond = { FilterLogEvents: 2 }
    const ask = (by = client): Promise<unknown> => by.send(new FilterLogEventsCommand({ logGroupName: '/app' }))
    await Promise.all([ask(), ask()])
    await expect(ask()).rejects.toThrow(ThrottlingException)
    const elsewhere = clientOf({ region: 'us-east-1' })
    await ask(elsewhere)
    elsewhere.destroy()
    await fake.clock.advance(1000)
    await ask()
  })

  it('keys that are unknown or expired, and a wrong clock', async () => {
    for (const [fault, name] of [
      [faults.badKey(), 'UnrecognizedClientException'],
      [faults.expiredKey(), 'ExpiredTokenException'],
      [faults.wrongClock(), 'InvalidSignatureException'],
    ] as const) {
      // prettier-ignore
      fake.knobs.trouble = () => fault
      const error = await client.send(new DescribeLogGroupsCommand()).catch((thrown: unknown) => thrown)
      expect(error).toMatchObject({ name })
      if (name === 'UnrecognizedClientException') expect(error).toBeInstanceOf(UnrecognizedClientException)
    }
  })

  it('connections that are dropped, cut in the middle of an answer, or never answered', async () => {
    fill('/app', 100, 1)
    const next = async (trouble: 'drop' | 'cut' | 'hang', abortSignal?: AbortSignal): Promise<unknown> => {
      fake.knobs.trouble = () => trouble
      return client.send(new FilterLogEventsCommand({ logGroupName: '/app' }), { abortSignal }).catch((thrown: unknown) => thrown)
    }
    expect(await next('drop')).toBeInstanceOf(Error)
    expect(await next('cut')).toBeInstanceOf(Error)
    const controller = new AbortController()
    const hanging = next('hang', controller.signal)
    // Not before it has arrived.
    await vi.waitFor(() => expect(fake.requests.at(-1)?.outcome).toBe('hang'))
    controller.abort()
    expect(await hanging).toMatchObject({ name: 'AbortError' })
    expect(fake.requests.map(({ outcome }) => outcome)).toEqual(['drop', 'cut', 'hang'])
  })
})

describe('groups and streams', () => {
  it('lists groups by name, 50 a page, by prefix or by a part of the name', async () => {
    for (let i = 0; i < 120; i++) fake.logs().createGroup(`/g/${String(i).padStart(3, '0')}`)
    const names: string[] = []
    for (let nextToken: string | undefined; ;) {
      const page = await client.send(new DescribeLogGroupsCommand({ nextToken }))
      names.push(...(page.logGroups ?? []).map(({ logGroupName }) => logGroupName ?? ''))
      nextToken = page.nextToken
      if (nextToken === undefined) break
    }
    expect(names).toEqual(Array.from({ length: 120 }, (_, i) => `/g/${String(i).padStart(3, '0')}`))
    expect(fake.requests).toHaveLength(3)
    const part = await client.send(new DescribeLogGroupsCommand({ logGroupNamePattern: '/11' }))
    expect(part.logGroups?.[0]).toEqual({ logGroupName: '/g/110', arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/g/110:*', creationTime: T })
    const prefixed = await client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: '/g/00' }))
    expect(prefixed.logGroups).toHaveLength(10)
    expect(prefixed.logGroups?.[0]).toMatchObject({ logGroupClass: 'STANDARD', logGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:/g/000' })
  })

  it('accounts and regions are apart; a monitoring account reads a linked one by ARN', async () => {
    const source = { account: '222222222222' }
    fake.logs(source).createGroup('/theirs')
    fake.logs(source).put('/theirs', [{ stream: 's', timestamp: T, message: 'hello' }])
    const arn = 'arn:aws:logs:eu-west-1:222222222222:log-group:/theirs'
    await expect(client.send(new FilterLogEventsCommand({ logGroupName: '/theirs' }))).rejects.toThrow(ResourceNotFoundException)
    await expect(client.send(new FilterLogEventsCommand({ logGroupIdentifier: arn }))).rejects.toThrow(AccessDeniedException)
    fake.link('123456789012', '222222222222')
    expect((await client.send(new FilterLogEventsCommand({ logGroupIdentifier: arn }))).events).toHaveLength(1)
    expect((await client.send(new DescribeLogGroupsCommand({ includeLinkedAccounts: true }))).logGroups?.map(({ logGroupArn }) => logGroupArn)).toEqual([arn])
    expect((await client.send(new DescribeLogGroupsCommand({}))).logGroups).toEqual([])
  })

  it('what a stream is said to have lags by up to an hour', async () => {
    fill('/app', 1, 1000)
    const last = async (): Promise<unknown> => (await client.send(new DescribeLogStreamsCommand({ logGroupName: '/app' }))).logStreams?.[0]?.lastEventTimestamp
    expect(await last()).toBeUndefined()
    await fake.clock.advance(HOUR)
    expect(await last()).toBe(T - 1000)
  })

  it('GetLogEvents pages one stream both ways without ids; its end is the token that was sent; endTime is exclusive', async () => {
    fill('/app', 9, 1000)
    const get = (rest: object): Promise<GetLogEventsCommandOutput> =>
      client.send(new GetLogEventsCommand({ logGroupName: '/app', logStreamName: 's0', limit: 2, startFromHead: true, ...rest }))
    const first = await get({})
    expect(first.events?.map(({ message }) => message)).toEqual(['line 0', 'line 3'])
    const second = await get({ nextToken: first.nextForwardToken })
    const third = await get({ nextToken: second.nextForwardToken })
    expect([second.events?.length, third.events?.length, third.nextForwardToken === second.nextForwardToken]).toEqual([1, 0, true])
    expect((await get({ endTime: T - 6000 })).events?.map(({ message }) => message)).toEqual(['line 0'])
    await fake.clock.advance(24 * HOUR)
    await expect(get({ nextToken: first.nextForwardToken })).rejects.toThrow('The specified nextToken is invalid.')
  })

  it('takes events as PutLogEvents does: in order, not too old and not too new, and names what it refused', async () => {
    await client.send(new CreateLogGroupCommand({ logGroupName: '/put' }))
    await client.send(new CreateLogStreamCommand({ logGroupName: '/put', logStreamName: 's' }))
    await expect(client.send(new CreateLogGroupCommand({ logGroupName: '/put' }))).rejects.toThrow(ResourceAlreadyExistsException)
    const put = (...times: number[]): Promise<unknown> =>
      client.send(new PutLogEventsCommand({ logGroupName: '/put', logStreamName: 's', logEvents: times.map((timestamp) => ({ timestamp, message: 'm' })) }))
    await expect(put(T, T - 1)).rejects.toThrow('chronological order')
    await expect(put(T - 25 * HOUR, T)).rejects.toThrow('24 hours')
    expect(await put(T - 15 * 24 * HOUR)).toMatchObject({ rejectedLogEventsInfo: { tooOldLogEventEndIndex: 1 } })
    expect(await put(T, T, T + 3 * HOUR)).toMatchObject({ rejectedLogEventsInfo: { tooNewLogEventStartIndex: 2 } })
    const { events } = await readAll({ logGroupName: '/put' })
    expect([events.length, new Set(events.map(({ eventId }) => eventId)).size]).toEqual([2, 2])
  })
})

it('delays are seeded: mostly short, some of hours, whatever the order', () => {
  const of = (seed: string): number[] =>
    Array.from({ length: 1000 }, (_, i) => drawDelay(seed, `e${i}`, { typicalMs: 900, lateShare: 0.05, lateMaxMs: 3 * HOUR }))
  expect(of('a')).toEqual(of('a'))
  expect(of('a')).not.toEqual(of('b'))
  const late = of('a').filter((ms) => ms > 60_000).length
  expect(late).toBeGreaterThan(10)
  expect(late).toBeLessThan(60)
  expect(Math.max(...of('a'))).toBeLessThanOrEqual(3 * HOUR)
})

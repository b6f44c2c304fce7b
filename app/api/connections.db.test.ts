/** The routes of connections as Next calls them, against a fake AWS and on a real Postgres: contract, permissions by name, hostile input. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endPool } from '#lib/db/pool'
import { createTestDatabase } from '#lib/db/test-database'
import type { ConnectionDraft } from '#lib/model/connection'
import { connectionContract } from '#lib/server/connection-contract'
import type { RouteContract } from '#lib/server/contract'
import { HOME, type FakeAws } from '#testing/fake-aws/server'
import { freshWorld, setFakeCredentials } from '#testing/polling'

const { url, pool } = await createTestDatabase()
const T = Date.UTC(2026, 5, 15, 9, 0, 0)

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>

beforeAll(() => {
  process.env.DATABASE_URL = url
  setFakeCredentials()
})
afterAll(endPool)

/** Calls the route of a row; its answer has to be what the row says. */
async function call(route: RouteContract, given: { params?: Record<string, string>; body?: unknown } = {}): Promise<{ status: number; body: never }> {
  const file = route.path.slice(1).replace(/\{(\w+)\}/g, '[$1]')
  const module = (await import(join(import.meta.dirname, '..', file, 'route.ts'))) as Record<string, Handler>
  const handler = module[route.method]
  if (!handler) throw new Error(`${file} has no ${route.method}`)
  const init = given.body === undefined ? {} : { body: typeof given.body === 'string' ? given.body : JSON.stringify(given.body) }
  const response = await handler(new Request(`http://127.0.0.1${route.path}`, { method: route.method, ...init }), {
    params: Promise.resolve(given.params ?? {}),
  })
  const body = (await response.json()) as never
  if (response.status === 200) route.response?.parse(body)
  return { status: response.status, body }
}

const draft = (rest: Partial<ConnectionDraft> & Record<string, unknown> = {}) => ({ label: 'shop', region: HOME.region, groups: ['/aws/lambda/*'], ...rest })

async function world(seed: string): Promise<FakeAws> {
  const fake = await freshWorld(pool, seed, T)
  for (const name of ['cart', 'checkout']) fake.logs().createGroup(`/aws/lambda/${name}`)
  fake.logs().createGroup('/aws/lambda/archive', { groupClass: 'INFREQUENT_ACCESS' })
  fake.logs().createGroup('/other')
  return fake
}

describe('a connection', () => {
  it('is made, shown, changed and forgotten', async () => {
    await world('life')
    expect(await call(connectionContract.connections)).toMatchObject({ status: 200, body: { items: [] } })
    const made = await call(connectionContract.connectionCreate, { body: draft({ lookbackMinutes: 5, externalId: 'x-1' }) })
    expect(made).toMatchObject({
      status: 200,
      body: { label: 'shop', region: HOME.region, state: 'starting', enabled: true, externalId: 'x-1', roleArn: null, received: 0 },
    })
    const { id } = made.body as { id: string }
    expect(await call(connectionContract.connectionChange, { params: { id }, body: draft({ label: 'later', enabled: false }) })).toMatchObject({
      body: { id, label: 'later', state: 'disabled' },
    })
    expect(await call(connectionContract.connection, { params: { id } })).toMatchObject({ body: { label: 'later', externalId: null } })
    expect(await call(connectionContract.connectionGroups, { params: { id } })).toMatchObject({ body: { items: [], cut: false } })
    expect(await call(connectionContract.backfills, { params: { id } })).toMatchObject({ body: { items: [] } })
    expect(await call(connectionContract.backfillStart, { params: { id }, body: { from: '-2d', to: 'now' } })).toMatchObject({
      status: 400,
      body: { code: 'invalid-params' },
    })
    expect(await call(connectionContract.connectionDelete, { params: { id } })).toMatchObject({ status: 200 })
    for (const route of [connectionContract.connection, connectionContract.connectionGroups, connectionContract.connectionDelete])
      expect(await call(route, { params: { id } })).toMatchObject({ status: 404 })
    expect(await call(connectionContract.connectionChange, { params: { id }, body: draft() })).toMatchObject({ status: 404 })
    expect(await call(connectionContract.backfillStart, { params: { id }, body: { from: '-2d', to: 'now' } })).toMatchObject({ status: 404 })
    expect(await call(connectionContract.backfillCancel, { params: { id, backfill: id } })).toMatchObject({ status: 404 })
    expect(await call(connectionContract.connection, { params: { id: "1' or true" } })).toMatchObject({ status: 404 })
  })

  it.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['a field that there is not', draft({ secretAccessKey: 'x' })],
    ['an empty label', draft({ label: ' ' })],
    ['a label with a line break', draft({ label: 'a\nb' })],
    ['a region that is an address', draft({ region: 'evil.example/' })],
    ['a role of another service', draft({ roleArn: 'arn:aws:iam::123456789012:user/root' })],
    ['an endpoint of another scheme', draft({ endpoint: 'file:///etc/passwd' })],
    ['an endpoint with a password', draft({ endpoint: 'http://a:b@127.0.0.1/' })],
    ['an endpoint that is the metadata service', draft({ endpoint: 'http://169.254.169.254/' })],
    ['the metadata service in digits', draft({ endpoint: 'http://2852039166/' })],
    ['an endpoint with a query', draft({ endpoint: 'http://127.0.0.1/?x' })],
    ['a group of other characters', draft({ groups: ["/a'; drop table event"] })],
    ['too many groups', draft({ groups: Array.from({ length: 501 }, (_, i) => `g${i}`) })],
    ['an object in place of a text', draft({ label: { $ne: '' } as unknown as string })],
    ['a text in place of a list', draft({ groups: '/x' as unknown as string[] })],
    ['a lookback of a year', draft({ lookbackMinutes: 525_600 })],
    ['a filter pattern without end', draft({ filterPattern: 'x'.repeat(1025) })],
  ])('is refused with %s, and the field is named', async (_name, body) => {
    const answer = await call(connectionContract.connectionCreate, { body })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid-params' } })
    expect((answer.body as { invalidParams: unknown[] }).invalidParams.length).toBeGreaterThan(0)
  })
})

describe('a test of a connection', () => {
  interface Result {
    ok: boolean
    accountId: string | null
    checks: { action: string; resource: string | null; ok: boolean; problem: { code: string; action: string | null; advice: string } | null }[]
  }
  const test = async (body: unknown): Promise<Result> => (await call(connectionContract.connectionTest, { body })).body as Result
  const short = ({ checks }: Result) => checks.map((check) => [check.action, check.resource, check.ok, check.problem?.code ?? null])

  it('says that everything is allowed where it is', async () => {
    const fake = await world('allowed')
    const result = await test(draft({ endpoint: fake.url, xray: true }))
    expect(result).toMatchObject({ ok: true, accountId: HOME.account })
    expect(short(result)).toEqual([
      ['credentials', null, true, null],
      ['logs:DescribeLogGroups', null, true, null],
      ['logs:FilterLogEvents', '/aws/lambda/cart', true, null],
      ['logs:FilterLogEvents', '/aws/lambda/checkout', true, null],
      ['xray:GetTraceSummaries', null, true, null],
      ['xray:BatchGetTraces', null, true, null],
    ])
    expect(fake.requests.length).toBeLessThan(10)
  })

  it.each([['logs:DescribeLogGroups'], ['logs:FilterLogEvents']])('names %s where it is missing', async (action) => {
    const fake = await world('denied')
    fake.logs().deny(action)
    const result = await test(draft({ endpoint: fake.url, groups: ['/aws/lambda/cart'] }))
    expect(result.ok).toBe(false)
    const failed = result.checks.filter((check) => !check.ok)
    expect(failed.map((check) => [check.action, check.problem?.code, check.problem?.action])).toEqual([[action, 'denied', action]])
    expect(failed[0]?.problem?.advice).toContain(action)
  })

  it('says that nobody answers, that there are no credentials, that a group is not there', async () => {
    const fake = await world('away')
    expect(short(await test(draft({ endpoint: 'http://127.0.0.1:9' })))).toEqual([['credentials', null, false, 'unreachable']])
    expect(short(await test(draft({ endpoint: fake.url, groups: ['/typo'] }))).at(-1)).toEqual(['logs:FilterLogEvents', '/typo', false, 'not-found'])
    const kept = { ...process.env }
    delete process.env.AWS_ACCESS_KEY_ID
    delete process.env.AWS_SECRET_ACCESS_KEY
    Object.assign(process.env, { AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' })
    expect(short(await test(draft({ endpoint: fake.url })))).toEqual([['credentials', null, false, 'no-credentials']])
    Object.assign(process.env, kept)
  })

  it('assumes the role, with its external id', async () => {
    const fake = await world('role')
    process.env.AWS_ENDPOINT_URL_STS = fake.url
    const roleArn = 'arn:aws:iam::210987654321:role/reader'
    fake.logs({ account: '210987654321' }).createGroup('/aws/lambda/theirs')
    const result = await test(draft({ endpoint: fake.url, roleArn, externalId: 'shared-secret' }))
    delete process.env.AWS_ENDPOINT_URL_STS
    expect(short(result).slice(0, 1)).toEqual([['sts:AssumeRole', roleArn, true, null]])
    expect(short(result).at(-1)).toEqual(['logs:FilterLogEvents', '/aws/lambda/theirs', true, null])
    expect(fake.requests.find((request) => request.action === 'AssumeRole')?.input).toMatchObject({ RoleArn: roleArn, ExternalId: 'shared-secret' })
  })
})

describe('before a connection is made', () => {
  it('its groups are listed, with what cannot be read and why', async () => {
    const fake = await world('groups')
    const { body } = await call(connectionContract.logGroups, { body: draft({ endpoint: fake.url, excludedGroups: ['*checkout'] }) })
    const { items, cut } = body as { items: { name: string; chosen: boolean; readable: boolean; reason: string | null }[]; cut: boolean }
    expect(items.map(({ name, chosen, readable }) => [name, chosen, readable])).toEqual([
      ['/aws/lambda/archive', true, false],
      ['/aws/lambda/cart', true, true],
      ['/aws/lambda/checkout', false, true],
    ])
    expect([items[0]?.reason?.includes('INFREQUENT_ACCESS'), cut]).toEqual([true, false])
    const all = await call(connectionContract.logGroups, { body: draft({ endpoint: fake.url, groups: [] }) })
    expect((all.body as { items: unknown[] }).items).toHaveLength(4)
    fake.logs().deny('logs:DescribeLogGroups')
    expect(await call(connectionContract.logGroups, { body: draft({ endpoint: fake.url }) })).toMatchObject({
      status: 502,
      body: { code: 'upstream', problem: { code: 'denied', action: 'logs:DescribeLogGroups' } },
    })
  })

  it('its policy has the least that is needed, in its region, account and partition', async () => {
    const { body } = await call(connectionContract.connectionPolicy, { body: draft({ groups: ['/aws/lambda/*', '/app'], xray: true }) })
    expect(body).toMatchObject({
      assume: null,
      trust: null,
      policy: {
        Version: '2012-10-17',
        Statement: [
          { Action: 'logs:DescribeLogGroups', Resource: 'arn:aws:logs:eu-west-1:*:log-group:*' },
          { Action: 'logs:FilterLogEvents', Resource: ['arn:aws:logs:eu-west-1:*:log-group:/aws/lambda/*:*', 'arn:aws:logs:eu-west-1:*:log-group:/app:*'] },
          { Action: ['xray:GetTraceSummaries', 'xray:BatchGetTraces'], Resource: '*' },
          // Only to look at what is logged now; its name says that reading does without.
          { Sid: 'OptionalSpecterShowsLiveTail', Action: 'logs:StartLiveTail' },
        ],
      },
    })
    const roleArn = 'arn:aws-cn:iam::210987654321:role/reader'
    const role = (await call(connectionContract.connectionPolicy, { body: draft({ region: 'cn-north-1', roleArn, externalId: 'x-1' }) })).body
    expect(role).toMatchObject({
      assume: { Statement: [{ Action: 'sts:AssumeRole', Resource: roleArn }] },
      trust: { Statement: [{ Action: 'sts:AssumeRole', Condition: { StringEquals: { 'sts:ExternalId': 'x-1' } } }] },
    })
    expect(JSON.stringify(role)).toContain('arn:aws-cn:logs:cn-north-1:210987654321:log-group:/aws/lambda/*:*')
  })

  it('its calls and costs are told, and whether the budget is enough', async () => {
    const of = async (rest: object) => (await call(connectionContract.connectionEstimate, { body: { ...draft(), ...rest } })).body as never
    expect(await of({ groupCount: 10, bytesPerDay: 1e6 })).toMatchObject({
      callsPerDay: { live: 14_400, sweeps: 1_020, listing: 288 },
      fits: true,
      monthlyUsd: { total: 0 },
      passSeconds: 2.5,
    })
    expect(await of({ groupCount: 500, bytesPerDay: 5e12 })).toMatchObject({ fits: false })
    expect(await of({ groupCount: 0, xray: true, tracesPerDay: 1e6 })).toMatchObject({ monthlyUsd: { logs: 0, xray: 180 } })
  })
})

/** What connecting says before anything is read, of the real SDK's answers from a fake AWS. */
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { ConnectionDraft, ConnectionTest } from '#lib/model/connection'
import { HOME, startFakeAws, type FakeAws } from '#testing/fake-aws/server'
import { setFakeCredentials } from '#testing/polling'
import { findLogGroups, testConnection } from './check'

setFakeCredentials()

let fake: FakeAws
const draft = (more: Partial<ConnectionDraft> = {}): ConnectionDraft => ({
  label: 'shop', region: HOME.region, endpoint: fake.url, groups: ['/aws/lambda/*', 'app'], excludedGroups: [], xray: true, enabled: true, ...more,
}) // prettier-ignore
const run = (more: Partial<ConnectionDraft> = {}): Promise<ConnectionTest> => testConnection(draft(more), fake.clock.nowMs())
/** `action resource: ok`, or the problem's code. */
const told = ({ checks }: ConnectionTest): string[] => checks.map(({ action, resource, problem }) => `${action} ${resource ?? '*'}: ${problem?.code ?? 'ok'}`)

beforeEach(async () => {
  fake = await startFakeAws({ seed: 'check' })
  for (const name of ['/aws/lambda/cart', '/aws/lambda/checkout', 'app']) fake.logs().createGroup(name)
  process.env.AWS_ENDPOINT_URL_STS = fake.url
  onTestFinished(async () => {
    delete process.env.AWS_ENDPOINT_URL_STS
    await fake.close()
  })
})

describe('the test of a connection', () => {
  it('asks for each thing once, and knows the account', async () => {
    const test = await run()
    expect(test).toMatchObject({ ok: true, accountId: HOME.account })
    expect(told(test)).toEqual([
      'credentials *: ok',
      'logs:DescribeLogGroups *: ok',
      'logs:FilterLogEvents app: ok',
      'logs:FilterLogEvents /aws/lambda/cart: ok',
      'logs:FilterLogEvents /aws/lambda/checkout: ok',
      'xray:GetTraceSummaries *: ok',
      'xray:BatchGetTraces *: ok',
    ])
  })

  it('names the permission that is missing and the group that it is missing for, and goes on with the others', async () => {
    fake.logs().deny('logs:FilterLogEvents', '/aws/lambda/checkout')
    const test = await run()
    expect(test.ok).toBe(false)
    const [denied, ...more] = test.checks.filter(({ ok }) => !ok)
    expect(more).toEqual([])
    expect(denied).toMatchObject({
      action: 'logs:FilterLogEvents',
      resource: '/aws/lambda/checkout',
      problem: { code: 'denied', action: 'logs:FilterLogEvents' },
    })
    expect(denied?.problem?.advice).toContain('Allow logs:FilterLogEvents')
  })

  it('can do without the listing where a group is named', async () => {
    fake.logs().deny('logs:DescribeLogGroups')
    expect(told(await run({ xray: false }))).toEqual(['credentials *: ok', 'logs:DescribeLogGroups *: denied', 'logs:FilterLogEvents app: ok'])
  })

  it('assumes a role of another account, and says where that is refused', async () => {
    const place = { account: '210987654321', region: HOME.region }
    fake.logs(place).createGroup('/aws/lambda/theirs')
    const roleArn = 'arn:aws:iam::210987654321:role/specter-read'
    const test = await run({ roleArn, groups: ['/aws/lambda/*'], xray: false })
    expect(test).toMatchObject({ ok: true, accountId: '210987654321' })
    expect(told(test)).toContain('logs:FilterLogEvents /aws/lambda/theirs: ok')
    const refused = await run({ roleArn: 'arn:aws:iam::210987654321:role/denied', xray: false })
    expect(told(refused)).toEqual(['sts:AssumeRole arn:aws:iam::210987654321:role/denied: denied'])
    expect(refused.checks[0]?.problem?.advice).toContain('trust policy')
  })

  it('says that nobody answers where nobody does', async () => {
    const test = await run({ endpoint: 'http://127.0.0.1:9' })
    expect(told(test)).toEqual(['credentials *: unreachable'])
    expect(test.checks[0]?.problem?.advice).toContain('endpoint')
  })
})

describe('the groups that there are', () => {
  it('are all found, over pages, with those that are chosen and those that can’t be read', async () => {
    for (let i = 0; i < 120; i++) fake.logs().createGroup(`/team/${i}`)
    fake.logs().createGroup('/aws/lambda/archive', { groupClass: 'INFREQUENT_ACCESS' })
    const list = await findLogGroups(draft({ groups: ['*'], excludedGroups: ['/team/1*'] }))
    expect(list.items).toHaveLength(124)
    expect(list.cut).toBe(false)
    expect(list.items.filter(({ chosen }) => !chosen)).toHaveLength(31)
    const archive = list.items.find(({ name }) => name === '/aws/lambda/archive')
    expect(archive).toMatchObject({ readable: false, groupClass: 'INFREQUENT_ACCESS' })
    expect(archive?.reason).toContain('STANDARD')
  })

  it('throw what AWS says where they may not be listed', async () => {
    fake.logs().deny('logs:DescribeLogGroups')
    await expect(findLogGroups(draft())).rejects.toThrow('not authorized to perform: logs:DescribeLogGroups')
  })
})

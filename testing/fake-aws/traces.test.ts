/** X-Ray and STS as the real SDK sees them. */
import {
  BatchGetTracesCommand,
  GetTraceSummariesCommand,
  InvalidRequestException,
  PutTraceSegmentsCommand,
  ThrottledException,
  XRayClient,
} from '@aws-sdk/client-xray'
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createVirtualClock } from './clock'
import { startFakeAws, type FakeAws } from './server'
import type { SegmentDocument } from './trace-world'

const T = Date.UTC(2026, 5, 15, 9, 0, 0)
let fake: FakeAws
let client: XRayClient

beforeEach(async () => {
  fake = await startFakeAws({ clock: createVirtualClock(T) })
  client = new XRayClient({ ...fake.clientConfig(), maxAttempts: 1 })
})
afterEach(async () => {
  client.destroy()
  await fake.close()
})

const traceId = (n: number, atMs = T): string => `1-${Math.floor(atMs / 1000).toString(16)}-${n.toString(16).padStart(24, '0')}`
const segment = (n: number, rest: Partial<SegmentDocument> = {}): SegmentDocument => ({
  id: n.toString(16).padStart(16, '0'), trace_id: traceId(n), name: `s${n}`, start_time: T / 1000, end_time: T / 1000 + 1, ...rest,
}) // prettier-ignore

const summaries = (rest: object = {}): Promise<{ TraceSummaries?: { Id?: string; Revision?: number; IsPartial?: boolean }[]; NextToken?: string }> =>
  client.send(new GetTraceSummariesCommand({ StartTime: new Date(T - 60_000), EndTime: new Date(T + 60_000), TimeRangeType: 'Event', ...rest }))

describe('X-Ray', () => {
  it('a trace grows: its segments appear, an open one is replaced, its revision and update time move', async () => {
    const root = segment(1, { end_time: undefined, in_progress: true })
    fake.traces().put(root, { atMs: T - 1000 })
    fake.traces().put(segment(1, { name: 'root' }), { atMs: T + 70_000, indexMs: 5000 })
    fake.traces().put(segment(2, { trace_id: traceId(1), parent_id: root.id }), { atMs: T + 70_000, indexMs: 5000 })
    expect((await summaries()).TraceSummaries).toMatchObject([{ Id: traceId(1), Revision: 1, IsPartial: true }])
    const read = async (): Promise<unknown> =>
      (await client.send(new BatchGetTracesCommand({ TraceIds: [traceId(1)] }))).Traces?.[0]?.Segments?.map(
        ({ Document }) => (JSON.parse(Document ?? '') as SegmentDocument).name,
      )
    expect(await read()).toEqual(['s1'])
    await fake.clock.advance(75_000)
    expect(await read()).toEqual(['root', 's2'])
    expect((await summaries()).TraceSummaries).toEqual([])
    const later = await summaries({ StartTime: new Date(T + 60_000), EndTime: new Date(T + 120_000) })
    expect(later.TraceSummaries).toMatchObject([{ Id: traceId(1), Revision: 3, IsPartial: false, Duration: 1 }])
  })

  it('pages summaries, the newest first, with empty pages between; windows end exclusively and are six hours at most', async () => {
    for (let n = 0; n < 25; n++) fake.traces().put(segment(n, { start_time: T / 1000 - n }))
    Object.assign(fake.knobs, { pageTraces: 10, emptyPage: 0.4 })
    const ids: unknown[] = []
    let pages = 0
    for (let NextToken: string | undefined; ;) {
      const page = await summaries({ NextToken })
      ids.push(...(page.TraceSummaries ?? []).map(({ Id }) => Id))
      pages++
      NextToken = page.NextToken
      if (NextToken === undefined) break
    }
    expect(ids).toEqual(Array.from({ length: 25 }, (_, n) => traceId(n)))
    expect(pages).toBeGreaterThan(3)
    expect((await summaries({ EndTime: new Date(T) })).TraceSummaries).toEqual([])
    await expect(summaries({ StartTime: new Date(T - 7 * 3_600_000) })).rejects.toThrow(InvalidRequestException)
  })

  it('gives five traces a call, in pages, and names those it did not give', async () => {
    for (let n = 0; n < 6; n++) fake.traces().put(segment(n))
    const ids = Array.from({ length: 6 }, (_, n) => traceId(n))
    await expect(client.send(new BatchGetTracesCommand({ TraceIds: ids }))).rejects.toThrow(InvalidRequestException)
    fake.knobs.pageTraces = 3
    const first = await client.send(new BatchGetTracesCommand({ TraceIds: [...ids.slice(0, 4), traceId(99)] }))
    expect([first.Traces?.length, first.UnprocessedTraceIds]).toEqual([3, [traceId(99)]])
    const second = await client.send(new BatchGetTracesCommand({ TraceIds: [...ids.slice(0, 4), traceId(99)], NextToken: first.NextToken }))
    expect([second.Traces?.map(({ Id }) => Id), second.NextToken]).toEqual([[traceId(3)], undefined])
    fake.traces().transactionSearch = true
    expect(await client.send(new BatchGetTracesCommand({ TraceIds: [traceId(0)] }))).toMatchObject({ Traces: [], UnprocessedTraceIds: [traceId(0)] })
  })

  it('takes segments, and names those that are none', async () => {
    const good = JSON.stringify(segment(1))
    const answer = await client.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: [good, '{', JSON.stringify(segment(2, { end_time: undefined }))] }))
    expect(answer.UnprocessedTraceSegments?.map(({ ErrorCode }) => ErrorCode)).toEqual(['ParseError', 'MissingEndTime'])
    expect((await client.send(new BatchGetTracesCommand({ TraceIds: [traceId(1)] }))).Traces?.[0]?.Segments).toEqual([{ Id: segment(1).id, Document: good }])
  })

  it('throttles and denies with the names that the SDK knows', async () => {
    fake.knobs.throttle = 1
    await expect(summaries()).rejects.toThrow(ThrottledException)
    fake.knobs.throttle = 0
    fake.traces().deny('xray:GetTraceSummaries')
    await expect(summaries()).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('not authorized to perform: xray:GetTraceSummaries'),
    })
  })
})

describe('STS', () => {
  const assume = (role: string): CloudWatchLogsClient => {
    const { endpoint, region, credentials } = fake.clientConfig()
    const provider = fromTemporaryCredentials({
      masterCredentials: credentials,
      params: { RoleArn: role, ExternalId: 'x' },
      clientConfig: { endpoint, region, maxAttempts: 1 },
    })
    return new CloudWatchLogsClient({ endpoint, region, credentials: provider, maxAttempts: 1 })
  }

  it("a role's keys lead into its account, and what they may not do names the role", async () => {
    const theirs = fake.logs({ account: '333333333333' })
    theirs.createGroup('/theirs')
    const client = assume('arn:aws:iam::333333333333:role/reader')
    expect((await client.send(new DescribeLogGroupsCommand())).logGroups?.map(({ logGroupName }) => logGroupName)).toEqual(['/theirs'])
    theirs.deny('logs:DescribeLogGroups')
    await expect(client.send(new DescribeLogGroupsCommand())).rejects.toThrow(/User: arn:aws:sts::333333333333:assumed-role\/reader\/specter is not authorized/)
    client.destroy()
  })

  it('a role that does not trust the caller is refused by name', async () => {
    const client = assume('arn:aws:iam::333333333333:role/denied')
    await expect(client.send(new DescribeLogGroupsCommand())).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('sts:AssumeRole'),
    })
    client.destroy()
  })
})

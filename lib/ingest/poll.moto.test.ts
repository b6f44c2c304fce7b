/**
 * The pollers against moto, an implementation of CloudWatch Logs and X-Ray that we did not write, so that a misreading of the API that our own
 * double shares with them shows. Moto differs from AWS: its pages are stream by stream and never empty, its eventIds are a counter, nothing is
 * late or throttled; summaries are of finished traces only, in a window on their start and end, without revision or IsPartial and on one page, and
 * a trace keeps the open form of a segment beside the ended one. Time is ours: it starts now and stands still but for waiting.
 */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import { PutTraceSegmentsCommand, XRayClient } from '@aws-sdk/client-xray'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { createLog } from '#lib/server/log'
import { TokenBuckets } from '#lib/sources/aws/token-bucket'
import { createConnection } from '#lib/store/connections'
import { createVirtualClock, type VirtualClock } from '#testing/fake-aws/clock'
import { linkRound } from './linker'
import type { PollClock } from './poll-clock'
import { LogsPoller } from './poll-logs'
import { TracesPoller } from './poll-traces'

const { pool } = await createTestDatabase()
const endpoint = process.env.SPECTER_MOTO_URL ?? ''
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const quiet = createLog('test')
quiet.level = 'silent'
process.env.AWS_ACCESS_KEY_ID = 'AKIA123456789012'
process.env.AWS_SECRET_ACCESS_KEY = 'x'

const config = { endpoint, region: 'eu-west-1', credentials: { accessKeyId: 'AKIA123456789012', secretAccessKey: 'x' } }
const logs = new CloudWatchLogsClient(config)
const xray = new XRayClient(config)
afterAll(() => {
  logs.destroy()
  xray.destroy()
})
beforeEach(async () => {
  await fetch(`${endpoint}/moto-api/reset`, { method: 'POST' })
  await pool.query(
    'truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction, aws_connection, poll_target, poll_scan, polled_trace, trace_scan, coverage',
  )
})

interface Line {
  group: string
  stream: string
  timestamp: number
  message: string
}

const told = (lines: Line[]): string[] => lines.map(({ group, stream, timestamp, message }) => `${group} ${stream} ${timestamp} ${message}`).toSorted()

async function put(lines: Line[]): Promise<void> {
  const streams = new Map<string, Line[]>()
  for (const line of lines) streams.set(`${line.group} ${line.stream}`, [...(streams.get(`${line.group} ${line.stream}`) ?? []), line])
  for (const members of streams.values()) {
    const [{ group, stream }] = members as [Line]
    const place = { logGroupName: group, logStreamName: stream }
    await logs.send(new CreateLogGroupCommand({ logGroupName: group })).catch(() => {})
    await logs.send(new CreateLogStreamCommand(place)).catch(() => {})
    const logEvents = members.toSorted((a, b) => a.timestamp - b.timestamp).map(({ timestamp, message }) => ({ timestamp, message }))
    await logs.send(new PutLogEventsCommand({ ...place, logEvents }))
  }
}

async function stored(): Promise<string[]> {
  const { rows } = await pool.query<{ line: string }>(
    `select s.log_group || ' ' || s.log_stream || ' ' || (e.time_ns / 1000000)::text || ' ' || e.body as line from event e join log_stream s on s.id = e.stream_id`,
  )
  return rows.map(({ line }) => line).toSorted()
}

function connect(xrayToo: boolean, groups: string[], nowMs: number): Promise<bigint> {
  const draft = { label: 'moto', region: 'eu-west-1', endpoint, groups, excludedGroups: [], xray: xrayToo, enabled: true, lookbackMinutes: 120 }
  return createConnection(pool, draft, nowMs)
}

/** The worker's two loops until the clock is there; requests in flight are waited for while it stands. */
async function poll(clock: VirtualClock, untilMs: number): Promise<void> {
  const ended = new AbortController()
  const pollClock: PollClock = {
    nowMs: () => clock.nowMs(),
    async wait(dueMs, inFlight) {
      if (inFlight.length > 0) return void (await Promise.race(inFlight))
      if (dueMs >= untilMs) ended.abort()
      await clock.advance(Math.max(0, Math.min(dueMs, untilMs) - clock.nowMs()))
    },
  }
  let draws = 0
  const random = (): number => (draws++ * 0.37) % 1
  const deps = { pool, clock: pollClock, random, buckets: new TokenBuckets(random), log: quiet }
  await new LogsPoller({ ...deps, settings: { reloadMs: MINUTE } }).run(ended.signal)
}

async function pollTraces(clock: VirtualClock, untilMs: number): Promise<void> {
  const ended = new AbortController()
  const pollClock: PollClock = {
    nowMs: () => clock.nowMs(),
    async wait(dueMs) {
      if (dueMs >= untilMs) ended.abort()
      await clock.advance(Math.max(0, Math.min(dueMs, untilMs) - clock.nowMs()))
    },
  }
  await new TracesPoller({ pool, clock: pollClock, random: () => 0.5, buckets: new TokenBuckets(() => 0.5), log: quiet }).run(ended.signal)
}

it('stores every event of several groups and streams once, equal milliseconds and late ones too; a deleted group stops no other', async () => {
  const clock = createVirtualClock(Date.now())
  const now = clock.nowMs()
  const first: Line[] = []
  for (let g = 0; g < 4; g++) {
    for (let i = 0; i < 150; i++) {
      const timestamp = now - HOUR + Math.floor(i / 7) * 3 * MINUTE
      first.push({ group: `/moto/g${g}`, stream: `s${i % 3}`, timestamp, message: i % 5 === 0 ? 'the same words' : `line ${i}` })
    }
  }
  first.push({ group: '/other', stream: 's', timestamp: now, message: 'nobody asked' })
  await put(first)
  await connect(false, ['/moto/*'], now)
  await poll(clock, now + 10 * MINUTE)
  const asked = first.filter(({ group }) => group !== '/other')
  expect(await stored()).toEqual(told(asked))

  const second: Line[] = Array.from({ length: 60 }, (_, i) => ({
    group: `/moto/g${i % 4}`, stream: 'new', timestamp: now + (i % 2 === 0 ? 30_000 : -50 * MINUTE), message: `more ${i}`,
  })) // prettier-ignore
  await put(second)
  await logs.send(new DeleteLogGroupCommand({ logGroupName: '/moto/g3' }))
  await poll(clock, now + 5 * HOUR)
  const kept = [...asked, ...second.filter(({ group }) => group !== '/moto/g3')]
  expect(await stored()).toEqual(told(kept))
  const { rows } = await pool.query('select name, state from poll_target order by name')
  expect(rows).toEqual(['active', 'active', 'active', 'deleted'].map((state, g) => ({ name: `/moto/g${g}`, state })))
})

it('stores every segment of every X-Ray trace once, those that were open at first too, and links them', async () => {
  const clock = createVirtualClock(Date.now())
  const now = clock.nowMs()
  const hex = (n: number): string => n.toString(16).padStart(16, '0')
  const documents = (n: number, open: boolean): string[] => {
    const start = Math.floor(now / 1000) - 600 + n
    const trace_id = `1-${start.toString(16)}-${n.toString(16).padStart(24, '0')}`
    const root = { id: hex(n * 2), trace_id, name: 'gateway', start_time: start, ...(open ? { in_progress: true } : { end_time: start + 2 }) }
    const callee = { id: hex(n * 2 + 1), trace_id, parent_id: root.id, name: 'worker', start_time: start + 1, end_time: start + 2 }
    return [root, ...(open ? [] : [callee])].map((document) => JSON.stringify(document))
  }
  const numbers = Array.from({ length: 17 }, (_, i) => i + 1)
  const send = (documents: string[]): Promise<unknown> => xray.send(new PutTraceSegmentsCommand({ TraceSegmentDocuments: documents }))
  for (const n of numbers) await send(documents(n, n % 2 === 0))
  await connect(true, [], now)
  await pollTraces(clock, now + 3 * MINUTE)
  const opened = numbers.filter((n) => n % 2 === 0)
  const closed = numbers.filter((n) => n % 2 !== 0)
  expect(await bodies()).toEqual(closed.flatMap((n) => documents(n, false)).toSorted())
  for (const n of opened) await send(documents(n, false))
  await pollTraces(clock, now + 3 * HOUR)
  const whole = numbers.flatMap((n) => documents(n, false))
  expect(await bodies()).toEqual([...whole, ...opened.flatMap((n) => documents(n, true))].toSorted())
  while ((await linkRound(pool)) > 0);
  expect((await pool.query('select count(*)::int as links from link')).rows).toEqual([{ links: 17 }])
  expect((await pool.query('select count(*)::int as traces, min(span_count) as least from transaction')).rows).toEqual([{ traces: 17, least: 2 }])
})

async function bodies(): Promise<string[]> {
  const { rows } = await pool.query<{ body: string }>('select body from event')
  return rows.map(({ body }) => body).toSorted()
}

/** One event of CloudWatch by every door that names its eventId, polled too: it is stored once, whichever comes first. */
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import type { FakeAws } from '#testing/fake-aws/server'
import { addConnection, freshWorld, pollUntil, setFakeCredentials } from '#testing/polling'
import { call, startFront } from '#testing/push-front'

const { url, pool } = await createTestDatabase()
await startFront({ url, pool })
setFakeCredentials()

const T = Date.UTC(2026, 5, 15, 9, 0, 0)
const GROUP = '/aws/lambda/checkout'
const AT = T - 60_000

interface Send {
  fake: FakeAws
  eventId: string
}

const post = async (path: string, body: string | Uint8Array): Promise<void> => {
  const answer = await call(path, { body: body as BodyInit, headers: { 'Content-Type': 'application/json', 'X-Amz-Firehose-Request-Id': 'r-1' } })
  expect(answer.status, await answer.text()).toBe(200)
}
const payload = ({ fake }: Send): string => fake.logs().subscription(GROUP, 'all', [0, T])[0] ?? ''
const base64 = (text: string): string => gzipSync(text).toString('base64')

const DOORS: Record<string, (send: Send) => Promise<void>> = {
  'a CloudWatch event': ({ eventId }) =>
    post('/api/v1/ingest?source=any', JSON.stringify({ logGroup: GROUP, logStream: 's', timestamp: AT, message: 'paid', eventId, ingestionTime: AT + 300 })),
  'a page of filter-log-events': ({ eventId }) =>
    post(`/api/v1/ingest?source=${encodeURIComponent(GROUP)}`, JSON.stringify({ events: [{ logStreamName: 's', timestamp: AT, message: 'paid', ingestionTime: AT + 300, eventId }], searchedLogStreams: [] })),
  'a subscription payload': (send) => post('/api/v1/ingest?source=any', payload(send)),
  'the Lambda event of a subscription': (send) => post('/api/v1/ingest?source=other', JSON.stringify({ awslogs: { data: base64(payload(send)) } })),
  'a record of Firehose': (send) => post('/api/v1/ingest/firehose', JSON.stringify({ requestId: 'r-1', timestamp: T, records: [{ data: base64(payload(send)) }] })),
  'the poller': ({ fake }) => pollUntil({ pool, fake, seed: 'one', untilMs: fake.clock.nowMs() + 60_000 }),
} // prettier-ignore

it.each(Object.keys(DOORS))('%s first, then all others', async (first) => {
  const fake = await freshWorld(pool, first, T)
  fake.logs().createGroup(GROUP, { creationTime: T - 86_400_000 })
  const [eventId = ''] = fake.logs().put(GROUP, [{ stream: 's', timestamp: AT, message: 'paid', delayMs: 300 }])
  await addConnection(pool, fake, { groups: [GROUP] })
  const order = [first, ...Object.keys(DOORS).filter((name) => name !== first)]
  for (const name of order) await DOORS[name]?.({ fake, eventId })
  const { rows } = await pool.query<{ name: string; source_event_id: string }>(
    'select s.name, e.source_event_id from event e join source s on s.id = e.source_id',
  )
  expect(rows).toEqual([{ name: GROUP, source_event_id: eventId }])
  const { rows: books } = await pool.query<{ received: bigint; stored: bigint; duplicate: bigint }>(
    'select sum(received)::bigint as received, sum(stored)::bigint as stored, sum(duplicate)::bigint as duplicate from source',
  )
  expect(Number(books[0]?.received)).toBeGreaterThanOrEqual(order.length)
  expect(books[0]).toMatchObject({ stored: 1n, duplicate: (books[0]?.received ?? 0n) - 1n })
})

import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { shuffles } from '#lib/link/testing'
import { replay } from './replay'

const R = (n: number): string => `0000000${n}-1111-4222-8333-44444444444${n}`
const M = (n: number): string => `m000000${n}-1111-4222-8333-44444444444${n}`.replace('m', 'a')

const T0 = Date.UTC(2026, 10, 1, 12)
let serial = 0

/** A CloudWatch event; eventIds are unique and in AWS's order. */
function event(group: string, stream: string, ms: number, message: string): string {
  const eventId = (BigInt(T0 + ms) << 144n) + BigInt(++serial)
  return JSON.stringify({ logGroup: group, logStream: stream, timestamp: T0 + ms, message, ingestionTime: T0 + ms + 500, eventId: String(eventId) })
}

/** START, lines, END and REPORT of one execution. */
function execution(service: string, stream: string, ms: number, request: string, lines: string[], { durationMs = 100, init = false } = {}): string[] {
  const at = (offset: number, message: string): string => event(`/aws/lambda/${service}`, stream, ms + offset, message)
  return [
    ...(init
      ? [at(-200, 'INIT_START Runtime Version: nodejs:20.v30\tRuntime Version ARN: arn:aws:lambda:eu-west-1::runtime:aa\n'), at(-100, 'modules loaded')]
      : []),
    at(0, `START RequestId: ${request} Version: $LATEST\n`),
    ...lines.map((line, i) => at(10 + i, line)),
    at(durationMs, `END RequestId: ${request}\n`),
    at(
      durationMs,
      `REPORT RequestId: ${request}\tDuration: ${durationMs}.00 ms\tBilled Duration: ${durationMs} ms\tMemory Size: 128 MB\tMax Memory Used: 70 MB\t\n`,
    ),
  ]
}

const sqsRecord = (message: string, receive = 1): object => ({
  messageId: message,
  receiptHandle: 'AQEB',
  body: '{"order":1}',
  attributes: { ApproximateReceiveCount: String(receive), SentTimestamp: String(T0 + 40), ApproximateFirstReceiveTimestamp: String(T0 + 900) },
  messageAttributes: {},
  md5OfBody: 'x',
  eventSource: 'aws:sqs',
  eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:orders',
  awsRegion: 'eu-west-1',
})

/** Two producers, a batch of two messages whose first attempt fails, an asynchronous retry under one RequestId, lines without ids. */
function story(): string[] {
  serial = 0
  const prefix = (ms: number, request: string, text: string): string => `${new Date(T0 + ms).toISOString()}\t${request}\tINFO\t${text}`
  const response = (message: string): string =>
    JSON.stringify({ $metadata: { httpStatusCode: 200, requestId: R(9) }, MD5OfMessageBody: 'x', MessageId: message })
  return [
    ...execution('checkout', 's1', 0, R(1), ['plain line', prefix(20, R(1), `sent ${response(M(1))}`)], { init: true }),
    ...execution('checkout', 's2', 5, R(2), [prefix(25, R(2), `sent ${response(M(2))}`), 'another plain line']),
    ...execution('payment', 's3', 1000, R(3), [
      prefix(1010, R(3), `event ${JSON.stringify({ Records: [sqsRecord(M(1)), sqsRecord(M(2))] })}`),
      `${new Date(T0 + 1020).toISOString()}\t${R(3)}\tERROR\tcard refused`,
    ]),
    ...execution('payment', 's3', 31_000, R(4), [prefix(31_010, R(4), `event ${JSON.stringify({ Records: [sqsRecord(M(2), 2)] })}`)]),
    ...execution('email', 's4', 2000, R(5), [`${new Date(T0 + 2010).toISOString()}\t${R(5)}\tERROR\tno mail server`]),
    ...execution('email', 's5', 62_000, R(5), ['fine']),
    event('/app/legacy', 'h1', 50, 'a line of a server'),
  ]
}

describe('linking', async () => {
  const { pool } = await createTestDatabase()

  it('gives the same rows for any order, repetition and cutting of the input', async () => {
    const lines = story()
    const whole = await replay(pool, [lines])
    for (const [i, order] of shuffles(lines, 12).entries()) {
      const repeated = [...order, ...order.slice(0, i * 3)]
      const size = 1 + ((i * 7) % 19)
      const pieces = Array.from({ length: Math.ceil(repeated.length / size) }, (_, n) => repeated.slice(n * size, (n + 1) * size))
      expect(await replay(pool, pieces), `shuffle ${i}`).toEqual(whole)
    }
    expect(await replay(pool, [[...lines].reverse()])).toEqual(whole)
  }, 240_000)

  it('leads each producer through its own delivery to the consumer, and a redelivery to another execution', async () => {
    await replay(pool, [story()])
    const { rows } = await pool.query<{ path: string }>(
      `select c.request_id || ' > ' || d.form || '/' || qs.name || ' > ' || e.request_id as path
       from link a join span c on c.id = a.cause join span d on d.id = a.effect join service qs on qs.id = d.service_id
       join link b on b.cause = d.id join span e on e.id = b.effect where d.form = 2 order by 1`,
    )
    expect(rows.map((row) => row.path)).toEqual([`${R(1)} > 2/orders > ${R(3)}`, `${R(2)} > 2/orders > ${R(3)}`, `${R(2)} > 2/orders > ${R(4)}`])
  })

  it('makes two executions of a retried RequestId and calls their transaction by what became of each', async () => {
    await replay(pool, [story()])
    const { rows } = await pool.query<{ n: bigint; failed: bigint }>(
      'select count(*) as n, count(*) filter (where failed) as failed from span where request_id = $1',
      [R(5)],
    )
    expect(rows).toEqual([{ n: 2n, failed: 1n }])
  })

  it('puts lines without an id into the execution that was open in their sandbox, and leaves others alone', async () => {
    await replay(pool, [story()])
    const { rows } = await pool.query<{ request_id: string; event_count: number }>(
      'select request_id, event_count from span where form = 0 order by request_id, start_ns',
    )
    expect(rows.map((row) => row.event_count)).toEqual([7, 5, 5, 4, 4, 4])
    const lone = await pool.query('select 1 from span where form = 5')
    expect(lone.rowCount).toBe(1)
  })
})

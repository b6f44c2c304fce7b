import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { shuffles } from '#lib/link/testing'
import { replay } from './replay'

/** What lib/link/hops tests in memory, through the store: the same rows in any order and cutting, and transactions that heed batches. */

const T0 = Date.UTC(2026, 10, 1, 12)
const TRACE = '1-69060000-7f6693a83263b99e9d2db8ce'
const id = (n: number): string => `${n.toString(16).padStart(8, '0')}-fa29-40a4-9729-d3f14b9aef76`
let serial = 0

function event(group: string, stream: string, ms: number, message: string): string {
  const eventId = (BigInt(T0 + ms) << 144n) + BigInt(++serial)
  return JSON.stringify({ logGroup: group, logStream: stream, timestamp: T0 + ms, message, ingestionTime: T0 + ms + 500, eventId: String(eventId) })
}

type Said = [ms: number, words: string, fields?: object]

/** One execution with a logger that knows its request id. */
function execution(service: string, run: number, start: number, said: Said[], stream = `[$LATEST]${run}`): string[] {
  const group = `/aws/lambda/${service}`
  const lines = said.map(([ms, message, fields]) =>
    event(group, stream, ms, JSON.stringify({ level: 'INFO', message, function_request_id: id(run), ...fields })),
  )
  return [
    event(group, stream, start, `START RequestId: ${id(run)} Version: 7\n`),
    ...lines,
    event(group, stream, start + 100, `END RequestId: ${id(run)}\n`),
    event(
      group,
      stream,
      start + 100,
      `REPORT RequestId: ${id(run)}\tDuration: 100 ms\tXRAY TraceId: ${TRACE}\tSegmentId: 4e389a109ab735${run.toString(16).padStart(2, '0')}\tSampled: true\n`,
    ),
  ]
}

function story(): string[] {
  serial = 0
  const orders = [1, 2, 3].map((n) => ({ messageId: id(0xa0 + n), orderId: `ord_18b70${n}` }))
  const lost = execution('worker', 6, 1_200, [[1_210, 'Placing order', { messageId: id(0xa9), orderId: 'ord_999999' }]], '[$LATEST]5')
  return [
    ...orders.flatMap((order, i) => execution('checkout', 1 + i, i * 10, [[i * 10 + 50, 'Order noted', order]])),
    // A batch of three, one after the other; what is sent for one names its order, the last line names none.
    ...execution('worker', 5, 1_000, [
      ...orders.flatMap(({ messageId, orderId }, i): Said[] => [
        [1_010 + i * 20, 'Placing order', { messageId, orderId }],
        [1_020 + i * 20, 'Order placed', { orderId, eventId: id(0xe0 + i) }],
      ]),
      [1_090, 'Batch announced', { eventId: id(0xef) }],
    ]),
    // START lost: a plain line behind the end of the execution before.
    event('/aws/lambda/worker', '[$LATEST]5', 1_205, 'a plain line\n'),
    ...lost.slice(1),
    ...[0, 1, 2].flatMap((i) => execution('payment', 10 + i, 2_000 + i, [[2_010 + i, 'Charging order', { eventId: id(0xe0 + i), idempotencyKey: i === 2 ? 'charge-1' : `charge-${i}` }]])),
    // The sender logs no id, the record names it and the moment.
    ...execution('quiet', 30, 4_000, [[4_010, 'working']]),
    ...execution('quiet', 31, 4_200, [[4_210, 'working']]),
    ...execution('mailer', 32, 5_000, [
      [5_010, 'event', { event: { Records: [{ messageId: id(0xb1), body: '{}', attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(T0 + 4_240), SenderId: 'AROAHIHJNIKRJWHJUPKVS:quiet', ApproximateFirstReceiveTimestamp: String(T0 + 4_900) }, eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:mails' }] } }],
    ]),
    ...execution('audit', 20, 3_000, [[3_010, 'Batch seen', { eventId: id(0xef) }]]),
    // The gateway's line and its segment in a trace; the function's segment below.
    event('/aws/apigateway/shop-api', 'a', 90, JSON.stringify({ requestId: id(0x71), extendedRequestId: 'sRMgqkRyeQqDEwG=', requestTimeEpoch: String(T0 - 5), httpMethod: 'POST', resourcePath: '/orders/{orderId}', status: '200', responseLatency: '95', integrationRequestId: id(1) })),
    JSON.stringify({ id: '1f7e521a8acfcd46', trace_id: TRACE, name: 'shop-api/prod', origin: 'AWS::ApiGateway::Stage', start_time: T0 / 1000 - 0.005, end_time: T0 / 1000 + 0.09, http: { request: { method: 'POST', url: 'https://x.execute-api.eu-west-1.amazonaws.com/prod/orders/18b70488fbadd1' } }, aws: { api_gateway: { request_id: id(0x71), stage: 'prod' } }, subsegments: [{ id: '1f7e521a8acfcd47', name: 'Lambda', namespace: 'aws', start_time: T0 / 1000, end_time: T0 / 1000 + 0.08, aws: { operation: 'Invoke' } }] }),
    JSON.stringify({ id: '1f7e521a8acfcd48', trace_id: TRACE, parent_id: '1f7e521a8acfcd47', name: 'checkout', origin: 'AWS::Lambda', start_time: T0 / 1000, end_time: T0 / 1000 + 0.1, aws: { request_id: id(1) } }),
    JSON.stringify({ id: '4e389a109ab73501', trace_id: TRACE, parent_id: '1f7e521a8acfcd48', name: 'checkout', origin: 'AWS::Lambda::Function', start_time: T0 / 1000, end_time: T0 / 1000 + 0.1, subsegments: [{ id: '1f7e521a8acfcd49', name: 'SQS', namespace: 'aws', start_time: T0 / 1000 + 0.04, end_time: T0 / 1000 + 0.05, aws: { operation: 'SendMessage', queue_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders', message_id: id(0xa1) } }] }),
    JSON.stringify({ id: '1f7e521a8acfcd4a', trace_id: TRACE, parent_id: '1f7e521a8acfcd49', name: 'SQS', origin: 'AWS::SQS::Queue', inferred: true, start_time: T0 / 1000 + 0.04, end_time: T0 / 1000 + 0.05, aws: { operation: 'SendMessage', queue_url: 'https://sqs.eu-west-1.amazonaws.com/123456789012/orders' } }),
  ] // prettier-ignore
}

describe('hops through the store', async () => {
  const { pool } = await createTestDatabase()

  it('give the same rows for any order, repetition and cutting of the input', async () => {
    const lines = story()
    const whole = await replay(pool, [lines])
    for (const [i, order] of shuffles(lines, 8, 11).entries()) {
      const repeated = [...order, ...order.slice(0, i * 3)]
      const size = 1 + ((i * 11) % 23)
      const pieces = Array.from({ length: Math.ceil(repeated.length / size) }, (_, n) => repeated.slice(n * size, (n + 1) * size))
      expect(await replay(pool, pieces), `shuffle ${i}`).toEqual(whole)
    }
  }, 240_000)

  it('keep what a batch sent for one message out of the transactions of the others', async () => {
    await replay(pool, [story()])
    const { rows } = await pool.query<{ root: string; members: string }>(`
      select rs.name as root, string_agg(distinct s.name || coalesce('/' || right(left(m.request_id, 8), 2), ''), ' ' order by s.name || coalesce('/' || right(left(m.request_id, 8), 2), '')) as members
      from transaction t join span r on r.id = t.root_span join service rs on rs.id = r.service_id
      join transaction_span ts on ts.transaction_id = t.id join span m on m.id = ts.span_id join service s on s.id = m.service_id
      group by t.id, rs.name order by rs.name collate "C", members`)
    expect(rows.map(({ root, members }) => `${root}: ${members}`)).toEqual([
      'checkout: audit/14 checkout/02 payment/0b worker/05',
      'checkout: audit/14 checkout/03 payment/0c worker/05',
      'quiet: mailer/20 mails quiet/1f',
      'quiet: quiet/1e',
      'shop-api: audit/14 checkout checkout/01 orders payment/0a shop-api worker/05',
      'worker: worker/06',
    ])
  })

  it('note a repeated operation without making it an effect', async () => {
    const { rows } = await pool.query<{ kind: string; tier: string }>(`select kind, tier from link where kind = 'duplicate-of'`)
    expect(rows).toEqual([{ kind: 'duplicate-of', tier: 'K' }])
  })
})

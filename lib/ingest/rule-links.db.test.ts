/** A message's sender is seen twice where its call was traced: by the line that names the id, and by the call's segment inside that execution. */
import { expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { ingestStream } from './pipeline'
import { settle } from './settle'

const T0 = Date.UTC(2026, 10, 2, 8)
const MESSAGES = 12
const uuid = (kind: number, n: number): string => `${String(kind).padStart(8, '0')}-0000-4000-8000-${String(n).padStart(12, '0')}`
const hex = (kind: number, n: number): string => (kind * 0x1000 + n).toString(16).padStart(16, '0')

let serial = 0
const event = (logGroup: string, ms: number, message: string): string =>
  JSON.stringify({
    logGroup: `/aws/lambda/${logGroup}`, logStream: `2026/11/02/[$LATEST]${'a'.repeat(32)}`, timestamp: T0 + ms, ingestionTime: T0 + ms + 100,
    eventId: String((BigInt(T0 + ms) << 144n) + BigInt(++serial)), message,
  }) // prettier-ignore

/** One trace: the execution, its function's segment, in that the call which sent the message, and the queue that X-Ray infers. */
function trace(n: number, ms: number): string {
  const traceId = `1-6ae84315-${String(n).padStart(24, '0')}`
  const at = (offset: number): number => (T0 + ms + offset) / 1000
  const sent = {
    operation: 'SendMessage',
    message_id: uuid(2, n),
    queue_url: 'https://sqs.eu-west-1.amazonaws.com/381492076513/capture',
    resource_names: ['capture'],
  }
  const call = { id: hex(3, n), name: 'SQS', start_time: at(10), end_time: at(18), namespace: 'aws', aws: sent }
  const documents = [
    { id: hex(1, n), name: 'redeem', origin: 'AWS::Lambda', start_time: at(-2), end_time: at(32), aws: { request_id: uuid(1, n) } },
    { id: hex(2, n), name: 'redeem', origin: 'AWS::Lambda::Function', parent_id: hex(1, n), start_time: at(0), end_time: at(30), subsegments: [call] },
    { id: hex(4, n), name: 'SQS', origin: 'AWS::SQS::Queue', parent_id: hex(3, n), inferred: true, start_time: at(10), end_time: at(18), aws: sent },
  ]
  return JSON.stringify({ Id: traceId, Duration: 0.034, Segments: documents.map((d) => ({ Id: d.id, Document: JSON.stringify({ ...d, trace_id: traceId }) })) })
}

it('one sender that is seen twice does not contradict the rule, though its call logs nothing', async () => {
  const { pool } = await createTestDatabase()
  const lines = Array.from({ length: MESSAGES }, (_, n) => {
    const ms = n * 700
    const iso = (offset: number): string => new Date(T0 + ms + offset).toISOString()
    return [
      event('redeem', ms, `START RequestId: ${uuid(1, n)} Version: 1\n`),
      event('redeem', ms + 20, `${iso(20)}\t${uuid(1, n)}\tINFO\tMessage sent to capture { messageId: '${uuid(2, n)}' }\n`),
      event('redeem', ms + 30, `END RequestId: ${uuid(1, n)}\n`),
      event('capture', ms + 200, `START RequestId: ${uuid(5, n)} Version: 1\n`),
      event('capture', ms + 204, `${iso(204)}\t${uuid(5, n)}\tINFO\tProcessing record messageId=${uuid(2, n)}\n`),
      event('capture', ms + 220, `END RequestId: ${uuid(5, n)}\n`),
      trace(n, ms),
    ]
  }).flat()
  async function* body(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(lines.join('\n'))
  }
  await ingestStream(body(), { sourceName: 'test', sourceKind: 'http', gzip: false }, pool)
  await settle(pool)
  const { rows } = await pool.query<{ rule_health: { rule: string; effects: number; contradicted: number; demoted: boolean }[] }>(
    'select rule_health from link_model order by version desc limit 1',
  )
  const told = rows[0]?.rule_health.find(({ rule }) => rule.startsWith('message-'))
  expect(told).toMatchObject({ contradicted: 0, demoted: false })
  expect(told?.effects).toBeGreaterThanOrEqual(MESSAGES)
  const causes = await pool.query<{ most: number }>(
    `select max(n)::int as most from (select count(*) as n from link join span e on e.id = link.effect where e.request_id like '00000005%' group by link.effect) counts`,
  )
  // Else the test would prove nothing.
  expect(causes.rows[0]?.most).toBe(2)
})

import { describe, expect, it } from 'vitest'
import type { RawRecord } from '#lib/model/event'
import { hops, lambda, line, linked, linkTexts, T0, uuid } from './test-read'

/**
 * Every hop of AWS by its id, each in every case that goes wrong elsewhere: one table, so that no case is left out for any of them.
 * A table's write has no id in common with its stream record: lib/ingest/table-write.db.test.ts.
 */

interface Hop {
  /** The id that both sides have, and one that is nearly the same. */
  ids: readonly [string, string]
  cause: (id: string, ms: number) => RawRecord[]
  effect: (id: string, ms: number) => RawRecord[]
  hop: string
}

const MESSAGE = [uuid(0xa1), uuid(0xa2)] as const
const SEQUENCE = ['49545115243490985018280067714973144582180062593244200961', '49545115243490985018280067714973144582180062593244200962'] as const
const arn = (service: string, name: string): string => `arn:aws:${service}:eu-west-1:123456789012:${name}`
const from = (name: string, ms: number, says: object): RawRecord[] =>
  lambda({ name, run: 1, start: ms, end: ms + 60 }, [
    [ms + 50, `answer ${JSON.stringify({ $metadata: { httpStatusCode: 200, requestId: uuid(0xf0) }, ...says })}`],
  ])
const to = (name: string, ms: number, event: object): RawRecord[] =>
  lambda({ name, run: 2, start: ms, end: ms + 60 }, [[ms + 1, `Event: ${JSON.stringify(event)}`]])

const sqs = (id: string, ms: number, body = '{}'): object => ({
  messageId: id, receiptHandle: 'AQEB', body, messageAttributes: {}, eventSource: 'aws:sqs', eventSourceARN: arn('sqs', 'orders'), awsRegion: 'eu-west-1',
  attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(T0 + ms), SenderId: 'AROA:other', ApproximateFirstReceiveTimestamp: String(T0 + ms + 20) },
}) // prettier-ignore
const history = (execution: string, ms: number, type: string, id: number): RawRecord =>
  line(ms, '/aws/vendedlogs/states/refund-Logs', 'states', JSON.stringify({ id: String(id), type, details: {}, previous_event_id: String(id - 1), event_timestamp: String(T0 + ms), execution_arn: execution })) // prettier-ignore

const HOPS: Record<string, Hop> = {
  'API Gateway access log -> Lambda': {
    ids: MESSAGE,
    cause: (id, ms) => [line(ms + 90, '/aws/apigateway/shop-api', 'a', JSON.stringify({ requestId: uuid(0x71), requestTimeEpoch: String(T0 + ms), httpMethod: 'POST', resourcePath: '/checkout', status: '200', responseLatency: '90', integrationRequestId: id }))],
    effect: (id, ms) => [line(ms, '/aws/lambda/checkout', 's', `START RequestId: ${id} Version: 7`), line(ms + 60, '/aws/lambda/checkout', 's', `END RequestId: ${id}`)],
    hop: 'gateway shop-api > checkout',
  },
  'Lambda -> SQS -> Lambda': {
    ids: MESSAGE,
    cause: (id, ms) => from('checkout', ms, { MD5OfMessageBody: 'ab', MessageId: id }),
    effect: (id, ms) => to('worker', ms, { Records: [sqs(id, ms - 100)] }),
    hop: 'checkout > worker',
  },
  'Lambda -> SNS -> SQS -> Lambda': {
    ids: MESSAGE,
    cause: (id, ms) => from('confirm', ms, { MessageId: id }),
    effect: (id, ms) => to('invoices', ms, { Records: [sqs(uuid(0xb1), ms - 100, JSON.stringify({ Type: 'Notification', MessageId: id, TopicArn: arn('sns', 'confirmed'), Message: '{}', Timestamp: new Date(T0 + ms - 120).toISOString() }))] }),
    hop: 'confirm > invoices',
  },
  'Lambda -> EventBridge -> Lambda': {
    ids: MESSAGE,
    cause: (id, ms) => from('orders', ms, { FailedEntryCount: 0, Entries: [{ EventId: id }] }),
    effect: (id, ms) => to('payment', ms, { version: '0', id, 'detail-type': 'OrderPlaced', source: 'shop.orders', account: '123456789012', time: new Date(T0 + ms - 200).toISOString(), region: 'eu-west-1', resources: [], detail: { amount: 12 } }),
    hop: 'orders > payment',
  },
  'S3 -> Lambda': {
    ids: ['40A4C8CD0DFF6C30', '40A4C8CD0DFF6C31'],
    cause: (id, ms) => lambda({ name: 'invoice', run: 1, start: ms, end: ms + 60 }, [[ms + 50, `stored ${JSON.stringify({ $metadata: { httpStatusCode: 200, requestId: id }, ETag: '"ab"' })}`]]),
    effect: (id, ms) => to('archive', ms, { Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'eu-west-1', eventTime: new Date(T0 + ms - 300).toISOString(), eventName: 'ObjectCreated:Put', responseElements: { 'x-amz-request-id': id, 'x-amz-id-2': 'x' }, s3: { s3SchemaVersion: '1.0', bucket: { name: 'archive', arn: 'arn:aws:s3:::archive' }, object: { key: 'a.json', size: 73, eTag: 'ab', sequencer: '0065' } } }] }),
    hop: 'invoice > archive',
  },
  'Kinesis -> Lambda': {
    ids: SEQUENCE,
    cause: (id, ms) => from('tracker', ms, { ShardId: 'shardId-000000000006', SequenceNumber: id }),
    effect: (id, ms) => to('counter', ms, { Records: [{ kinesis: { kinesisSchemaVersion: '1.0', partitionKey: '1', sequenceNumber: id, data: 'SGVsbG8=', approximateArrivalTimestamp: (T0 + ms) / 1000 }, eventSource: 'aws:kinesis', eventVersion: '1.0', eventID: `shardId-000000000006:${id}`, eventName: 'aws:kinesis:record', eventSourceARN: arn('kinesis', 'stream/clicks') }] }),
    hop: 'tracker > counter',
  },
  'Lambda -> Step Functions': {
    ids: [arn('states', `execution:refund:${uuid(1)}`), arn('states', `execution:refund:${uuid(2)}`)],
    cause: (id, ms) => from('api', ms, { executionArn: id, startDate: new Date(T0 + ms).toISOString() }),
    effect: (id, ms) => [history(id, ms, 'ExecutionStarted', 1), history(id, ms + 100, 'ExecutionSucceeded', 2)],
    hop: 'api > workflow refund',
  },
  'Step Functions -> Lambda': {
    ids: [arn('states', `execution:refund:${uuid(1)}`), arn('states', `execution:refund:${uuid(2)}`)],
    cause: (id, ms) => [history(id, ms, 'ExecutionStarted', 1), history(id, ms + 900, 'ExecutionSucceeded', 9)],
    effect: (id, ms) => to('pay-back', ms, { executionArn: id }),
    hop: 'workflow refund > pay-back',
  },
} // prettier-ignore

const FORTNIGHT = 14 * 86_400_000 - 3_600_000

describe.each(Object.entries(HOPS))('%s', (_name, { ids: [id, other], cause, effect, hop }) => {
  const joined = hops(linked([...cause(id, 0), ...effect(id, 500)]))

  it('is joined by the id, in tier A', () => {
    const result = linked([...cause(id, 0), ...effect(id, 500)])
    expect(hops(result)).toContain(hop)
    expect(result.links.filter(({ tier }) => tier !== 'A')).toEqual([])
  })

  it('is not joined by an id that is nearly the same, at the same moment', () => {
    expect(hops(linked([...cause(id, 0), ...effect(other, 500)]))).not.toContain(hop)
  })

  it('is joined to the right one of two that are neighbours in time', () => {
    const both = linked([...cause(id, 0), ...cause(other, 5).map((record) => moved(record)), ...effect(id, 500)])
    expect(hops(both).filter((text) => text.endsWith(hop.slice(hop.indexOf(' > '))))).toEqual([hop])
  })

  it('is joined where the effect comes two weeks late', () => {
    expect(hops(linked([...cause(id, 0), ...effect(id, FORTNIGHT)]))).toEqual(joined)
  })

  it('is the same whichever side comes first, and for lines that come twice', () => {
    const lines = [...cause(id, 0), ...effect(id, 500)]
    const expected = linkTexts(linked(lines))
    expect(linkTexts(linked(lines.toReversed()))).toEqual(expected)
    expect(linkTexts(linked([...lines, ...lines]))).toEqual(expected)
  })

  it('keeps its link where the clock of the effect is three seconds behind', () => {
    expect(hops(linked([...cause(id, 5_000), ...effect(id, 2_000)]))).toEqual(joined)
  })

  it.each(['-', 'undefined', 'null', '', '00000000-0000-0000-0000-000000000000'])('is not made through %j where the id is missing', (missing) => {
    expect(hops(linked([...cause(missing, 0), ...effect(missing, 500)]))).not.toContain(hop)
    expect(hops(linked([...cause(id, 0), ...effect(missing, 500)]))).not.toContain(hop)
  })
})

/** The same of another execution: run 1 is run 3 then. */
function moved(record: RawRecord): RawRecord {
  return { ...record, body: record.body.replaceAll(uuid(1), uuid(3)), logStream: `${record.logStream ?? ''}b` }
}

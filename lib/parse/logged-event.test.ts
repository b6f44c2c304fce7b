import { describe, expect, test } from 'vitest'
import { changeOf } from '#lib/model/keys'
import { AT_MS, parseLine, tell, tellRef, tellSpan } from './testing'

const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
const M = '8f067f86-1dbf-418b-a751-11e1af44c51d'
const N = '9631d842-6b7d-5792-99b8-48e0bbf5d70e'
const QUEUE = 'arn:aws:sqs:eu-west-1:1:capture'
const TOPIC = 'arn:aws:sns:eu-west-1:1:issued'

const sqs = (body: string, more: object = {}): object => ({
  messageId: M, receiptHandle: 'AQEB', body, attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(AT_MS - 1500), ApproximateFirstReceiveTimestamp: String(AT_MS - 20), ...more },
  messageAttributes: {}, md5OfBody: '7b27', eventSource: 'aws:sqs', eventSourceARN: QUEUE, awsRegion: 'eu-west-1',
}) // prettier-ignore
const proves = (body: string): unknown => {
  const { refs, more } = tell(parseLine(body))
  return { refs, more }
}
const SQS_KEY = `sqs:${QUEUE}:${M}:1`
const QUEUE_SPAN = `queue capture ${SQS_KEY} -1500…-20 {message consumed ${M}} {span self ${SQS_KEY}}`

describe('an SQS record is a delivery between sender and execution, however it is printed', () => {
  const expected = { refs: [`span parent ${SQS_KEY}`], more: [QUEUE_SPAN] }
  const event = { Records: [sqs('hello')] }
  const python = JSON.stringify(event)
    .replaceAll('"', "'")
    .replaceAll(':', ': ')
    .replaceAll('aws: ', 'aws:')
    .replaceAll('arn: ', 'arn:')
    .replace(/(sqs|eu-west-1|1): (?=[a-z1])/g, '$1:')
  test.each([
    ['JSON as the line', JSON.stringify(event)],
    ['JSON behind a prefix', `2026-11-02T08:00:00.000Z\t${U}\tINFO\t${JSON.stringify(event)}`],
    ['JSON behind words', `Event: ${JSON.stringify(event)}`],
    ['k=v', `event=${JSON.stringify(event)}`],
    ['a field of a JSON logger', JSON.stringify({ level: 'info', msg: 'got it', event })],
    ['JSON in a string of a JSON logger', JSON.stringify({ level: 'info', message: JSON.stringify(event) })],
    ['pretty-printed', JSON.stringify(event, null, 2)],
    ["Python's repr", `[INFO]\t2026-11-02T08:00:00.000Z\t${U}\t${python}`],
  ])('%s', (_, body) => expect(proves(body)).toEqual(expected))
})

test('a later receive is another delivery, and its first receive says nothing about it', () => {
  expect(proves(JSON.stringify({ Records: [sqs('x', { ApproximateReceiveCount: '3' })] }))).toMatchObject({
    more: [expect.stringMatching(/^queue capture sqs:\S+:3 -1500…0 /)],
  })
})

test('SNS inside SQS: topic, then queue, then the execution', () => {
  const body = JSON.stringify({
    Type: 'Notification',
    MessageId: N,
    TopicArn: TOPIC,
    Subject: null,
    Message: '{"booking":"FB-1"}',
    Timestamp: new Date(AT_MS - 1600).toISOString(),
  })
  const topicKey = `sns:${TOPIC}:${N}`
  expect(proves(JSON.stringify({ Records: [sqs(body)] }))).toEqual({
    refs: [`span parent ${SQS_KEY}`],
    more: [`topic issued ${topicKey} -1600…-1600 {message consumed ${N}} {span self ${topicKey}}`, `${QUEUE_SPAN} {span parent ${topicKey}}`],
  })
})

test('S3 inside SNS inside SQS, and EventBridge inside SQS', () => {
  const s3 = {
    Records: [
      {
        eventSource: 'aws:s3',
        eventTime: '2026-11-02T07:59:58.000Z',
        responseElements: { 'x-amz-request-id': '5D1B45816292C97D' },
        s3: { bucket: { name: 'tickets' }, object: { key: 'a%20b.pdf', sequencer: '0055AED6' } },
      },
    ],
  }
  const sns = JSON.stringify({ Type: 'Notification', MessageId: N, TopicArn: TOPIC, Message: JSON.stringify(s3), Timestamp: '2026-11-02T07:59:58.100Z' })
  const { more } = tell(parseLine(JSON.stringify({ Records: [sqs(sns)] })))
  expect((more as string[]).map((span) => span.split(' ').slice(0, 2).join(' '))).toEqual(['bucket tickets', 'topic issued', 'queue capture'])
  const bus = JSON.stringify({ version: '0', id: N, 'detail-type': 'FareCaptured', source: 'ferry.booking', time: '2026-11-02T07:59:58Z', detail: {} })
  expect(tell(parseLine(JSON.stringify({ Records: [sqs(bus)] }))).more).toEqual([
    `bus ferry.booking events:${N} -1500…-1500 {event consumed ${N}} {span self events:${N}}`,
    `${QUEUE_SPAN} {span parent events:${N}}`,
  ])
})

test('a time in whole seconds is the latest moment that it may be, at most when the event was handed on', () => {
  const bus = (time: string): string => JSON.stringify({ version: '0', id: N, 'detail-type': 'FareCaptured', source: 'ferry.booking', time, detail: {} })
  const queued = parseLine(JSON.stringify({ Records: [sqs(bus('2026-11-02T07:59:57Z'))] })).facts?.more?.[0]
  expect([queued?.startNs, queued?.attributes]).toEqual([BigInt(Date.UTC(2026, 10, 2, 7, 59, 57, 999)) * 1_000_000n, { 'start.uncertain_ms': 1000 }])
  const exact = parseLine(JSON.stringify({ Records: [sqs(bus('2026-11-02T07:59:57.120Z'))] })).facts?.more?.[0]
  expect([exact?.startNs, exact?.attributes]).toEqual([BigInt(Date.UTC(2026, 10, 2, 7, 59, 57, 120)) * 1_000_000n, undefined])
})

test('a record of a change stream waits until it is handed over, and for its writer by the row', () => {
  const record = {
    eventID: 'c9fbe7d0261a5163fcb6940593e41797', eventSource: 'aws:dynamodb', eventName: 'MODIFY', eventSourceARN: 'arn:aws:dynamodb:eu-west-1:1:table/coupons/stream/2026-01-01T00:00:00.000',
    dynamodb: {
      ApproximateCreationDateTime: Date.UTC(2026, 10, 2, 7, 59, 50) / 1000,
      Keys: { code: { S: 'SAVE20' } },
      NewImage: { code: { S: 'SAVE20' }, budget: { N: '81200' }, percent: { N: '20' }, endsAt: { S: '2026-12-31T23:59:59Z' }, refreshFor: { S: 'crt_251193f73bde' } },
    },
  } // prettier-ignore
  const line = parseLine(JSON.stringify({ Records: [record] }))
  const fact = line.facts?.more?.[0]
  const at = (second: number, ms = 0): bigint => BigInt(Date.UTC(2026, 10, 2, 7, 59, second, ms)) * 1_000_000n
  expect([fact?.startNs, fact?.endNs]).toEqual([at(50, 999), line.timeNs])
  const change = fact?.refs.find(({ kind }) => kind === 'change')
  expect(change && changeOf(change.value)).toEqual({ writtenNs: at(50), keys: ['SAVE20'], image: ['81200', 'crt_251193f73bde'] })
  const refsOf = (dynamodb: object): string[] => {
    const { facts } = parseLine(JSON.stringify({ Records: [{ ...record, dynamodb }] }))
    return (facts?.more?.[0]?.refs ?? []).map(({ kind }) => kind)
  }
  // Without a time, or with a key that any line may have, nobody is looked for.
  expect(refsOf({ Keys: record.dynamodb.Keys })).not.toContain('change')
  expect(refsOf({ ...record.dynamodb, Keys: { id: { N: '7' } } })).not.toContain('change')
})

test.each([
  [
    'SNS',
    { Records: [{ EventSource: 'aws:sns', EventVersion: '1.0', Sns: { MessageId: N, TopicArn: TOPIC, Timestamp: '2026-11-02T07:59:59.000Z', Message: 'x' } }] },
    `sns:${TOPIC}:${N}`,
    `message consumed ${N}`,
  ],
  [
    'EventBridge',
    { version: '0', id: M, 'detail-type': 'Object Created', source: 'aws.s3', time: '2026-11-02T07:59:59Z', detail: { a: 1 } },
    `events:${M}`,
    `event consumed ${M}`,
  ],
  [
    'S3',
    {
      Records: [
        {
          eventSource: 'aws:s3',
          responseElements: { 'x-amz-request-id': '5D1B45816292C97D' },
          s3: { bucket: { name: 'tickets' }, object: { key: 'a', sequencer: '0055' } },
        },
      ],
    },
    's3:tickets/a@0055',
    'request consumed 5D1B45816292C97D',
  ],
  [
    'Kinesis',
    {
      Records: [
        {
          eventSource: 'aws:kinesis',
          eventID: 'shardId-000000000000:4959',
          eventSourceARN: 'arn:aws:kinesis:eu-west-1:1:stream/clicks',
          kinesis: { approximateArrivalTimestamp: 1793606399.5, data: 'eA==' },
        },
      ],
    },
    'kinesis:arn:aws:kinesis:eu-west-1:1:stream/clicks:shardId-000000000000:4959',
    'position consumed shardId-000000000000:4959',
  ],
  [
    'DynamoDB',
    {
      Records: [
        {
          eventSource: 'aws:dynamodb',
          eventID: 'c4ca4238a0b923820dcc509a6f75849b',
          eventName: 'INSERT',
          eventSourceARN: 'arn:aws:dynamodb:eu-west-1:1:table/bookings/stream/2026',
          dynamodb: { SequenceNumber: '111' },
        },
      ],
    },
    'ddb:c4ca4238a0b923820dcc509a6f75849b',
    'position consumed c4ca4238a0b923820dcc509a6f75849b',
  ],
])('%s: one delivery, which the execution was started by', (_, event, key, consumed) => {
  const { refs, more } = tell(parseLine(JSON.stringify(event)))
  expect(refs).toEqual([`span parent ${key}`])
  expect(more).toEqual([expect.stringContaining(`{${consumed}}`)])
})

test('API Gateway v1 and v2: the request that this execution answers', () => {
  const v1 = {
    resource: '/vouchers/{code}',
    headers: { 'X-Amzn-Trace-Id': 'Root=1-6ae84300-a7c9983f3f244039c4d784f6' },
    requestContext: { resourcePath: '/vouchers/{code}', httpMethod: 'PUT', extendedRequestId: 'tQTltz4_zK0YPK4=', requestId: N, apiId: 'a', stage: 'prod' },
  }
  expect(tell(parseLine(JSON.stringify(v1)))).toMatchObject({
    refs: ['request parent tQTltz4_zK0YPK4=', `request parent ${N}`],
    name: 'PUT /vouchers/{code}',
    trace: '1-6ae84300-a7c9983f3f244039c4d784f6',
  })
  const v2 = {
    version: '2.0',
    routeKey: 'GET /x',
    requestContext: { apiId: 'a', http: { method: 'GET', path: '/x' }, requestId: 'JKJaXmPLvHcESHA=', routeKey: 'GET /x', stage: '$default' },
  }
  expect(tell(parseLine(JSON.stringify(v2)))).toMatchObject({ refs: ['request parent JKJaXmPLvHcESHA='], name: 'GET /x' })
})

describe('records without what makes them one prove nothing', () => {
  test.each([
    [{ Records: [{ eventSource: 'aws:sqs', messageId: 'undefined', eventSourceARN: QUEUE }] }],
    [{ Records: [{ eventSource: 'aws:sqs', messageId: M }] }],
    [{ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'b' }],
    [{ requestContext: { requestId: N } }],
    [{ 'detail-type': 'x', source: 'y', id: '00000000-0000-0000-0000-000000000000', detail: {} }],
    [{ Type: 'Notification', TopicArn: TOPIC }],
  ])('%j', (event) => expect(proves(JSON.stringify(event))).toEqual({ refs: undefined, more: undefined }))
})

describe('brokers and load balancers', () => {
  const record = { topic: 'orders', partition: 0, offset: 250, timestamp: AT_MS - 30, value: 'eA==' }
  const bytes = [...'00-6ae843007f6693a83263b99e9d2db8ce-1f7e521a8acfcd46-01'].map((c) => c.charCodeAt(0))

  test('Kafka: a delivery of its topic for each record, from the span in its header', () => {
    const event = {
      eventSource: 'aws:kafka',
      records: {
        'orders-0': [
          { ...record, headers: [{ traceparent: bytes }] },
          { ...record, offset: 251 },
        ],
      },
    }
    const { facts } = parseLine(JSON.stringify(event))
    expect(facts?.refs?.map(tellRef)).toEqual(['span parent kafka:orders-0@250', 'span parent kafka:orders-0@251'])
    expect(facts?.more?.[0]?.refs.map(tellRef)).toEqual([
      'position consumed orders-0@250',
      'span self kafka:orders-0@250',
      'span parent 1-6ae84300-7f6693a83263b99e9d2db8ce:1f7e521a8acfcd46',
    ])
  })

  test.each([
    ['no offset', { ...record, offset: undefined }],
    ['an offset that is none', { ...record, offset: -1 }],
    ['a topic that is none', { ...record, topic: null }],
  ])('Kafka, %s: nothing is claimed', (_, value) => {
    expect(parseLine(JSON.stringify({ eventSource: 'aws:kafka', records: { 'orders-0': [value] } })).facts).toBeNull()
  })

  test('Firehose names the place in the stream that Kinesis named', () => {
    const kinesisRecordMetadata = { shardId: 'shardId-000000000000', sequenceNumber: '4959', approximateArrivalTimestamp: AT_MS - 30 }
    const event = { invocationId: 'i', sourceKinesisStreamArn: 'arn:aws:kinesis:eu-west-1:1:stream/clicks', records: [{ recordId: 'r', data: 'eA==', kinesisRecordMetadata }] } // prettier-ignore
    expect(parseLine(JSON.stringify(event)).facts?.refs?.map(tellRef)).toEqual([
      'span parent kinesis:arn:aws:kinesis:eu-west-1:1:stream/clicks:shardId-000000000000:4959',
    ])
  })

  test.each([
    ['headers', { headers: { 'x-amzn-trace-id': 'Root=1-5c34e93e-4dea0086f9763ac0667b115a' } }],
    ['lists of headers', { multiValueHeaders: { 'X-Amzn-Trace-Id': ['Root=1-5c34e93e-4dea0086f9763ac0667b115a'] } }],
  ])("a load balancer's target knows the request by its trace, in %s", (_, headers) => {
    const event = { requestContext: { elb: { targetGroupArn: 'arn:x' } }, httpMethod: 'GET', path: '/cart', ...headers }
    expect(tell(parseLine(JSON.stringify(event)))).toMatchObject({
      trace: '1-5c34e93e-4dea0086f9763ac0667b115a',
      refs: ['request parent Root=1-5c34e93e-4dea0086f9763ac0667b115a'],
      name: 'GET /cart',
    })
  })

  test('a write that a bucket tells the bus of is the write that it notifies of', () => {
    const event = { id: '52f34d1b-bd8e-5a96-4e0a-0343037b0e63', 'detail-type': 'Object Created', source: 'aws.s3', time: '2026-11-02T07:59:59Z', detail: { bucket: { name: 'shop' }, object: { key: 'a.txt', sequencer: '0064E8' }, 'request-id': 'VHS8EE09Q94HJZDZ' } } // prettier-ignore
    const { facts } = parseLine(JSON.stringify(event))
    expect(facts?.more?.map(tellSpan)).toEqual([
      expect.stringContaining('bucket shop s3:shop/a.txt@0064E8'),
      expect.stringContaining('{span parent s3:shop/a.txt@0064E8}'),
    ])
  })
})

test.each(['$context.requestId', '<request-id>'])('a template that nobody filled in is no id: %s', (id) => {
  expect(parseLine(JSON.stringify({ requestContext: { apiId: 'a', requestId: id } })).facts?.refs).toBeUndefined()
})

import { describe, expect, it } from 'vitest'
import { hops, lambda, line, linked, linkTexts, T0, uuid } from './test-read'

/** Gateways, buckets, streams, tables and workflows in front of a function. */

interface Access {
  request: string
  extended?: string
  integration?: string
  status?: number
  ms?: number
}

const access = ({ request, extended, integration, status = 200, ms = 90 }: Access): ReturnType<typeof line> =>
  line(ms, '/aws/apigateway/shop-api', 'a1', JSON.stringify({ requestId: request, ...(extended === undefined ? {} : { extendedRequestId: extended }), requestTimeEpoch: String(T0), httpMethod: 'POST', resourcePath: '/checkout', status: String(status), responseLatency: String(ms), integrationRequestId: integration ?? '-', integrationStatus: '200' })) // prettier-ignore
const proxied = (request: string, extended = '-'): string =>
  `event: ${JSON.stringify({ resource: '/checkout', path: '/checkout', httpMethod: 'POST', headers: {}, requestContext: { resourcePath: '/checkout', httpMethod: 'POST', stage: 'prod', requestId: request, extendedRequestId: extended, apiId: 'v7b3k9e0da' }, body: '{}' })}`

describe('API Gateway -> Lambda', () => {
  const fn = lambda({ name: 'checkout', run: 1, start: 10, end: 80 })

  it('is exact by the RequestId that the integration answered with', () => {
    expect(linkTexts(linked([access({ request: uuid(0x71), extended: 'sRMgqkRyeQqDEwG=', integration: uuid(1) }), ...fn]))).toEqual([
      'gateway shop-api > checkout (A call-id)',
    ])
  })

  it('is exact by the id of the request in the event that the function logs', () => {
    const logging = lambda({ name: 'checkout', run: 1, start: 10, end: 80 }, [[11, proxied(uuid(0x71), 'sRMgqkRyeQqDEwG=')]])
    for (const line of [access({ request: uuid(0x71) }), access({ request: uuid(0x71), extended: 'sRMgqkRyeQqDEwG=' })])
      expect(linkTexts(linked([line, ...logging]))).toEqual(['gateway shop-api > checkout (A gateway-request)'])
  })

  it('is one request though the id is written three times, and one link though two ids prove it', () => {
    const logging = lambda({ name: 'checkout', run: 1, start: 10, end: 80 }, [[11, proxied(uuid(0x71), 'sRMgqkRyeQqDEwG=')]])
    const result = linked([access({ request: uuid(0x71), extended: 'sRMgqkRyeQqDEwG=', integration: uuid(1) }), ...logging])
    expect(hops(result)).toEqual(['gateway shop-api > checkout'])
    expect(result.links[0]?.evidence.length).toBe(3)
  })

  it('tells apart two requests for which a client chose one id', () => {
    const second = lambda({ name: 'checkout', run: 2, start: 210, end: 280 })
    const result = linked([
      access({ request: uuid(0x71), extended: 'sRMgqkRyeQqDEwG=', integration: uuid(1) }),
      access({ request: uuid(0x71), extended: 'tQTltz4_zK0YPK4=', integration: uuid(2), ms: 290 }),
      ...fn,
      ...second,
    ])
    expect(result.transactions).toHaveLength(2)
    expect(hops(result)).toEqual(['gateway shop-api > checkout', 'gateway shop-api#2 > checkout#2'])
  })

  it('is not made without an id, by another id, or through a placeholder', () => {
    expect(linkTexts(linked([access({ request: uuid(0x71) }), ...fn]))).toEqual([])
    expect(linkTexts(linked([access({ request: uuid(0x71), integration: uuid(9) }), ...fn]))).toEqual([])
    const logging = lambda({ name: 'checkout', run: 1, start: 10, end: 80 }, [[11, proxied('-')]])
    expect(linkTexts(linked([access({ request: '-', integration: '-' }), ...logging]))).toEqual([])
  })

  it('keeps the link of a function whose clock is ahead of the gateway, or that logged long after', () => {
    const ahead = lambda({ name: 'checkout', run: 1, start: 5_010, end: 5_080 })
    expect(hops(linked([access({ request: uuid(0x71), integration: uuid(1) }), ...ahead]))).toEqual(['gateway shop-api > checkout'])
  })
})

describe('asynchronous retries', () => {
  const caller = lambda({ name: 'api', run: 1, start: 0, end: 50 }, [
    [40, `invoked {"StatusCode":202,"$metadata":{"httpStatusCode":202,"requestId":"${uuid(2)}"}}`],
  ])
  const attempt = (nth: number, failed: boolean): ReturnType<typeof lambda> =>
    lambda({ name: 'mailer', run: 2, start: nth * 60_000, end: nth * 60_000 + 50, stream: `m${nth % 2}` }, [[nth * 60_000 + 10, failed ? 'no connection' : 'sent', failed ? 'ERROR' : 'INFO']]) // prettier-ignore

  it('keep one RequestId and are three executions of one caller; the last decides', () => {
    const result = linked([...caller, ...attempt(1, true), ...attempt(2, true), ...attempt(3, false)])
    expect(linkTexts(result)).toEqual(['api > mailer (A call-id)', 'api > mailer#2 (A call-id)', 'api > mailer#3 (A call-id)'])
    expect(result.transactions).toMatchObject([{ failed: false, retried: true, spanCount: 4 }])
    expect(linked([...caller, ...attempt(1, true), ...attempt(2, true), ...attempt(3, true)]).transactions).toMatchObject([{ failed: true, retried: false }])
  })
})

describe('S3 -> Lambda', () => {
  const stored = (id: string): string => `stored {"$metadata":{"httpStatusCode":200,"requestId":"${id}","attempts":1},"ETag":"\\"ab\\""}`
  const notice = (id: string, key = 'a.json'): string =>
    `Event: ${JSON.stringify({ Records: [{ eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'eu-west-1', eventTime: '2026-11-02T08:00:00.060Z', eventName: 'ObjectCreated:Put', responseElements: { 'x-amz-request-id': id, 'x-amz-id-2': 'x' }, s3: { s3SchemaVersion: '1.0', bucket: { name: 'archive', arn: 'arn:aws:s3:::archive' }, object: { key, size: 73, eTag: 'ab', sequencer: '0065' } } }] })}`
  const writer = lambda({ name: 'invoice', run: 1, start: 0, end: 60 }, [[50, stored('40A4C8CD0DFF6C30')]])

  it('is exact by the request id of the write, with the bucket between', () => {
    const reader = lambda({ name: 'archive', run: 2, start: 500, end: 560 }, [[501, notice('40A4C8CD0DFF6C30')]])
    expect(linkTexts(linked([...writer, ...reader]))).toEqual(['bucket archive > archive (A span-parent)', 'invoice > bucket archive (A call-notified)'])
  })

  it('is exact where both sides only name that id, and not made for the same key written by another request', () => {
    const says = lambda({ name: 'invoice', run: 1, start: 0, end: 60 }, [[50, '{"message":"Invoice stored","s3RequestId":"40A4C8CD0DFF6C30"}']])
    const hears = lambda({ name: 'archive', run: 2, start: 500, end: 560 }, [[501, '{"message":"Object to archive","s3RequestId":"40A4C8CD0DFF6C30"}']])
    expect(linkTexts(linked([...says, ...hears]))).toEqual(['invoice > archive (A call-named)'])
    const other = lambda({ name: 'archive', run: 2, start: 500, end: 560 }, [[501, notice('DDDDC8CD0DFF6C30')]])
    expect(hops(linked([...writer, ...other]))).toEqual([])
  })
})

describe('Kinesis -> Lambda', () => {
  const SEQ = '49545115243490985018280067714973144582180062593244200961'
  const wrote = (seq: string): string =>
    `put {"$metadata":{"httpStatusCode":200,"requestId":"${uuid(0xf3)}"},"ShardId":"shardId-000000000006","SequenceNumber":"${seq}"}`
  const read = (seq: string): string =>
    `Event: ${JSON.stringify({ Records: [{ kinesis: { kinesisSchemaVersion: '1.0', partitionKey: '1', sequenceNumber: seq, data: 'SGVsbG8=', approximateArrivalTimestamp: T0 / 1000 }, eventSource: 'aws:kinesis', eventVersion: '1.0', eventID: `shardId-000000000006:${seq}`, eventName: 'aws:kinesis:record', eventSourceARN: 'arn:aws:kinesis:eu-west-1:1:stream/clicks' }] })}`

  it('is exact by shard and sequence number, of which a neighbour is none', () => {
    const writer = lambda({ name: 'tracker', run: 1, start: 0, end: 60 }, [[50, wrote(SEQ)]])
    const reader = (seq: string): ReturnType<typeof lambda> => lambda({ name: 'counter', run: 2, start: 500, end: 560 }, [[501, read(seq)]])
    expect(linkTexts(linked([...writer, ...reader(SEQ)]))).toEqual(['stream clicks > counter (A span-parent)', 'tracker > stream clicks (A stream-position)'])
    expect(hops(linked([...writer, ...reader(SEQ.replace(/1$/, '2'))]))).toEqual([])
  })
})

describe('DynamoDB stream -> Lambda', () => {
  const change = `Event: ${JSON.stringify({ Records: [{ eventID: 'c4ca4238a0b923820dcc509a6f75849b', eventName: 'MODIFY', eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'eu-west-1', dynamodb: { ApproximateCreationDateTime: T0 / 1000, Keys: { code: { S: 'SAVE20' } }, SequenceNumber: '111', SizeBytes: 26, StreamViewType: 'KEYS_ONLY' }, eventSourceARN: 'arn:aws:dynamodb:eu-west-1:1:table/coupons/stream/2026-01-01T00:00:00.000' }] })}`

  it('ties the record to its reader; the write is tied by its key in tier B, never by an exact rule', () => {
    const writer = lambda({ name: 'admin', run: 1, start: 0, end: 60 }, [[50, '{"message":"Coupon saved","code":"SAVE20"}']])
    const reader = lambda({ name: 'refresher', run: 2, start: 500, end: 560 }, [[501, change]])
    expect(linkTexts(linked([...writer, ...reader]))).toEqual(['stream coupons > refresher (A span-parent)'])
  })
})

describe('Step Functions', () => {
  const ARN = 'arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2-0000-4000-8000-000000000001'
  const history = (ms: number, type: string, id: number, details: object = {}): ReturnType<typeof line> =>
    line(ms, '/aws/vendedlogs/states/refund-Logs', 'states', JSON.stringify({ id: String(id), type, details, previous_event_id: String(id - 1), event_timestamp: String(T0 + ms), execution_arn: ARN })) // prettier-ignore
  const starter = lambda({ name: 'api', run: 1, start: 0, end: 60 }, [
    [50, `started {"$metadata":{"httpStatusCode":200,"requestId":"${uuid(0xf4)}"},"executionArn":"${ARN}","startDate":"2026-11-02T08:00:00.050Z"}`],
  ])
  const workflow = [
    history(60, 'ExecutionStarted', 1),
    history(300, 'TaskSucceeded', 5, {
      resourceType: 'lambda',
      resource: 'invoke',
      output: JSON.stringify({
        ExecutedVersion: '$LATEST',
        Payload: {},
        SdkHttpMetadata: { HttpStatusCode: 200 },
        SdkResponseMetadata: { RequestId: uuid(2) },
        StatusCode: 200,
      }),
    }),
    history(400, 'ExecutionSucceeded', 9),
  ]

  it('is exact from who started the execution to the function that a task called', () => {
    const task = lambda({ name: 'pay-back', run: 2, start: 100, end: 200 })
    expect(linkTexts(linked([...starter, ...workflow, ...task]))).toEqual([
      'api > workflow refund (A workflow-start)',
      'workflow refund > pay-back (A call-id)',
    ])
  })

  it('is exact for a function that logs the execution it was called by, and not for another execution', () => {
    const handles = (arn: string): ReturnType<typeof lambda> =>
      lambda({ name: 'pay-back', run: 2, start: 100, end: 200 }, [[101, `Handling event {"executionArn":"${arn}"}`]])
    expect(hops(linked([...workflow.slice(0, 1), ...handles(ARN)]))).toEqual(['workflow refund > pay-back'])
    expect(hops(linked([...workflow.slice(0, 1), ...handles(ARN.replace(/1$/, '2'))]))).toEqual([])
  })
})

describe('an operation that is done twice', () => {
  it('is noted as a duplicate of the first, which is no cause: it stays a transaction of its own', () => {
    const pay = (run: number, start: number, key = 'idem-7f3a9c21'): ReturnType<typeof lambda> =>
      lambda({ name: 'payment', run, start, end: start + 50 }, [[start + 5, `{"message":"charging","idempotencyKey":"${key}"}`]])
    const result = linked([...pay(1, 0), ...pay(2, 900), ...pay(3, 1_800, 'idem-00000002')])
    expect(result.links).toMatchObject([{ kind: 'duplicate-of', tier: 'K' }])
    expect(linkTexts(result)).toEqual(['payment > payment#2 (K duplicate)'])
    expect(result.transactions).toHaveLength(3)
  })
})

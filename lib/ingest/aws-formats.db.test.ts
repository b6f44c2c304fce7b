/** From lines as AWS's services write them to the links that they prove. Every story is told in order, backwards and twice. */
import type { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'

const T0 = Date.UTC(2026, 10, 1, 12)
const id = (n: number): string => `0000000${n}-1111-4222-8333-44444444444${n}`
const message = (n: number): string => `a000000${n}-1111-4222-8333-44444444444${n}`
const ROOT = '1-6ae84300-a7c9983f3f244039c4d784f6'
const J = JSON.stringify

let serial = 0
/** A CloudWatch event. */
function event(logGroup: string, ms: number, body: string, logStream = 's'): string {
  const eventId = String((BigInt(T0 + ms) << 144n) + BigInt(++serial))
  return J({ logGroup, logStream, timestamp: T0 + ms, message: body, eventId })
}

/** START, one line and END of an execution. */
function run(name: string, ms: number, request: string, line: string): string[] {
  const stream = `2026/11/01/[$LATEST]${name.padEnd(32, '0').replace(/[^0-9a-f]/g, 'a')}`
  const at = (offset: number, body: string): string => event(`/aws/lambda/${name}`, ms + offset, body, stream)
  return [
    at(0, `START RequestId: ${request} Version: 1\n`),
    at(5, `${new Date(T0 + ms + 5).toISOString()}\t${request}\tINFO\t${line}`),
    at(20, `END RequestId: ${request}\n`),
  ]
}

const sqsEvent = (messageId: string, queue: string, body = '{}'): string =>
  J({
    Records: [
      {
        messageId, receiptHandle: 'AQEB', body, attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(T0 + 100), ApproximateFirstReceiveTimestamp: String(T0 + 200) },
        messageAttributes: {}, md5OfBody: 'x', eventSource: 'aws:sqs', eventSourceARN: `arn:aws:sqs:eu-west-1:1:${queue}`, awsRegion: 'eu-west-1',
      },
    ],
  }) // prettier-ignore
const answer = (more: object, requestId = id(9)): string => J({ $metadata: { httpStatusCode: 200, requestId }, ...more })

async function tell(pool: Pool, lines: string[], piece = lines.length): Promise<string[]> {
  await pool.query('truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction')
  for (let i = 0; i < lines.length; i += piece) {
    const body = Buffer.from(lines.slice(i, i + piece).join('\n'))
    await ingestStream((async function* () { yield body })(), { sourceName: 'file', sourceKind: 'file', gzip: false }, pool) // prettier-ignore
    while ((await linkRound(pool)) > 0);
  }
  const { rows } = await pool.query<{ told: string }>(
    `select cs.kind || ' ' || cs.name || ' > ' || es.kind || ' ' || es.name || ': ' ||
       (select string_agg(distinct e->>'kind', ', ' order by e->>'kind') from jsonb_array_elements(l.evidence) e) as told
     from link l join span c on c.id = l.cause join service cs on cs.id = c.service_id join span e on e.id = l.effect join service es on es.id = e.service_id
     where l.tier = 'A' order by 1`,
  )
  return rows.map((row) => row.told)
}

/** The story's links, the same however its lines come. */
async function links(pool: Pool, lines: string[]): Promise<string[]> {
  const told = await tell(pool, lines)
  expect(await tell(pool, [...lines].reverse(), 4)).toEqual(told)
  expect(await tell(pool, [...lines, ...lines])).toEqual(told)
  return told
}

describe('links from the logs of AWS services', async () => {
  const { pool } = await createTestDatabase()

  const REST = {
    requestId: id(1),
    extendedRequestId: 'tQTltz4_zK0YPK4=',
    requestTimeEpoch: String(T0),
    httpMethod: 'POST',
    resourcePath: '/orders',
    status: '201',
    responseLatency: '60',
  }
  const GATEWAY_EVENT = J({
    resource: '/orders',
    httpMethod: 'POST',
    requestContext: { requestId: id(1), extendedRequestId: 'tQTltz4_zK0YPK4=', apiId: 'a1b2', stage: 'prod', resourcePath: '/orders', httpMethod: 'POST' },
  })
  const EXECUTION = [
    'Extended Request Id: tQTltz4_zK0YPK4=',
    'HTTP Method: POST, Resource Path: /orders',
    `Endpoint response headers: {Date=x, x-amzn-RequestId=${id(2)}, X-Amzn-Trace-Id=root=${ROOT};sampled=0}`,
    'Method completed with status: 201',
  ].map((line, i) => event('API-Gateway-Execution-Logs_a1b2/prod', 1 + i, `(${id(1)}) ${line}`))

  it('API Gateway: access line and execution log are one span, which the function that got the request was called by', async () => {
    const lines = [event('/aws/apigateway/shop', 61, J(REST)), ...EXECUTION, ...run('orders', 10, id(2), `event ${GATEWAY_EVENT}`)]
    expect(await links(pool, lines)).toEqual(['gateway shop > function orders: call-id, gateway-request'])
    const spans = await pool.query(`select name, failed, end_ns - start_ns as took, event_count from span where form = 1`)
    expect(spans.rows).toEqual([{ name: 'POST /orders', failed: false, took: 60_000_000n, event_count: 5 }])
  })

  it('API Gateway: the execution log alone, the access line alone, and an access line of another request', async () => {
    const fn = run('orders', 10, id(2), `event ${GATEWAY_EVENT}`)
    expect(await links(pool, [...EXECUTION, ...fn])).toEqual(['gateway a1b2/prod > function orders: call-id, gateway-request'])
    expect(await links(pool, [event('/aws/apigateway/shop', 61, J(REST)), ...fn])).toEqual(['gateway shop > function orders: gateway-request'])
    const other = { ...REST, requestId: id(7), extendedRequestId: 'other_zK0YPK4=' }
    expect(await links(pool, [event('/aws/apigateway/shop', 61, J(other)), ...fn])).toEqual([])
  })

  it('two requests that a client gave one id are two spans', async () => {
    await tell(
      pool,
      [J(REST), J({ ...REST, extendedRequestId: 'second_zK0YPK4=' })].map((line, i) => event('/aws/apigateway/shop', 61 + i, line)),
    )
    expect((await pool.query('select 1 from span where form = 1')).rowCount).toBe(2)
  })

  it('SNS: a raw message of a queue and a function’s execution, by what the delivery log knows of them', async () => {
    const topic = 'arn:aws:sns:eu-west-1:1:placed'
    const delivery = (destination: string, response: object, ms: number): string =>
      event('sns/eu-west-1/1/placed', ms, J({
        notification: { messageId: message(1), topicArn: topic, timestamp: '2026-11-01 12:00:00.050' },
        delivery: { deliveryId: id(8), destination, providerResponse: J(response), dwellTimeMs: 20, attempts: 1, statusCode: 200 }, status: 'SUCCESS',
      })) // prettier-ignore
    const story = [
      ...run('checkout', 0, id(1), `published ${answer({ MessageId: message(1) })}`),
      delivery('arn:aws:sqs:eu-west-1:1:mail', { sqsRequestId: id(7), sqsMessageId: message(2) }, 80),
      delivery('arn:aws:lambda:eu-west-1:1:function:audit', { lambdaRequestId: id(3) }, 90),
      ...run('audit', 95, id(3), 'fine'),
      ...run('mailer', 300, id(4), `event ${sqsEvent(message(2), 'mail')}`),
    ]
    expect(await links(pool, story)).toEqual([
      'function checkout > topic placed: message-id',
      'queue mail > function mailer: span-parent',
      'topic placed > function audit: call-id',
      'topic placed > queue mail: message-id',
    ])
  })

  it('EventBridge: from PutEvents through the bus to a function that logs the event and a queue that the bus log names', async () => {
    const step = (type: string, ms: number, details: object): string =>
      event('/aws/vendedlogs/events/event-bus/shop', ms, J({
        resource_arn: 'arn:aws:events:eu-west-1:1:event-bus/shop', request_id: id(9), event_id: message(1), message_timestamp_ms: T0 + ms, message_type: type, log_level: 'INFO', details,
      })) // prettier-ignore
    const placed = { version: '0', id: message(1), 'detail-type': 'OrderPlaced', source: 'com.shop', time: '2026-11-01T12:00:00Z', detail: {} }
    const story = [
      ...run('checkout', 0, id(1), `put ${answer({ FailedEntryCount: 0, Entries: [{ EventId: message(1) }] })}`),
      step('EVENT_RECEIPT', 20, { detail_type: 'OrderPlaced', source: 'com.shop' }),
      step('INVOCATION_SUCCESS', 60, {
        rule_arn: 'arn:aws:events:eu-west-1:1:rule/shop/r',
        target_arn: 'arn:aws:sqs:eu-west-1:1:mail',
        target_response_body: J({ MessageId: message(2) }),
      }),
      ...run('stock', 70, id(2), `event ${J(placed)}`),
      ...run('mailer', 300, id(3), `event ${sqsEvent(message(2), 'mail')}`),
    ]
    expect(await links(pool, story)).toEqual([
      'bus shop > function stock: span-parent',
      'bus shop > queue mail: message-id',
      'function checkout > bus shop: call-id, event-id',
      'queue mail > function mailer: span-parent',
    ])
  })

  it('a pipe: from the queue through it to the bus', async () => {
    const step = (messageType: string, ms: number, more: object = {}): string =>
      event(
        '/aws/vendedlogs/pipes/p',
        ms,
        J({ executionId: id(5), timestamp: T0 + ms, messageType, resourceArn: 'arn:aws:pipes:eu-west-1:1:pipe/p', logLevel: 'INFO', ...more }),
      )
    const { Records } = JSON.parse(sqsEvent(message(1), 'orders')) as { Records: object[] }
    const story = [
      ...run('checkout', 0, id(1), `sent ${answer({ MD5OfMessageBody: 'x', MessageId: message(1) })}`),
      step('EXECUTION_STARTED', 200, { payload: J(Records) }),
      step('TARGET_INVOCATION_SUCCEEDED', 220, { awsResponse: J({ FailedEntryCount: 0, Entries: [{ EventId: message(2) }] }) }),
      step('EXECUTION_SUCCEEDED', 221),
      ...run('stock', 300, id(2), `event ${J({ version: '0', id: message(2), 'detail-type': 'x', source: 'pipe', time: '2026-11-01T12:00:00Z', detail: {} })}`),
    ]
    expect(await links(pool, story)).toEqual([
      'bus p > bus pipe: event-id',
      'bus pipe > function stock: span-parent',
      'function checkout > queue orders: message-id',
      'queue orders > bus p: span-parent',
    ])
  })

  it('CloudTrail: the recorded call stands between its caller and what it made; without it the caller is the cause', async () => {
    const call = (source: string, name: string, requestID: string, more: object = {}): string =>
      J({
        eventVersion: '1.09',
        eventTime: '2026-11-01T12:00:00Z',
        eventSource: `${source}.amazonaws.com`,
        eventName: name,
        requestID,
        eventID: requestID.replace('0', 'c'),
        ...more,
      })
    const trail = J({ Records: [
      call('sqs', 'SendMessage', id(7), { responseElements: { messageId: message(1) } }), call('lambda', 'Invoke', id(3)), call('s3', 'PutObject', 'C3D13FE58DE4C810', { requestParameters: { bucketName: 'receipts' } }),
    ].map((text) => JSON.parse(text) as object) }) // prettier-ignore
    const notification = { eventVersion: '2.1', eventSource: 'aws:s3', eventTime: '2026-11-01T12:00:01.000Z', eventName: 'ObjectCreated:Put', responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810' }, s3: { bucket: { name: 'receipts' }, object: { key: 'k', sequencer: '0055AED6DCD90281E5' } } } // prettier-ignore
    const story = [
      ...run(
        'checkout',
        0,
        id(1),
        `sent ${answer({ MD5OfMessageBody: 'x', MessageId: message(1) }, id(7))} wrote ${J({ ETag: 'e', $metadata: { requestId: 'C3D13FE58DE4C810' } })} ran ${J({ StatusCode: 200, $metadata: { requestId: id(3) } })}`,
      ),
      ...run('mailer', 300, id(2), `event ${sqsEvent(message(1), 'mail')}`),
      ...run('pricing', 30, id(3), 'fine'),
      ...run('thumbs', 2000, id(4), `event ${J({ Records: [notification] })}`),
    ]
    expect(await links(pool, story)).toEqual([
      'bucket receipts > function thumbs: span-parent',
      'function checkout > bucket receipts: call-notified',
      'function checkout > function pricing: call-id',
      'function checkout > queue mail: message-id',
      'queue mail > function mailer: span-parent',
    ])
    expect(await links(pool, [...story, trail])).toEqual([
      'bucket receipts > bucket receipts: call-notified',
      'bucket receipts > function thumbs: span-parent',
      'external lambda > function pricing: call-id',
      'external sqs > queue mail: message-id',
      'function checkout > bucket receipts: call-id',
      'function checkout > external lambda: call-id',
      'function checkout > external sqs: call-id, message-call',
      'queue mail > function mailer: span-parent',
    ])
  })

  it('a load balancer, the firewall in front of it and the function behind it, by the Root that it made', async () => {
    const alb = `https 2026-11-01T12:00:00.060000Z app/shop/49 1.2.3.4:44740 - 0.001 0.050 0.000 200 200 0 57 "GET https://www.example.com:443/orders HTTP/1.1" "curl" - - arn:aws:x "Root=${ROOT}" "-" "-" 1 2026-11-01T12:00:00.000000Z "waf,forward" "-" "-" "-" "-" "-" "-"`
    const waf = { timestamp: T0 + 1, formatVersion: 1, webaclId: 'arn:aws:wafv2:eu-west-1:1:regional/webacl/acl/7', terminatingRuleId: 'Default_Action', action: 'ALLOW', httpRequest: { uri: '/orders', httpMethod: 'GET', requestId: ROOT } } // prettier-ignore
    const target = {
      requestContext: { elb: { targetGroupArn: 'arn:aws:x' } },
      httpMethod: 'GET',
      path: '/orders',
      headers: { 'x-amzn-trace-id': `Root=${ROOT}` },
    }
    expect(await links(pool, [alb, event('aws-waf-logs-shop', 5, J(waf)), ...run('orders', 10, id(1), `event ${J(target)}`)])).toEqual([
      'gateway shop > external WAF acl: gateway-request',
      'gateway shop > function orders: gateway-request',
    ])
  })

  it('AppSync and its resolver; CloudFront and the function URL behind it', async () => {
    const resolver = { arguments: {}, info: { fieldName: 'order', parentTypeName: 'Query' }, request: { headers: { 'x-amzn-requestid': id(1) } } }
    const summary = event(
      '/aws/appsync/apis/abc',
      80,
      J({ logType: 'RequestSummary', requestId: id(1), graphQLAPIId: 'abc', statusCode: 200, latency: 80_000_000 }),
    )
    expect(await links(pool, [summary, ...run('resolve', 10, id(2), `event ${J(resolver)}`)])).toEqual(['gateway abc > function resolve: gateway-request'])
    const front = ['2026-11-01', '12:00:00', 'CDG50-P2', '703', '1.2.3.4', 'GET', 'd1.cloudfront.net', '/a', '200', '-', 'curl', '-', '-', 'Miss', 'abcDEF123==', 'x', 'https', '62', '0.1', '-', 'TLSv1.3', 'X', 'Miss', 'HTTP/2.0', '-', '-', '1', '0.1', 'Miss', 'text/plain', '20', '-', '-'].join('\t') // prettier-ignore
    const url = { version: '2.0', headers: { 'x-amz-cf-id': 'abcDEF123==' }, requestContext: { apiId: 'u', domainName: 'u.lambda-url.eu-west-1.on.aws', http: { method: 'GET', path: '/a' }, requestId: id(3), stage: '$default' } } // prettier-ignore
    expect(await links(pool, [front, ...run('page', 10, id(4), `event ${J(url)}`)])).toEqual(['gateway d1.cloudfront.net > function page: gateway-request'])
  })

  it('Step Functions: the event that started it, the functions and queues that it called, a workflow within', async () => {
    const arn = 'arn:aws:states:eu-west-1:1:execution:refund:1'
    const child = 'arn:aws:states:eu-west-1:1:execution:pay:2'
    const step = (of: string, type: string, ms: number, details: object = {}): string =>
      event(
        `/aws/vendedlogs/states/${of.includes(':pay:') ? 'pay' : 'refund'}-Logs`,
        ms,
        J({ id: String(ms), type, details, previous_event_id: '0', event_timestamp: String(T0 + ms), execution_arn: of }),
      )
    const asked = { version: '0', id: message(1), 'detail-type': 'RefundAsked', source: 'com.shop', time: '2026-11-01T12:00:00Z', detail: {} }
    const metadata = { SdkResponseMetadata: { RequestId: id(3) } }
    const story = [
      ...run('checkout', 0, id(1), `put ${answer({ FailedEntryCount: 0, Entries: [{ EventId: message(1) }] })}`),
      step(arn, 'ExecutionStarted', 50, { input: J(asked) }),
      step(arn, 'TaskSucceeded', 60, { output: J({ Payload: {}, ...metadata }) }),
      step(arn, 'TaskSucceeded', 70, { output: J({ MessageId: message(2), SdkResponseMetadata: { RequestId: id(8) } }) }),
      step(arn, 'TaskSubmitted', 80, { output: J({ ExecutionArn: child, StartDate: 'x', SdkResponseMetadata: { RequestId: id(9) } }) }),
      step(arn, 'ExecutionSucceeded', 90),
      step(child, 'ExecutionStarted', 81, { input: J({ AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: arn }) }),
      step(child, 'ExecutionSucceeded', 85),
      ...run('check', 55, id(3), 'fine'),
      ...run('mailer', 300, id(4), `event ${sqsEvent(message(2), 'mail')}`),
    ]
    expect(await links(pool, story)).toEqual([
      'bus com.shop > workflow refund: span-parent',
      'function checkout > bus com.shop: event-id',
      'queue mail > function mailer: span-parent',
      'workflow refund > function check: call-id',
      'workflow refund > queue mail: message-id',
      'workflow refund > workflow pay: workflow-execution, workflow-start',
    ])
  })
})

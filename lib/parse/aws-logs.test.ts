/** What AWS's own services log of the events, messages and calls that they handle. */
import { describe, expect, test } from 'vitest'
import { AT_MS, parseLine, parseText, tell } from './testing'

const A = '5fea7756-0ea4-451a-a703-a558b933e274'
const B = 'fbd8cc1b-3b70-4b69-9d76-becb20d3cf45'
const C = 'e710c02f-9a7a-4046-846e-9e0194541208'
const line = (value: object, group: string): Record<string, unknown> => tell(parseLine(JSON.stringify(value), group))

describe('EventBridge bus logs', () => {
  const step = (message_type: string, more: object = {}): Record<string, unknown> =>
    line(
      {
        resource_arn: 'arn:aws:events:eu-west-1:1:event-bus/shop', request_id: C, event_id: A, invocation_id: B, message_timestamp_ms: AT_MS + 120, message_type, log_level: 'INFO',
        ...more,
      },
      '/aws/vendedlogs/events/event-bus/shop',
    ) // prettier-ignore
  const span = `bus shop events:${A}`
  const refs = `{event consumed ${A}} {span self events:${A}} {request self ${C}}`

  test('every step speaks of the event’s span: who put it, what it is called, when it came', () => {
    expect(step('EVENT_RECEIPT', { details: { source: 'com.shop', detail_type: 'OrderPlaced', event_detail: '{}' } }).own).toBe(
      `${span} "OrderPlaced" 120…120 ${refs}`,
    )
    expect(step('NO_STANDARD_RULES_MATCHED').own).toBe(`${span} "event" …120 ${refs}`)
  })

  test('what a target answered with leads on to it', () => {
    const details = { rule_arn: 'arn:aws:events:eu-west-1:1:rule/shop/to-queue', target_arn: 'arn:aws:sqs:eu-west-1:1:orders' }
    const told = step('INVOCATION_SUCCESS', { details: { ...details, target_response_body: `{"MessageId":"${B}","ResponseMetadata":{}}` } })
    expect(told.own).toBe(`${span} "event" …120 ${refs} {message produced ${B}}`)
    expect(told.message).toBe('INVOCATION_SUCCESS to-queue -> orders')
  })

  test('a failure is one, an attempt that goes on is a warning; the failed call’s id names the execution', () => {
    const failed = step('INVOCATION_FAILURE', { error: { http_status_code: 500, error_message: 'no', aws_service: 'AWSLambda', request_id: B } })
    expect(failed).toMatchObject({ severity: 17, own: `${span} "event" …120 ERROR ${refs} {request called ${B}}` })
    expect(step('INVOCATION_ATTEMPT_RETRYABLE_FAILURE')).toMatchObject({ severity: 13, own: `${span} "event" …120 ${refs}` })
  })
})

describe('Pipes logs', () => {
  const step = (messageType: string, more: object = {}): Record<string, unknown> =>
    line(
      { executionId: B, timestamp: String(AT_MS + 5), messageType, resourceArn: 'arn:aws:pipes:eu-west-1:1:pipe/orders-to-bus', logLevel: 'INFO', ...more },
      '/aws/vendedlogs/pipes/orders-to-bus',
    )
  const record = {
    messageId: A, receiptHandle: 'AQEB', body: '{}', attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(AT_MS - 900), ApproximateFirstReceiveTimestamp: String(AT_MS) },
    messageAttributes: {}, md5OfBody: 'x', eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:1:orders', awsRegion: 'eu-west-1',
  } // prettier-ignore

  test('the first step holds what the pipe took, the others what it was answered with', () => {
    const started = step('EXECUTION_STARTED', { payload: JSON.stringify([record]) })
    expect(started.own).toBe(`bus orders-to-bus pipe:${B} "orders-to-bus" 5… OPEN {span self pipe:${B}}`)
    expect(started.refs).toEqual([`span parent sqs:arn:aws:sqs:eu-west-1:1:orders:${A}:1`])
    expect(started.more).toEqual([expect.stringContaining(`{message consumed ${A}}`)])
    expect(step('TARGET_INVOCATION_SUCCEEDED', { awsResponse: JSON.stringify({ FailedEntryCount: 0, Entries: [{ EventId: C }] }) }).own).toContain(
      `{event produced ${C}}`,
    )
    expect(step('EXECUTION_SUCCEEDED').own).toBe(`bus orders-to-bus pipe:${B} "orders-to-bus" …5 {span self pipe:${B}}`)
  })

  test('a failed step names the call', () => {
    expect(step('TARGET_INVOCATION_FAILED', { error: { httpStatusCode: 500, message: 'x', awsService: 'AWSLambda', requestId: C } })).toMatchObject({
      severity: 17,
    })
    expect(step('EXECUTION_FAILED', { error: { requestId: C } }).own).toBe(
      `bus orders-to-bus pipe:${B} "orders-to-bus" …5 ERROR {span self pipe:${B}} {request called ${C}}`,
    )
  })
})

describe('SNS delivery status', () => {
  const TOPIC = 'arn:aws:sns:eu-west-1:1:orders'
  const delivery = (destination: string, providerResponse: object, status = 'SUCCESS'): Record<string, unknown> =>
    line(
      {
        notification: { messageMD5Sum: 'x', messageId: A, topicArn: TOPIC, timestamp: '2026-11-02 07:59:59.900' },
        delivery: { deliveryId: C, destination, providerResponse: JSON.stringify(providerResponse), dwellTimeMs: 52, attempts: 1, statusCode: status === 'SUCCESS' ? 200 : 403 }, status,
      },
      'sns/eu-west-1/1/orders',
    ) // prettier-ignore
  const span = `topic orders sns:${TOPIC}:${A} -100…0`

  test('a queue’s message and a function’s execution are named by the provider’s answer', () => {
    expect(delivery('arn:aws:sqs:eu-west-1:1:mail', { sqsRequestId: C, sqsMessageId: B }).own).toBe(
      `${span} {message consumed ${A}} {span self sns:${TOPIC}:${A}} {message produced ${B}}`,
    )
    expect(delivery('arn:aws:lambda:eu-west-1:1:function:mail', { lambdaRequestId: B }).own).toBe(
      `${span} {message consumed ${A}} {span self sns:${TOPIC}:${A}} {request called ${B}}`,
    )
  })

  test('a refused delivery is an error, and placeholders of the answer are no ids', () => {
    expect(delivery('arn:aws:sqs:eu-west-1:1:mail', { ErrorCode: 'AccessDenied', sqsRequestId: 'Unrecoverable' }, 'FAILURE')).toMatchObject({
      severity: 17,
      message: 'not delivered to mail 403',
      own: `${span} ERROR {message consumed ${A}} {span self sns:${TOPIC}:${A}}`,
    })
  })
})

describe('CloudTrail', () => {
  const call = (eventSource: string, eventName: string, more: object = {}): Record<string, unknown> =>
    tell(
      parseText(
        JSON.stringify({
          eventVersion: '1.09',
          eventTime: '2026-11-02T08:00:00Z',
          eventSource: `${eventSource}.amazonaws.com`,
          eventName,
          requestID: B,
          eventID: C,
          ...more,
        }),
      ),
    )
  const self = (name: string): string => `aws-request:${B} "${name}" 0…0 {request self ${B}}`

  test('the call is known by its request id, and what it made by the answer', () => {
    expect(call('sqs', 'SendMessage', { responseElements: { messageId: A } }).own).toBe(
      `external sqs ${self('SendMessage')} {message self ${A}} {message produced ${A}}`,
    )
    expect(call('events', 'PutEvents', { responseElements: { entries: [{ eventId: A }] } }).own).toBe(
      `external events ${self('PutEvents')} {event self ${A}} {event produced ${A}}`,
    )
    expect(call('lambda', 'Invoke').own).toBe(`external lambda ${self('Invoke')} {request called ${B}}`)
    expect(call('s3', 'PutObject', { requestParameters: { bucketName: 'receipts' } }).own).toBe(
      `bucket receipts ${self('PutObject').replace('aws', 's3')} {request called ${B}}`,
    )
    expect(call('s3', 'GetObject', { requestParameters: { bucketName: 'receipts' } }).own).toBe(`bucket receipts ${self('GetObject').replace('aws', 's3')}`)
    expect(call('dynamodb', 'PutItem', { requestParameters: { tableName: 'orders' } }).own).toBe(`table orders ${self('PutItem')}`)
    expect(call('states', 'StartExecution', { responseElements: { executionArn: 'arn:aws:states:e:1:execution:r:1' } }).own).toContain(
      '{execution called arn:aws:states:e:1:execution:r:1}',
    )
  })

  test('a refused call is a warning and made nothing', () => {
    expect(call('sqs', 'SendMessage', { errorCode: 'AccessDenied', errorMessage: 'no', responseElements: null })).toMatchObject({
      severity: 13,
      message: 'sqs SendMessage AccessDenied: no',
      own: `external sqs ${self('SendMessage')}`,
    })
    expect(call('dynamodb', 'PutItem', { errorCode: 'InternalServerError' })).toMatchObject({ severity: 17 })
  })

  test('records without ids of their own are events', () => {
    expect(
      parseText('{"eventVersion":"1.08","eventTime":"2026-11-02T08:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","eventID":"-"}')
        .facts?.own,
    ).toBeUndefined()
  })
})

describe('AppSync', () => {
  const API = '/aws/appsync/apis/pmo28inf75eepg63qxq4ekoeg4'
  const log = (value: object): Record<string, unknown> => line({ requestId: B, graphQLAPIId: 'pmo28inf75eepg63qxq4ekoeg4', ...value }, API)
  const span = `gateway pmo28inf75eepg63qxq4ekoeg4 gateway:${B}`

  test('the summary has the outcome and, in nanoseconds, how long it took; the execution its times; the field at the root its name', () => {
    expect(log({ logType: 'RequestSummary', statusCode: 200, latency: 242_000_000 }).own).toBe(`${span} -242…0 {request self ${B}}`)
    expect(log({ logType: 'RequestSummary', statusCode: 500, latency: 1_000_000 })).toMatchObject({
      severity: 17,
      own: `${span} -1…0 ERROR {request self ${B}}`,
    })
    expect(log({ logType: 'ExecutionSummary', startTime: '2026-11-02T07:59:59.800Z', endTime: '2026-11-02T08:00:00.000Z', duration: 1 }).own).toBe(
      `${span} -200…0 {request self ${B}}`,
    )
    expect(log({ logType: 'Tracing', path: ['putItem'], fieldName: 'putItem', parentType: 'Mutation', duration: 1 }).own).toBe(
      `${span} "Mutation.putItem" {request self ${B}}`,
    )
    expect(log({ logType: 'Tracing', path: ['putItem', 'id'], fieldName: 'id', parentType: 'Item' }).own).toBe(`${span} {request self ${B}}`)
    expect(log({ logType: 'ResponseMapping', fieldName: 'putItem', parentType: 'Mutation', path: ['putItem'], fieldInError: true }).severity).toBe(17)
  })

  test('lines of text belong to the same request', () => {
    expect(tell(parseLine(`${B} Begin Request`, API)).own).toBe(`${span} 0… {request self ${B}}`)
    expect(tell(parseLine(`${B} GraphQL Query: query Q { a }, Operation: Q, Variables: {}`, API))).toMatchObject({ own: `${span} "Q" {request self ${B}}` })
    expect(parseLine(`${B} Begin Request`, '/aws/lambda/f').facts?.own).toBeUndefined()
  })
})

import { expect, test } from 'vitest'
import { parseLine, tell } from './testing'

const ARN = 'arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2'
const ID = '5c120667-e1f6-4b0f-ae12-b9dfd425921b'
const OTHER = '5fea7756-0ea4-451a-a703-a558b933e274'

const step = (type: string, details: object, arn = ARN): Record<string, unknown> =>
  tell(
    parseLine(
      JSON.stringify({ id: '5', type, details, previous_event_id: '4', event_timestamp: '1793606400250', execution_arn: arn, redrive_count: '0' }),
      '/aws/vendedlogs/states/refund-Logs',
    ),
  )
const SPAN = `workflow refund states:${ARN} "refund"`
const SELF = `{execution self ${ARN}}`

test('a step in the middle leaves the execution open; its end closes it', () => {
  expect(step('TaskStateEntered', { name: 'Pay' }).own).toBe(`${SPAN} OPEN ${SELF}`)
  expect(step('ExecutionSucceeded', {}).own).toBe(`${SPAN} …250 ${SELF}`)
  expect(step('ExecutionTimedOut', {}).own).toBe(`${SPAN} …250 ERROR ${SELF}`)
})

test('an express execution is named by its machine', () => {
  expect(step('ExecutionSucceeded', {}, 'arn:aws:states:eu-west-1:1:express:refund:8d80fbe2:aa').own).toContain('workflow refund states:')
})

test('an integration’s answer names what was called: a function, a queue, a bus, another workflow', () => {
  const done = (output: object, type = 'TaskSucceeded'): unknown => step(type, { output: JSON.stringify(output) }).own
  const metadata = { SdkResponseMetadata: { RequestId: ID } }
  expect(done({ ...metadata, Payload: {} })).toBe(`${SPAN} OPEN ${SELF} {request called ${ID}}`)
  expect(done({ ...metadata, MD5OfMessageBody: 'x', MessageId: OTHER })).toContain(`{message produced ${OTHER}} {request called ${ID}}`)
  expect(done({ ...metadata, Entries: [{ EventId: OTHER }], FailedEntryCount: 0 })).toContain(`{event produced ${OTHER}}`)
  expect(done({ ...metadata, ExecutionArn: 'arn:aws:states:e:1:execution:b:1', StartDate: '2026' }, 'TaskSubmitted')).toContain(
    '{execution called arn:aws:states:e:1:execution:b:1}',
  )
})

test('what a function returned is its own affair: ids in it were made by others', () => {
  expect(step('TaskSucceeded', { output: JSON.stringify({ MessageId: OTHER, RequestId: ID }) }).own).toBe(`${SPAN} OPEN ${SELF}`)
  expect(step('LambdaFunctionSucceeded', { output: JSON.stringify({ SdkResponseMetadata: { RequestId: ID } }) }).own).toBe(`${SPAN} OPEN ${SELF}`)
})

test('a failed task’s cause names the request that failed', () => {
  const told = step('TaskFailed', { error: 'Lambda.AWSLambdaException', cause: `boom (Service: AWSLambda; Status Code: 500; Request ID: ${ID}; Proxy: null)` })
  expect(told).toMatchObject({ severity: 17, own: `${SPAN} OPEN ${SELF} {request called ${ID}}` })
})

test('the input says what started it: an event of a bus, an execution', () => {
  const event = { version: '0', id: OTHER, 'detail-type': 'RefundAsked', source: 'com.shop', time: '2026-11-02T08:00:00Z', detail: {} }
  const told = step('ExecutionStarted', { input: JSON.stringify(event) })
  expect(told.own).toBe(`${SPAN} 250… OPEN ${SELF}`)
  expect(told.refs).toEqual([`span parent events:${OTHER}`])
  expect(told.more).toEqual([expect.stringContaining(`{event consumed ${OTHER}}`)])
  const outer = 'arn:aws:states:eu-west-1:1:execution:order:1'
  expect(step('ExecutionStarted', { input: JSON.stringify({ AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID: outer }) }).own).toBe(
    `${SPAN} 250… OPEN ${SELF} {execution parent ${outer}}`,
  )
})

test('a line whose input was not escaped still speaks of its execution', () => {
  const line = `{"id":"1","type":"ExecutionStarted","details":{"input":"{"Comment": "x"}","roleArn":"arn:aws:iam::1:role/r"},"previous_event_id":"0","event_timestamp":"1793606400250","execution_arn":"${ARN}"}`
  expect(tell(parseLine(line, '/aws/vendedlogs/states/refund-Logs'))).toMatchObject({ message: 'ExecutionStarted', own: `${SPAN} 250… OPEN ${SELF}` })
  expect(parseLine(line.slice(0, 90), '/aws/vendedlogs/states/refund-Logs').facts?.own).toBeUndefined()
})

import { expect, test } from 'vitest'
import { parseLine, parseText, tell } from './testing'

const ID = 'ec916a63-56d0-4458-ac8e-18e39e0467a7'
const FUNCTION = 'fbd8cc1b-3b70-4b69-9d76-becb20d3cf45'
const GROUP = 'API-Gateway-Execution-Logs_a1b2c3d4e5/prod'
const SPAN = `gateway a1b2c3d4e5/prod gateway:${ID}`
const SELF = `{request self ${ID}}`
const own = (line: string): unknown => tell(parseLine(`(${ID}) ${line}`, GROUP)).own

test('each line of a request speaks of its span: when it began, what was asked for, how it ended', () => {
  expect(own(`Starting execution for request: ${ID}`)).toBe(`${SPAN} 0… OPEN ${SELF}`)
  expect(tell(parseLine(`(${ID}) HTTP Method: GET, Resource Path: /pets/1`, GROUP))).toMatchObject({ own: `${SPAN} OPEN ${SELF}`, name: 'GET /pets/1' })
  expect(own('Method completed with status: 200')).toBe(`${SPAN} …0 ${SELF}`)
  expect(own('Method completed with status: 504')).toBe(`${SPAN} …0 ERROR ${SELF}`)
})

test('the extended id is another name of the request', () => {
  expect(own('Extended Request Id: tQTltz4_zK0YPK4=')).toBe(`${SPAN} 0… OPEN ${SELF} {request self tQTltz4_zK0YPK4=}`)
})

test.each([
  `Endpoint response headers: {Date=Mon, 02 Nov 2026 08:00:00 GMT, Content-Type=application/json, x-amzn-RequestId=${FUNCTION}, X-Amz-Executed-Version=$LATEST, X-Amzn-Trace-Id=root=1-6ae84300-a7c9983f3f244039c4d784f6;sampled=1}`,
  `Endpoint response headers: {Date=Mon, 02 Nov 2026 08:00:00 GMT, x-amzn-RequestId=${FUNCTION}, X-Amzn-Trace-Id=root=1-6ae84300-a7c9983f3f244039c4d784f6;samp [TRUNCATED]`,
])('the id that the function was run under stands in the headers that it answered with', (line) => {
  expect(own(line)).toBe(`${SPAN} OPEN ${SELF} {request called ${FUNCTION}}`)
  expect(parseLine(`(${ID}) ${line}`, GROUP).traceId).toBe('1-6ae84300-a7c9983f3f244039c4d784f6')
})

test('… or in a line of its own, or beside the failure', () => {
  expect(own(`AWS Integration Endpoint RequestId : ${FUNCTION}`)).toContain(`{request called ${FUNCTION}}`)
  expect(
    tell(parseLine(`(${ID}) Lambda execution failed with status 200 due to customer function error: boom. Lambda request id: ${FUNCTION}`, GROUP)),
  ).toMatchObject({
    severity: 17,
    own: `${SPAN} OPEN ERROR ${SELF} {request called ${FUNCTION}}`.replace('OPEN ERROR', 'ERROR OPEN'),
  })
})

test('headers of the caller prove nothing', () => {
  expect(own(`Method request headers: {Accept=*/*, x-amzn-RequestId=${FUNCTION}}`)).toBe(`${SPAN} OPEN ${SELF}`)
})

test('a gateway that writes to a queue, a bus or a workflow itself is answered with their ids; a function’s answer is only a body', () => {
  const message = '5fea7756-0ea4-451a-a703-a558b933e274'
  const body = 'Endpoint response body before transformations: '
  expect(
    own(`${body}{"SendMessageResponse":{"ResponseMetadata":{"RequestId":"x"},"SendMessageResult":{"MD5OfMessageBody":"y","MessageId":"${message}"}}}`),
  ).toContain(`{message produced ${message}}`)
  expect(own(`${body}<SendMessageResponse><SendMessageResult><MessageId>${message}</MessageId></SendMessageResult></SendMessageResponse>`)).toContain(
    `{message produced ${message}}`,
  )
  expect(own(`${body}{"Entries":[{"EventId":"${message}"}],"FailedEntryCount":0}`)).toContain(`{event produced ${message}}`)
  expect(own(`${body}{"executionArn":"arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2","startDate":1.7936064E9}`)).toContain(
    '{execution called arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2}',
  )
  expect(own(`${body}{"MessageId":"${message}"}`)).toBe(`${SPAN} OPEN ${SELF}`)
})

test('without the group, the words have to be API Gateway’s and the id a uuid', () => {
  expect(parseText(`(${ID}) Method completed with status: 200`).facts?.own?.key).toBe(`gateway:${ID}`)
  expect(parseText(`(${ID}) something else happened`).facts?.own).toBeUndefined()
  expect(parseText('(node:12345) Method completed with status: 200').facts?.own).toBeUndefined()
  expect(parseLine('(undefined) Method completed with status: 200', GROUP).facts?.own).toBeUndefined()
})

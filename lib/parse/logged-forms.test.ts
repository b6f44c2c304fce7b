/** An event record is found wherever it stands in a line and however a language printed it, with the same proofs. */
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AT_MS, parseLine, tell } from './testing'

const M = '8f067f86-1dbf-418b-a751-11e1af44c51d'
const N = '9631d842-6b7d-5792-99b8-48e0bbf5d70e'
const J = JSON.stringify
const TIME = '2026-11-02T07:59:59.000Z'

const sqs = (body: string): object => ({
  messageId: M, receiptHandle: 'AQEB', body, attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(AT_MS - 1500), ApproximateFirstReceiveTimestamp: String(AT_MS - 20) },
  messageAttributes: {}, md5OfBody: '7b27', eventSource: 'aws:sqs', eventSourceARN: 'arn:aws:sqs:eu-west-1:1:capture', awsRegion: 'eu-west-1',
}) // prettier-ignore
const bus = {
  version: '0',
  id: N,
  'detail-type': "Order's placed",
  source: 'shop',
  account: '1',
  time: TIME,
  region: 'x',
  resources: [],
  detail: { a: 1, b: null, c: true },
}
const s3 = {
  eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'x', eventTime: TIME, eventName: 'ObjectCreated:Put', responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810' },
  s3: { bucket: { name: 'b' }, object: { key: 'k+1', size: 1, sequencer: '0055AED6DCD90281E5' } },
} // prettier-ignore
const sns = {
  EventSource: 'aws:sns',
  EventVersion: '1.0',
  Sns: { Type: 'Notification', MessageId: N, TopicArn: 'arn:aws:sns:eu-west-1:1:t', Subject: null, Message: 'hi', Timestamp: TIME },
}
const notification = (message: string): string =>
  J({ Type: 'Notification', MessageId: N, TopicArn: 'arn:aws:sns:eu-west-1:1:t', Message: message, Timestamp: TIME })

/** Python's repr of what JSON can hold. */
function python(value: unknown): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value !== 'object') return typeof value === 'string' ? pythonText(value) : String(value)
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  return `{${Object.entries(value)
    .map(([key, child]) => `${pythonText(key)}: ${python(child)}`)
    .join(', ')}}`
}

function pythonText(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
  if (!text.includes("'")) return `'${escaped}'`
  return text.includes('"') ? `'${escaped.replaceAll("'", "\\'")}'` : `"${escaped}"`
}

const node = (value: unknown): string => inspect(value, { depth: null, maxStringLength: null })

const EVENTS: Record<string, [event: unknown, spans: string[]]> = {
  'SQS': [{ Records: [sqs('hello')] }, ['queue capture']],
  'EventBridge': [bus, ['bus shop']],
  'S3': [{ Records: [s3] }, ['bucket b']],
  'SNS': [{ Records: [sns] }, ['topic t']],
  'S3 in SNS in SQS': [{ Records: [sqs(notification(J({ Records: [s3] })))] }, ['bucket b', 'topic t', 'queue capture']],
  'EventBridge in SQS': [{ Records: [sqs(J(bus))] }, ['bus shop', 'queue capture']],
  'EventBridge in SNS in SQS': [{ Records: [sqs(notification(J(bus)))] }, ['bus shop', 'topic t', 'queue capture']],
} // prettier-ignore

const FORMS: Record<string, (event: unknown) => string> = {
  'JSON': J,
  'JSON behind words': (event) => `Received event: ${J(event)}`,
  'JSON between words': (event) => `got ${J(event)} and went on`,
  'the second object of a line': (event) => `ctx {"a":1} event ${J(event)}`,
  'JSON in a string of JSON': (event) => J({ level: 'info', event: J(event) }),
  'JSON in four strings': (event) => J({ a: J({ b: J({ c: J({ d: J(event) }) }) }) }),
  'JSON made a string once more': (event) => J(J(event)),
  'deep in JSON': (event) => J({ a: { b: [{ c: { d: { e: event } } }] } }),
  'Python': (event) => `event: ${python(event)}`,
  'Python in a message': (event) => J({ level: 'INFO', message: python(event) }),
  'Python behind words of a message': (event) => J({ level: 'INFO', message: `event ${python(event)}` }),
  'Python in a field': (event) => J({ level: 'INFO', message: 'got', event: python(event) }),
  'Python in Python': (event) => python({ event: python(event) }),
  'Node': (event) => `event ${node(event)}`,
  'Node in a field': (event) => J({ level: 'info', msg: 'x', event: node(event) }),
  'Node behind a runtime’s prefix, with its line breaks': (event) => `2026-11-02T08:00:00.000Z\t${M}\tINFO\t${node(event).replaceAll('\n', '\r')}`,
} // prettier-ignore

describe.each(Object.entries(EVENTS))('%s', (_, [event, spans]) => {
  const plain = tell(parseLine(J(event)))
  test.each(Object.entries(FORMS))('as %s', (__, form) => {
    const told = tell(parseLine(form(event)))
    expect((told.more as string[]).map((span) => span.split(' ').slice(0, 2).join(' '))).toEqual(spans)
    expect([told.refs, told.more]).toEqual([plain.refs, plain.more])
  })
})

test('a fifth layer is not opened, and what is cut off proves nothing', () => {
  expect(tell(parseLine(J({ a: J({ b: J({ c: J({ d: J({ e: J(bus) }) }) }) }) }))).more).toBeUndefined()
  expect(tell(parseLine(`event ${inspect({ Records: [s3] })}`)).more).toBeUndefined()
  expect(tell(parseLine(`event: ${python({ Records: [sqs('x')] }).slice(0, 80)}`)).more).toBeUndefined()
})

test('AppSync’s context: the request id that its logs have', () => {
  const context = {
    arguments: {}, identity: null, source: null, prev: null, stash: {}, info: { fieldName: 'putItem', parentTypeName: 'Mutation', selectionSetList: ['id'] },
    request: { headers: { 'x-amzn-requestid': N, host: 'x.appsync-api.eu-west-1.amazonaws.com', 'x-amzn-trace-id': 'Root=1-6ae84300-a7c9983f3f244039c4d784f6' }, domainName: null },
  } // prettier-ignore
  expect(tell(parseLine(J(context)))).toMatchObject({ refs: [`request parent ${N}`], name: 'Mutation.putItem', trace: '1-6ae84300-a7c9983f3f244039c4d784f6' })
  expect(tell(parseLine(`event ${node(context)}`)).refs).toEqual([`request parent ${N}`])
})

test('a function URL behind CloudFront: the id that CloudFront logs', () => {
  const event = { version: '2.0', routeKey: '$default', headers: { 'x-amz-cf-id': 'abcDEF123==' }, requestContext: { apiId: 'abc', domainName: 'abc.lambda-url.eu-west-1.on.aws', http: { method: 'GET', path: '/a' }, requestId: M, routeKey: '$default', stage: '$default' } } // prettier-ignore
  expect(tell(parseLine(J(event))).refs).toEqual([`request parent ${M}`, 'request parent abcDEF123=='])
  const gateway = { ...event, requestContext: { ...event.requestContext, domainName: 'abc.execute-api.eu-west-1.amazonaws.com' } }
  expect(tell(parseLine(J(gateway))).refs).toEqual([`request parent ${M}`])
})

describe('a line that was cut off is read as far as its values are whole', () => {
  const record = (nth: number, size: number): object => ({ ...sqs('x'.repeat(size)), messageId: M.replace('8f06', `8f0${nth}`) })
  const event = J({ level: 'error', service: 'orders', event: { Records: [record(1, 10), record(2, 10), record(3, 10_000)] } })

  test.each([
    ['in a body, at a limit', event.slice(0, 6_000)],
    ['in a name, and says so', `${event.slice(0, event.indexOf('"body":"xxxxxxxxxxx') + 3)} [TRUNCATED]`],
    ['in a number, and says so', `${event.slice(0, event.indexOf('"body":"xxxxxxxxxxx'))}"size":123... [TRUNCATED]`],
  ])('%s', (_, line) => {
    const told = tell(parseLine(line))
    expect(told.refs).toEqual([1, 2].map((nth) => `span parent sqs:arn:aws:sqs:eu-west-1:1:capture:${M.replace('8f06', `8f0${nth}`)}:1`))
    expect(told).toMatchObject({ severity: 17 })
    expect(told.fields).toContain('truncated=true')
    expect((told.fields as string[]).some((field) => field.includes('123'))).toBe(false)
  })

  test('behind words, and where nothing is whole', () => {
    expect(tell(parseLine(`event ${event.slice(0, 6_000)}`)).refs).toHaveLength(2)
    expect(tell(parseLine('error in {name: x of the list'))).not.toHaveProperty('refs')
    expect(tell(parseLine('sent {"a": [TRUNCATED]')).fields).toBeUndefined()
  })
})

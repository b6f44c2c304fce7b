import { describe, expect, test } from 'vitest'
import { AT_MS, parseSegment, tell } from './testing'

const T = '1-6ae84300-7f6693a83263b99e9d2db8ce'
const at = (ms: number): number => (AT_MS + ms) / 1000
const segment = (more: object): Record<string, unknown> =>
  tell(parseSegment({ trace_id: T, id: '1f7e521a8acfcd46', name: 'x', start_time: at(0), end_time: at(100), ...more }))

test('the service part of a Lambda segment is the execution that logs call by its RequestId', () => {
  const told = segment({
    name: 'redeem',
    origin: 'AWS::Lambda',
    aws: { request_id: '29089eca-8bef-48a9-a6db-15c1056de037' },
    parent_id: '5218130213f6f665',
    http: { response: { status: 200 } },
  })
  expect(told).toMatchObject({
    request: '29089eca-8bef-48a9-a6db-15c1056de037',
    trace: T,
    own: `function redeem exec:29089eca-8bef-48a9-a6db-15c1056de037 0…100 {span self ${T}:1f7e521a8acfcd46} {span parent ${T}:5218130213f6f665}`,
  })
})

test('any other segment is a span of its trace; its calls tell what they called and sent', () => {
  const told = segment({
    name: 'redeem',
    origin: 'AWS::Lambda::Function',
    parent_id: '1f7e521a8acfcd47',
    subsegments: [
      { id: '035f6e4404b184aa', name: 'Invocation', start_time: at(10), end_time: at(90), subsegments: [
        { id: '841050969a54c0e4', name: 'SQS', namespace: 'aws', start_time: at(20), end_time: at(30), aws: { operation: 'SendMessage', queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/capture', request_id: '6025a2d9-1828-59fa-b3ef-fbdc81b77827', message_id: 'ba53edbd-4511-44af-9f73-45973c72a677' } },
        { id: '841050969a54c0e5', name: 'api.example.com', namespace: 'remote', start_time: at(40), end_time: at(50), http: { request: { method: 'GET', url: 'https://api.example.com/v1/rates?day=7' }, response: { status: 503 } } },
      ] },
    ],
  }) // prettier-ignore
  expect(told.own).toBe(`function redeem span:${T}:1f7e521a8acfcd47 0…100 {span self ${T}:1f7e521a8acfcd46} {span parent ${T}:1f7e521a8acfcd47}`)
  expect(told.more).toEqual([
    `function redeem span:${T}:035f6e4404b184aa "Invocation" 10…90 {span self ${T}:035f6e4404b184aa} {span parent ${T}:1f7e521a8acfcd46}`,
    `queue capture span:${T}:841050969a54c0e4 "SendMessage" 20…30 {span self ${T}:841050969a54c0e4} {span parent ${T}:035f6e4404b184aa} {request called 6025a2d9-1828-59fa-b3ef-fbdc81b77827} {message produced ba53edbd-4511-44af-9f73-45973c72a677}`,
    `external api.example.com span:${T}:841050969a54c0e5 "GET /v1/rates" 40…50 ERROR {span self ${T}:841050969a54c0e5} {span parent ${T}:035f6e4404b184aa}`,
  ])
})

test("a gateway's stage segment is the request that its access line reports", () => {
  const told = segment({
    name: 'api/prod',
    origin: 'AWS::ApiGateway::Stage',
    aws: { api_gateway: { request_id: '69ebee2b-4ba1-45b3-903a-1c68e3fcab4f', stage: 'prod' } },
    metadata: { default: { extended_request_id: 'WgxVBFzQoAMFYew=' } },
    http: {
      request: { method: 'POST', url: 'https://x.execute-api.us-east-1.amazonaws.com/prod/upload/8f067f86-1dbf-418b-a751-11e1af44c51d' },
      response: { status: 200 },
    },
  })
  expect(told.own).toBe(
    `gateway api/prod gateway:69ebee2b-4ba1-45b3-903a-1c68e3fcab4f "POST /upload/{id}" 0…100 {span self ${T}:1f7e521a8acfcd46} {request self 69ebee2b-4ba1-45b3-903a-1c68e3fcab4f} {request self WgxVBFzQoAMFYew=}`,
  )
})

describe('services', () => {
  const service = (more: object): unknown => String(segment(more).own).split(' span:')[0]
  test.each([
    [{ origin: 'AWS::SQS::Queue', inferred: true, aws: { queue_url: 'https://sqs.eu-west-1.amazonaws.com/1/capture' } }, 'queue capture'],
    [{ origin: 'AWS::SNS', inferred: true, aws: { topic_arn: 'arn:aws:sns:eu-west-1:1:issued' } }, 'topic issued'],
    [{ origin: 'AWS::DynamoDB::Table', inferred: true, aws: { table_name: 'bookings' } }, 'table bookings'],
    [{ origin: 'AWS::S3::Bucket', inferred: true, aws: { bucket_name: 'tickets', key: 'a' } }, 'bucket tickets'],
    [{ origin: 'AWS::Events', inferred: true, aws: { resource_names: ['main'] } }, 'bus main'],
    [{ origin: 'AWS::ECS::Container', name: 'web' }, 'container web'],
    [{ name: 'ts-travel-service' }, 'container ts-travel-service'],
    [{ name: 'rates', namespace: 'remote' }, 'external rates'],
  ])('%j', (more, expected) => expect(service(more)).toBe(expected))

  test('a name without an origin only assumes its kind', () =>
    expect(parseSegment({ trace_id: T, id: '1f7e521a8acfcd46', name: 'x', start_time: 1 }).service.assumed).toBe(true))
})

test('times are exact to what was written: no double in between', () => {
  expect(parseSegment({ trace_id: T, id: '1f7e521a8acfcd46', name: 'x', start_time: 1793606421.5529447 }).timeNs).toBe(1793606421552944700n)
})

describe('outcome', () => {
  const state = (more: object): unknown => {
    const { own } = parseSegment({ trace_id: T, id: '1f7e521a8acfcd46', name: 'x', start_time: at(0), ...more }).facts ?? {}
    return [own?.status, own?.open]
  }
  test.each([
    [{ fault: true }, ['error', undefined]],
    [{ error: true, http: { response: { status: 404 } } }, ['ok', undefined]],
    [{ error: true, throttle: true, http: { response: { status: 429 } } }, ['ok', undefined]],
    [{ error: true, origin: 'AWS::Lambda::Function' }, ['error', undefined]],
    [{ http: { response: { status: 502 } } }, ['error', undefined]],
    [{ in_progress: true }, [undefined, true]],
  ])('%j', (more, expected) => expect(state(more)).toEqual(expected))
})

test('an inferred segment repeats the ids of the call that it was inferred from, so it claims none', () => {
  expect(
    segment({
      origin: 'AWS::SQS::Queue',
      inferred: true,
      parent_id: '4e389a109ab7353c',
      aws: { queue_url: 'https://q/capture', message_id: 'ba53edbd-4511-44af-9f73-45973c72a677', request_id: 'r-1234567' },
    }).own,
  ).toBe(`queue capture span:${T}:4e389a109ab7353c 0…100 {span self ${T}:1f7e521a8acfcd46} {span parent ${T}:4e389a109ab7353c}`)
})

test('its own parent, W3C ids, upper case, children without ids', () => {
  expect(segment({ parent_id: '1F7E521A8ACFCD46' }).own).not.toContain('parent')
  expect(segment({ trace_id: '6AE843007F6693A83263B99E9D2DB8CE' }).trace).toBe(T)
  expect(segment({ subsegments: [{ name: 'no id' }, null, 7, { id: 'short' }] }).more).toBeUndefined()
})

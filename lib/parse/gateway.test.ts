import { describe, expect, test } from 'vitest'
import { parseLine, tell } from './testing'

const REST = {
  requestId: 'ec916a63-56d0-4458-ac8e-18e39e0467a7', extendedRequestId: 'tQTltz4_zK0YPK4=', ip: '29.106.218.158', caller: '-', requestTime: '02/Nov/2026:08:00:00 +0000', requestTimeEpoch: '1793606400974',
  httpMethod: 'PUT', resourcePath: '/vouchers/{code}', status: '200', protocol: 'HTTP/1.1', responseLatency: '370', integrationRequestId: 'fbd8cc1b-3b70-4b69-9d76-becb20d3cf45', integrationStatus: '200', integrationLatency: '302', xrayTraceId: '1-6ae84300-a7c9983f3f244039c4d784f6',
} // prettier-ignore

test('a REST line: its span from the request to the latency, its own ids and the id of what it called', () => {
  expect(tell(parseLine(JSON.stringify(REST), '/aws/apigateway/public'))).toMatchObject({
    trace: '1-6ae84300-a7c9983f3f244039c4d784f6',
    message: 'PUT /vouchers/{code} 200',
    name: 'PUT /vouchers/{code}',
    own: [
      'gateway public gateway:ec916a63-56d0-4458-ac8e-18e39e0467a7 "PUT /vouchers/{code}" 974…1344',
      '{request self ec916a63-56d0-4458-ac8e-18e39e0467a7} {request self tQTltz4_zK0YPK4=} {request called fbd8cc1b-3b70-4b69-9d76-becb20d3cf45}',
    ].join(' '),
  })
})

test('an HTTP API line: seconds are uncertain by one, without a latency it ends where it was written', () => {
  const event = parseLine(
    '{"requestId":"4Gk_sCJf4KtA08f=","ip":"1.2.3.4","requestTime":"02/Nov/2026:07:59:59 +0000","httpMethod":"GET","routeKey":"GET /v1/sailings","status":"200","protocol":"HTTP/1.1","responseLength":"328"}',
    '/aws/apigateway/public',
  )
  expect(tell(event).own).toBe('gateway public gateway:4Gk_sCJf4KtA08f= "GET /v1/sailings" -1000…0 {request self 4Gk_sCJf4KtA08f=}')
  expect(event.facts?.own?.attributes).toEqual({ 'http.status': 200, 'start.uncertain_ms': 1000 })
})

describe('status', () => {
  test.each([
    ['502', 'error', 17],
    ['404', 'ok', 13],
    ['302', 'ok', 9],
    ['-', undefined, 9],
  ])('%s', (status, expected, severity) => {
    const event = parseLine(JSON.stringify({ ...REST, status }), '/aws/apigateway/public')
    expect([event.facts?.own?.status, event.severity]).toEqual([expected, severity])
  })
})

test('epochs in seconds and milliseconds, other spellings of the keys', () => {
  const snake = {
    request_id: 'abcdefg=',
    http_method: 'GET',
    path: '/x',
    status: 200,
    request_time_epoch: 1793606400,
    response_latency: 5,
    integration_request_id: '-',
  }
  expect(tell(parseLine(JSON.stringify(snake), '/team/gw')).own).toBe('gateway gw gateway:abcdefg= "GET /x" 0…5 {request self abcdefg=}')
})

test("a function's own line about a request is none", () => {
  expect(parseLine('{"level":"info","requestId":"abcdefg=","httpMethod":"GET","path":"/x","status":200}').facts).toBeNull()
})

test('a line in the common log format: a request, and on a gateway its span', () => {
  const line = '29.106.218.158 - - [02/Nov/2026:07:59:59 +0000] "POST /v1/orders HTTP/1.1" 502 48 ec916a63-56d0-4458-ac8e-18e39e0467a7 tQTltz4_zK0YPK4='
  expect(tell(parseLine(line, '/aws/apigateway/public'))).toMatchObject({
    severity: 17,
    message: 'POST /v1/orders 502',
    fields: ['client=29.106.218.158', 'path=/v1/orders', 'status=502', 'method=POST', 'bytes=48'],
    own: 'gateway public gateway:ec916a63-56d0-4458-ac8e-18e39e0467a7 "POST /v1/orders" -1000…0 ERROR {request self ec916a63-56d0-4458-ac8e-18e39e0467a7} {request self tQTltz4_zK0YPK4=}',
  })
  const nginx = parseLine('10.0.0.1 - bob [02/Nov/2026:07:59:59 +0000] "GET /a?b=1 HTTP/1.1" 404 - "-" "Mozilla/5.0 (X11)"', '/ecs/web')
  expect([nginx.template, nginx.facts]).toEqual(['GET * 4xx', null])
})

test('Step Functions: every line speaks of its execution, and tells the function that a task called', () => {
  const arn = 'arn:aws:states:eu-west-1:1:execution:refund:8d80fbe2'
  const event = (type: string, details: object): Record<string, unknown> =>
    tell(
      parseLine(
        JSON.stringify({ id: '5', type, details, previous_event_id: '4', event_timestamp: '1793606400250', execution_arn: arn, redrive_count: '0' }),
        '/aws/vendedlogs/states/refund-Logs',
      ),
    )
  expect(event('ExecutionStarted', {}).own).toBe(`workflow refund states:${arn} "refund" 250… OPEN {execution self ${arn}}`)
  expect(event('ExecutionFailed', { error: 'x' })).toMatchObject({
    severity: 17,
    own: `workflow refund states:${arn} "refund" …250 ERROR {execution self ${arn}}`,
  })
  expect(event('TaskSucceeded', { output: '{"SdkResponseMetadata":{"RequestId":"5c120667-e1f6-4b0f-ae12-b9dfd425921b"}}' }).own).toContain(
    '{request called 5c120667-e1f6-4b0f-ae12-b9dfd425921b}',
  )
})

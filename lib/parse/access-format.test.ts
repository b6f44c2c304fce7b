import { describe, expect, test } from 'vitest'
import type { ParsedEvent } from '#lib/model/event'
import { AccessFormats, compileAccessFormat, fitsPattern } from './access-format'
import { parseRecord } from './index'
import { AT_MS, tell } from './testing'

const NS = BigInt(AT_MS) * 1_000_000n

function parseWith(format: string, body: string, pattern = '/team/gw'): ParsedEvent {
  const formats = new AccessFormats([{ pattern, format }])
  return parseRecord({ form: 'log', body, timeNs: NS, logGroup: '/team/gw', logStream: 's', line: 1 }, { sourceName: 'x', receivedNs: NS, formats })
}

const ID = 'ec916a63-56d0-4458-ac8e-18e39e0467a7'
const FUNCTION = 'fbd8cc1b-3b70-4b69-9d76-becb20d3cf45'
const TEXT =
  '$context.requestId $context.identity.sourceIp [$context.requestTime] "$context.httpMethod $context.resourcePath" $context.status $context.responseLatency int=$context.integration.requestId'

test('a format of the user’s own gives the request, with the id of what it called', () => {
  const event = parseWith(TEXT, `${ID} 1.2.3.4 [02/Nov/2026:07:59:59 +0000] "POST /orders" 201 26 int=${FUNCTION}`)
  expect(tell(event)).toMatchObject({
    message: 'POST /orders 201',
    own: `gateway gw gateway:${ID} "POST /orders" -26…0 {request self ${ID}} {request called ${FUNCTION}}`,
    fields: expect.arrayContaining(['identity.sourceIp=1.2.3.4', `integration.requestId=${FUNCTION}`]) as unknown,
  })
})

test('names of a team’s own in JSON mean what the format says of them', () => {
  const event = parseWith(
    '{"rid":"$context.requestId","what":"$context.routeKey","code":$context.status,"fn":"$context.integration.requestId"}',
    `{"rid":"4Gk_sCJf4KtA08f=","what":"GET /v1/sailings","code":200,"fn":"${FUNCTION}"}`,
  )
  expect(tell(event).own).toContain(`gateway:4Gk_sCJf4KtA08f= "GET /v1/sailings"`)
  expect(tell(event).own).toContain(`{request called ${FUNCTION}}`)
})

test('placeholders are no values, a line of another form is read as it would be without', () => {
  expect(tell(parseWith(TEXT, `${ID} 1.2.3.4 [02/Nov/2026:07:59:59 +0000] "POST /orders" 403 1 int=-`)).own).not.toContain('called')
  const other = 'hello orderId=77123'
  const without = parseRecord({ form: 'log', body: other, timeNs: NS, logGroup: '/team/gw', logStream: 's', line: 1 }, { sourceName: 'x', receivedNs: NS })
  expect(parseWith(TEXT, other)).toEqual(without)
  expect(parseWith(TEXT, `${ID} 1.2.3.4 [02/Nov/2026:07:59:59 +0000] "POST /orders" 201 26 int=${FUNCTION}`, '/other/*').facts?.own).toBeUndefined()
})

test('a flow log of chosen fields, and CloudFront’s fields of a real-time log', () => {
  const flow = parseWith(
    '${version} ${vpc-id} ${srcaddr} ${dstaddr} ${dstport} ${action} ${start} ${log-status}',
    '5 vpc-0a1b 10.0.0.1 10.0.0.2 443 REJECT 1793606400 OK',
  )
  expect(tell(flow)).toMatchObject({ severity: 13, message: 'REJECT 10.0.0.1 -> 10.0.0.2:443', outcome: 'REJECT' })
  const front = parseWith(
    '#Fields: timestamp c-ip sc-status cs-method cs-uri-stem cs-host time-taken x-edge-request-id',
    '1793606400.500\t1.2.3.4\t200\tGET\t/a\td1.cloudfront.net\t0.250\tabcDEF123==',
  )
  expect(tell(front).own).toBe('gateway d1.cloudfront.net cloudfront:abcDEF123== "GET /a" 250…500 {request self abcDEF123==}')
})

test('a format as it is pasted from a configuration: continuation lines and quotes escaped for JSON', () => {
  const compiled = compileAccessFormat('$context.identity.sourceIp,\\\n  $context.status \\\n  \\"$context.httpMethod $context.path\\"')
  expect(compiled).toMatchObject({ variables: ['identity.sourceIp', 'status', 'httpMethod', 'path'] })
  expect(typeof compiled === 'string' ? null : { ...compiled.read('1.2.3.4,200 "GET /a b"') }).toEqual({
    'identity.sourceIp': '1.2.3.4', status: '200', httpMethod: 'GET', path: '/a b',
  }) // prettier-ignore
})

describe('what can’t be told apart is refused in words', () => {
  test.each([
    ['', 'The format names no variable'],
    ['requestId status', 'The format names no variable'],
    ['$context.status$context.requestId', 'Between status and requestId stands nothing'],
    [`$context.a ${'x'.repeat(4000)}`, 'at most 3000'],
    ['#Fields: one', 'between 2 and 120'],
  ])('%s', (format, reason) => expect(compileAccessFormat(format)).toContain(reason))
})

test('a hostile line costs its length: literals that come again and again, none, and a megabyte', () => {
  const format = compileAccessFormat('$context.a $context.b $context.c "$context.d" $context.e')
  if (typeof format === 'string') throw new Error(format)
  for (const line of [' '.repeat(60_000), '" '.repeat(30_000), 'a b c "'.repeat(9_000), 'x'.repeat(1_000_000)]) expect(() => format.read(line)).not.toThrow()
  expect(format.read('x'.repeat(1_000_000))).toBeNull()
})

test.each([
  ['/aws/apigateway/*', '/aws/apigateway/public', true],
  ['*', '', true],
  ['/a*b*c', '/aXbYc', true],
  ['/a*b*c', '/aXcYb', false],
  ['/exact', '/exact', true],
  ['/exact', '/exact/more', false],
  ['ab*ba', 'aba', false],
  ['*'.repeat(40) + 'z', 'y'.repeat(20_000), false],
])('the pattern %s and the name %s', (pattern, name, fits) => expect(fitsPattern(pattern, name)).toBe(fits))

test('of several patterns the longest counts', () => {
  const formats = new AccessFormats([
    { pattern: '/gw/*', format: '$context.requestId $context.status' },
    { pattern: '/gw/public', format: '$context.status $context.requestId' },
    { pattern: '/gw/broken', format: 'nothing' },
  ])
  expect(formats.of('/gw/public')?.variables[0]).toBe('status')
  expect(formats.of('/gw/other')?.variables[0]).toBe('requestId')
  expect(formats.of('/gw/broken')?.variables[0]).toBe('requestId')
  expect(formats.of('/else')).toBeNull()
})

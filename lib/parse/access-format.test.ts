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

const BOTH = '$context.requestId $context.status $context.integration.requestId'

test('ids without method and path are a request nevertheless, with what it called', () => {
  const event = parseWith(BOTH, `${ID} 200 ${FUNCTION}`)
  expect(tell(event)).toMatchObject({
    message: 'gw 200',
    own: `gateway gw gateway:${ID} …0 {request self ${ID}} {request called ${FUNCTION}}`,
    fields: [`requestId=${ID}`, 'status=200', `integration.requestId=${FUNCTION}`],
  })
  expect(event.facts?.name).toBeUndefined()
})

function valuesOf(format: string, line: string): { [name: string]: string } | null {
  const compiled = compileAccessFormat(format)
  if (typeof compiled === 'string') throw new Error(compiled)
  const values = compiled.read(line)
  return values === null ? null : { ...values }
}

describe('values have the form of their variable, or the line is none of the format', () => {
  test.each([
    [BOTH, 'not such a line'],
    [BOTH, `${ID} OK ${FUNCTION}`],
    [BOTH, `${ID} 2000 ${FUNCTION}`],
    [BOTH, `${ID} 200 none at all`],
    [BOTH, '- - -'],
    ['$context.identity.sourceIp [$context.requestTime] $context.status', '1.2.3.4 [yesterday at noon] 200'],
    ['$context.identity.sourceIp $context.responseLatency', '1.2.3.4 fast'],
    ['$context.httpMethod $context.path $context.status', 'get /a 200'],
    ['$context.httpMethod $context.path $context.status', 'GET a 200'],
    ['$context.routeKey $context.status', 'two words 200'],
    ['{"id":"$context.requestId","code":$context.status}', '{"id":"someone","code":200}'],
    ['${srcaddr} ${dstaddr} ${action} ${start}', '10.0.0.1 10.0.0.2 MAYBE 1793606400'],
    ['${srcaddr} ${dstaddr} ${action} ${start}', '10.0.0.1 10.0.0.2 ACCEPT 1793606400 more words'],
    ['#Fields: date time c-ip sc-status', '2026-11-02\t08:00:00\tsomewhere\t200'],
  ])('%s does not read: %s', (format, line) => expect(valuesOf(format, line)).toBeNull())

  test('absent values are a dash in any place', () => {
    expect(valuesOf(BOTH, `${ID} - -`)).toEqual({ requestId: ID, status: '-', 'integration.requestId': '-' })
    expect(valuesOf('${srcaddr} ${action} ${start}', '- - 1793606400')).toMatchObject({ start: '1793606400' })
  })

  test('a value with the text in it that follows it is read whole, where what comes behind says so', () => {
    expect(valuesOf('$context.error.message $context.status $context.requestId', `no 500 here, 404 there 503 ${ID}`)).toEqual({
      'error.message': 'no 500 here, 404 there', status: '503', requestId: ID,
    }) // prettier-ignore
    expect(valuesOf('$context.routeKey $context.path $context.status', 'GET /a/{id} /a/1 200')).toEqual({
      routeKey: 'GET /a/{id}',
      path: '/a/1',
      status: '200',
    })
    expect(valuesOf('"$context.identity.userAgent" $context.status', '"an "odd" agent" 200')).toEqual({ 'identity.userAgent': 'an "odd" agent', status: '200' })
  })
})

describe('where a line divides in several ways, what differs between them is not taken', () => {
  test('two texts beside each other; what stands around them is sure', () => {
    expect(valuesOf('$context.requestId $context.error.message $context.identity.userAgent $context.status', `${ID} no such user curl 404`)).toEqual({
      requestId: ID, status: '404',
    }) // prettier-ignore
  })

  test('an id is not cut out of two that are written with a dash between them', () => {
    expect(valuesOf('$context.requestId-$context.extendedRequestId $context.status', `${ID}-${FUNCTION} 200`)).toEqual({ status: '200' })
  })

  test('the format says so when it is compiled', () => {
    const hints = (format: string): readonly string[] => {
      const compiled = compileAccessFormat(format)
      return typeof compiled === 'string' ? [compiled] : compiled.hints
    }
    expect(hints('$context.error.message $context.identity.userAgent $context.status')).toEqual([
      'Where error.message ends and identity.userAgent begins can’t be told in every line: put quotes around one of them.'.replace('’', "'"),
    ])
    expect(hints('$context.requestId-$context.extendedRequestId')).toHaveLength(1)
    expect(hints(TEXT)).toEqual([])
    expect(hints('"$context.error.message" "$context.identity.userAgent"')).toEqual([])
    expect(hints('{"a":"$context.error.message","b":"$context.identity.userAgent"}')).toEqual([])
  })
})

test('what looks like a pattern stands for itself', () => {
  expect(valuesOf('(a+)+$ .* [$context.status] \\d{3}|$context.requestId', `(a+)+$ .* [200] \\d{3}|${ID}`)).toEqual({ status: '200', requestId: ID })
  expect(valuesOf('(a+)+$ .* [$context.status] \\d{3}|$context.requestId', `aaaa$ .* [200] 200|${ID}`)).toBeNull()
})

describe('what can’t be told apart is refused in words', () => {
  test.each([
    ['', 'The format names no variable'],
    ['requestId status', 'The format names no variable'],
    ['$context.status$context.requestId', 'Between status and requestId stands nothing'],
    [`$context.a ${'x'.repeat(4000)}`, 'at most 3000'],
    [Array.from({ length: 130 }, (_, i) => `$context.v${i}`).join(' '), 'at most 120'],
    ['$context.v '.repeat(5_000), 'at most 3000'],
    ['#Fields: one', 'between 2 and 120'],
  ])('%s', (format, reason) => expect(compileAccessFormat(format)).toContain(reason))
})

describe('a hostile line costs a bounded amount of work, whatever the format', () => {
  const many = (variable: (i: number) => string, between: string): string => Array.from({ length: 120 }, (_, i) => variable(i)).join(between)
  const lines = [
    ' '.repeat(60_000),
    '" '.repeat(30_000),
    'a b c "'.repeat(9_000),
    '1 '.repeat(32_000),
    '1-'.repeat(32_000),
    'a1-'.repeat(20_000),
    '-'.repeat(65_000),
  ]
  test.each([
    ['$context.a $context.b $context.c "$context.d" $context.e'],
    [many((i) => `$context.v${i}`, ' ')],
    [many((i) => `$context.v${i}`, '-')],
    [many(() => '$context.requestId', '-')],
    [many(() => '$context.requestId', '/')],
    [many((i) => (i % 2 ? '$context.status' : '$context.error.message'), ' ')],
    [many(() => '$context.path', ' ')],
    [many((i) => `\${v${i}}`, ' ')],
  ])('%.60s', (format) => {
    const compiled = compileAccessFormat(format)
    if (typeof compiled === 'string') throw new Error(compiled)
    for (const line of lines) expect(compiled.read(line)).toBeNull()
    expect(compiled.read('x'.repeat(1_000_000))).toBeNull()
  })
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

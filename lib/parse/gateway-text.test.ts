import { expect, test } from 'vitest'
import { AT_MS, parseLine, parseText, tell } from './testing'

const GROUP = '/aws/apigateway/public'

test('the CSV form of a REST API: one value after another, by the order of the guide', () => {
  const line = '29.106.218.158,-,-,02/Nov/2026:07:59:59 +0000,PUT,/vouchers/{code},HTTP/1.1,502,48,ec916a63-56d0-4458-ac8e-18e39e0467a7,tQTltz4_zK0YPK4='
  expect(tell(parseLine(line, GROUP))).toMatchObject({
    severity: 17,
    message: 'PUT /vouchers/{code} 502',
    own: 'gateway public gateway:ec916a63-56d0-4458-ac8e-18e39e0467a7 "PUT /vouchers/{code}" -1000…0 ERROR {request self ec916a63-56d0-4458-ac8e-18e39e0467a7} {request self tQTltz4_zK0YPK4=}',
  })
})

test('the CSV form of an HTTP API, with a route that holds the method and with $default', () => {
  const line = (route: string): string => `1.2.3.4,02/Nov/2026:07:59:59 +0000,GET,${route},HTTP/1.1,200,328,4Gk_sCJf4KtA08f=`
  expect(tell(parseLine(line('GET /v1/sailings'), GROUP)).own).toBe(
    'gateway public gateway:4Gk_sCJf4KtA08f= "GET /v1/sailings" -1000…0 {request self 4Gk_sCJf4KtA08f=}',
  )
  expect(parseLine(line('$default'), GROUP).facts?.name).toBe('GET $default')
})

test('the XML form, with elements of the team among those of the guide', () => {
  const line =
    '<request id="ec916a63-56d0-4458-ac8e-18e39e0467a7"> <extendedRequestId>tQTltz4_zK0YPK4=</extendedRequestId> <ip>1.2.3.4</ip> <caller>-</caller> <requestTimeEpoch>1793606400974</requestTimeEpoch> ' +
    '<httpMethod>GET</httpMethod> <resourcePath>/pets/{id}</resourcePath> <status>404</status> <responseLatency>26</responseLatency> <integrationRequestId>fbd8cc1b-3b70-4b69-9d76-becb20d3cf45</integrationRequestId> </request>'
  expect(tell(parseLine(line, GROUP))).toMatchObject({
    severity: 13,
    own: [
      'gateway public gateway:ec916a63-56d0-4458-ac8e-18e39e0467a7 "GET /pets/{id}" 974…1000',
      '{request self ec916a63-56d0-4458-ac8e-18e39e0467a7} {request self tQTltz4_zK0YPK4=} {request called fbd8cc1b-3b70-4b69-9d76-becb20d3cf45}',
    ].join(' '),
  })
})

test('a file of such lines has its times from them', () => {
  const event = parseText('1.2.3.4,02/Nov/2026:07:59:59 +0000,GET,GET /a,HTTP/1.1,200,328,4Gk_sCJf4KtA08f=')
  expect([event.untimed, event.timeNs]).toEqual([false, BigInt(AT_MS - 1000) * 1_000_000n])
})

test.each([
  'a,b,c,02/Nov/2026:07:59:59 +0000,GET,/x,HTTP/1.1,two hundred,1,abcdefgh,ijklmnop',
  '1.2.3.4,02/Nov/2026:07:59:59 +0000,GET,GET /a,HTTP/1.1,200,328',
  '<request id="-"> <status>200</status> </request>',
  '<request id="abcdefgh"> nothing else </request>',
])('%s is none', (line) => expect(parseLine(line, GROUP).facts?.own).toBeUndefined())

test('the CLF form with the extended id in front, and with an HTTP API’s route', () => {
  const rest = 'tQTltz4_zK0YPK4= 1.2.3.4 - - [02/Nov/2026:07:59:59 +0000] "GET /pets HTTP/1.1" 200 1513 ec916a63-56d0-4458-ac8e-18e39e0467a7'
  expect(tell(parseLine(rest, GROUP)).own).toContain('gateway:ec916a63-56d0-4458-ac8e-18e39e0467a7 ')
  expect(tell(parseLine(rest, GROUP)).own).toContain('{request self ec916a63-56d0-4458-ac8e-18e39e0467a7} {request self tQTltz4_zK0YPK4=}')
  const domain = rest.replace('tQTltz4_zK0YPK4=', 'api.example.com')
  expect(tell(parseLine(domain, GROUP)).own).toMatch(/ \{request self ec916a63-56d0-4458-ac8e-18e39e0467a7\}$/)
  const http = '1.2.3.4 - - [02/Nov/2026:07:59:59 +0000] "GET GET /pets/{id} HTTP/1.1" 200 1513 4Gk_sCJf4KtA08f='
  expect(parseLine(http, GROUP).facts?.own).toMatchObject({ key: 'gateway:4Gk_sCJf4KtA08f=', name: 'GET /pets/{id}' })
})

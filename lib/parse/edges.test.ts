/** Load balancers, CloudFront, S3, VPC flow logs and WAF: lines as the samples of their publishers have them, moved to the tests' day. */
import { expect, test } from 'vitest'
import { AT_MS, parseText, tell } from './testing'

const ROOT = '1-6ae84300-a7c9983f3f244039c4d784f6'
const alb = (time: string, created: string, code: string, trace = `Root=${ROOT}`): string =>
  `https ${time} app/shop/490d68edf04676fe 192.168.1.11:44740 10.0.0.1:80 0.086 0.048 0.037 ${code} ${code} 0 57 "GET https://www.example.com:443/orders/7?x=1 HTTP/1.1" "curl/7.46.0 \\"quoted\\"" ` +
  `ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/my-targets/73e2d6bc24d8a067 "${trace}" "www.example.com" "arn:aws:acm:us-east-2:123456789012:certificate/1" 1 ${created} "authenticate,forward" "-" "-" "10.0.0.1:80" "200" "-" "-" TID_1234abcd`

test('an application load balancer: from the request’s creation to its answer, with the Root that the target gets', () => {
  const event = parseText(alb('2026-11-02T08:00:00.400000Z', '2026-11-02T08:00:00.200000Z', '200'))
  expect(tell(event)).toMatchObject({
    severity: 9,
    trace: ROOT,
    message: 'GET /orders/7 200',
    own: `gateway shop elb:app/shop/490d68edf04676fe:${ROOT}:192.168.1.11:44740:1793606400400000000 "GET /orders/7" 200…400 {request self Root=${ROOT}}`,
  })
  expect(tell(event).fields).toContain('conn_trace_id=TID_1234abcd')
  expect([event.untimed, event.timeNs]).toEqual([false, BigInt(AT_MS + 400) * 1_000_000n])
})

test('without a creation time, or with one that can’t be, it began its three processing times before the answer', () => {
  for (const created of ['-', '2018-07-02T22:22:48.364000Z', '2026-11-02T08:00:01.000000Z'])
    expect(tell(parseText(alb('2026-11-02T08:00:00.400000Z', created, '502'))).own).toContain('"GET /orders/7" 229…400 ERROR')
})

test('a Root that the client sent names many requests, so none', () => {
  const event = parseText(alb('2026-11-02T08:00:00.400000Z', '-', '200', `Self=1-6ae84300-000000000000000000000001;Root=${ROOT}`))
  expect([event.traceId, event.facts?.own?.refs]).toEqual([ROOT, []])
})

test('a request that no target took, and one that no method has', () => {
  const line = `h2 2026-11-02T08:00:00.000000Z app/shop/49 192.168.1.14:44750 - -1 -1 -1 400 - 203 167 "- http://shop:80- -" "-" - - - "-" "-" "-" - 2026-11-02T08:00:00.000000Z "-" "-" "-" "-" "-" "-" "-"`
  expect(tell(parseText(line))).toMatchObject({ severity: 13, message: '400' })
})

test('a network load balancer: one TLS connection; a list of quoted protocols is one value', () => {
  const line =
    'tls 2.0 2026-11-02T08:00:10 net/my-nlb/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - arn:aws:acm:us-east-2:671290407336:certificate/2a - ECDHE-RSA-AES128-SHA tlsv12 - my-nlb.elb.us-east-2.amazonaws.com h2 h2 "h2","http/1.1" 2026-11-02T08:00:00'
  expect(tell(parseText(line)).own).toBe(
    'gateway my-nlb elb:net/my-nlb/c6e77e28c25b2234:g3d4b5e8bb8464cd:72.21.218.154:51341:1793606410000000000 "TLS connection" 0…10000',
  )
  expect(tell(parseText(line)).fields).toContain('alpn_client_preference_list="h2","http/1.1"')
})

test('a classic load balancer', () => {
  const line =
    '2026-11-02T08:00:00.100000Z my-loadbalancer 192.168.131.39:2817 10.0.0.1:80 0.000073 0.001048 0.000057 504 504 0 29 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.38.0" - -'
  expect(tell(parseText(line))).toMatchObject({ severity: 17, message: 'GET / 504', own: expect.stringContaining('"GET /" 98.822…100 ERROR') as unknown })
})

const CLOUDFRONT = (code: string): string =>
  `2026-11-02\t08:00:01\tCDG50-P2\t703\t1.2.3.4\tGET\td111.cloudfront.net\t/a/b.js\t${code}\t-\tcurl/7.81.0\tq=42\t-\tMiss\t375WZmnR4hhhnlZKNn0D==\tcdn.example.com\thttps\t62\t0.113\t-\tTLSv1.3\tTLS_AES_128_GCM_SHA256\tMiss\tHTTP/2.0\t-\t-\t51754\t0.113\tMiss\ttext/plain\t20\t-\t-`

test('CloudFront: answered in that second, begun the time taken before; its request id is what the origin sees', () => {
  const event = parseText(CLOUDFRONT('200'))
  expect(tell(event)).toMatchObject({
    message: 'GET /a/b.js 200',
    own: 'gateway d111.cloudfront.net cloudfront:375WZmnR4hhhnlZKNn0D== "GET /a/b.js" 887…1000 {request self 375WZmnR4hhhnlZKNn0D==}',
  })
  expect(event.facts?.own?.attributes).toEqual({ 'start.uncertain_ms': 1000, 'http.status': 200 })
  // 000: the viewer went away.
  expect(parseText(CLOUDFRONT('000')).facts?.own?.status).toBeUndefined()
})

test('CloudFront’s header lines, its JSON, and a line whose fields nobody knows', () => {
  expect(parseText('#Fields: date time x-edge-location').template).toBe('#Fields: *')
  expect(parseText('#Version: 1.0').facts).toBeNull()
  const json = { date: '2026-11-02', time: '08:00:01', 'x-edge-request-id': 'abc123DEF==', 'cs-method': 'GET', 'cs(Host)': 'd1', 'cs-uri-stem': '/x', 'sc-status': '503', 'time-taken': '1' } // prettier-ignore
  expect(tell(parseText(JSON.stringify(json)))).toMatchObject({ severity: 17, own: expect.stringContaining('gateway d1 cloudfront:abc123DEF==') as unknown })
  expect(parseText(CLOUDFRONT('200').split('\t').slice(0, 12).join('\t')).facts).toBeNull()
})

const s3 = (operation: string, code: string): string =>
  `79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be receipts [02/Nov/2026:08:00:00 +0000] 192.0.2.3 arn:aws:sts::123456789012:assumed-role/f/f 3E57427F3EXAMPLE ${operation} 2026/7.pdf "PUT /2026/7.pdf HTTP/1.1" ${code} - - 113 70 41 "-" "aws-sdk-js/3" - s9lzHYrFp76Z= SigV4 ECDHE-RSA-AES128-GCM-SHA256 AuthHeader receipts.s3.eu-west-1.amazonaws.com TLSv1.2 - -`

test('S3: the request between its caller and the notification that names it; reading causes none', () => {
  expect(tell(parseText(s3('REST.PUT.OBJECT', '200')))).toMatchObject({
    message: 'REST.PUT.OBJECT 2026/7.pdf 200',
    own: 'bucket receipts s3-request:3E57427F3EXAMPLE "REST.PUT.OBJECT" 0…70 {request self 3E57427F3EXAMPLE} {request called 3E57427F3EXAMPLE}',
  })
  expect(tell(parseText(s3('REST.GET.OBJECT', '404'))).own).toBe(
    'bucket receipts s3-request:3E57427F3EXAMPLE "REST.GET.OBJECT" 0…70 {request self 3E57427F3EXAMPLE}',
  )
})

test('a VPC flow log: an event to search for, with no cause and no span; its header line too', () => {
  const event = parseText('2 123456789012 eni-0050644426037aa0f 10.26.1.153 3.239.232.29 60220 443 6 48 21869 1793606400 1793606402 REJECT OK')
  expect(tell(event)).toMatchObject({ severity: 13, message: 'REJECT 10.26.1.153 -> 3.239.232.29:443', outcome: 'REJECT' })
  expect([event.timeNs, event.facts?.own, event.service.kind]).toEqual([BigInt(AT_MS) * 1_000_000n, undefined, 'external'])
  expect(parseText('2 123456789012 eni-0050644426037aa0f - - - - - - - 1793606400 1793606402 - NODATA').message).toBe('NODATA')
  expect(parseText('version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status').severity).toBe(5)
})

const waf = (requestId: string, action = 'BLOCK'): string =>
  JSON.stringify({
    timestamp: AT_MS, formatVersion: 1, webaclId: 'arn:aws:wafv2:eu-west-1:1:regional/webacl/shop-acl/770ad176', terminatingRuleId: 'limit-by-ip', terminatingRuleType: 'RATE_BASED', action,
    httpSourceName: 'APIGW', httpSourceId: '1:a1b2c3:prod', ruleGroupList: [], httpRequest: { clientIp: '1.2.3.4', country: 'DE', headers: [], uri: '/orders', args: 'x=1', httpVersion: 'HTTP/2.0', httpMethod: 'POST', requestId },
  }) // prettier-ignore

test('WAF: a part of the request that it judged, which a gateway knows by its id and a load balancer by its trace', () => {
  expect(tell(parseText(waf('tQTltz4_zK0YPK4=')))).toMatchObject({
    severity: 13,
    outcome: 'BLOCK',
    message: 'BLOCK POST /orders by limit-by-ip',
    own: expect.stringMatching(/^external WAF shop-acl waf:.* "POST \/orders" 0…0 \{request parent tQTltz4_zK0YPK4=\}$/) as unknown,
  })
  expect(tell(parseText(waf(ROOT)))).toMatchObject({ trace: ROOT, own: expect.stringContaining(`{request parent Root=${ROOT}}`) as unknown })
})

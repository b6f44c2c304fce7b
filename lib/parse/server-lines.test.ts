/** Logs of databases, web servers, proxies and syslog, as files have them: no group, no time outside the line. */
import { describe, expect, test } from 'vitest'
import { AT_MS, parseText, tell } from './testing'

/** Severity, message, fields in order, and ms from AT_MS. */
function read(body: string): unknown[] {
  const event = parseText(body)
  const at = event.untimed ? undefined : Number(event.timeNs / 1_000_000n) - AT_MS
  return [event.severity, event.message, event.fields.map(({ name, value }) => `${name}=${value}`).join(' '), at]
}

describe('PostgreSQL', () => {
  const refused = 'password authentication failed for user "app"'
  test.each([
    ['RDS', `2026-11-02 08:00:01 UTC:10.0.0.12(52834):app@shop:[20175]:FATAL:  ${refused}`, [21, refused, 'pid=20175 user=app database=shop client=10.0.0.12 user=app', 1000]],
    ['RDS, one blank', '2026-11-02 08:00:01 UTC:10.0.0.12(52834):app@shop:[20175]:ERROR: no seat', [17, 'no seat', 'pid=20175 user=app database=shop client=10.0.0.12', 1000]],
    ['%m [%p] ', '2026-11-02 08:00:00.250 UTC [147] LOG:  checkpoint starting: time', [9, 'checkpoint starting: time', 'pid=147 starting=time', 250]],
    ['%m [%p] %h %u@%d', '2026-11-02 08:00:00.250 UTC [147] 10.0.0.12 app@shop WARNING:  no seat', [13, 'no seat', 'pid=147 user=app database=shop client=10.0.0.12', 250]],
    ['%h %m [%p] %u@%d', '10.0.0.12 2026-11-02 08:00:00.250 UTC [147] app@shop PANIC:  no disk', [24, 'no disk', 'pid=147 user=app database=shop client=10.0.0.12', 250]],
    ['names', '2026-11-02 08:00:00 UTC [147]: [3-1] user=app,db=shop,app=psql,client=10.0.0.12 NOTICE:  no seat', [10, 'no seat', 'pid=147 user=app database=shop application=psql client=10.0.0.12', 0]],
    ['unknown is nobody', '2026-11-02 08:00:00 UTC:[local]:[unknown]@[unknown]:[7]:LOG:  ready', [9, 'ready', 'pid=7 client=local', 0]],
    ['csvlog', '2026-11-02 08:00:00.250 UTC,"app","shop",147,"10.0.0.12:5432",6152d8e0.93,1,"authentication",2026-11-02 08:00:00 UTC,3/2,0,FATAL,28P01,"no ""seat""",,,,,,"select 1, 2",,,"psql","client backend",,0', [21, 'no "seat"', 'user=app database=shop pid=147 client=10.0.0.12:5432 sqlState=28P01 statement=select 1, 2 application=psql', 250]],
    ['jsonlog', '{"timestamp":"2026-11-02 08:00:00.250 UTC","user":"app","dbname":"shop","pid":147,"session_id":"6152d8e0.93","error_severity":"ERROR","state_code":"23505","message":"duplicate key","detail":"Key exists.","statement":"insert 1","backend_type":"client backend"}', [17, 'duplicate key Key exists.', 'user=app database=shop pid=147 sqlState=23505 statement=insert 1 sessionId=6152d8e0.93', 250]],
  ])('%s', (_, body, expected) => {
    const [severity, message, fields, at] = read(body)
    const [wantSeverity, wantMessage, wantFields, wantAt] = expected
    expect([severity, message, at]).toEqual([wantSeverity, wantMessage, wantAt])
    for (const field of String(wantFields).split(/ (?=\w+=)/)) expect(String(fields)).toContain(field)
  }) // prettier-ignore

  test("a statement's traceparent hangs it under the span that sent it", () => {
    const event = parseText(
      "2026-11-02 08:00:00 UTC:10.0.0.12(52834):app@shop:[7]:LOG:  execute <unnamed>: select 1 /*traceparent='00-6ae843007f6693a83263b99e9d2db8ce-1f7e521a8acfcd46-01'*/",
    )
    expect(tell(event)).toMatchObject({ trace: '6ae843007f6693a83263b99e9d2db8ce', refs: ['span parent 1-6ae84300-7f6693a83263b99e9d2db8ce:1f7e521a8acfcd46'] })
  })

  test('an audit line names what was touched', () => {
    const [, , fields] = read('2026-11-02 08:00:00 UTC [7] LOG:  AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.orders,"select * from orders, carts",<none>')
    expect(fields).toContain('audit.class=READ audit.command=SELECT audit.objectType=TABLE audit.object=public.orders')
  })

  test.each([
    ['DETAIL', '2026-11-02 08:00:00 UTC [7] app@shop DETAIL:  Key (id)=(7) already exists.'],
    ['STATEMENT', '2026-11-02 08:00:00 UTC:10.0.0.12(1):app@shop:[7]:STATEMENT:  insert into orders values (7)'],
    ['a wrapped statement', '\tfrom orders where id = 7'],
  ])('%s continues the line before', (_, body) => expect(parseText(body).facts?.continues).toBe('any'))

  test.each([
    ['an application that shouts', '2026-11-02 08:00:00 ERROR: no seat'],
    ['a level far inside', '2026-11-02 08:00:00 we saw ERROR:  twice'],
  ])('%s is none', (_, body) => expect(parseText(body).fields.some(({ name }) => name === 'pid')).toBe(false))
})

describe('MySQL', () => {
  const denied = "Access denied for user 'root'@'10.0.0.9' (using password: NO)"
  test.each([
    ['5.7', `2026-11-02T08:00:00.861934Z 344 [Note] ${denied}`, [9, denied, 'thread=344', 861]],
    ['8.0', `2026-11-02T08:00:00.411498Z 25 [Warning] [MY-010926] [Server] ${denied}`, [13, denied, 'thread=25 code=MY-010926 subsystem=Server', 411]],
    ['general', `2026-11-02T08:00:00.116872Z\t   14 Connect\t${denied}`, [9, `Connect ${denied}`, 'thread=14 command=Connect', 116]],
    ['slow', '# Time: 2026-11-02T08:00:00.5Z\n# User@Host: app[app] @ web [10.0.0.1]  Id:    14\n# Query_time: 2.5  Lock_time: 0.1 Rows_sent: 1  Rows_examined: 9\nSET timestamp=1793606400;\nselect 1;', [13, 'select 1;', 'user=app client=10.0.0.1 thread=14 queryTime=2.5 lockTime=0.1 rowsSent=1 rowsExamined=9', 500]],
  ])('%s', (_, body, [severity, message, fields, at]) => {
    const got = read(body)
    expect([got[0], got[1], got[3]]).toEqual([severity, message, at])
    expect(got[2]).toContain(fields)
  }) // prettier-ignore
})

describe('web servers and proxies', () => {
  test.each([
    ['nginx error', '2026/11/02 08:00:00 [error] 31#31: *46 open() "/x" failed (2: No such file), client: 10.0.0.1, server: shop, request: "GET /cart HTTP/1.1", host: "shop.example"', [17, 'open() "/x" failed (2: No such file)', 'pid=31 connection=46 client=10.0.0.1 server=shop request=GET /cart HTTP/1.1 host=shop.example', 0]],
    ['Apache 2.4', '[Mon Nov 02 08:00:00.880562 2026] [auth_basic:error] [pid 10:tid 140120579262208] [client 10.0.0.1:50229] AH01618: user sss not found: /', [17, 'AH01618: user sss not found: /', 'module=auth_basic pid=10 client=10.0.0.1', 880]],
    ['Apache 2.2', '[Mon Nov 02 08:00:00 2026] [warn] [client 10.0.0.1] slow', [13, 'slow', 'client=10.0.0.1', 0]],
    ['HAProxy', '10.0.0.1:14853 [02/Nov/2026:08:00:00.127] https-in~ shop/web1 170/0/0/3/173 503 739 - - --NN 0/0/0/0/0 0/0 "GET /cart HTTP/1.1"', [17, 'GET /cart 503', 'client=10.0.0.1 frontend=https-in backend=shop server=web1 status=503 bytes=739 flags=--NN totalMs=173 method=GET path=/cart', 127]],
    ['HAProxy, no request', '10.0.0.1:50033 [02/Nov/2026:08:00:00.123] shop/web: SSL handshake failure', [13, 'SSL handshake failure', 'client=10.0.0.1 frontend=shop/web', 123]],
  ])('%s', (_, body, [severity, message, fields, at]) => {
    const got = read(body)
    expect([got[0], got[1], got[3]]).toEqual([severity, message, at])
    expect(got[2]).toContain(fields)
  }) // prettier-ignore
})

describe('syslog', () => {
  test.each([
    ['RFC 3164', 'Nov  2 08:00:00 web1 sshd[16378]: Invalid user pascal', [0, 'Invalid user pascal', 'host=web1 app=sshd pid=16378', 0]],
    ['RFC 3164 with a priority', '<34>Nov  2 08:00:00 web1 su: no seat', [18, 'no seat', 'host=web1 app=su', 0]],
    ['an ISO time', '2026-11-02T08:00:00.25+00:00 web1 sshd[7]: no seat', [0, 'no seat', 'host=web1 app=sshd pid=7', 250]],
    ['RFC 5424', '<165>1 2026-11-02T08:00:00.003Z web1 shop 8710 ID47 [exampleSDID@32473 orderId="A-\\"77\\"" iut="3"][x@1] \ufeffno seat', [10, 'no seat', 'orderId=A-"77" iut=3 host=web1 app=shop pid=8710 messageId=ID47', 3]],
    ['RFC 5424 without data', '<11>1 - - shop - - -', [17, '', 'app=shop', undefined]],
    ['a line of nginx inside', '<171>1 2026-11-02T08:00:00Z fw.lan nginx - - - 2026/11/02 07:00:00 [error] 24537#230441: *914 gone, client: fd::1, server: , host: "fw.lan"', [17, 'gone', 'host=fw.lan app=nginx pid=24537 connection=914 client=fd::1 host=fw.lan', 0]],
    ['JSON inside', '<14>1 2026-11-02T08:00:00Z web1 shop - - - {"level":"warn","msg":"no seat","order":"A-77123"}', [13, 'no seat', 'host=web1 app=shop order=A-77123', 0]],
  ])('%s', (_, body, [severity, message, fields, at]) => expect(read(body)).toEqual([severity, message, fields, at])) // prettier-ignore

  test('a line without a host keeps its words', () => {
    expect(read('Nov  2 08:00:00 Exception in thread "main" java.lang.RuntimeException: no seat').slice(0, 2)).toEqual([
      17,
      'Exception in thread "main" java.lang.RuntimeException: no seat',
    ])
  })
})

test.each([
  ['klog', 'E1102 08:00:00.123456   12345 controller.go:123] "Failed" pod="shop/web-1"', [17, '"Failed" pod="shop/web-1"', 123]],
  ['glog with a year', 'I20261102 08:00:00.500000 7 file.cc:1] ready', [9, 'ready', 500]],
  ['the year before', 'W1231 23:59:59.000000 7 a.go:1] late', [13, 'late', Date.UTC(2025, 11, 31, 23, 59, 59) - AT_MS]],
])('%s', (_, body, [severity, message, at]) => {
  const got = read(body)
  expect([got[0], got[1], got[3]]).toEqual([severity, message, at])
})

test.each([
  ['Spring Boot', '2026-11-02T08:00:00.250Z  WARN 12345 --- [shop] [nio-8080-exec-1] c.shop.Cart              : no seat', [13, 'no seat', 'logger=c.shop.Cart pid=12345 thread=nio-8080-exec-1', 250]],
  ['Python', '2026-11-02 08:00:00,250 - cart - ERROR - no seat', [17, 'no seat', 'logger=cart', 250]],
  ["Python's basicConfig", 'ERROR:cart.pay:no seat', [17, 'no seat', 'logger=cart.pay', undefined]],
  ['logback without a date', '08:00:00.123 [main] INFO  com.shop.Cart - no seat', [9, 'no seat', 'logger=com.shop.Cart thread=main', undefined]],
  ['java.util.logging', 'Nov 02, 2026 8:00:00 PM com.shop.Cart checkout', [0, 'com.shop.Cart checkout', 'logger=com.shop.Cart', 43_200_000]],
])('%s', (_, body, expected) => expect(read(body)).toEqual(expected)) // prettier-ignore

test('a line that names its span belongs to it', () => {
  const line = '2026-11-02 08:00:00.250  INFO [shop,6ae843007f6693a83263b99e9d2db8ce,1f7e521a8acfcd46] 1 --- [main] c.shop.Cart : paid'
  expect(tell(parseText(line))).toMatchObject({
    trace: '6ae843007f6693a83263b99e9d2db8ce',
    own: expect.stringContaining('span:1-6ae84300-7f6693a83263b99e9d2db8ce:1f7e521a8acfcd46') as unknown,
  })
})

test('no form of these lines makes reading slow: time grows with the length', () => {
  const hostile = [
    `2026-11-02 08:00:00 UTC ${'[1] '.repeat(50_000)}`,
    `<34>1 - - - - - ${'[a b="'.repeat(30_000)}`,
    `<34>1 - - - - - [a${' b="c"'.repeat(50_000)}`,
    `10.0.0.1:1 [02/Nov/2026:08:00:00.127] a ${'/'.repeat(200_000)}`,
    `2026/11/02 08:00:00 [error] 1#1: ${', client: "'.repeat(50_000)}`,
    `[Mon Nov 02 08:00:00 2026] [error] ${'[client a] '.repeat(20_000)}`,
    `2026-11-02 08:00:00 UTC,${'"'.repeat(200_000)}`,
    `2026-11-02 08:00:00 UTC,${','.repeat(200_000)}`,
    `# Time: ${'#'.repeat(200_000)}\n${'# Query_time: '.repeat(20_000)}`,
    `${'<34>1 - - - - - - '.repeat(20_000)}`,
    `${'a.'.repeat(100_000)}Error`,
    `f${'('.repeat(100_000)}`,
  ]
  for (const line of hostile) expect(parseText(line).record.body).toBe(line)
}, 5_000)

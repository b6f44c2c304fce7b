/** Lines that say little by themselves, from the delivery to the links: what they join, and what they must not. */
import { describe, expect, test } from 'vitest'
import { createBodyDecoder } from './http/decode'
import { NOW_MS, understand, type Understood } from './test-understand'

const AT = '2026-11-02 08:00:00'
const TRACE = '6ae843007f6693a83263b99e9d2db8ce'
const CALLER = '1f7e521a8acfcd46'
const SPAN = JSON.stringify({
  resourceSpans: [{ resource: { attributes: [{ key: 'service.name', value: { stringValue: 'checkout' } }] }, scopeSpans: [{ spans: [{ traceId: TRACE, spanId: CALLER, name: 'insert order', kind: 3, startTimeUnixNano: String(BigInt(Date.parse(`${AT}Z`)) * 1_000_000n), endTimeUnixNano: String(BigInt(Date.parse(`${AT}Z`)) * 1_000_000n + 5_000_000n) }] }] }],
}) // prettier-ignore

function read(...lines: string[]): Understood {
  const decoder = createBodyDecoder({ nowMs: NOW_MS })
  return understand([...decoder.push(new TextEncoder().encode(lines.join('\n'))), ...decoder.end()])
}

const header = (trace = TRACE): string => `/*traceparent='00-${trace}-${CALLER}-01'*/`
const postgres = (level: string, words: string): string => `${AT}.250 UTC:10.0.0.12(52834):app@shop:[20175]:${level}:  ${words}`
const LINK = 'span container:checkout -> event container:sample (span-parent)'

describe('a statement that names the span that sent it', () => {
  test('hangs under it', () => {
    expect(read(SPAN, postgres('LOG', `execute <unnamed>: insert into orders values (7) ${header()}`)).links).toEqual([LINK])
  })

  test('and so does the error that it is the statement of: two lines, one entry', () => {
    const { spans, links } = read(SPAN, postgres('ERROR', 'duplicate key'), postgres('STATEMENT', `insert into orders values (7) ${header()}`))
    expect([spans, links]).toEqual([['event container:sample', 'span container:checkout'], [LINK]])
  })

  test('in any order of the two', () => {
    expect(read(postgres('LOG', `select 1 ${header()}`), SPAN).links).toEqual([LINK])
  })

  test.each([
    ['of another trace', header('6ae843007f6693a83263b99e9d2db8cf')],
    ['of no trace', header('0'.repeat(32))],
    ['cut in the middle', header().slice(0, 40)],
  ])('%s hangs under nothing', (_, comment) => expect(read(SPAN, postgres('LOG', `select 1 ${comment}`)).links).toEqual([]))
})

describe('a line that names the span it was written in', () => {
  const forms: [name: string, line: (trace: string) => string][] = [
    ['Spring', (trace) => `${AT}.250  INFO [checkout,${trace},${CALLER}] 1 --- [main] c.shop.Cart : paid`],
    ['OpenTelemetry for Python', (trace) => `${AT},250 INFO [cart] [cart.py:7] [trace_id=${trace} span_id=${CALLER} resource.service.name=checkout] - paid`],
    ['pino with OpenTelemetry', (trace) => JSON.stringify({ level: 30, time: Date.parse(`${AT}Z`), msg: 'paid', trace_id: trace, span_id: CALLER, trace_flags: '01' })],
    ['Elastic', (trace) => JSON.stringify({ '@timestamp': `${AT.replace(' ', 'T')}Z`, message: 'paid', trace: { id: trace }, span: { id: CALLER } })],
    ['Google Cloud', (trace) => JSON.stringify({ severity: 'INFO', message: 'paid', time: `${AT.replace(' ', 'T')}Z`, 'logging.googleapis.com/trace': `projects/shop/traces/${trace}`, 'logging.googleapis.com/spanId': CALLER })],
  ] // prettier-ignore

  test.each(forms)('%s: it belongs to that span, whichever comes first', (_, line) => {
    expect(read(SPAN, line(TRACE)).spans).toEqual(['span container:checkout'])
    expect(read(line(TRACE), SPAN).spans).toEqual(['span container:checkout'])
  })

  test.each(forms)('%s: of another trace, or of none, it does not', (_, line) => {
    expect(read(SPAN, line('6ae843007f6693a83263b99e9d2db8cf')).spans).toHaveLength(2)
    expect(read(SPAN, line('0'.repeat(32))).spans).toHaveLength(2)
  })

  test("a function's line stays with its execution", () => {
    const lambda = (message: string): string => JSON.stringify({ logGroup: '/aws/lambda/cart', logStream: 's', timestamp: Date.parse(`${AT}Z`), message })
    const id = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
    const line = lambda(JSON.stringify({ msg: 'paid', trace_id: TRACE, span_id: CALLER }))
    expect(read(lambda(`START RequestId: ${id} Version: 1`), line, SPAN).spans).toEqual(['execution function:cart', 'span container:checkout'])
  })
})

test('docker: a line in parts is one entry with the ids of the whole, beside the other stream', () => {
  const id = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
  const line = JSON.stringify({ level: 'error', msg: 'no seat', traceId: '1-6ae84300-7f6693a83263b99e9d2db8ce', order: id })
  const part = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time: `${AT.replace(' ', 'T')}Z` })
  const { formats, ids, spans } = read(part(line.slice(0, 40)), part('slow\n', 'stderr'), part(`${line.slice(40)}\n`))
  expect(ids).toEqual(['trace 1-6ae84300-7f6693a83263b99e9d2db8ce'])
  expect(spans).toEqual(['2 × event container:sample'])
  expect(formats).toEqual({ container: 2, 'container/json': 1 })
})

test("a slow log's entry is one, with its statement; the next one another", () => {
  const entry = (ms: string, statement: string): string[] => [`# Time: 2026-11-02T08:00:0${ms}Z`, '# User@Host: app[app] @ web [10.0.0.1]  Id:    14', '# Query_time: 2.5  Lock_time: 0.1 Rows_sent: 1  Rows_examined: 9', 'SET timestamp=1793606400;', statement] // prettier-ignore
  expect(read(...entry('0.5', 'select 1;'), ...entry('3.5', 'select 2;')).spans).toEqual(['2 × event container:sample'])
})

test('traces of two containers in one delivery keep apart', () => {
  const line = (pod: string, log: string): string =>
    JSON.stringify({ log, stream: 'stderr', time: `${AT.replace(' ', 'T')}Z`, kubernetes: { pod_name: pod, container_name: 'web' } })
  const frames = ['ERROR no seat\n', '\tat com.shop.Cart.pay(Cart.java:22)\n', '\tat com.shop.Main.main(Main.java:6)\n']
  const mixed = frames.flatMap((frame) => [line('web-1', frame), line('web-2', frame)])
  expect(read(...mixed).spans).toEqual(['2 × event container:web'])
})

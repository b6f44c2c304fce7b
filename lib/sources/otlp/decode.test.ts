import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { parseRecord } from '#lib/parse/index'
import { tellRef } from '#lib/parse/testing'
import { countDataPoints, decodeOtlp } from './decode'
import { readProtobuf } from './protobuf'
import { REQUESTS } from './schema'

const SAMPLES = join(import.meta.dirname, '../../../../shared/samples/otlp')
const LATEST = BigInt(Date.UTC(2026, 11, 1)) * 1_000_000n
const T = '1764000000000000000'

function records(value: object): (RawRecord | RefusedRecord)[] {
  return [...decodeOtlp(value as Record<string, unknown>, { line: null, latestNs: LATEST })]
}

function sample(name: string): (RawRecord | RefusedRecord)[] {
  return records(JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')) as object)
}

function parsed(record: RawRecord | RefusedRecord | undefined): ReturnType<typeof parseRecord> {
  if (record === undefined || 'fate' in record)
    throw new Error(`refused: ${JSON.stringify(record, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`)
  return parseRecord(record, { sourceName: 'OTLP', receivedNs: LATEST })
}

const span = (rest: object): object => ({
  resourceSpans: [
    {
      resource: { attributes: [] },
      scopeSpans: [{ spans: [{ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), name: 'x', startTimeUnixNano: T, endTimeUnixNano: T, ...rest }] }],
    },
  ],
})
const attribute = (key: string, value: string): object => ({ key, value: { stringValue: value } })

describe('samples of opentelemetry-proto', () => {
  test.runIf(process.env.REQUIRE_DATA === '1' || hasSamples())('a log record: its words, severity, service, attributes, and the span it belongs to', () => {
    const found = sample('opentelemetry-proto__logs.json')
    expect(found).toHaveLength(1)
    const event = parsed(found[0])
    expect(event).toMatchObject({
      message: 'Example log record',
      severity: 10,
      service: { kind: 'container', name: 'my.service' },
      timeNs: 1544712660300000000n,
      untimed: false,
      traceId: '5b8efff798038103d269b633813fc60c',
    })
    expect(event.facts?.own?.key).toBe('span:1-5b8efff7-98038103d269b633813fc60c:eee19b7ec3c1b174')
    expect(event.fields).toContainEqual({ name: 'string.attribute', value: 'some string' })
    expect(event.fields).toContainEqual({ name: 'array.attribute', value: 'many' })
    expect(event.fields).toContainEqual({ name: 'map.attribute.some.map.key', value: 'some value' })
  })

  test.runIf(hasSamples())('an event without a text body is called by its name', () => {
    expect(parsed(sample('opentelemetry-proto__events.json')[0])).toMatchObject({ message: 'browser.page_view', severity: 9, facts: null })
  })

  test.runIf(hasSamples())('a span is its own and its parent is named; X-Ray calls both by the same values', () => {
    const event = parsed(sample('opentelemetry-proto__trace.json')[0])
    expect(event.facts?.own?.refs.map(tellRef)).toEqual([
      'span self 1-5b8efff7-98038103d269b633813fc60c:eee19b7ec3c1b174',
      'span parent 1-5b8efff7-98038103d269b633813fc60c:eee19b7ec3c1b173',
    ])
    expect(event.facts?.own).toMatchObject({
      form: 'span',
      name: "I'm a server span",
      service: { name: 'my.service' },
      startNs: 1544712660000000000n,
      endNs: 1544712661000000000n,
    })
  })

  test.runIf(hasSamples())('metrics are counted by their points', () => {
    expect(countDataPoints(JSON.parse(readFileSync(join(SAMPLES, 'opentelemetry-proto__metrics.json'), 'utf8')) as Record<string, unknown>)).toBe(4)
  })
})

function hasSamples(): boolean {
  try {
    readFileSync(join(SAMPLES, 'SOURCES.md'))
    return true
  } catch {
    return false
  }
}

describe('records', () => {
  test('a record alone is a request again, with the same identity and meaning', () => {
    const two = { resourceLogs: [{ resource: { attributes: [attribute('service.name', 's')] }, scopeLogs: [{ logRecords: [{ timeUnixNano: T, body: { stringValue: 'a' } }, { timeUnixNano: T, body: { stringValue: 'b' } }] }] }] } // prettier-ignore
    const [first, second] = records(two) as RawRecord[]
    for (const record of [first, second]) expect(records(JSON.parse(record?.body ?? '') as object)).toEqual([{ ...record, line: 1 }])
    expect(parsed(second).message).toBe('b')
  })

  test('64-bit integers as texts or numbers, ids in either case, unknown fields, enums by name', () => {
    const event = parsed(records(span({ traceId: 'A'.repeat(32), kind: 'SPAN_KIND_SERVER', startTimeUnixNano: 1764000000000000000, novelty: { a: 1 } }))[0])
    expect(event.facts?.own?.refs.map(tellRef)).toEqual([`span self 1-aaaaaaaa-${'a'.repeat(24)}:${'b'.repeat(16)}`])
  })

  test.each([
    ['a trace id that is none', span({ traceId: '1234' }), 'invalid_span'],
    ['an all-zero span id', span({ spanId: '0'.repeat(16) }), 'invalid_span'],
    ['no start', span({ startTimeUnixNano: 0 }), 'timestamp_out_of_range'],
    ['a start in 1970', span({ startTimeUnixNano: '1764000000' }), 'timestamp_out_of_range'],
    ['a time that is no number', span({ endTimeUnixNano: 'soon' }), 'invalid_span'],
    ['a span that is no object', { resourceSpans: [{ scopeSpans: [{ spans: [7] }] }] }, 'invalid_span'],
  ])('%s is quarantined alone', (_, value, code) => {
    const good = (span({}) as { resourceSpans: object[] }).resourceSpans
    const found = records({ resourceSpans: [...(value as { resourceSpans: object[] }).resourceSpans, ...good] })
    expect(found).toMatchObject([{ fate: 'quarantined', code }, { form: 'segment' }])
  })

  test('a log record takes the time it was observed at where it states none, and its uid as identity', () => {
    const logs = (record: object): object => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] })
    expect(records(logs({ observedTimeUnixNano: T }))).toMatchObject([{ timeNs: BigInt(T) }])
    expect(records(logs({ body: { stringValue: 'x' } }))).toMatchObject([{ timeNs: null }])
    expect(records(logs({ timeUnixNano: T, attributes: [attribute('log.record.uid', '01J9ZQ3')] }))).toMatchObject([{ senderId: 'log.record.uid:01J9ZQ3' }])
  })
})

describe('meaning of spans', () => {
  const own = (rest: object, resource: object[] = [attribute('service.name', 'shop')]): ReturnType<typeof parseRecord> => {
    const value = span(rest) as { resourceSpans: { resource: object }[] }
    if (value.resourceSpans[0]) value.resourceSpans[0].resource = { attributes: resource }
    return parsed(records(value)[0])
  }
  const LINK = { traceId: 'c'.repeat(32), spanId: 'd'.repeat(16) }
  const LINKED = `1-cccccccc-${'c'.repeat(24)}:${'d'.repeat(16)}`

  test('a span link is a cause beside the parent; one to itself or without ids is none', () => {
    const event = own({ links: [LINK, { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }, { traceId: '', spanId: '' }] })
    expect(event.facts?.own?.refs.map(tellRef)).toContain(`span consumed ${LINKED}`)
    expect(event.facts?.own?.refs).toHaveLength(2)
  })

  test('a consumer gets a delivery of its queue for each message that it is linked to', () => {
    const messaging = [
      attribute('messaging.system', 'aws_sqs'),
      attribute('messaging.destination.name', 'orders'),
      attribute('messaging.operation.type', 'process'),
    ]
    const event = own({ kind: 5, attributes: messaging, links: [LINK, { traceId: 'c'.repeat(32), spanId: 'e'.repeat(16) }] })
    expect(event.facts?.more).toMatchObject([{ form: 'delivery', service: { kind: 'queue', name: 'orders' } }, { form: 'delivery' }])
    const keys = event.facts?.more?.map((fact) => fact.key)
    expect(event.facts?.own?.refs.map(tellRef).filter((ref) => ref.startsWith('span parent'))).toEqual(keys?.map((key) => `span parent ${key}`))
    expect(event.facts?.more?.[0]?.refs.map(tellRef)).toEqual([`span self ${keys?.[0]}`, `span consumed ${LINKED}`])
  })

  test.each([
    ['send', 4, 'message produced m-000001'],
    ['publish', 3, 'message produced m-000001'],
    ['settle', 5, undefined],
  ])('the id of a message under %s, also by its older names', (operation, kind, expected) => {
    const event = own({ kind, attributes: [attribute('messaging.operation', operation), attribute('messaging.message_id', 'm-000001')] })
    expect(event.facts?.own?.refs.map(tellRef).find((ref) => ref.startsWith('message'))).toBe(expected)
  })

  test('a function is known by its name, its span by its RequestId, a table by the call', () => {
    const id = '0f1e2d3c-4b5a-4678-8abc-def012345678'
    const lambda = own({ kind: 2, attributes: [attribute('faas.execution', id)] }, [attribute('faas.name', 'checkout')])
    expect(lambda.facts?.own).toMatchObject({ key: `exec:${id}`, form: 'execution', requestId: id, service: { kind: 'function', name: 'checkout' } })
    const call = own({ kind: 3, attributes: [attribute('db.system', 'dynamodb'), { key: 'aws.dynamodb.table_names', value: { arrayValue: { values: [{ stringValue: 'orders' }] } } }] }) // prettier-ignore
    expect(call.facts?.own?.service).toEqual({ kind: 'table', name: 'orders' })
    expect(own({ status: { code: 2 } })).toMatchObject({ severity: 17, facts: { own: { status: 'error' } } })
  })

  test("an id that X-Ray made is shown in X-Ray's form", () => {
    const seconds = Number(BigInt(T) / 1_000_000_000n).toString(16)
    expect(own({ traceId: seconds + 'f'.repeat(24) }).traceId).toBe(`1-${seconds}-${'f'.repeat(24)}`)
  })
})

describe('protobuf', () => {
  /** One record of every kind of field, written by hand from the encoding guide. */
  const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/\s/g, ''), 'hex'))

  test('says what the JSON of the same message says; unknown fields of every wire type are skipped', () => {
    const logRecord = bytes(`09 0000c8a4b62a7b18 10 09 1a 04 496e666f 2a 04 0a 02 6869 32 09 0a 01 6b 12 04 18 ffff 7f 4a 10 ${'ab'.repeat(16)} 52 08 ${'cd'.repeat(8)} f8 01 01 f9 01 0000000000000000 fa 01 01 00 fd 01 00000000`) // prettier-ignore
    const wrap = (tag: number, content: Uint8Array): Uint8Array => Uint8Array.from([tag, content.length, ...content])
    const request = wrap(0x0a, wrap(0x12, wrap(0x12, logRecord)))
    const value = readProtobuf(request, REQUESTS.logs)
    expect(value).toEqual({
      resourceLogs: [
        {
          scopeLogs: [
            {
              logRecords: [
                {
                  timeUnixNano: String(Buffer.from('0000c8a4b62a7b18', 'hex').readBigUInt64LE()),
                  severityNumber: 9,
                  severityText: 'Info',
                  body: { stringValue: 'hi' },
                  attributes: [{ key: 'k', value: { intValue: '2097151' } }],
                  traceId: 'ab'.repeat(16),
                  spanId: 'cd'.repeat(8),
                },
              ],
            },
          ],
        },
      ],
    })
    for (let length = 1; length < request.length; length++)
      expect(() => readProtobuf(request.subarray(0, length), REQUESTS.logs), `cut at ${length}`).toThrow(/byte/)
  })

  /** A field of a length below 2^14 around its content. */
  function field(tag: number, content: Uint8Array): Uint8Array {
    const length = content.length < 128 ? [content.length] : [(content.length & 127) | 128, content.length >> 7]
    return Uint8Array.from([tag, ...length, ...content])
  }
  const withBody = (body: Uint8Array): Uint8Array => field(0x0a, field(0x12, field(0x12, field(0x2a, body))))

  test('a negative integer keeps its sign, a double that JSON lacks its name', () => {
    const bodyOf = (hexText: string): unknown => JSON.parse(JSON.stringify(readProtobuf(withBody(bytes(hexText)), REQUESTS.logs), null, 0)) // prettier-ignore
    expect(JSON.stringify(bodyOf('18 ffffffffffffffffff 01'))).toContain('{"intValue":"-1"}')
    expect(JSON.stringify(bodyOf('21 000000000000f07f'))).toContain('{"doubleValue":"Infinity"}')
  })

  test('lists inside lists are read to a depth and refused beyond it', () => {
    const nested = (depth: number): Uint8Array => (depth === 0 ? bytes('10 01') : field(0x2a, field(0x0a, nested(depth - 1))))
    expect(JSON.stringify(readProtobuf(withBody(nested(20)), REQUESTS.logs))).toContain('boolValue')
    expect(() => readProtobuf(withBody(nested(200)), REQUESTS.logs)).toThrow(/deep/)
  })
})

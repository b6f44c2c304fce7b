/** Real documents of other systems through the door that takes everything: what the files hold is what is understood. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRecord } from '#lib/parse/index'
import { tell } from '#lib/parse/testing'
import { createBodyDecoder } from './http/decode'
import { ProtobufError, readProtobuf } from './otlp/protobuf'
import { REQUESTS } from './otlp/schema'

const SAMPLES = join(import.meta.dirname, '../../../shared/samples')
const hasSamples = process.env.REQUIRE_DATA === '1' || existsSync(SAMPLES)
const NOW_MS = Date.UTC(2026, 10, 22)

function through(body: string): { records: ReturnType<typeof parseRecord>[]; refused: string[] } {
  const decoder = createBodyDecoder({ nowMs: NOW_MS })
  const decoded = [...decoder.push(new TextEncoder().encode(body)), ...decoder.end()]
  const context = { sourceName: 'checkout', receivedNs: BigInt(NOW_MS) * 1_000_000n }
  return {
    records: decoded.flatMap((record) => ('fate' in record ? [] : [parseRecord(record, context)])),
    refused: decoded.flatMap((record) => ('fate' in record ? [record.code] : [])),
  }
}

function files(folder: string): string[] {
  return hasSamples ? readdirSync(join(SAMPLES, folder)).filter((name) => name.endsWith('.json')) : []
}

const text = (folder: string, name: string): string => readFileSync(join(SAMPLES, folder, name), 'utf8')

/** Counted in the files by hand (jq): spans or records of each. */
const COUNTS: Record<string, number> = {
  'otlp/opentelemetry-proto__events.json': 1,
  'otlp/opentelemetry-proto__logs.json': 1,
  'otlp/opentelemetry-proto__trace.json': 1,
  'zipkin/zipkin__envoy.json': 1,
  'zipkin/zipkin__messaging.json': 4,
  'zipkin/zipkin__skew.json': 4,
}

describe.runIf(hasSamples)('samples on /api/v1/ingest', () => {
  test.each(Object.entries(COUNTS))('%s has %d', (file, count) => {
    const { records, refused } = through(readFileSync(join(SAMPLES, file), 'utf8'))
    expect([records.length, refused]).toEqual([count, []])
    expect(records.every(({ record }) => record.format === file.split('/')[0])).toBe(true)
  })

  test.each(files('zipkin'))('zipkin/%s: every span of the array is a span', (name) => {
    const body = text('zipkin', name)
    const { records, refused } = through(body)
    expect(refused).toEqual([])
    expect(records).toHaveLength((JSON.parse(body) as unknown[]).length)
    expect(records.every(({ facts }) => facts?.own?.form === 'span')).toBe(true)
  })

  test.each(files('jaeger'))('jaeger/%s: Jaeger has both its own JSON and OTLP in its fixtures: each span is one', (name) => {
    const body = text('jaeger', name)
    const all = [...body.matchAll(/"startTime(?:UnixNano)?"/g)].length
    const { records, refused } = through(body)
    expect([records.length, refused]).toEqual([all, []])
    expect(records.every(({ facts }) => facts?.own?.form === 'span')).toBe(true)
  })

  test.runIf(hasSamples)('a span that Jaeger keeps with its process inside hangs under its parent', () => {
    const [first, second] = through(text('jaeger', 'jaeger__trace_success.json')).records
    expect(first).toMatchObject({ service: { name: '16af988c443cff37' }, severity: 9 })
    expect(second).toMatchObject({ service: { name: '3c220036602f839e' }, severity: 17 })
    const parent = second?.facts?.own?.refs.find(({ role }) => role === 'parent')?.value
    expect(first?.facts?.own?.refs).toContainEqual({ kind: 'span', role: 'self', value: parent })
  })

  test.each(files('lambda-telemetry-api'))('lambda-telemetry-api/%s is read, or is no JSON in the guide itself', (name) => {
    const body = text('lambda-telemetry-api', name)
    const { records, refused } = through(`[${body}]`)
    expect(records.length + refused.length).toBeGreaterThan(0)
    if (refused.length > 0) expect(() => JSON.parse(body) as unknown).toThrow()
    for (const event of records) {
      const value = JSON.parse(body) as { time?: string; type?: string }
      if (value.type === undefined || value.time === undefined) continue
      expect(event.untimed).toBe(false)
      expect(event.timeNs).toBe(BigInt(Date.parse(value.time)) * 1_000_000n)
    }
  })
})

describe('what only looks like a span', () => {
  const line = { traceId: '5af7183fb1d4cf5f', id: '74280ae0c10d8062', duration: 12, timestamp: 1764000000000 }
  test.each([
    ["a logger's line with traceId, id and duration", { ...line, level: 'info', msg: 'done' }],
    ['the same without words', line],
    ['a short id', { ...line, id: '42', name: 'x' }],
    ['resourceSpans that is no list', { resourceSpans: 'none' }],
    ['data without spans', { data: [{ traceID: 'abc' }] }],
  ])('%s stays a log line', (_, value) => {
    const { records, refused } = through(JSON.stringify(value))
    expect(refused).toEqual([])
    expect(records.map(({ record }) => [record.form, record.format])).toEqual([['log', undefined]])
  })
})

describe('hostile documents', () => {
  const name = fc.constantFrom('traceId', 'spanId', 'attributes', 'key', 'value', 'body', 'resource', 'links', 'kind', 'events', 'status', 'arrayValue', 'values', 'kvlistValue', 'timeUnixNano') // prettier-ignore
  const value = fc.letrec((tie) => ({
    any: fc.oneof({ depthSize: 'small' }, fc.constantFrom(null, 'a'.repeat(32), 'b'.repeat(16), '1764000000000000000', 7, true, -1, '\u0000'), fc.array(tie('any'), { maxLength: 3 }), fc.dictionary(name, tie('any'), { maxKeys: 5 })), // prettier-ignore
  })).any

  test('give one record for each of theirs, whatever stands in it, and never throw', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 4 }), fc.constantFrom('logs', 'spans'), (items, kind) => {
        const scope = kind === 'logs' ? { scopeLogs: [{ logRecords: items }] } : { scopeSpans: [{ spans: items }] }
        const { records, refused } = through(JSON.stringify({ [kind === 'logs' ? 'resourceLogs' : 'resourceSpans']: [scope] }))
        expect(records.length + refused.length).toBe(items.length)
        for (const event of records) expect(JSON.stringify([event.message, event.fields, event.template])).not.toContain('\\u0000')
      }),
      { numRuns: 500 },
    )
  })

  test('bytes that are no protobuf give an error that says where, never another one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('logs' as const, 'traces' as const), (bytes, signal) => {
        try {
          readProtobuf(bytes, REQUESTS[signal])
        } catch (error) {
          expect(error).toBeInstanceOf(ProtobufError)
        }
      }),
      { numRuns: 3000 },
    )
  })
})

describe('the Telemetry API', () => {
  const ID = '6d68ca91-49c9-448d-89b8-7ca3e6dc66aa'
  const one = (type: string, record: unknown): Record<string, unknown> | undefined => {
    const { records } = through(JSON.stringify([{ time: '2022-10-12T00:03:50.000Z', type, record }]))
    return records[0] && tell(records[0])
  }

  test('a line that a function wrote is read as that line, whatever its format', () => {
    expect(one('function', '[INFO] Hello world, I am a function!')).toMatchObject({ message: 'Hello world, I am a function!', severity: 9 })
    expect(one('function', `2022-10-12T00:03:49.990Z\t${ID}\tERROR\tno stock for order=ord-77\n`)).toMatchObject({
      request: ID,
      severity: 17,
      message: 'no stock for order=ord-77',
    })
    expect(one('function', { timestamp: '2022-10-12T00:03:50.000Z', level: 'WARN', function_request_id: ID, message: 'low stock' })).toMatchObject({
      request: ID,
      severity: 13,
      message: 'low stock',
    })
    expect(one('extension', 'sent 3 metrics')).toMatchObject({ message: 'sent 3 metrics' })
  })

  test('the platform marks the execution and what called it', () => {
    const tracing = { spanId: '54565fb41ac79632', type: 'X-Amzn-Trace-Id', value: 'Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1' }
    expect(one('platform.start', { requestId: ID, version: '$LATEST', tracing })).toMatchObject({
      request: ID,
      trace: '1-62e900b2-710d76f009d6e7785905449a',
      marker: { type: 'start' },
      refs: ['span parent 1-62e900b2-710d76f009d6e7785905449a:0efbd19962d95b05'],
    })
    expect(one('platform.report', { requestId: ID, metrics: { durationMs: 693.92 }, status: 'timeout' })).toMatchObject({
      marker: { type: 'report', durationMs: 693.92, status: 'timeout' },
      severity: 17,
    })
    expect(one('platform.logsDropped', { droppedRecords: 123, reason: 'fell behind' })).toMatchObject({ severity: 13 })
  })

  test("an object with other keys is its logger's own line", () => {
    const { records } = through('{"type":"function","record":"x","time":"2022-10-12T00:03:50.000Z","msg":"mine"}')
    expect(records[0]?.message).toBe('mine')
  })
})

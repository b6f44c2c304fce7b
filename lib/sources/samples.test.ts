/** Documents of other systems, and ones that only look like them. What each file of the samples holds is in the table, samples/table.test.ts. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRecord } from '#lib/parse/index'
import { tell } from '#lib/parse/testing'
import { createBodyDecoder } from './http/decode'
import { ProtobufError, readProtobuf } from './otlp/protobuf'
import { OtlpRequest } from './otlp/request'
import { REQUESTS } from './otlp/schema'
import { understand } from './test-understand'

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

const text = (folder: string, name: string): string => readFileSync(join(SAMPLES, folder, name), 'utf8')

/** Entries of all lists called `name`, wherever they stand: what a request says that it holds. */
function entries(value: unknown, name: string): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + entries(item, name), 0)
  if (typeof value !== 'object' || value === null) return 0
  return Object.entries(value).reduce(
    (sum, [key, child]: [string, unknown]) => sum + (key === name && Array.isArray(child) ? child.length : entries(child, name)),
    0,
  )
}

interface Case {
  input: unknown
  /** What another receiver refuses as a whole. */
  expected_error?: unknown
}

const casesOf = (name: string): [string, Case][] => (hasSamples ? Object.entries(JSON.parse(text('otlp', name)) as Record<string, Case>) : [])

describe.runIf(hasSamples)("another receiver's cases, on the door for OTLP", () => {
  const receive = (signal: 'logs' | 'traces', input: unknown): { stored: number; refused: string[] } | 'invalid-body' => {
    const request = new OtlpRequest(signal, 'json', NOW_MS)
    request.push(new TextEncoder().encode(JSON.stringify(input)))
    try {
      const records = [...request.end()]
      const refused = records.flatMap((record) => ('fate' in record ? [record.code] : []))
      return { stored: records.length - refused.length, refused }
    } catch (error) {
      expect(error).toMatchObject({ code: 'invalid-body' })
      return 'invalid-body'
    }
  }

  test.each([
    ...casesOf('fluent-bit__logs.json').map(([name, value]) => ['logs', name, value, 'logRecords'] as const),
    ...casesOf('fluent-bit__opentelemetry__traces.json').map(([name, value]) => ['traces', name, value, 'spans'] as const),
  ])(
    '%s, %s: every entry is stored or refused; a valid one is stored, unless it has no time or one of 1970',
    (signal, _, { input, expected_error: error }, list) => {
      const got = receive(signal, input)
      if (got === 'invalid-body') return expect(error).toBeDefined()
      expect(got.stored + got.refused.length).toBe(entries(input, list))
      if (error === undefined) expect(got.refused.filter((code) => code !== 'timestamp_out_of_range')).toEqual([])
    },
  )

  test('metrics are counted and answered with partial success: 4 points', () => {
    const request = new OtlpRequest('metrics', 'json', NOW_MS)
    request.push(new TextEncoder().encode(text('otlp', 'opentelemetry-proto__metrics.json')))
    expect([...request.end()]).toEqual([])
    expect(request.dataPoints).toBe(4)
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

  test('what a function wrote between the start and the end of an execution belongs to it; before and behind it, to nobody', () => {
    const at = (ms: number, type: string, record: unknown): object => ({ time: new Date(NOW_MS + ms).toISOString(), type, record })
    const array = [
      at(0, 'function', 'loading'),
      at(1, 'platform.start', { requestId: ID }),
      at(2, 'function', 'no stock for order=ord-77'),
      at(3, 'extension', 'sent 3 metrics'),
      at(4, 'platform.runtimeDone', { requestId: ID, status: 'success' }),
      at(5, 'platform.report', { requestId: ID, metrics: { durationMs: 3 } }),
      at(6, 'function', 'freezing'),
    ]
    const decoder = createBodyDecoder({ nowMs: NOW_MS })
    const decoded = [...decoder.push(new TextEncoder().encode(JSON.stringify(array))), ...decoder.end()]
    expect(understand(decoded)).toMatchObject({ ids: [`request ${ID}`], spans: ['2 × event container:sample', 'execution container:sample'] })
  })

  test("an object with other keys is its logger's own line", () => {
    const { records } = through('{"type":"function","record":"x","time":"2022-10-12T00:03:50.000Z","msg":"mine"}')
    expect(records[0]?.message).toBe('mine')
  })
})

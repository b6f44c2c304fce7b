import { describe, expect, test } from 'vitest'
import { decodeJaeger, isJaeger } from '#lib/sources/jaeger/decode'
import { parseRecord } from './index'
import { tellRef } from './testing'

const LATEST = BigInt(Date.UTC(2026, 11, 1)) * 1_000_000n
const TRACE = 'abcdefabcdef1234'

/** As Jaeger's UI downloads it. */
const download = (spans: object[]): Record<string, unknown> => ({
  data: [
    {
      traceID: TRACE,
      spans,
      processes: { p1: { serviceName: 'frontend', tags: [{ key: 'hostname', type: 'string', value: 'h1' }] }, p2: { serviceName: 'orders', tags: [] } },
      warnings: null,
    },
  ],
  total: 0,
})
const span = (spanID: string, rest: object = {}): object => ({
  traceID: TRACE, spanID, operationName: 'GET /', references: [], startTime: 1764000000000000, duration: 1500, tags: [], logs: [], processID: 'p1', ...rest,
}) // prettier-ignore

function read(spans: object[]): ReturnType<typeof parseRecord>[] {
  return [...decodeJaeger(download(spans), { line: 1, latestNs: LATEST })].map((record) => {
    if ('fate' in record) throw new Error(record.message)
    expect(isJaeger(JSON.parse(record.body) as Record<string, unknown>)).toBe(true)
    return parseRecord(record, { sourceName: 'j', receivedNs: LATEST })
  })
}

describe('a Jaeger span', () => {
  test('keeps its process, times in µs, and ids with their zeros', () => {
    const [first, second] = read([span('1f'), span('2e', { processID: 'p2', tags: [{ key: 'error', type: 'bool', value: true }] })])
    expect(first?.facts?.own).toMatchObject({ service: { name: 'frontend' }, name: 'GET /', startNs: 1764000000000000000n, endNs: 1764000000001500000n })
    expect(first?.facts?.own?.refs.map(tellRef)).toEqual(['span self 1-00000000-00000000abcdefabcdef1234:000000000000001f'])
    expect(second).toMatchObject({ severity: 17, service: { name: 'orders' } })
  })

  test('hangs under its first CHILD_OF; FOLLOWS_FROM and further references are causes beside it', () => {
    const reference = (refType: string, spanID: string, traceID = TRACE): object => ({ refType, traceID, spanID })
    const [event] = read([
      span('3', { references: [reference('FOLLOWS_FROM', '1'), reference('CHILD_OF', '2'), reference('CHILD_OF', '4'), reference('CHILD_OF', '5', '99')] }),
    ])
    expect(event?.facts?.own?.refs.map(tellRef).map((ref) => ref.replace(/1-.*(..):0*/, '$1:'))).toEqual([
      'span self 34:3',
      'span parent 34:2',
      'span consumed 34:1',
      'span consumed 34:4',
      'span consumed 99:5',
    ])
  })

  test('that is broken is quarantined alone', () => {
    const found = [...decodeJaeger(download([span('zz'), span('0'), span('1', { startTime: 5 }), span('2')]), { line: 1, latestNs: LATEST })]
    expect(found.map((record) => ('fate' in record ? record.code : record.form))).toEqual(['invalid_span', 'invalid_span', 'timestamp_out_of_range', 'segment'])
  })
})

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseRecord } from './index'
import { tellRef } from './testing'

const SAMPLES = join(import.meta.dirname, '../../../shared/samples/zipkin')
const RECEIVED = 1_790_000_000_000_000_000n

function parse(span: object): ReturnType<typeof parseRecord> {
  return parseRecord(
    { form: 'segment', format: 'zipkin', body: JSON.stringify(span), json: span, timeNs: null, line: 1 },
    { sourceName: 'z', receivedNs: RECEIVED },
  )
}

const refs = (span: object): string[] => parse(span).facts?.own?.refs.map(tellRef) ?? []
const ID = { traceId: '1e223ff1f80f1c69', id: '74280ae0c10d8062', timestamp: 1470150004008761, duration: 5, localEndpoint: { serviceName: 'a' } }
const SELF = '1-00000000-000000001e223ff1f80f1c69:74280ae0c10d8062'

describe('a Zipkin span', () => {
  test('of 64-bit ids is that of the same 128-bit ids', () => {
    expect(refs(ID)).toEqual([`span self ${SELF}`])
    expect(refs({ ...ID, traceId: '0'.repeat(16) + ID.traceId })).toEqual([`span self ${SELF}`])
    expect(refs({ ...ID, parentId: 'bf396325699c84bf' })).toContain('span parent 1-00000000-000000001e223ff1f80f1c69:bf396325699c84bf')
  })

  test('that shares its id: the client calls, the server is called and is what later spans hang under', () => {
    const client = parse({ ...ID, kind: 'CLIENT' })
    const server = parse({ ...ID, kind: 'SERVER', shared: true, parentId: 'bf396325699c84bf' })
    expect(client.facts?.own?.key).not.toBe(server.facts?.own?.key)
    expect(client.facts?.own?.refs.map(tellRef)).toEqual([`span called ${SELF}`])
    // The parent of both counts where the client's half is not recorded (lib/link/match.ts).
    expect(server.facts?.own?.refs.map(tellRef)).toEqual([
      `span self ${SELF}`,
      `span parent ${SELF}`,
      'span parent 1-00000000-000000001e223ff1f80f1c69:bf396325699c84bf',
    ])
    // Annotations that came late, in a piece without kind and time, are the client's.
    expect(refs({ ...ID, timestamp: undefined, duration: undefined })).toEqual([`span called ${SELF}`])
  })

  test('has its times in µs; without a timestamp the first annotation counts, without either the receipt', () => {
    expect(parse(ID).facts?.own).toMatchObject({ startNs: 1470150004008761000n, endNs: 1470150004008766000n })
    const { timestamp: _, ...untimed } = ID
    expect(parse({ ...untimed, annotations: [{ timestamp: 1470150004008763, value: 'sr' }] })).toMatchObject({ untimed: false, timeNs: 1470150004008763000n })
    expect(parse(untimed)).toMatchObject({ untimed: true, timeNs: RECEIVED, facts: { own: { startNs: null, endNs: null } } })
  })

  test('with the tag error has failed', () => {
    expect(parse({ ...ID, tags: { error: 'refused' } })).toMatchObject({ severity: 17, facts: { own: { status: 'error' } } })
    expect(parse({ ...ID, tags: { error: 'false' } })).toMatchObject({ severity: 9 })
  })

  test('that takes a message has its queue between producer and itself', () => {
    const tags = { 'rabbit.queue': 'backend' }
    const event = parse({ ...ID, kind: 'CONSUMER', parentId: '05e3ac9a4f6e3b90', remoteEndpoint: { serviceName: 'rabbitmq' }, tags })
    expect(event.facts?.more).toMatchObject([{ form: 'delivery', service: { kind: 'queue', name: 'backend' } }])
    const key = event.facts?.more?.[0]?.key
    expect(event.facts?.own?.refs.map(tellRef)).toEqual([`span self ${SELF}`, `span parent ${key}`])
    expect(event.facts?.more?.[0]?.refs.map(tellRef)).toContain('span parent 1-00000000-000000001e223ff1f80f1c69:05e3ac9a4f6e3b90')
  })
})

describe.runIf(process.env.REQUIRE_DATA === '1' || existsSync(SAMPLES))('every sample of Zipkin', () => {
  const files = existsSync(SAMPLES) ? readdirSync(SAMPLES).filter((name) => name.endsWith('.json')) : []
  test.each(files)('%s: each span is read, and each parent is among the spans or named', (name) => {
    const spans = JSON.parse(readFileSync(join(SAMPLES, name), 'utf8')) as { traceId: string; id: string; parentId?: string; kind?: string }[]
    expect(spans.length).toBeGreaterThan(0)
    for (const span of spans) {
      const { facts, service } = parse(span)
      expect(facts?.own?.refs.length, JSON.stringify(span)).toBeGreaterThan(0)
      expect(service.kind).toBe('container')
      const own = facts?.own?.refs.map(tellRef).join()
      expect(own).toContain(`:${span.id.padStart(16, '0')}`)
    }
  })
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ParsedEvent, RawRecord } from '#lib/model/event'
import { createParser } from './index'
import { joinParts } from './parts'

const U = '42c183a4-fa29-40a4-9729-d3f14b9aef76'
const LINE = JSON.stringify({ level: 'error', msg: 'no seat', aws_request_id: U, traceId: '1-6ae84300-7f6693a83263b99e9d2db8ce', order: 'A-77123' })
const CONTEXT = { sourceName: 'web', receivedNs: 1_793_606_400_000_000_000n }

function read(bodies: string[], more: Partial<RawRecord> = {}): ParsedEvent[] {
  const parse = joinParts(createParser())
  return bodies.map((body, i) => parse({ form: 'log', body, timeNs: null, line: i + 1, ...more }, CONTEXT))
}

const docker = (log: string, stream = 'stdout'): string => JSON.stringify({ log, stream, time: '2026-11-02T08:00:00Z' })
const cri = (tag: string, text: string): string => `2026-11-02T08:00:00.1Z stdout ${tag} ${text}`
const routed = (log: string, last: boolean): string =>
  JSON.stringify({ log, container_id: 'f1', partial_message: 'true', partial_id: 'dc37', partial_last: String(last) })
const [A, B, C] = [LINE.slice(0, 30), LINE.slice(30, 80), LINE.slice(80)]

describe('a line that was cut is read as a whole, and its parts stay as they came', () => {
  test.each([
    ['docker', [docker(A), docker(B), docker(`${C}\n`)]],
    ['CRI', [cri('P', A), cri('P', B), cri('F', C)]],
    ['FireLens', [routed(A, false), routed(B, false), routed(C, true)]],
  ])('%s', (_, bodies) => {
    const events = read(bodies)
    expect(events.map(({ record }) => record.body)).toEqual(bodies)
    expect(events.map(({ requestId }) => requestId)).toEqual([undefined, undefined, U])
    expect(events[2]).toMatchObject({ message: 'no seat', severity: 17, traceId: '1-6ae84300-7f6693a83263b99e9d2db8ce' })
    expect(events[2]?.fields).toContainEqual({ name: 'order', value: 'A-77123' })
  })
})

test('lines of the other stream between the parts are lines of their own', () => {
  const events = read([docker(A), docker('[WARN] slow\n', 'stderr'), docker(`${LINE.slice(30)}\n`)])
  expect(events.map(({ message, requestId }) => [message, requestId])).toEqual([
    [expect.any(String), undefined],
    ['slow', undefined],
    ['no seat', U],
  ])
})

test('where log groups keep the lines their order is not known: nothing is joined', () => {
  expect(read([docker(A), docker(`${LINE.slice(30)}\n`)], { logGroup: '/ecs/web' }).map(({ requestId }) => requestId)).toEqual([undefined, undefined])
})

test('a line above 1 MB is not held', () => {
  const events = read([...Array.from({ length: 80 }, () => docker('x'.repeat(16_384))), docker('end\n')])
  expect(events.at(-1)?.message.length).toBeLessThanOrEqual(2_000)
})

test('whatever comes: a record gives one event, with its body as it came', () => {
  const body = fc.oneof(
    fc.string(),
    fc.constantFrom(docker(A), docker('\n'), cri('P', A), cri('F', ''), routed(A, false), routed('', true), '{"log":7}', '{"log":"'),
  )
  fc.assert(
    fc.property(fc.array(body, { maxLength: 12 }), (bodies) => {
      expect(read(bodies).map(({ record }) => record.body)).toEqual(bodies)
    }),
  )
})

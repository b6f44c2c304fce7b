import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import { nsToMs } from '#lib/base/time'
import { spanKey } from '#lib/model/keys'
import type { Ref, SpanFact } from '#lib/model/event'
import type { Span } from '#lib/model/span'
import { assembleGroup, mergeSpans, spanFromFact } from './assemble'
import type { LinkEvent } from '#lib/model/link-event'
import { drawEvents, shuffles } from './testing'

const group = (requestId: string): bigint => hash64(spanKey.execution(requestId))
const shown = (span: Span): string =>
  `${nsToMs(span.startNs)}${span.startExact ? '' : '?'}..${span.endNs === null ? 'open' : nsToMs(span.endNs)} ${span.status} ${span.eventCount}`

describe('assembleGroup', () => {
  it('takes START for the start and the latest of END and REPORT for the end, in any order of the events', () => {
    const events = drawEvents(`
      1000 s r1 START
      1010 s r1 hello
      1200 s r1 END
      1201 s r1 REPORT:199.5`)
    for (const order of shuffles(events, 24)) expect(assembleGroup(group('r1'), order).spans.map(shown)).toEqual(['1000..1200 ok 4'])
  })

  it('derives the start from REPORT where START is lost, and calls the first line only the latest possible start', () => {
    expect(assembleGroup(group('r1'), drawEvents('1200 s r1 END\n1200 s r1 REPORT:150')).spans.map(shown)).toEqual(['1050..1200 ok 2'])
    expect(assembleGroup(group('r1'), drawEvents('1010 s r1 a\n1020 s r1 b')).spans.map(shown)).toEqual(['1010?..1020 ok 2'])
  })

  it('leaves an execution open that started and did not end, and fails one with an ERROR line or a time-out', () => {
    expect(assembleGroup(group('r1'), drawEvents('1000 s r1 START\n1010 s r1 a')).spans.map(shown)).toEqual(['1000..open ok 2'])
    expect(assembleGroup(group('r1'), drawEvents('1000 s r1 START\n1010 s r1 !a\n1020 s r1 END')).spans.map(shown)).toEqual(['1000..1020 error 3'])
    expect(assembleGroup(group('r1'), drawEvents('1000 s r1 START\n4000 s r1 TIMEOUT')).spans.map(shown)).toEqual(['1000..4000 error 2'])
  })

  it('makes three executions of three attempts under one RequestId, one of them in the same stream', () => {
    const events = drawEvents(`
      1000 s1 r1 START
      1100 s1 r1 !failed
      1110 s1 r1 END
      61000 s2 r1 START
      61100 s2 r1 !failed
      61110 s2 r1 END
      181000 s1 r1 START
      181100 s1 r1 fine
      181110 s1 r1 END`)
    const ids = new Set<string>()
    for (const order of shuffles(events, 20)) {
      const { spans, spanOf } = assembleGroup(group('r1'), order)
      expect(spans.map(shown).sort()).toEqual(['1000..1110 error 3', '181000..181110 ok 3', '61000..61110 error 3'])
      expect(spanOf.size).toBe(9)
      ids.add(
        spans
          .map((span) => span.id)
          .sort()
          .join(),
      )
    }
    expect(ids.size).toBe(1)
  })

  it('makes one span of the log lines and the X-Ray segment of one RequestId', () => {
    const [line] = drawEvents('1010 s r1 hello')
    if (!line) throw new Error('drawing failed')
    const own: SpanFact = {
      key: spanKey.execution('r1'), form: 'execution', service: { kind: 'container', name: 'cart', assumed: true }, name: 'Cart.get',
      startNs: 1_000_000_000n, endNs: 1_050_000_000n, traceId: 't', requestId: 'r1', refs: [{ kind: 'span', role: 'self', value: 't:1' }],
    } // prettier-ignore
    const segment = { ...line, id: 2n, form: 'segment' as const, facts: { own } }
    const { spans, refs } = assembleGroup(group('r1'), [segment, line])
    expect(spans.map(shown)).toEqual(['1000..1050 ok 1'])
    expect(spans[0]).toMatchObject({ id: group('r1'), name: 'Cart.get', traceId: 't', serviceId: line.serviceId })
    expect(refs.map((ref) => ref.spanId)).toEqual([group('r1')])
  })
})

describe('a request that its access line and a trace report', () => {
  const fact = (over: Partial<SpanFact>): SpanFact => ({
    key: 'gateway:r', form: 'request', service: { kind: 'gateway', name: 'api/prod' }, name: 'GET /orders/{id}', startNs: 1_000_000_000n, endNs: null, refs: [], ...over,
  }) // prettier-ignore
  const [line] = drawEvents('1100 g - x')
  if (!line) throw new Error('drawing failed')
  const group7 = { ...line, groupId: 7n }
  const segment = { ...group7, id: 2n, timeNs: 1_000_000_000n, form: 'segment' as const, facts: { own: fact({}) } }
  const access = (id: bigint, variant?: string): LinkEvent => ({
    ...group7, id, serviceId: 5n, facts: { own: fact({ service: { kind: 'gateway', name: 'api' }, name: 'GET /orders/{orderId}', ...(variant === undefined ? {} : { variant }) }) },
  }) // prettier-ignore

  it("is one span of the log's service and with its name, as requests are that no trace sampled", () => {
    for (const order of [
      [segment, access(3n)],
      [access(3n), segment],
    ])
      // prettier-ignore
      expect(assembleGroup(7n, order).spans).toMatchObject([{ id: 7n, serviceId: 5n, name: 'GET /orders/{orderId}', eventCount: 1 }])
    const stated = [segment, access(3n)].map((event) => ({ ...assembleGroup(7n, [event]).spans[0], id: 7n }) as Span)
    for (const order of shuffles(stated, 4)) expect(order.reduce(mergeSpans)).toMatchObject({ serviceId: 5n, name: 'GET /orders/{orderId}' })
  })

  it('is two where a client chose one id for both, each under its extended id', () => {
    const { spans } = assembleGroup(7n, [segment, access(3n, 'e1'), access(4n, 'e2')])
    expect(spans).toHaveLength(3)
    expect(assembleGroup(7n, [segment, access(3n, 'e1'), access(4n, 'e1')]).spans).toHaveLength(1)
  })
})

describe('mentioned ids', () => {
  it('are dropped where the span says more of them, or a delivery in its lines brought them', () => {
    const [a, b, c] = drawEvents('1000 s r1 a\n1001 s r1 b\n1002 s r1 c')
    if (!a || !b || !c) throw new Error('drawing failed')
    const mention = (value: string): Ref => ({ kind: 'message', role: 'mentioned', value, place: 'here' })
    a.facts = { refs: [mention('sent'), mention('brought'), mention('other')] }
    b.facts = { refs: [{ kind: 'message', role: 'produced', value: 'sent' }] }
    c.facts = { more: [{ key: 'd', form: 'delivery', service: { kind: 'queue', name: 'q' }, name: '', startNs: null, endNs: null, refs: [{ kind: 'message', role: 'consumed', value: 'brought' }] }] } // prettier-ignore
    for (const order of shuffles([a, b, c], 6)) {
      const refs = assembleGroup(group('r1'), order).refs.filter((ref) => ref.spanId === group('r1'))
      expect(refs.map((ref) => `${ref.role} ${ref.value}`).sort()).toEqual(['mentioned other', 'produced sent'])
    }
  })
})

describe('mergeSpans', () => {
  it('gives one result for any order and repetition of statements', () => {
    const fact: SpanFact = { key: 'k', form: 'segment', service: { kind: 'table', name: 't' }, name: '', startNs: null, endNs: null, open: true, refs: [] }
    const event = drawEvents('1000 s - x\n2000 s - y\n3000 s - z')
    const statements = event.map((at, i) =>
      spanFromFact(
        1n,
        { ...fact, name: ['', 'b', 'c'][i] ?? '', endNs: i === 1 ? 9n : null, open: i !== 1, startNs: i === 2 ? 5n : null, attributes: { n: i } },
        at,
      ),
    )
    const results = shuffles([...statements, ...statements], 30).map((order) => order.reduce(mergeSpans))
    for (const result of results) expect(result).toEqual(results[0])
    expect(results[0]).toMatchObject({ startNs: 5n, startExact: true, endNs: 9n, open: false, name: 'b' })
  })
})

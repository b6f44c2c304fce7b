import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import { changeKey, changeOf, joinKey } from '#lib/model/keys'
import type { Span, SpanRef } from '#lib/model/span'
import { valueTerm } from '#lib/model/terms'
import { changeLink, changesAround, wantedBy, type Carrier, type Changed } from './changes'
import { shuffles } from './testing'

const MS = 1_000_000n
const at = (ms: number): bigint => BigInt(ms) * MS
const span = (id: bigint, startMs: number, endMs: number | null, over: Partial<Span> = {}): Span => ({
  id, groupId: id, form: 'execution', serviceId: 7n, name: '', startNs: at(startMs), startExact: true, endNs: endMs === null ? null : at(endMs),
  open: endMs === null, status: 'ok', severity: 9, eventCount: 1, requestId: `r${id}`, traceId: null, attributes: {}, firstEvent: null, ...over,
}) // prettier-ignore

/** Row SAVE20, written in the second from 600,000 ms on. */
const WRITTEN = 600_000
const READER = span(50n, WRITTEN + 15_000, WRITTEN + 15_100)

function changed(image: string[], { keys = ['SAVE20'], writtenMs = WRITTEN } = {}): Changed {
  const value = changeKey({ writtenNs: at(writtenMs), keys, image })
  const ref: SpanRef = {
    kind: 'change',
    role: 'consumed',
    value,
    spanId: 99n,
    joinHash: hash64(joinKey({ kind: 'change', value })),
    event: { timeNs: at(WRITTEN + 15_005), id: 1n },
  }
  return { delivery: span(99n, WRITTEN + 999, WRITTEN + 15_000, { form: 'delivery', requestId: null }), ref }
}

const carrier = (id: bigint, startMs: number, endMs: number | null, ...values: string[]): Carrier => ({
  span: span(id, WRITTEN + startMs, endMs === null ? null : WRITTEN + endMs),
  terms: new Set(values.map((value) => hash64(valueTerm(value)))),
})

function writerOf(change: Changed, ...carriers: Carrier[]): bigint | null {
  const found = shuffles(carriers, 4).map((order) => changeLink(change, order, [READER])?.cause ?? null)
  for (const cause of found) expect(cause).toBe(found[0])
  return found[0] ?? null
}

describe('changeLink', () => {
  it('takes the one execution that was open in the second of the write and carries the row’s key', () => {
    const link = changeLink(changed([]), [carrier(1n, 850, 910, 'SAVE20'), carrier(2n, -9_000, -8_900, 'SAVE20')], [READER])
    expect(link).toMatchObject({ cause: 1n, effect: 99n, tier: 'B', confidence: 0.99, evidence: [{ value: 'SAVE20' }] })
    // Upper and lower case are the same, as in search.
    expect(writerOf(changed([]), carrier(1n, 850, 910, 'save20'))).toBe(1n)
  })

  it('chooses none that was over, not begun or not known to end, none without the key, and none of many', () => {
    expect(writerOf(changed([]), carrier(1n, -300, -100, 'SAVE20'))).toBeNull()
    expect(writerOf(changed([]), carrier(1n, 1_100, 1_300, 'SAVE20'))).toBeNull()
    expect(writerOf(changed([]), carrier(1n, 200, null, 'SAVE20'))).toBeNull()
    expect(writerOf(changed(['81200']), carrier(1n, 200, 300, '81200'))).toBeNull()
    expect(writerOf(changed([], { keys: ['SAVE20', 'DE-BY'] }), carrier(1n, 200, 300, 'SAVE20'))).toBeNull()
    expect(
      writerOf(changed([]), ...Array.from({ length: 70 }, (_, i) => carrier(BigInt(i + 1), i === 0 ? 200 : 1e6, i === 0 ? 300 : 2e6, 'SAVE20'))),
    ).toBeNull()
  })

  it('of several that were open takes the one that carries more of the new row, all that the others carry and something else', () => {
    const reading = carrier(1n, 500, 800, 'SAVE20')
    const writing = carrier(2n, 400, 600, 'SAVE20', '81200')
    expect(writerOf(changed(['81200', 'crt_5f21c7']), reading, writing)).toBe(2n)
    expect(writerOf(changed(['81200', 'crt_5f21c7']), reading, writing, carrier(3n, 100, 300, 'SAVE20', 'crt_5f21c7'))).toBeNull()
    expect(writerOf(changed([]), reading, writing)).toBeNull()
  })

  it('never takes who read the change, nor who began after it was read', () => {
    const same = span(50n, WRITTEN + 400, WRITTEN + 700)
    const read = changed(['81200'])
    const terms = carrier(0n, 0, 0, 'SAVE20', '81200').terms
    expect(changeLink(read, [{ span: same, terms }], [same])).toBeNull()
    expect(changeLink(read, [{ span: span(51n, WRITTEN + 500, WRITTEN + 600), terms }], [same])).toBeNull()
    expect(changeLink(read, [{ span: span(51n, WRITTEN + 300, WRITTEN + 350), terms }], [same])?.cause).toBe(51n)
  })

  it('chooses none where one of the executions around would often be open by chance', () => {
    const around = (n: number, ...values: string[]): Carrier[] =>
      Array.from({ length: n }, (_, i) => carrier(BigInt(10 + i), -40_000 + i * 1_000, -39_900 + i * 1_000, 'SAVE20', ...values))
    const open = carrier(1n, 850, 910, 'SAVE20', '81200')
    expect(writerOf(changed([]), open, ...around(6))).toBe(1n)
    expect(writerOf(changed([]), open, ...around(7))).toBeNull()
    // They don't carry what it carries.
    expect(writerOf(changed(['81200']), open, ...around(30))).toBe(1n)
    expect(writerOf(changed(['81200']), open, ...around(30, '81200'))).toBeNull()
  })

  it('takes a time with a fraction as the moment', () => {
    const exact = changed([], { writtenMs: WRITTEN + 250 })
    expect(writerOf(exact, carrier(1n, 200, 300, 'SAVE20'), carrier(2n, 400, 900, 'SAVE20'))).toBe(1n)
  })
})

describe('what a change waits under', () => {
  it('is its minute, and holds the change', () => {
    const { ref } = changed(['81200', 'a b'])
    expect(changeOf(ref.value)).toEqual({ writtenNs: at(WRITTEN), keys: ['SAVE20'], image: ['81200', 'a b'] })
    expect(ref.joinHash).toBe(hash64(joinKey({ kind: 'change', value: `@${WRITTEN / 60_000}` })))
    expect(wantedBy(changed([], { keys: ['7', 'SAVE20'] })).term).toBe(hash64(valueTerm('SAVE20')))
  })

  it('is found from every execution that may be the writer or one of those around', () => {
    const join = changed([]).ref.joinHash
    for (const startMs of [-61_000, -59_000, 0, 500, 60_900])
      expect(changesAround(span(1n, WRITTEN + startMs, WRITTEN + startMs + 50)), String(startMs)).toContain(join)
    expect(changesAround(span(1n, WRITTEN - 600_000, WRITTEN + 5)).length).toBeLessThanOrEqual(17)
    expect(changesAround(span(1n, WRITTEN - 600_000, WRITTEN + 5))).toContain(join)
    expect(changesAround(READER.form === 'execution' ? { ...READER, form: 'delivery' } : READER)).toEqual([])
  })
})

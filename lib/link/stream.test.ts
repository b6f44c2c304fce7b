import { describe, expect, it } from 'vitest'
import { hash64 } from '#lib/base/hash'
import { spanKey } from '#lib/model/keys'
import { assignStream } from './stream'
import { drawEvents, shuffles } from './testing'

/** `1005:r1` for a line that joined r1's execution, `1005:alone` for one that stands alone. */
function assigned(drawing: string): string[] {
  const events = drawEvents(drawing)
  const names = new Map(events.flatMap((event) => (event.requestId ? [[hash64(spanKey.execution(event.requestId)), event.requestId]] : [])))
  const results = shuffles(events, 12).map((order) =>
    [...assignStream(order)].map(([event, id]) => `${event.timeNs / 1_000_000n}:${names.get(id) ?? (id === event.id ? 'alone' : 'other')}`).sort(),
  )
  for (const result of results) expect(result).toEqual(results[0])
  return results[0] ?? []
}

describe('assignStream', () => {
  it('gives lines without an id to the execution that is open, init lines to the next one, late lines to the last one', () => {
    expect(
      assigned(`
      1000 s - INIT
      1001 s - loading
      1002 s r1 START
      1005 s - work
      1010 s r1 END
      1011 s r1 REPORT:9
      1012 s - flushed
      2002 s r2 START
      2005 s - work`),
    ).toEqual(['1000:r1', '1001:r1', '1005:r1', '1012:r1', '2005:r2'])
  })

  it('starts anew at INIT_START in the middle of a stream', () => {
    expect(assigned('1000 s r1 START\n1010 s r1 TIMEOUT\n1020 s - INIT\n1030 s - loading\n1040 s r2 START')).toEqual(['1020:r2', '1030:r2'])
  })

  it('joins nothing without a START, nor across more than an execution can last', () => {
    expect(assigned('1000 s r1 a\n1001 s - b\n1002 s r2 c')).toEqual(['1001:alone'])
    expect(assigned('1000 s r1 START\n2000000 s - late')).toEqual(['2000000:alone'])
  })

  it('gives lines behind an end to the execution that ends next where its START was lost, and not to the one before', () => {
    expect(
      assigned('1000 s r1 START\n1010 s r1 END\n1011 s r1 REPORT:9\n2000 s - a\n2010 s - b\n2020 s r2 END\n2021 s - late\n3000 s r3 START\n3001 s - c'),
    ).toEqual(['2000:r2', '2010:r2', '2021:r2', '3001:r3'])
    expect(assigned('1000 s r1 START\n1005 s - a\n1010 s r1 REPORT:9\n2000 s - b\n2020 s r2 REPORT:19\n2021 s r1 late')).toEqual(['1005:r1', '2000:r2'])
  })

  it('leaves lines with the execution that was not seen to end, whatever other ids are named', () => {
    expect(assigned('1000 s r1 START\n1005 s - a\n1010 s r2 END\n1015 s - b')).toEqual(['1005:r1', '1015:r1'])
  })

  it('gives waiting lines to an execution of which only the end was kept', () => {
    expect(assigned('1000 s - INIT\n1001 s - a\n1005 s r1 END\n1006 s r1 REPORT:3\n1007 s - late')).toEqual(['1000:r1', '1001:r1', '1007:r1'])
    expect(assigned('1000 s r1 START\n1001 s r1 END\n1900000 s - a\n1900001 s r2 END')).toEqual(['1900000:r2'])
  })
})

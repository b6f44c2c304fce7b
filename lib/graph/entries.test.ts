import { describe, expect, it } from 'vitest'
import { entriesOf, foldLines } from './entries'
import type { SpanLine } from './entries'

const MS = 1_000_000n
let next = 0
const line = (id: string, atMs: number, more: Partial<SpanLine> = {}): SpanLine => ({
  id,
  timeNs: BigInt(atMs) * MS,
  sourceEventId: String(++next).padStart(20, '0'),
  severity: 9,
  spanId: 's',
  writer: 'w',
  facts: null,
  ...more,
})
const ERROR = { severity: 17 }
const any = { facts: { continues: 'any' as const } }
const heads = (lines: SpanLine[]) => Object.fromEntries(entriesOf(lines).continues)

describe('lines that are read as one entry', () => {
  it('are an error, its trace, and the exception that ends it', () => {
    const lines = [
      line('error', 0, ERROR),
      line('traceback', 0, { facts: { continues: 'error', opens: 'trace' } }),
      line('frame', 1, any),
      line('exception', 2, { facts: { continues: 'trace' }, ...ERROR }),
      line('next', 3),
    ]
    expect(heads(lines)).toEqual({ traceback: 'error', frame: 'error', exception: 'error' })
    expect(heads([...lines].reverse())).toEqual({ traceback: 'error', frame: 'error', exception: 'error' })
  })
  it('are the parts of a line that was cut, whatever the last one looks like', () => {
    const part = (more: boolean) => ({ facts: { part: { of: 'stdout', ...(more ? { more: true as const } : {}) } } })
    expect(heads([line('a', 0, part(true)), line('b', 0, part(true)), line('c', 0, part(false)), line('d', 1)])).toEqual({ b: 'a', c: 'a' })
  })
  it('never come from two writers or two spans', () => {
    const lines = [line('error', 0, ERROR), line('elsewhere', 0, { ...any, writer: 'v' }), line('other span', 0, { ...any, spanId: 't' })]
    expect(heads(lines)).toEqual({})
  })
  it('are written within a second of each other', () => {
    expect(heads([line('error', 0, ERROR), line('later', 1_001, any)])).toEqual({})
  })
  it('are no exception named in passing, and no trace under a line that is no error', () => {
    expect(
      heads([line('info', 0), line('named', 1, { facts: { continues: 'trace' } }), line('tb', 2, { facts: { continues: 'error', opens: 'trace' } })]),
    ).toEqual({})
  })
})

describe('lines of one time', () => {
  it('keep the order in which CloudWatch numbers them', () => {
    const lines = ['z', 'm', 'a'].map((id) => line(id, 5))
    expect(entriesOf([...lines].reverse()).lines.map(({ id }) => id)).toEqual(['z', 'm', 'a'])
  })
  it('without a number have what continues behind what it may continue', () => {
    const lines = [line('frame', 5, { ...any, sourceEventId: null }), line('z-error', 5, { ...ERROR, sourceEventId: null })]
    expect(heads(lines)).toEqual({ frame: 'z-error' })
  })
})

describe('entries of an answer', () => {
  it('hold every line once, and stand where their first line stands', () => {
    const events = [
      { id: 'a', continues: null },
      { id: 'b', continues: null },
      { id: 'a2', continues: 'a' },
      { id: 'orphan', continues: 'gone' },
    ]
    expect(foldLines(events).map(({ head, rest }) => [head.id, ...rest.map(({ id }) => id)])).toEqual([['a', 'a2'], ['b'], ['orphan']])
  })
})

import { describe, expect, it } from 'vitest'
import { Stories, type Made, type Site } from './stories'

const span = (id: string, kind: string, start: number, end: number, met?: string): Made => ({ id, kind, start, end, ...(met === undefined ? {} : { met }) })

/** Front requests each make a call `a` and a call `b` to one store; the store's request that ends last goes on to make a call `write`. */
function stories(count: number): { front: Site; store: Site; believed: Map<string, string> } {
  const front = { requests: [] as Made[], calls: [] as Made[] }
  const store = { requests: [] as Made[], calls: [] as Made[] }
  const believed = new Map<string, string>()
  for (let i = 0; i < count; i++) {
    const at = 100 * i
    const endOfA = i % 2 === 0 ? at + 90 : at + 40
    front.requests.push(span(`f${i}`, 'order', at, at + 99))
    front.calls.push(span(`a${i}`, 'a', at + 1, endOfA, `sa${i}`), span(`b${i}`, 'b', at + 2, at + 60, `sb${i}`))
    store.requests.push(span(`sa${i}`, 'put', at + 1, endOfA), span(`sb${i}`, 'put', at + 2, at + 60))
    store.calls.push(span(`w${i}`, 'write', at + 30, at + 35))
    believed
      .set(`a${i}`, `f${i}`)
      .set(`b${i}`, `f${i}`)
      .set(`w${i}`, i % 2 === 0 ? `sa${i}` : `sb${i}`)
  }
  return { front, store, believed }
}

const kinds = (all: Site['calls']): Record<string, string> => Object.fromEntries(all.map(({ id, kind }) => [id, kind]))

describe('what the other processes say of one', () => {
  it('tells which of a story’s requests to a process ends last, and leaves alone the process where each story comes once', () => {
    const { front, store, believed } = stories(4)
    const told = new Stories([front, store], believed)
    expect(kinds(told.tell(store).requests)).toMatchObject({ sa0: 'put, last', sb0: 'put', sa1: 'put', sb1: 'put, last' })
    expect(told.tell(front).requests).toEqual(front.requests)
  })

  it('tells calls with other calls beneath them apart, and keeps the order and times of all', () => {
    const { front, store, believed } = stories(4)
    const { calls } = new Stories([front, store], believed).tell(front)
    expect(new Set(calls.map(({ kind }) => kind))).toEqual(new Set(['a ()', 'a (write)', 'b ()', 'b (write)']))
    expect(kinds(calls)).toMatchObject({ a0: 'a (write)', b0: 'b ()', a1: 'a ()', b1: 'b (write)' })
    expect(new Map(calls.map(({ id, start, end }) => [id, [start, end]]))).toEqual(new Map(front.calls.map(({ id, start, end }) => [id, [start, end]])))
  })

  it('calls odd what hardly any call of a kind has beneath it', () => {
    const { front, store, believed } = stories(200)
    believed.set('w0', 'sa2')
    const told = kinds(new Stories([front, store], believed).tell(front).calls)
    expect(told).toMatchObject({ a0: 'a ()', a2: 'a (odd)', a4: 'a (write)' })
  })

  it('ends where beliefs run in a circle', () => {
    const x: Site = { requests: [span('x', 'put', 0, 9)], calls: [span('xy', 'y', 1, 8, 'y')] }
    const y: Site = { requests: [span('y', 'get', 1, 8)], calls: [span('yx', 'x', 0, 9, 'x')] }
    const told = new Stories(
      [x, y],
      new Map([
        ['xy', 'x'],
        ['yx', 'y'],
      ]),
    )
    expect(told.tell(x).requests).toHaveLength(1)
    expect(told.tell(x).calls).toHaveLength(1)
  })
})

/** Small systems with known causes for the tests: a caller that calls and waits, drawn from a seeded generator. */
import type { CertainLink, LineInput, SpanInput } from './types'

export function seeded(seed: number): () => number {
  let s = seed >>> 0
  return () => {
    s = (s + 0x6d2b79f5) | 0
    let t = Math.imul(s ^ (s >>> 15), 1 | s)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

export const line = (timeMs: number, template: string, values: number[] = []): LineInput => ({ timeMs, template, severity: 9, values })

export const span = (id: string, service: string, lines: LineInput[]): SpanInput => ({ id, service, startMs: null, endMs: null, lines })

export interface Small {
  spans: SpanInput[]
  links: CertainLink[]
}

/**
 * `count` requests to `shop`, `everyMs` apart on average; each asks `stock` and then `price`, some 3 ms later, and waits for both.
 *
 *   shop   |got     |ask        |priced          |done
 *   stock    |look..|
 *   price                 |quote..|
 */
export function shopOf(count: number, everyMs: number, seed = 1): Small {
  const random = seeded(seed)
  const few = (ms: number): number => Math.round(ms * (0.7 + 0.6 * random()))
  const out: Small = { spans: [], links: [] }
  let at = 1_700_000_000_000
  for (let i = 0; i < count; i++) {
    at += Math.round(-everyMs * Math.log(1 - random()))
    const look = at + few(4)
    const looked = look + few(20)
    const ask = looked + few(3)
    const quote = ask + few(5)
    const quoted = quote + few(30)
    const priced = quoted + few(3)
    const order = 1e9 + i
    out.spans.push(
      span(`shop${i}`, 'shop', [line(at, 'got', [order]), line(ask, 'ask'), line(priced, 'priced'), line(priced + few(5), 'done')]),
      span(`stock${i}`, 'stock', [line(look, 'look'), line(looked, 'looked')]),
      span(`price${i}`, 'price', [line(quote, 'quote'), line(quoted, 'quoted')]),
    )
    out.links.push({ effect: `shop${i}`, cause: null }, { effect: `stock${i}`, cause: `shop${i}` }, { effect: `price${i}`, cause: `shop${i}` })
  }
  return out
}

/**
 * The same shop, and for each request a `worker` that its `done` starts over a queue; nothing certain is known of workers, but the order's number
 * stands in their lines. Where `batch` is more than 1, one worker takes so many orders.
 */
export function queueOf(count: number, everyMs: number, batch = 1): Small {
  const random = seeded(5)
  const shop = shopOf(count, everyMs)
  const out: Small = { spans: [...shop.spans], links: [...shop.links] }
  const shops = shop.spans.filter((s) => s.service === 'shop')
  for (let i = 0; i + batch <= shops.length; i += batch) {
    const taken = shops.slice(i, i + batch)
    const sent = Math.max(...taken.map((s) => s.lines[3]?.timeMs ?? 0))
    const at = sent + 60 + Math.round(80 * random())
    const orders = taken.map((s) => s.lines[0]?.values[0] ?? 0)
    out.spans.push(span(`worker${i}`, 'worker', [line(at, 'take'), ...orders.map((order) => line(at + 2, 'work', [order])), line(at + 9, 'worked')]))
    for (const s of taken) out.links.push({ effect: `worker${i}`, cause: s.id })
  }
  return out
}

/**
 * An `entry` starts a `relay`, and that a `notice`, both over queues; nothing certain is known of either, and no values. The relay's clock is ahead, so that
 * it seems to begin after every second notice that it has sent.
 */
export function relayedOf(count: number, everyMs: number): Small {
  const random = seeded(8)
  const out: Small = { spans: [], links: [] }
  let at = 1_700_000_000_000
  for (let i = 0; i < count; i++) {
    at += Math.round(-everyMs * Math.log(1 - random()))
    const relayed = at + 100 + Math.round(600 * random())
    const noticed = relayed + 40 + Math.round(20 * random())
    out.spans.push(
      span(`entry${i}`, 'entry', [line(at, 'entered'), line(at + 4, 'put')]),
      span(`relay${i}`, 'relay', [line(relayed + 50, 'passing on'), line(relayed + 53, 'passed on')]),
      span(`notice${i}`, 'notice', [line(noticed, 'noticed'), line(noticed + 5, 'shown')]),
    )
    out.links.push({ effect: `relay${i}`, cause: `entry${i}` }, { effect: `notice${i}`, cause: `relay${i}` })
  }
  return out
}

export function shuffled<T>(items: readonly T[], seed: number): T[] {
  const random = seeded(seed)
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item)
}

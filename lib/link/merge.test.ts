/** What is stored of a span is merged with what is said later: nothing may hang on what came first (docs/architecture.md). */
import { expect, test } from 'vitest'
import type { SpanFact } from '#lib/model/event'
import type { LinkEvent } from '#lib/model/link-event'
import type { Span } from '#lib/model/span'
import { assembleGroup, mergeSpans, spanFromFact } from './assemble'
import { shuffles } from './testing'

/** mulberry32: one seed, one story. */
function random(seed: number): <T>(...choices: T[]) => T {
  let state = seed
  return (...choices) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return choices[((t ^ (t >>> 14)) >>> 0) % choices.length] as (typeof choices)[number]
  }
}

const GROUP = 7n

function drawFact(pick: ReturnType<typeof random>): SpanFact {
  const endNs = pick(null, null, 40n, 60n)
  return {
    key: 'gateway:r', form: pick('request', 'segment', 'delivery'), service: { kind: 'gateway', name: pick('api', 'api/prod', 'edge') },
    name: pick('', '', 'GET /orders/{id}', 'GET /orders/{orderId}', 'api'), startNs: pick(null, 3n, 5n, 20n), endNs, open: endNs === null && pick(true, false), refs: [],
    status: pick('ok', 'ok', 'error'), requestId: pick(undefined, undefined, 'r1', 'r2'), traceId: pick(undefined, 't1', 't2'),
    attributes: pick<NonNullable<SpanFact['attributes']>>({}, { code: 200 }, { code: 500 }, { code: '200', 'start.uncertain_ms': 1000 }),
  } // prettier-ignore
}

/** An event of the group: a log line or a segment, with or without a fact of its own. */
function drawEvent(pick: ReturnType<typeof random>, n: number): LinkEvent {
  const form = pick('log', 'log', 'segment')
  const own = form === 'segment' || pick(true, false) ? drawFact(pick) : undefined
  return {
    timeNs: pick(9n, 10n, 11n, 30n), id: BigInt(n) - 3n, streamId: 1n, serviceId: pick(1n, 2n), groupId: GROUP, spanId: null, severity: pick(0, 9, 17), form,
    requestId: null, traceId: pick(null, 't3'), sourceEventId: null, sandbox: false,
    facts: { ...(own ? { own } : {}), name: pick('', 'POST /x'), httpStatus: pick(undefined, 200, 502) } as LinkEvent['facts'],
  } // prettier-ignore
}

const spanOf = (events: readonly LinkEvent[]): Span => assembleGroup(GROUP, events).spans[0] as Span

/** All of it, merged two by two in a tree of any form. */
function mergeAny(spans: readonly Span[], pick: ReturnType<typeof random>): Span {
  const left = [...spans]
  while (left.length > 1) {
    const [a] = left.splice(pick(...left.keys()), 1)
    const [b] = left.splice(pick(...left.keys()), 1)
    left.push(mergeSpans(a as Span, b as Span))
  }
  return left[0] as Span
}

const SEEDS = Array.from({ length: 400 }, (_, seed) => seed)

test('statements about one span give one result, in any order, grouping and repetition', () => {
  for (const seed of SEEDS) {
    const pick = random(seed)
    const events = Array.from({ length: pick(2, 3, 4, 5) }, (_, n) => drawEvent(pick, n))
    const others = Array.from({ length: pick(0, 1, 2) }, (_, n) => spanFromFact(GROUP, drawFact(pick), drawEvent(pick, 50 + n)))
    const said = [...events.map((event) => spanOf([event])), ...others]
    const expected = said.reduce(mergeSpans)
    for (let i = 0; i < 6; i++) expect(mergeAny([...said, ...said.slice(0, i)], pick), `seed ${seed}`).toEqual(expected)
    expect(mergeSpans(expected, expected), `seed ${seed}`).toEqual(expected)
  }
})

test('a span that is built again from more of its events loses nothing and keeps nothing of what was stored, however they came', () => {
  for (const seed of SEEDS) {
    const pick = random(1000 + seed)
    const events = Array.from({ length: pick(2, 3, 5, 7) }, (_, n) => drawEvent(pick, n))
    const others = Array.from({ length: pick(0, 1, 2) }, (_, n) => spanFromFact(GROUP, drawFact(pick), drawEvent(pick, 50 + n)))
    const whole = [spanOf(events), ...others].reduce(mergeSpans)
    for (const order of shuffles(events, 3, seed)) {
      const late = pick(0, others.length)
      let stored = [spanOf(order.slice(0, 1)), ...others.slice(late)].reduce(mergeSpans)
      for (let n = 2; n <= order.length; n++) stored = mergeSpans(stored, spanOf(order.slice(0, n)))
      expect([stored, ...others.slice(0, late)].reduce(mergeSpans), `seed ${seed}`).toEqual(whole)
    }
  }
})

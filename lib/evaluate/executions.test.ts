import { describe, expect, test } from 'vitest'
import { ExecutionLinks, type SpanLink } from './executions'
import type { ExecutionNames } from './truth'

/** `checkout`: a Lambda by its request id; `queue:orders`: what carries; `?x`: a span without a name; `@e1`: by the event e1 alone. */
function end(text: string): SpanLink['cause'] {
  const kind = text.startsWith('queue:') ? 'queue' : 'function'
  const [name = '', event] = text.split('@')
  const unnamed = name === '' || name.startsWith('?') || kind === 'queue'
  return { spanId: name === '' ? text : name, requestId: unnamed ? null : name, sourceEventId: event ?? null, kind }
}

/** `a -> b C 0.9 | x 0.05`: cause, effect, tier, confidence, alternatives. */
function linkOf(drawn: string): SpanLink {
  const [main = '', ...others] = drawn.split('|').map((part) => part.trim())
  const [, cause = '', effect = '', tier = '', confidence] = /^(\S+) -> (\S+) (\S) (\S+)$/.exec(main) ?? []
  const alternatives = others.map((other) => ({ spanId: other.split(' ')[0] ?? '', confidence: Number(other.split(' ')[1]) }))
  return { cause: end(cause), effect: end(effect), tier: tier as SpanLink['tier'], confidence: Number(confidence), alternatives }
}

function linked(names: readonly (string | [string, ExecutionNames])[], ...drawn: string[]): string[] {
  const executions = names.map((name): [string, ExecutionNames] => (typeof name === 'string' ? [name, { requestId: name, eventIds: [] }] : name))
  const links = new ExecutionLinks(new Map(executions))
  for (const link of drawn) links.add(linkOf(link))
  return links
    .finish()
    .predicted.map(({ cause, effect, tier, confidence, alternatives }) =>
      [`${cause} -> ${effect} ${tier} ${round(confidence)}`, ...alternatives.map((other) => `${other.cause ?? 'none'} ${round(other.p)}`)].join(' | '),
    )
    .sort()
}
const round = (x: number): number => Math.round(x * 1e6) / 1e6

test('a link between two executions stays as it is, and what it leaves of 1 is for no cause', () => {
  expect(linked(['a', 'b', 'c'], 'a -> b A 1', 'b -> c C 0.9 | a 0.04')).toEqual(['a -> b A 1', 'b -> c C 0.9 | none 0.06 | a 0.04'])
})

describe('what truth doesn’t name is passed through', () => {
  test('with confidences multiplied and the weakest tier', () => {
    expect(linked(['a', 'b'], 'queue:q -> b C 0.9', '?topic -> queue:q A 1', 'a -> ?topic B 0.8')).toEqual(['a -> b C 0.72 | none 0.28'])
  })

  test('in any order of the stream', () => {
    expect(linked(['a', 'b'], 'a -> ?topic B 0.8', '?topic -> queue:q A 1', 'queue:q -> b C 0.9')).toEqual(['a -> b C 0.72 | none 0.28'])
  })

  test('by the better of two ways, to each of several causes', () => {
    expect(linked(['a', 'b', 'c'], 'queue:q -> c A 1', '?s -> c A 1', 'a -> queue:q B 0.7', 'a -> ?s B 0.9', 'b -> queue:q C 0.6')).toEqual([
      'a -> c B 0.9 | none 0.1',
      'b -> c C 0.6 | none 0.4',
    ])
  })

  test('and a queue is no execution although a line of one proves it', () => {
    expect(linked([['a', { requestId: 'a', eventIds: ['e1'] }], 'b', 'c'], 'queue:q@e1 -> b A 1', 'c -> queue:q@e1 A 1')).toEqual(['c -> b A 1'])
  })

  test('alternatives too', () => {
    expect(linked(['a', 'b', 'c'], 'a -> c C 0.9 | queue:q 0.1', 'b -> queue:q A 1', 'b -> queue:q A 1')).toEqual(['a -> c C 0.9 | b 0.1'])
  })

  test('without end in a loop', () => {
    expect(linked(['a'], '?x -> a A 1', '?y -> ?x A 1', '?x -> ?y A 1')).toEqual([])
  })
})

describe('an execution is found', () => {
  const gateway: [string, ExecutionNames] = ['gateway', { requestId: null, eventIds: ['g1', 'g2'] }]

  test('by an event where it has no request id', () => {
    expect(linked([gateway, 'a'], '?span@g2 -> a A 1')).toEqual(['gateway -> a A 1'])
  })

  test('by an event where attempts share the request id, and not at all where none tells', () => {
    const attempts: [string, ExecutionNames][] = [
      ['try1', { requestId: 'r', eventIds: ['e1'] }],
      ['try2', { requestId: 'r', eventIds: ['e2'] }],
    ]
    const attempt = (span: string, event: string | null): SpanLink['effect'] => ({ spanId: span, requestId: 'r', sourceEventId: event, kind: 'function' })
    const links = new ExecutionLinks(new Map([...attempts, ['a', { requestId: 'a', eventIds: [] }]]))
    for (const effect of [attempt('s1', 'e1'), attempt('s2', 'e2'), attempt('s3', null)]) links.add({ ...linkOf('a -> b A 1'), effect })
    expect(links.finish().predicted.map(({ effect }) => effect)).toEqual(['try1', 'try2'])
  })

  test('as one, however many spans it fell into, and never as its own cause', () => {
    const a: [string, ExecutionNames] = ['a', { requestId: 'a', eventIds: ['e1', 'e2'] }]
    expect(linked([a, 'b', 'c'], '@e1 -> @e2 C 0.9', 'c -> @e2 C 0.8', '@e2 -> b A 1')).toEqual(['a -> b A 1', 'c -> a C 0.8 | none 0.2'])
  })
})

test('a shared key is no cause', () => {
  const links = new ExecutionLinks(new Map([['a', { requestId: 'a', eventIds: [] }]]))
  links.add(linkOf('b -> a K 1'))
  expect(links.taken).toBe(0)
  expect(links.finish()).toEqual({ predicted: [], seen: 0 })
})

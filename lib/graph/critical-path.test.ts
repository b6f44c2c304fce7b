import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { criticalPath, type PathLink, type PathSpan } from './critical-path'

/**
 * Spans as bars, one character a nanosecond: `[` to `]` is a span's time, `[` alone one without end; `~` instead of `=` is a carrier's.
 * Links as `a->b`, or `a->b@5` with the moment it was sent.
 */
function draw(lines: string, links: string): { spans: PathSpan[]; links: PathLink[] } {
  const spans = lines
    .trim()
    .split('\n')
    .map((line) => {
      const [, name = '', bar = ''] = /^\s*(\w)\s?\|(.*)$/.exec(line) ?? []
      const start = bar.indexOf('[')
      const end = bar.indexOf(']')
      return { id: BigInt(name.charCodeAt(0)), startNs: BigInt(start), endNs: end < 0 ? null : BigInt(end), carries: bar.includes('~') }
    })
  const parsed = links
    .split(' ')
    .filter(Boolean)
    .map((text) => {
      const [, cause = '', effect = '', sent] = /^(\w)->(\w)(?:@(\d+))?$/.exec(text) ?? []
      return { cause: BigInt(cause.charCodeAt(0)), effect: BigInt(effect.charCodeAt(0)), sentNs: sent === undefined ? null : BigInt(sent) }
    })
  return { spans, links: parsed }
}

/** `a 0-4, b 4-9 wait`. */
function path(lines: string, links: string): string {
  const { spans, links: parsed } = draw(lines, links)
  return criticalPath(spans, parsed)
    .map((piece) => `${String.fromCharCode(Number(piece.spanId))} ${piece.fromNs}-${piece.toNs}${piece.waiting ? ' wait' : ''}`)
    .join(', ')
}

describe('the critical path', () => {
  it('of one span is that span', () => {
    expect(path('a|[====]', '')).toBe('a 0-5')
  })
  it('goes through the calls that a span waited for, and back to it between them', () => {
    expect(
      path(
        `
      a|[==================]
      b|  [====]
      c|         [=====]
      d|         [==]`,
        'a->b a->c a->d',
      ),
    ).toBe('a 0-2, b 2-7, a 7-9, c 9-15, a 15-19')
  })
  it('crosses a queue as waiting, and leaves the producer where it sent', () => {
    expect(
      path(
        `
      a|[=====]
      b|           [===]`,
        'a->b@3',
      ),
    ).toBe('a 0-3, b 3-11 wait, b 11-15')
  })
  it('counts the time on a queue that is a node of its own as waiting', () => {
    expect(
      path(
        `
      a|[=====]
      q|   [~~~~~~~]
      b|           [===]`,
        'a->q@3 q->b',
      ),
    ).toBe('a 0-3, q 3-11 wait, b 11-15')
  })
  it('takes of several causes the one that came last', () => {
    expect(
      path(
        `
      a|[=]
      b| [=======]
      c|[==]
      d|             [=]`,
        'b->d c->d',
      ),
    ).toBe('b 1-9, d 9-13 wait, d 13-15')
  })
  it('passes a cause that began after its effect in no time', () => {
    expect(
      path(
        `
      a|    [==]
      b| [=======]`,
        'a->b',
      ),
    ).toBe('a 1-1, b 1-9')
  })
  it('of spans without end stops at their start', () => {
    expect(
      path(
        `
      a|[
      b|    [`,
        'a->b',
      ),
    ).toBe('a 0-0, b 0-4 wait, b 4-4')
  })
  it('ignores links of spans that are not there, and links of a span with itself', () => {
    expect(path('a|[==]', 'a->a a->z z->a')).toBe('a 0-3')
  })

  const graph = fc
    .array(fc.record({ start: fc.nat(50), length: fc.option(fc.nat(30), { nil: null }), carries: fc.boolean() }), { minLength: 1, maxLength: 12 })
    .chain((spans) =>
      fc.record({
        spans: fc.constant(
          spans.map((span, i) => ({
            id: BigInt(i),
            startNs: BigInt(span.start),
            endNs: span.length === null ? null : BigInt(span.start + span.length),
            carries: span.carries,
          })),
        ),
        links: fc.array(fc.record({ cause: fc.nat(spans.length - 1), effect: fc.nat(spans.length - 1), sent: fc.option(fc.nat(80), { nil: null }) }), {
          maxLength: 30,
        }),
      }),
    )
  const linksOf = (links: { cause: number; effect: number; sent: number | null }[]): PathLink[] =>
    links.map((link) => ({ cause: BigInt(link.cause), effect: BigInt(link.effect), sentNs: link.sent === null ? null : BigInt(link.sent) }))
  it('ends for any graph, cyclic ones too, in order of time without a gap or an overlap', () => {
    fc.assert(
      fc.property(graph, ({ spans, links }) => {
        const pieces = criticalPath(spans, linksOf(links))
        expect(pieces.length).toBeGreaterThan(0)
        pieces.forEach((piece, i) => {
          expect(piece.toNs >= piece.fromNs).toBe(true)
          const next = pieces[i + 1]
          if (next) expect(next.fromNs).toBe(piece.toNs)
        })
        const latest = spans.map((span) => span.endNs ?? span.startNs).reduce((a, b) => (a > b ? a : b))
        expect(pieces.at(-1)?.toNs).toBe(latest)
      }),
      { numRuns: 2000 },
    )
  })
  it('does not depend on the order of spans and links', () => {
    fc.assert(
      fc.property(graph, ({ spans, links }) => {
        const unique = [...new Map(linksOf(links).map((link) => [`${link.cause}/${link.effect}`, link])).values()]
        expect(criticalPath(spans.toReversed(), unique.toReversed())).toEqual(criticalPath(spans, unique))
      }),
    )
  })
})

import { describe, expect, it } from 'vitest'
import { fitModel } from './fit'
import { reachMs, type Model } from './model'
import { scoreWindow } from './score'
import { line, queueOf, relayedOf, shopOf, shuffled, span } from './testing'
import type { CertainLink, LineInput, SpanInput } from './types'

const SHOWN = 0.95

/** Every tenth request was traced. */
function tracedShop(count: number, everyMs: number) {
  const shop = shopOf(count, everyMs)
  const certain = shop.links.filter((link) => Number(link.effect.replace(/\D/g, '')) % 10 === 0)
  const causeOf = new Map(shop.links.map((link) => [link.effect, link.cause]))
  return { ...shop, certain, causeOf }
}

const tenth = (links: readonly CertainLink[]): CertainLink[] => links.filter((l) => Number(l.effect.replace(/\D/g, '')) % 10 === 0)
/** As where a platform logs the start of each execution. */
const started = (spans: readonly SpanInput[]): SpanInput[] => spans.map((s) => ({ ...s, startMs: Math.min(...s.lines.map((l) => l.timeMs)) }))

describe('links without ids', () => {
  it('finds the callers of overlapping requests from the traced tenth', () => {
    const { spans, certain, causeOf } = tracedShop(600, 40)
    const links = scoreWindow(fitModel({ spans, certain }), spans, certain)
    const shown = links.filter((link) => link.confidence >= SHOWN)
    const right = shown.filter((link) => causeOf.get(link.effect) === link.cause)
    expect(right.length / shown.length).toBeGreaterThan(0.97)
    expect(right.length / (0.9 * 1200)).toBeGreaterThan(0.8)
  })

  it('finds most of them with nothing traced at all', () => {
    const { spans, causeOf } = tracedShop(600, 100)
    const links = scoreWindow(fitModel({ spans, certain: [] }), spans)
    const right = links.filter((link) => link.confidence >= 0.5 && causeOf.get(link.effect) === link.cause)
    expect(right.length).toBeGreaterThan(0.8 * 1200)
  })

  it('gives a root no cause at the default threshold', () => {
    const { spans, certain } = tracedShop(600, 40)
    const links = scoreWindow(fitModel({ spans, certain }), spans, certain)
    expect(links.filter((link) => link.effect.startsWith('shop') && link.confidence >= SHOWN)).toEqual([])
  })

  it('says nothing of effects that are certain', () => {
    const { spans, certain } = tracedShop(200, 40)
    const known = new Set(certain.map((link) => link.effect))
    const links = scoreWindow(fitModel({ spans, certain }), spans, certain)
    expect(links.filter((link) => known.has(link.effect))).toEqual([])
  })

  it('never shows an effect that ended before its cause began', () => {
    const { spans, certain } = tracedShop(400, 20)
    const at = new Map(spans.map((s) => [s.id, s.lines.map((l) => l.timeMs)]))
    for (const link of scoreWindow(fitModel({ spans, certain }), spans, certain)) {
      if (link.confidence >= SHOWN) expect(Math.max(...(at.get(link.effect) ?? []))).toBeGreaterThanOrEqual(Math.min(...(at.get(link.cause) ?? [])))
    }
  })

  it('an effect that began before a cause whose start is known is no candidate', () => {
    const { spans, certain } = tracedShop(300, 40)
    const model = fitModel({ spans, certain })
    const late = spans.map((s) =>
      s.service === 'shop' && !certain.some((c) => c.effect === s.id) ? { ...s, startMs: (s.lines[3]?.timeMs ?? 0) + 100, lines: s.lines } : s,
    )
    const shop = new Set(late.filter((s) => s.startMs !== null).map((s) => s.id))
    for (const link of scoreWindow(model, late, certain)) {
      const began = late.find((s) => s.id === link.cause)?.startMs ?? -Infinity
      const effectAt = Math.min(...(spans.find((s) => s.id === link.effect)?.lines.map((l) => l.timeMs) ?? []))
      if (shop.has(link.cause)) expect(effectAt).toBeGreaterThanOrEqual(began - 50)
    }
  })

  it('names its model, evidence and other candidates', () => {
    const { spans, certain } = tracedShop(300, 20)
    const model = fitModel({ spans, certain })
    const links = scoreWindow(model, spans, certain)
    expect(new Set(links.map((link) => link.model))).toEqual(new Set([model.hash]))
    for (const link of links) {
      expect(link.evidence.map((e) => e.kind)).toContain('delay')
      expect(link.alternatives.length).toBeLessThanOrEqual(3)
    }
  })
})

describe('links by values', () => {
  const pairs = (links: readonly { cause: string | null; effect: string }[]): Set<string> => new Set(links.map((l) => `${l.cause} ${l.effect}`))

  it('an effect of which nothing certain is known is found by the value that its story shares', () => {
    const { spans, links } = queueOf(400, 40)
    const certain = links.filter((l) => !l.effect.startsWith('worker') && Number(l.effect.replace(/\D/g, '')) % 10 === 0)
    const truth = pairs(links)
    const workers = scoreWindow(fitModel({ spans, certain }), spans, certain).filter((l) => l.effect.startsWith('worker'))
    const shown = workers.filter((l) => l.confidence >= SHOWN)
    expect(shown.length).toBeGreaterThan(0.9 * 400)
    expect(shown.filter((l) => truth.has(`${l.cause} ${l.effect}`)).length).toBeGreaterThanOrEqual(0.99 * shown.length)
    const byValue = shown.filter((l) => l.tier === 'B')
    expect(byValue.length).toBeGreaterThan(0.8 * shown.length)
    const lineOf = (id: string, line: number | undefined): LineInput | undefined => spans.find((s) => s.id === id)?.lines[line ?? -1]
    for (const { cause, effect, value, rule } of byValue) {
      expect(rule).toBe('shared-value')
      expect(lineOf(effect, value?.effectLine)?.values).toContain(value?.hash)
      expect(lineOf(cause, value?.causeLine)?.values).toContain(value?.hash)
    }
  })

  it('a confidence that nothing could be tested for is marked as borrowed, by model and link', () => {
    const { spans, links } = queueOf(500, 40)
    // Every third order is not named by its worker: these are found by time alone.
    const some = spans.map((s) => (s.service === 'worker' && Number(s.id.slice(6)) % 3 === 0 ? { ...s, lines: s.lines.map((l) => ({ ...l, values: [] })) } : s))
    const certain = links.filter((l) => !l.effect.startsWith('worker') && Number(l.effect.replace(/\D/g, '')) % 10 === 0)
    const model = fitModel({ spans: some, certain })
    expect(Object.keys(model.calibration.borrowed?.kinds ?? {})).toEqual(['worker\ntake'])
    const found = scoreWindow(model, some, certain)
    expect(new Set(found.filter((l) => l.borrowed).map((l) => l.effect.replace(/\d/g, '')))).toEqual(new Set(['worker']))
    expect(found.filter((l) => l.borrowed && l.tier === 'B')).toEqual([])
  })

  it('a value that a hundred spans around carry decides nothing', () => {
    const { spans, links } = queueOf(400, 40)
    const crowded = spans.map((s) => ({ ...s, lines: s.lines.map((l) => ({ ...l, values: l.values.map((v) => Math.floor(v / 50)) })) }))
    const certain = links.filter((l) => !l.effect.startsWith('worker') && Number(l.effect.replace(/\D/g, '')) % 10 === 0)
    expect(scoreWindow(fitModel({ spans: crowded, certain }), crowded, certain).filter((l) => l.tier === 'B')).toEqual([])
  })

  it('a batch of which one cause is certain gets the others, and keeps no link for the certain one', () => {
    const { spans, links } = queueOf(600, 40, 3)
    const truth = pairs(links)
    const certain = links.filter((l, i) => (l.effect.startsWith('worker') ? i % 2 === 0 : Number(l.effect.replace(/\D/g, '')) % 10 === 0))
    const given = pairs(certain)
    const found = scoreWindow(fitModel({ spans, certain }), spans, certain).filter((l) => l.effect.startsWith('worker'))
    const missing = [...truth].filter((pair) => pair.includes(' worker') && !given.has(pair))
    const shown = pairs(found.filter((l) => l.confidence >= SHOWN))
    expect([...shown].filter((pair) => given.has(pair))).toEqual([])
    expect(missing.filter((pair) => shown.has(pair)).length).toBeGreaterThan(0.8 * missing.length)
    expect([...shown].filter((pair) => truth.has(pair)).length).toBeGreaterThan(0.97 * shown.size)
  })
})

describe('the same input gives the same output', () => {
  it('fits the same model from any order of spans, lines and links', () => {
    const { spans, certain } = tracedShop(200, 40)
    const mixed = shuffled(spans, 7).map((s) => ({ ...s, lines: shuffled(s.lines, 3) }))
    expect(fitModel({ spans: mixed, certain: shuffled(certain, 5) })).toEqual(fitModel({ spans, certain }))
  })

  it('scores the same links from any order', () => {
    const { spans, certain } = tracedShop(200, 40)
    const model = fitModel({ spans, certain })
    expect(scoreWindow(model, shuffled(spans, 11), shuffled(certain, 2))).toEqual(scoreWindow(model, spans, certain))
  })

  it('scores the same links with a model that was written and read back', () => {
    const { spans, certain } = tracedShop(200, 40)
    const model = fitModel({ spans, certain })
    const read = JSON.parse(JSON.stringify(model)) as Model
    expect(scoreWindow(read, spans, certain)).toEqual(scoreWindow(model, spans, certain))
  })
})

describe('time', () => {
  it('no effect must have started before its cause could, at any confidence, but for the error of clocks', () => {
    for (const [spans, certain] of [queueOf(300, 30, 3), shopOf(400, 10)].map(({ spans: all, links }) => [started(all), tenth(links)] as const)) {
      const byId = new Map(spans.map((s) => [s.id, s]))
      for (const link of scoreWindow(fitModel({ spans, certain }), spans, certain)) {
        const latestStart = Math.min(...(byId.get(link.effect)?.lines.map((l) => l.timeMs) ?? []))
        expect(latestStart).toBeGreaterThanOrEqual((byId.get(link.cause)?.startMs ?? -Infinity) - 50)
      }
    }
  })
})

describe('clocks that certain links have shown', () => {
  it('where they agree, an effect 20 ms before its cause could have started is no candidate', () => {
    const { spans: all, links } = shopOf(400, 10)
    const spans = started(all)
    const certain = tenth(links)
    const byId = new Map(spans.map((s) => [s.id, s]))
    for (const link of scoreWindow(fitModel({ spans, certain }), spans, certain))
      expect((byId.get(link.effect)?.startMs ?? 0) - (byId.get(link.cause)?.startMs ?? 0)).toBeGreaterThan(-20)
  })

  it('where they are 200 ms apart, effects are still found', () => {
    const { spans: all, links } = shopOf(400, 100)
    const late = started(all).map((s) =>
      s.service === 'shop' ? { ...s, startMs: (s.startMs ?? 0) + 200, lines: s.lines.map((l) => ({ ...l, timeMs: l.timeMs + 200 })) } : s,
    )
    const certain = tenth(links)
    const truth = new Set(links.map((l) => `${l.cause} ${l.effect}`))
    const shown = scoreWindow(fitModel({ spans: late, certain }), late, certain).filter((l) => l.confidence >= SHOWN)
    expect(shown.filter((l) => truth.has(`${l.cause} ${l.effect}`)).length).toBeGreaterThan(0.6 * 800)
  })
})

describe('pairs that people said are wrong', () => {
  it('are no candidates, and what they leave free is taken by others', () => {
    const { spans, certain } = tracedShop(400, 10)
    const model = fitModel({ spans, certain })
    const before = scoreWindow(model, spans, certain)
    // The effect whose cause another one of its kind would have most gladly.
    const kind = (id: string): string => id.replace(/\d/g, '')
    const wish = (link: (typeof before)[number]): number =>
      Math.max(0, ...before.flatMap((rival) => (kind(rival.effect) === kind(link.effect) && rival.effect !== link.effect ? rival.alternatives.filter((o) => o.cause === link.cause).map((o) => o.p) : []))) // prettier-ignore
    const [rejected] = before.filter((link) => link.confidence > 0.5).sort((x, y) => wish(y) - wish(x))
    if (!rejected) throw new Error('nothing was linked')
    const { effect, cause } = rejected
    const after = scoreWindow(model, spans, certain, [{ effect, cause }])
    const says = (links: typeof before, of: string): string[] =>
      links.filter((link) => link.effect === of).flatMap((link) => [link.cause, ...link.alternatives.map((other) => other.cause ?? '')])
    expect(says(before, effect)).toContain(cause)
    expect(says(after, effect)).not.toContain(cause)
    const share = (links: typeof before): number =>
      links.filter((link) => link.effect !== effect && kind(link.effect) === kind(effect)).reduce((sum, link) => sum + (link.cause === cause ? link.confidence : 0) + link.alternatives.reduce((p, o) => p + (o.cause === cause ? o.p : 0), 0), 0) // prettier-ignore
    expect(share(after)).toBeGreaterThan(share(before) + 0.02)
  })
})

describe('what only comes before the sender', () => {
  it('is not taken for the sender where the sender tells more of the effects, but seems to begin too late', () => {
    const { spans } = relayedOf(600, 500)
    const shop = shopOf(300, 400)
    const all = [...spans, ...shop.spans]
    const certain = tenth(shop.links)
    const shown = scoreWindow(fitModel({ spans: all, certain }), all, certain).filter((link) => link.confidence >= SHOWN && link.effect.startsWith('notice'))
    expect(shown.filter((link) => link.cause.startsWith('entry'))).toEqual([])
  })
})

describe('values that everyone has', () => {
  it('10,000 spans that share one placeholder are joined by nothing', () => {
    const placeholder = 4711
    const spans = Array.from({ length: 10_000 }, (_, i) =>
      span(`s${i}`, `service${i % 50}`, [line(1_700_000_000_000 + i * 997, `only ${i % 50}`, [placeholder])]),
    )
    const links = scoreWindow(fitModel({ spans, certain: [] }), spans)
    expect(links.filter((link) => link.confidence >= SHOWN)).toEqual([])
  })

  it('a placeholder in all lines changes no link', () => {
    const { spans, certain } = tracedShop(300, 40)
    const marked = spans.map((s) => ({ ...s, lines: s.lines.map((l) => ({ ...l, values: [...l.values, 4711] })) }))
    const pairs = (of: typeof spans): string[] =>
      scoreWindow(fitModel({ spans: of, certain }), of, certain).map((link) => `${link.cause} ${link.effect} ${link.confidence}`)
    expect(pairs(marked)).toEqual(pairs(spans))
  })
})

describe('reach', () => {
  it('no link is longer than the reach that the model states, and what lies within it suffices to score a cell alone', () => {
    const { spans, certain } = tracedShop(600, 40)
    const model = fitModel({ spans, certain })
    const reach = reachMs(model)
    const at = new Map(spans.map((s) => [s.id, s.lines[0]?.timeMs ?? 0]))
    const times = [...at.values()].sort((a, b) => a - b)
    const [from, to] = [times[600] ?? 0, times[900] ?? 0]
    const inCell = (id: string): boolean => (at.get(id) ?? 0) >= from && (at.get(id) ?? 0) < to
    const near = spans.filter((s) => (at.get(s.id) ?? 0) >= from - 2 * reach && (at.get(s.id) ?? 0) < to + 2 * reach)
    const whole = scoreWindow(model, spans, certain).filter((link) => inCell(link.effect))
    for (const link of whole) expect((at.get(link.effect) ?? 0) - (at.get(link.cause) ?? 0)).toBeLessThanOrEqual(reach)
    const pairs = (links: typeof whole): string[] => links.filter((link) => link.confidence >= SHOWN).map((link) => `${link.cause} ${link.effect}`)
    expect(pairs(scoreWindow(model, near, certain).filter((link) => inCell(link.effect)))).toEqual(pairs(whole))
  })
})

describe('nothing to learn from', () => {
  it('an empty set gives a model, and no links', () => {
    expect(scoreWindow(fitModel({ spans: [], certain: [] }), [])).toEqual([])
  })

  it('a model meets services that it has never seen', () => {
    const { spans, certain } = tracedShop(200, 40)
    const model = fitModel({ spans, certain })
    expect(scoreWindow(model, [span('new', 'other', [line(1_700_000_000_000, 'hello')])])).toEqual([])
  })
})

/** Map, series, lists, causes and links: every number by recount, every row once. */
import { beforeAll, describe, expect, it } from 'vitest'
import { idToHex } from '#lib/base/hash'
import { createTestDatabase } from '#lib/db/test-database'
import type { LinkItem } from '#lib/model/api'
import { getCausality } from './event-causality'
import { eventIdToHex } from './event-items'
import { getFacets } from './get-facets'
import { getMap } from './get-map'
import { getSeries } from './get-series'
import { getTransaction } from './get-transaction'
import { listEvents } from './list-events'
import { listTransactions } from './list-transactions'
import { read } from './read'
import { streamLinks } from './stream-links'
import { DAY_NS, MS, serviceId, spanId, type TestEvent, type TestLink, type TestSpan, type TestTransaction, transactionId, writeStory } from './testing'

const { pool } = await createTestDatabase()
const names = new Map(['one', 'two', 'three', 'unsure', 'sure', 'batch'].map((key) => [idToHex(spanId(key)), key]))
const nowNs = DAY_NS + 10_000_000n * MS

/** mulberry32: one seed, one story. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const KINDS = { api: 'gateway', checkout: 'function', orders: 'queue', payment: 'function', mail: 'external' }
const SERVICES = Object.keys(KINDS) as (keyof typeof KINDS)[]
const COUNT = 60
const spans: TestSpan[] = []
const events: TestEvent[] = []
const links: TestLink[] = []
const transactions: TestTransaction[] = []
const next = random(7)
for (let i = 0; i < COUNT; i++) {
  const length = 1 + Math.floor(next() * 5)
  const keys: string[] = []
  for (let j = 0; j < length; j++) {
    const service = SERVICES[j === 0 ? 0 : Math.floor(next() * SERVICES.length)] ?? 'api'
    // Many begin in the same millisecond: ties are the rule in logs.
    const startMs = Math.floor(i / 3) * 1000 + j * 100 + Math.floor(next() * 3)
    const key = `${i}.${j}`
    keys.push(key)
    spans.push({
      key,
      service,
      kind: KINDS[service],
      startMs,
      endMs: next() < 0.1 ? null : startMs + Math.floor(next() * 500),
      failed: next() < 0.2,
      requestId: `r${key}`,
    })
    for (let k = Math.floor(next() * 3); k > 0; k--) events.push({ span: key, atMs: startMs + k, fields: { order: `o${i}` } })
    if (j > 0) {
      links.push({
        cause: keys[Math.floor(next() * j)] ?? '',
        effect: key,
        tier: ['A', 'A', 'B', 'C'][Math.floor(next() * 4)] ?? 'A',
        confidence: next() < 0.2 ? 0.6 : 0.97,
        ...(next() < 0.8 ? { sentMs: startMs - Math.floor(next() * 50) } : {}),
      })
    }
  }
  transactions.push({ key: `t${i}`, spans: keys })
}
beforeAll(() => writeStory(pool, { spans, events, links, transactions }))

const range = { fromNs: DAY_NS + 3_000n * MS, toNs: DAY_NS + 15_000n * MS }
const isIn = (ms: number): boolean => ms >= 3000 && ms < 15_000
const hex = (service: string): string => idToHex(serviceId(service, KINDS[service as keyof typeof KINDS]))
/** Nearest rank: the smallest value that at least this share does not exceed. */
function rank(values: number[], share: number): number | null {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * values.length) - 1)] ?? null
}
const known = (values: (number | null | undefined)[]): number[] => values.flatMap((value) => value ?? [])

describe('the map', () => {
  const recount = (chosen: (key: string) => boolean) => {
    const started = spans.filter((span) => isIn(span.startMs) && chosen(span.key))
    const nodes = SERVICES.flatMap((service) => {
      const mine = started.filter((span) => span.service === service)
      const lines = events.filter((event) => isIn(event.atMs) && chosen(event.span) && spans.find((span) => span.key === event.span)?.service === service)
      const durations = known(mine.map((span) => (span.endMs === null || span.endMs === undefined ? null : span.endMs - span.startMs)))
      if (mine.length === 0 && lines.length === 0) return []
      const errors = mine.filter((span) => span.failed).length
      return [
        {
          id: hex(service),
          name: service,
          kind: KINDS[service],
          events: lines.length,
          spans: mine.length,
          errors,
          ratePerSecond: mine.length / 12,
          p50Ms: rank(durations, 0.5),
          p95Ms: rank(durations, 0.95),
        },
      ]
    })
    const edges = new Map<string, { count: number; errors: number; delays: number[]; tiers: Record<string, number> }>()
    for (const link of links.filter((candidate) => (candidate.confidence ?? 1) >= 0.95)) {
      const effect = started.find((span) => span.key === link.effect)
      const cause = spans.find((span) => span.key === link.cause)
      if (!effect || !cause) continue
      const key = `${hex(cause.service)}/${hex(effect.service)}`
      const edge = edges.get(key) ?? { count: 0, errors: 0, delays: [], tiers: { A: 0, B: 0, C: 0 } }
      edge.count++
      if (effect.failed) edge.errors++
      if (link.sentMs !== undefined) edge.delays.push(effect.startMs - link.sentMs)
      edge.tiers[link.tier ?? 'A'] = (edge.tiers[link.tier ?? 'A'] ?? 0) + 1
      edges.set(key, edge)
    }
    return { nodes, edges: new Map([...edges].map(([key, { delays, ...edge }]) => [key, { ...edge, p50Ms: rank(delays, 0.5), p95Ms: rank(delays, 0.95) }])) }
  }
  const shown = (map: Awaited<ReturnType<typeof getMap>>) => ({
    nodes: map.nodes.map(({ change: _, before: __, caused: ___, ...node }) => node).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    edges: new Map(map.edges.map(({ source, target, change: _, before: __, tier: ___, ...edge }) => [`${source}/${target}`, edge])),
  })
  const sorted = ({ nodes, edges }: ReturnType<typeof recount>) => ({ nodes: nodes.toSorted((a, b) => (a.name < b.name ? -1 : 1)), edges })

  it('has exactly the numbers of a recount of spans, events and links', async () => {
    const map = await read((db) => getMap(db, { range, compare: null, nowNs }), pool)
    expect(map.edges.length).toBeGreaterThan(8)
    expect(shown(map)).toEqual(sorted(recount(() => true)))
    const started = transactions.filter((transaction) => isIn(spans.find((span) => span.key === transaction.spans[0])?.startMs ?? 0))
    expect(map.transactions.count).toBe(started.length)
  })
  it('with a search counts only the spans of matching transactions', async () => {
    const map = await read((db) => getMap(db, { q: 'order:o10 OR order:o11 OR order:o30', range, compare: null, nowNs }), pool)
    const matching = new Set(events.filter((event) => ['o10', 'o11', 'o30'].includes(event.fields?.['order'] ?? '')).map((event) => event.span.split('.')[0]))
    expect(matching.size).toBeGreaterThan(1)
    expect(shown(map)).toEqual(sorted(recount((key) => matching.has(key.split('.')[0]))))
  })
  it('compares with another range: the same numbers are before as that range has by itself', async () => {
    const earlier = { fromNs: DAY_NS, toNs: DAY_NS + 3_000n * MS }
    const map = await read((db) => getMap(db, { range, compare: earlier, nowNs }), pool)
    const alone = await read((db) => getMap(db, { range: earlier, compare: null, nowNs }), pool)
    for (const node of alone.nodes)
      expect(map.nodes.find((candidate) => candidate.id === node.id)?.before).toMatchObject({ spans: node.spans, p95Ms: node.p95Ms, events: node.events })
    const empty = await read((db) => getMap(db, { range, compare: { fromNs: DAY_NS - 100n, toNs: DAY_NS - 50n }, nowNs }), pool)
    expect(empty.nodes.every((node) => node.change === 'new')).toBe(true)
  })
  it('of an empty range names the nearest data', async () => {
    const map = await read((db) => getMap(db, { range: { fromNs: DAY_NS + 10n ** 14n, toNs: DAY_NS + 2n * 10n ** 14n }, compare: null, nowNs }), pool)
    expect(map.nodes).toEqual([])
    expect(map.nearest).not.toBeNull()
    // There is data in the range, but none that matches: the nearest that does is elsewhere, or nowhere.
    const searched = await read((db) => getMap(db, { q: 'order:o50', range: { fromNs: DAY_NS, toNs: DAY_NS + 5_000n * MS }, compare: null, nowNs }), pool)
    expect(searched.nodes).toEqual([])
    expect(searched.nearest).not.toBeNull()
    expect((await read((db) => getMap(db, { q: 'order:none', range, compare: null, nowNs }), pool)).nearest).toBeNull()
  })
})

describe('paging', () => {
  it('visits each transaction once, newest first, whatever the size of the page', async () => {
    const whole = { fromNs: DAY_NS, toNs: DAY_NS + 10n ** 12n }
    for (const limit of [1, 7, 1000]) {
      const seen: string[] = []
      const starts: string[] = []
      let cursor: string | undefined
      do {
        // Later pages are asked with another range, as a relative one would be: the cursor keeps the first.
        const range = cursor === undefined ? whole : { fromNs: DAY_NS + 5n * 10n ** 9n, toNs: DAY_NS + 6n * 10n ** 9n }
        const page = await read((db) => listTransactions(db, { range, limit, cursor, nowNs }), pool)
        expect(page.items.length).toBeLessThanOrEqual(limit)
        expect(page.total.count).toBe(COUNT)
        seen.push(...page.items.map((item) => item.id))
        starts.push(...page.items.map((item) => item.startTime))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      expect(new Set(seen).size).toBe(COUNT)
      expect(seen).toHaveLength(COUNT)
      expect(starts).toEqual(starts.toSorted().toReversed())
    }
  })
  it('visits each event once', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await read((db) => listEvents(db, { range: { fromNs: DAY_NS, toNs: DAY_NS + 10n ** 12n }, limit: 7, cursor, nowNs }), pool)
      seen.push(...page.items.map((item) => item.id))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(new Set(seen).size).toBe(events.length)
    expect(seen).toHaveLength(events.length)
  })
  it('refuses a cursor that was changed or belongs to another question', async () => {
    const page = await read((db) => listTransactions(db, { range, limit: 1, nowNs }), pool)
    const cursor = page.nextCursor ?? ''
    for (const [q, changed] of [
      ['x', cursor],
      [undefined, cursor.slice(0, -2)],
      [undefined, 'A' + cursor.slice(1)],
      [undefined, ''],
      [undefined, "'; drop table event"],
    ] as const) {
      await expect(read((db) => listTransactions(db, { q, range, limit: 1, cursor: changed, nowNs }), pool)).rejects.toMatchObject({ code: 'invalid-cursor' })
    }
    await expect(read((db) => listEvents(db, { range, limit: 1, cursor, nowNs }), pool)).rejects.toMatchObject({ code: 'invalid-cursor' })
  })
})

describe('series and facets', () => {
  it('count every transaction of the range once', async () => {
    const started = transactions.filter((transaction) => isIn(spans.find((span) => span.key === transaction.spans[0])?.startMs ?? 0)).length
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0)
    for (const by of [undefined, 'status', 'name'] as const) {
      const series = await read((db) => getSeries(db, { range, by, points: 7, nowNs }), pool)
      expect(sum(series.groups.map((group) => sum(group.count)))).toBe(started)
      for (const group of series.groups) expect(group.count).toHaveLength(7)
    }
    const facets = await read((db) => getFacets(db, { range, nowNs }), pool)
    expect(sum(facets.groups.find((group) => group.field === 'status')?.values.map((value) => value.count) ?? [])).toBe(started)
  })
  it('by service count what the map counts', async () => {
    const series = await read((db) => getSeries(db, { range, by: 'service', points: 5, nowNs }), pool)
    const map = await read((db) => getMap(db, { range, compare: null, nowNs }), pool)
    for (const node of map.nodes.filter((candidate) => candidate.spans > 0)) {
      const group = series.groups.find((candidate) => candidate.name === node.name)
      expect(group?.count.reduce((a, b) => a + b, 0)).toBe(node.spans)
      expect(group?.errors.reduce((a, b) => a + b, 0)).toBe(node.errors)
    }
  })
  it('mark the time without any event as a gap, and none else', async () => {
    const series = await read((db) => getSeries(db, { range: { fromNs: DAY_NS - 4_000_000n * MS, toNs: DAY_NS + 4_000_000n * MS }, points: 8, nowNs }), pool)
    expect(series.gaps).toEqual([
      { from: '2026-11-21T22:53:20.000Z', to: '2026-11-22T00:00:00.000Z' },
      { from: '2026-11-22T00:16:40.000Z', to: '2026-11-22T01:06:40.000Z' },
    ])
  })
})

describe('links', () => {
  const collect = async (minConfidence: number, tier?: 'A' | 'B'): Promise<LinkItem[]> => {
    const all: LinkItem[] = []
    for await (const piece of streamLinks({ range: { fromNs: DAY_NS, toNs: DAY_NS + 10n ** 12n }, tier, minConfidence }, pool)) all.push(...piece)
    return all
  }
  it('are all there at the threshold, each once, in order of the effect', async () => {
    const found = await collect(0.95)
    const expected = links.filter((link) => (link.confidence ?? 1) >= 0.95)
    expect(found).toHaveLength(expected.length)
    expect(new Set(found.map((link) => `${link.cause.spanId}/${link.effect.spanId}`)).size).toBe(expected.length)
    // Of what is below, the best of an effect, where nothing of it is shown.
    const below = links.filter(({ effect, confidence = 1 }) => confidence < 0.95 && !expected.some((link) => link.effect === effect))
    expect(below.length).toBeGreaterThan(0)
    expect(await collect(0)).toHaveLength(expected.length + new Set(below.map(({ effect }) => effect)).size)
    expect(await collect(0.95, 'B')).toHaveLength(expected.filter((link) => link.tier === 'B').length)
  })
  it('below the threshold are the best candidate of an effect, and none where one is shown', async () => {
    const start = 50 * 86_400_000
    const effects = ['unsure', 'sure', 'batch']
    const causes = ['one', 'two', 'three']
    await writeStory(pool, {
      spans: [...causes, ...effects].map((key, i) => ({ key, service: 'checkout', startMs: start + i })),
      links: [
        { cause: 'one', effect: 'unsure', tier: 'C', confidence: 0.3 },
        { cause: 'two', effect: 'unsure', tier: 'B', confidence: 0.5 },
        { cause: 'one', effect: 'sure' },
        { cause: 'two', effect: 'sure', tier: 'B', confidence: 0.01 },
        { cause: 'three', effect: 'sure', tier: 'K' },
        { cause: 'one', effect: 'batch', tier: 'C', confidence: 0.96 },
        { cause: 'two', effect: 'batch', tier: 'C', confidence: 0.97 },
      ],
    })
    const fromNs = DAY_NS + BigInt(start) * MS
    const found: string[] = []
    for await (const piece of streamLinks({ range: { fromNs, toNs: fromNs + 1000n * MS }, tier: undefined, minConfidence: 0 }, pool))
      for (const { cause, effect, tier } of piece) found.push(`${names.get(cause.spanId)} ${tier} ${names.get(effect.spanId)}`)
    expect(found.toSorted()).toEqual(['one A sure', 'one C batch', 'three K sure', 'two B unsure', 'two C batch'])
  })
  it('stream in pieces, more than one of which need not fit into memory', async () => {
    await pool.query(`insert into span (id, group_id, form, service_id, name, start_ns, start_exact, open, failed, severity, event_count, attributes)
      select n, n, 0, 0, '', ${DAY_NS + 20n * 86_400_000n * MS} + n / 3, true, false, false, 9, 0, '{}' from generate_series(1, 5001) as n`)
    await pool.query(`insert into link (effect, cause, kind, tier, rule, confidence, evidence, alternatives)
      select n + 1, n, 'invokes', 'A', 'test', 1, '[]', '[]' from generate_series(1, 5000) as n`)
    const pieces: number[] = []
    const seen = new Set<string>()
    for await (const piece of streamLinks(
      { range: { fromNs: DAY_NS + 19n * 86_400_000n * MS, toNs: DAY_NS + 21n * 86_400_000n * MS }, tier: undefined, minConfidence: 0.95 },
      pool,
    )) {
      pieces.push(piece.length)
      for (const link of piece) seen.add(link.effect.spanId)
    }
    expect(seen.size).toBe(5000)
    expect(pieces).toEqual([2000, 2000, 1000])
  })
})

describe('causes and effects', () => {
  it('come with their distance, through a cycle too', async () => {
    const start = 30 * 86_400_000
    const ring = ['c1', 'c2', 'c3', 'c4']
    await writeStory(pool, {
      spans: ring.map((key, i) => ({ key, service: 'checkout', startMs: start + i * 10, endMs: start + i * 10 + 5 })),
      events: [],
      links: ring.map((key, i) => ({ cause: key, effect: ring[(i + 1) % 4] ?? '', sentMs: start + i * 10 })),
      transactions: [{ key: 'ring', spans: ring }],
    })
    await pool.query(
      `insert into event (time_ns, id, batch_id, source_id, stream_id, service_id, group_id, span_id, severity, form, body, terms)
       values ($1, 99, 1, 0, 0, $2, $3, $3, 9, 0, 'x', '{}')`,
      [DAY_NS + BigInt(start + 11) * MS, serviceId('checkout'), spanId('c2')],
    )
    const id = eventIdToHex(DAY_NS + BigInt(start + 11) * MS, 99n)
    const causes = await read((db) => getCausality(db, id, 'causes'), pool)
    expect(causes?.items.map((item) => [item.depth, item.effect.spanId])).toEqual(
      [1, 2, 3, 4].map((depth) => [depth, idToHex(spanId(ring[(6 - depth) % 4] ?? ''))]),
    )
    const effects = await read((db) => getCausality(db, id, 'effects'), pool)
    expect(effects?.items.map((item) => item.depth)).toEqual([1, 2, 3, 4])
    expect(await read((db) => getCausality(db, '0'.repeat(32), 'causes'), pool)).toBeNull()
    const found = await read((db) => getTransaction(db, idToHex(transactionId('ring')), nowNs), pool)
    expect(found.type).toBe('found')
  })
})

describe('a transaction', () => {
  it('has its spans, the links between them, and its events in order of time', async () => {
    const story = transactions.find((transaction) => transaction.spans.length >= 4)
    const found = await read((db) => getTransaction(db, idToHex(transactionId(story?.key ?? '')), nowNs), pool)
    if (found.type !== 'found') throw new Error('it is not found')
    const { transaction } = found
    expect(transaction.spans.map((span) => span.id).toSorted()).toEqual(story?.spans.map((key) => idToHex(spanId(key))).toSorted())
    expect(transaction.links).toHaveLength(links.filter((link) => story?.spans.includes(link.effect)).length)
    expect(transaction.events.map((event) => event.timeNs)).toEqual(transaction.events.map((event) => event.timeNs).toSorted())
    expect(transaction.events).toHaveLength(events.filter((event) => story?.spans.includes(event.span)).length)
    expect(transaction.criticalPath.length).toBeGreaterThan(0)
  })
  it('that became part of another one leads there; the id of a span leads nowhere', async () => {
    await pool.query('insert into former_transaction (id, root_span) values (77, $1)', [spanId('1.0')])
    expect(await read((db) => getTransaction(db, idToHex(77n), nowNs), pool)).toEqual({ type: 'moved', id: idToHex(transactionId('t1')) })
    expect(await read((db) => getTransaction(db, idToHex(spanId('1.0')), nowNs), pool)).toEqual({ type: 'unknown' })
    for (const id of ['', 'x', "'", '0'.repeat(16), 'F'.repeat(16), '../..'])
      expect((await read((db) => getTransaction(db, id, nowNs), pool)).type).toBe('unknown')
  })
})

describe('a node whose kind is only assumed', () => {
  it('is the known one of the same name, and a link inside one service is no loop', async () => {
    const start = 45 * 86_400_000
    await writeStory(pool, {
      spans: [
        { key: 'm1', service: 'resize', kind: 'function', startMs: start, endMs: start + 10, requestId: 'm' },
        { key: 'm2', service: 'resize', kind: 'container', assumed: true, startMs: start + 1, endMs: start + 5, requestId: 'm' },
        { key: 'm3', service: 'resize', kind: 'function', startMs: start + 20, endMs: start + 25, requestId: 'n' },
        { key: 'm4', service: 'resize', kind: 'function', startMs: start + 21, endMs: start + 24 },
      ],
      links: [
        { cause: 'm1', effect: 'm2' },
        { cause: 'm2', effect: 'm3' },
        { cause: 'm3', effect: 'm4' },
      ],
    })
    const map = await read(
      (db) => getMap(db, { range: { fromNs: DAY_NS + BigInt(start) * MS, toNs: DAY_NS + BigInt(start + 1000) * MS }, compare: null, nowNs }),
      pool,
    )
    expect(map.nodes.map((node) => [node.name, node.kind, node.spans])).toEqual([['resize', 'function', 4]])
    // All links are counted; only the call from one execution to another is drawn.
    expect(map.edges.map((edge) => [edge.source === edge.target, edge.count])).toEqual([[true, 3]])
    expect(map.loops.map((edge) => [edge.source === edge.target, edge.count])).toEqual([[true, 1]])
  })
})

import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { Pool } from 'pg'
import { beforeAll, describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { shopOf } from '#lib/link/statistical/testing'
import { shuffles } from '#lib/link/testing'
import type { Verdict } from '#lib/model/feedback'
import { loadPending } from '#lib/queries/coverage'
import { read } from '#lib/queries/read'
import { listFeedback } from '#lib/queries/list-feedback'
import { requestRelink } from '#lib/store/linking'
import { giveFeedback } from './link-feedback'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'
import { recordKeys, removeEvents } from './remove'
import { deliver } from './replay'
import { settle } from './settle'
import { requestId, shopLines } from './shop-lines'
import { Statistics } from './statistics'

/** A segment of the function that the call was made from and, inside it, that of the callee: ids that prove the link. */
function tracedCall(cause: string, effect: string, ms: number): string {
  const trace = `1-${Math.floor(ms / 1000).toString(16)}-${'0'.repeat(22)}11`
  const segment = (id: string, name: string, request: string, parent?: string): object => ({
    Id: id,
    Document: JSON.stringify({
      id,
      name,
      trace_id: trace,
      start_time: ms / 1000,
      end_time: ms / 1000 + 1,
      origin: 'AWS::Lambda::Function',
      aws: { request_id: requestId(request) },
      ...(parent === undefined ? {} : { parent_id: parent }),
    }),
  })
  return JSON.stringify({ Id: trace, Segments: [segment('aaaaaaaaaaaaaaa1', 'shop', cause), segment('aaaaaaaaaaaaaaa2', 'stock', effect, 'aaaaaaaaaaaaaaa1')] })
}

/** All that a user sees of links, and the events' places; not when it was made, nor what was before. */
async function rows(pool: Pool): Promise<unknown[]> {
  const tables = [
    'select * from span order by id',
    'select * from link order by effect, cause',
    'select * from transaction order by id',
    'select * from transaction_span order by 1, 2',
    'select time_ns, id, group_id, span_id from event order by 1, 2',
  ]
  return Promise.all(tables.map(async (query) => (await pool.query(query)).rows))
}

async function relinkAll(pool: Pool): Promise<void> {
  await requestRelink(pool)
  await settle(pool)
}

interface ModelLinkRow {
  cause: string
  effect: string
  confidence: number
  rule: string
}

async function modelLinks(pool: Pool): Promise<ModelLinkRow[]> {
  const { rows: found } = await pool.query<ModelLinkRow>(
    `select c.request_id as cause, e.request_id as effect, confidence, rule from link join span c on c.id = cause join span e on e.id = effect
     where model is not null order by 2, 1`,
  )
  return found
}

async function pending(pool: Pool): Promise<number> {
  return (await read((db) => loadPending(db), pool)).events
}

async function pieceByPiece(pool: Pool, lines: readonly string[], size: number): Promise<void> {
  for (let at = 0; at < lines.length; at += size) {
    await deliver(pool, lines.slice(at, at + size))
    await settle(pool)
  }
}

/** The model of one store in another that has none yet, and no wish for another. */
async function giveModel(from: Pool, to: Pool): Promise<void> {
  const { rows: models } = await from.query<Record<string, unknown>>('select * from link_model join linking on version = model_version')
  const model = models[0] ?? {}
  const columns = ['version', 'hash', 'fitted_at', 'ranges', 'events', 'spans', 'labels', 'cell_ns', 'reach_ns', 'content', 'rule_health']
  const values = columns.map((name) => (['ranges', 'content', 'rule_health'].includes(name) ? JSON.stringify(model[name]) : model[name]))
  await to.query(`insert into link_model (${columns.join(', ')}) values (${columns.map((_, i) => `$${i + 1}`).join(', ')})`, values)
  // Short cells, so that there are many and calls cross from one into the next.
  await to.query('update link_model set cell_ns = 4000000000, reach_ns = 3000000000')
  await to.query('update linking set model_version = $1, fitted_events = 1000000, fitted_segments = 1000000', [model['version']])
}

/** A pool that breaks its connection at the nth query from now, as a kill would. */
function breaking(pool: Pool, after: number): Pool {
  let left = after
  const broken = (): Promise<never> => Promise.reject(new Error('killed'))
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(object, name) {
        const value: unknown = Reflect.get(object, name)
        if (typeof value !== 'function') return value
        if (name === 'query') return (...args: unknown[]) => (--left < 0 ? broken() : (value.apply(object, args) as unknown))
        if (name === 'connect') return async () => wrap((await value.call(object)) as object)
        return value.bind(object) as unknown
      },
    })
  return wrap(pool)
}

describe('links by a model', async () => {
  const { pool } = await createTestDatabase()
  const lines = shopLines(250)

  beforeAll(async () => {
    await deliver(pool, lines)
    await settle(pool)
  }, 120_000)

  it('stand for nearly every call that nothing proves, each with its model, and most of them are right', async () => {
    const links = await modelLinks(pool)
    const truth = new Map(shopOf(250, 120).links.map(({ effect, cause }) => [requestId(effect), cause === null ? null : requestId(cause)]))
    const shown = links.filter((link) => link.confidence >= 0.95)
    expect(shown.length).toBeGreaterThan(200)
    expect(shown.filter((link) => truth.get(link.effect) === link.cause).length / shown.length).toBeGreaterThan(0.95)
    const { rows: models } = await pool.query<{ hash: string; n: bigint }>('select model as hash, count(*) as n from link where model is not null group by 1')
    expect(models).toEqual([{ hash: (await pool.query<{ hash: string }>('select hash from link_model')).rows[0]?.hash, n: BigInt(links.length) }])
  })

  it('leave nothing pending', async () => {
    expect(await pending(pool)).toBe(0)
  })

  it('are those of an empty store fed the same events, after a relink, whatever the order and the pieces they came in', async () => {
    await relinkAll(pool)
    for (const [i, order] of shuffles(lines, 2).entries()) {
      const other = await createTestDatabase()
      await pieceByPiece(other.pool, order, 700 + 300 * i)
      await relinkAll(other.pool)
      expect(await rows(other.pool), `order ${i}`).toEqual(await rows(pool))
    }
  }, 240_000)

  it('are the same for any order with a given model, over many cells', async () => {
    const whole = await createTestDatabase()
    await giveModel(pool, whole.pool)
    await deliver(whole.pool, lines)
    await settle(whole.pool)
    expect((await modelLinks(whole.pool)).length).toBeGreaterThan(200)
    expect(Number((await whole.pool.query<{ n: bigint }>('select count(*) as n from link_cell')).rows[0]?.n)).toBeGreaterThan(5)
    for (const [i, order] of shuffles(lines, 2, 11).entries()) {
      const other = await createTestDatabase()
      await giveModel(pool, other.pool)
      await pieceByPiece(other.pool, order, 450 - 200 * i)
      expect(await rows(other.pool), `order ${i}`).toEqual(await rows(whole.pool))
    }
  }, 240_000)

  it('are as if what was taken out again had never come', async () => {
    const [whole, other] = [await createTestDatabase(), await createTestDatabase()]
    for (const each of [whole, other]) await giveModel(pool, each.pool)
    const stays = lines.filter((line) => !line.includes('logGroup":"/aws/lambda/price'))
    const goes = lines.filter((line) => !stays.includes(line))
    await deliver(whole.pool, stays)
    await settle(whole.pool)
    await deliver(other.pool, lines)
    await settle(other.pool)
    const body = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(goes.join('\n'))
    }
    expect(await removeEvents(await recordKeys(body(), { name: 'test', kind: 'http' }), other.pool)).toBe(goes.length)
    await settle(other.pool)
    expect(await rows(other.pool)).toEqual(await rows(whole.pool))
  }, 240_000)

  it('end the same when rounds are killed on the way', async () => {
    const [whole, other] = [await createTestDatabase(), await createTestDatabase()]
    for (const each of [whole, other]) {
      await giveModel(pool, each.pool)
      await deliver(each.pool, lines)
    }
    await settle(whole.pool)
    await deliver(other.pool, lines)
    for (let after = 1; after < 80; after += 3) {
      const victim = breaking(other.pool, after)
      await linkRound(victim).catch(() => {})
      await new Statistics(victim, { quietMs: 0 }).step().catch(() => {})
    }
    await settle(other.pool)
    expect(await rows(other.pool)).toEqual(await rows(whole.pool))
  }, 240_000)
})

describe('what comes late', async () => {
  const { pool } = await createTestDatabase()
  const lines = shopLines(200)
  const early = lines.filter((line) => !line.includes(requestId('stock100')))

  beforeAll(async () => {
    await deliver(pool, early)
    await settle(pool)
  }, 120_000)

  it('opens the cells around it again, and is linked', async () => {
    expect((await modelLinks(pool)).some((link) => link.effect === requestId('stock100'))).toBe(false)
    const late = lines.filter((line) => line.includes(requestId('stock100')))
    await deliver(pool, late)
    while ((await linkRound(pool)) > 0);
    expect(await pending(pool)).toBeGreaterThan(late.length)
    await settle(pool)
    expect(await pending(pool)).toBe(0)
    expect(await modelLinks(pool)).toContainEqual(expect.objectContaining({ cause: requestId('shop100'), effect: requestId('stock100') }))
  })

  it('proves by an id what was inferred: the exact link stands at once in place of the other, which is kept in the history', async () => {
    const { rows: before } = await pool.query<{ model: string }>(`select model from link join span e on e.id = effect where e.request_id = $1`, [
      requestId('stock50'),
    ])
    expect(before.length).toBeGreaterThan(0)
    const ms = shopOf(200, 120).spans.find((span) => span.id === 'shop50')?.lines[0]?.timeMs ?? 0
    await deliver(pool, [tracedCall('shop50', 'stock50', ms)])
    while ((await linkRound(pool)) > 0);
    const after = `select tier, c.request_id as cause from link join span e on e.id = effect join span c on c.id = cause where e.request_id = $1`
    expect((await pool.query(after, [requestId('stock50')])).rows).toEqual([{ tier: 'A', cause: requestId('shop50') }])
    const { rows: history } = await pool.query(
      `select reason, tier, model from link_history join span e on e.id = effect where e.request_id = $1 order by ended_at`,
      [requestId('stock50')],
    )
    expect(history.at(-1)).toEqual({ reason: 'exact', tier: 'C', model: before[0]?.model })
    await settle(pool)
    expect((await pool.query(after, [requestId('stock50')])).rows).toEqual([{ tier: 'A', cause: requestId('shop50') }])
  })
})

describe('what people say of links', async () => {
  const { pool } = await createTestDatabase()
  const spanOf = new Map<string, bigint>()

  beforeAll(async () => {
    await deliver(pool, shopLines(200))
    await settle(pool)
    const { rows: spans } = await pool.query<{ id: bigint; request_id: string }>('select id, request_id from span')
    for (const { id, request_id } of spans) spanOf.set(request_id, id)
  }, 120_000)

  const id = (span: string): bigint => spanOf.get(requestId(span)) ?? 0n
  const say = (verdict: Verdict, effect: string, cause: string, instead?: string): ReturnType<typeof giveFeedback> =>
    giveFeedback(pool, { effect: id(effect), cause: id(cause), verdict, alternative: instead === undefined ? null : id(instead) }, null)
  const causesOf = async (effect: string): Promise<string[]> =>
    (await modelLinks(pool)).filter((link) => link.effect === requestId(effect)).map((link) => `${link.cause} ${link.rule}`)

  it('a rejected pair is never linked, at once, when its cell is scored again, and after a relink', async () => {
    expect(await causesOf('stock30')).toEqual([`${requestId('shop30')} call-site`])
    expect(await say('reject', 'stock30', 'shop30')).toBe('kept')
    expect(await causesOf('stock30')).toEqual([])
    for (const again of [settle, relinkAll]) {
      await again(pool)
      expect((await causesOf('stock30')).filter((cause) => cause.startsWith(requestId('shop30')))).toEqual([])
    }
  })

  it('an undone word leaves the links as they were without it', async () => {
    expect(await say('undo', 'stock30', 'shop30')).toBe('kept')
    await settle(pool)
    expect(await causesOf('stock30')).toEqual([`${requestId('shop30')} call-site`])
  })

  it('a confirmed link is shown as such, for certain, and is a label when a model is fitted', async () => {
    const labels = async (): Promise<bigint | undefined> =>
      (await pool.query<{ labels: bigint }>('select labels from link_model order by version desc limit 1')).rows[0]?.labels
    expect(await say('confirm', 'price40', 'shop40')).toBe('kept')
    expect(await causesOf('price40')).toEqual([`${requestId('shop40')} confirmed`])
    const before = await labels()
    await relinkAll(pool)
    expect(await labels()).toBe((before ?? 0n) + 1n)
    expect((await modelLinks(pool)).find((link) => link.effect === requestId('price40'))).toMatchObject({ rule: 'confirmed', confidence: 1 })
  })

  it('a picked cause stands in place of the one that was shown', async () => {
    expect(await say('pick', 'stock60', 'shop60', 'shop61')).toBe('kept')
    expect(await causesOf('stock60')).toEqual([`${requestId('shop61')} confirmed`])
    await relinkAll(pool)
    expect(await causesOf('stock60')).toEqual([`${requestId('shop61')} confirmed`])
  })

  it('nothing is said of what does not exist', async () => {
    expect(await say('reject', 'stock61', 'price3')).toBe('unknown')
    expect(await say('confirm', 'stock61', 'nobody')).toBe('unknown')
  })

  it('every word is kept, in order', async () => {
    const list = await read((db) => listFeedback(db, 10), pool)
    expect(list.items.map((item) => `${item.verdict} ${item.effect.service} ${item.cause.service}`)).toEqual([
      'pick stock shop',
      'confirm price shop',
      'undo stock shop',
      'reject stock shop',
    ])
  })
})

const TRAIN = resolve(import.meta.dirname, '../../../shared/data/trainticket-a')
const present = existsSync(resolve(TRAIN, 'logs.ndjson.gz'))
if (!present && process.env.REQUIRE_DATA === '1') throw new Error(`REQUIRE_DATA=1, but ${TRAIN} is missing`)

interface Truth {
  requestId: string
  parent: string | null
  sampled: boolean
}

describe.skipIf(!present)('Train Ticket by all tiers', async () => {
  const { pool } = await createTestDatabase()
  beforeAll(async () => {
    for (const name of ['logs.ndjson.gz', 'xray.ndjson.gz'])
      await ingestStream(createReadStream(resolve(TRAIN, name)), { sourceName: name, sourceKind: 'file', gzip: false }, pool)
    await settle(pool)
  }, 240_000)

  it('of the executions that no trace shows, links at the default threshold are right to 0.99 and hold 0.95 of the true ones', async () => {
    const links = (await modelLinks(pool)).filter((link) => link.confidence >= 0.95)
    const truth = gunzipSync(readFileSync(resolve(TRAIN, 'truth.ndjson.gz')))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Truth)
      .filter((row) => !row.sampled)
    const parent = new Map(truth.map((row) => [row.requestId, row.parent]))
    const shown = links.filter((link) => parent.has(link.effect))
    const right = shown.filter((link) => parent.get(link.effect) === link.cause).length
    expect(right / shown.length).toBeGreaterThan(0.99)
    expect(right / truth.filter((row) => row.parent !== null).length).toBeGreaterThan(0.95)
  })
})

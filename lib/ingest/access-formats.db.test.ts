import type { Pool } from 'pg'
import { describe, expect, it } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { compileUserFormat, listAccessFormats, loadAccessFormats, newestLines } from '#lib/queries/access-formats'
import { read } from '#lib/queries/read'
import { tryAccessFormat } from '#lib/queries/try-access-format'
import { deleteAccessFormat, saveAccessFormat } from '#lib/store/access-formats'
import { accessFormatsOf } from './access-formats'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'

const T0 = Date.UTC(2026, 10, 1, 12)
const FORMAT = '$context.requestId|$context.routeKey|$context.status|$context.requestTimeEpoch|$context.responseLatency|$context.integration.requestId'
const GATEWAY = 'ec916a63-56d0-4458-ac8e-18e39e0467a7'
const FUNCTION = 'fbd8cc1b-3b70-4b69-9d76-becb20d3cf45'
const LINE = `${GATEWAY}|POST /orders|201|${T0}|26|${FUNCTION}`

const event = (logGroup: string, ms: number, message: string): string => JSON.stringify({ logGroup, logStream: 's', timestamp: T0 + ms, message })

async function send(pool: Pool, lines: string[]): Promise<void> {
  const body = Buffer.from(lines.join('\n'))
  await ingestStream((async function* () { yield body })(), { sourceName: 'test', sourceKind: 'http', gzip: false }, pool) // prettier-ignore
  while ((await linkRound(pool)) > 0);
}

describe('access-log formats of users', async () => {
  const { pool } = await createTestDatabase()

  it('reads what comes after it was saved, links it to the function that the format names, and forgets it', async () => {
    await saveAccessFormat(pool, '/team/*', FORMAT, T0)
    await accessFormatsOf(pool, T0)
    await send(pool, [
      event('/team/gw', 27, LINE),
      event('/aws/lambda/orders', 2, `START RequestId: ${FUNCTION} Version: 1\n`),
      event('/aws/lambda/orders', 20, `END RequestId: ${FUNCTION}\n`),
    ])
    const { rows } = await pool.query(
      `select c.name, s.kind, e.request_id, l.tier from link l join span c on c.id = l.cause join service s on s.id = c.service_id join span e on e.id = l.effect`,
    )
    expect(rows).toEqual([{ name: 'POST /orders', kind: 'gateway', request_id: FUNCTION, tier: 'A' }])
    expect(await deleteAccessFormat(pool, '/team/*')).toBe(true)
    expect(await deleteAccessFormat(pool, '/team/*')).toBe(false)
    expect((await accessFormatsOf(pool, Date.now() + 5_000)).of('/team/gw')).toBeNull()
  })

  it('joins a line of nothing but ids and a status to the function, exactly, and leaves lines of another form as they are', async () => {
    const called = 'aaaabbbb-cc1b-4b70-8b69-9d76becb20d3'
    await saveAccessFormat(pool, '/bare/*', '$context.requestId $context.status $context.integration.requestId', T0)
    await accessFormatsOf(pool, Date.now() + 7_000)
    const own = '11112222-56d0-4458-8c8e-18e39e0467a7'
    await send(pool, [
      event('/bare/gw', 1_030, `${own} 200 ${called}`),
      event('/bare/gw', 1_031, 'not such a line'),
      event('/aws/lambda/orders', 1_002, `START RequestId: ${called} Version: 1\n`),
      event('/aws/lambda/orders', 1_020, `END RequestId: ${called}\n`),
    ])
    const { rows } = await pool.query<{ name: string; service: string; request_id: string; tier: string }>(
      `select c.name, v.name as service, e.request_id, l.tier from link l join span c on c.id = l.cause join service v on v.id = c.service_id
       join span e on e.id = l.effect where e.request_id = $1`,
      [called],
    )
    expect(rows).toEqual([{ name: '', service: 'gw', request_id: called, tier: 'A' }])
    const other = await pool.query<{ facts: unknown }>(`select facts from event where body = 'not such a line'`)
    expect(other.rows).toEqual([{ facts: null }])
    await deleteAccessFormat(pool, '/bare/*')
  })

  it('is tried on the newest stored lines of the groups that fit, with what it understands and what not', async () => {
    await send(pool, [event('/team/gw', 40, 'another form'), event('/other', 50, LINE)])
    const lines = await read((db) => newestLines(db, '/team/*', 10), pool)
    expect(lines).toEqual([
      { line: 'another form', group: '/team/gw' },
      { line: LINE, group: '/team/gw' },
    ])
    const told = tryAccessFormat(FORMAT, lines, BigInt(T0) * 1_000_000n)
    expect(told.map((line) => [line.understood, line.message, line.durationMs])).toEqual([
      [false, 'another form', null],
      [true, 'POST /orders 201', 26],
    ])
    expect(told[1]?.ids).toContainEqual({ kind: 'request', role: 'called', value: FUNCTION })
  })

  it('is kept under its pattern once, listed with its variables, and refused in words where it can’t be compiled', async () => {
    await saveAccessFormat(pool, '/team/*', '$context.requestId', T0)
    await saveAccessFormat(pool, '/team/*', FORMAT, T0)
    expect((await read(listAccessFormats, pool)).items.map((item) => [item.pattern, item.kind, item.variables.length])).toEqual([['/team/*', 'api-gateway', 6]])
    expect((await read(loadAccessFormats, pool)).of('/team/gw')?.variables[0]).toBe('requestId')
    expect(() => compileUserFormat('$context.a$context.b')).toThrow('Between a and b stands nothing')
  })

  it('is looked at again after a second, and compiled again only where it changed', async () => {
    const first = await accessFormatsOf(pool, T0 + 10_000)
    expect(await accessFormatsOf(pool, T0 + 10_500)).toBe(first)
    expect(await accessFormatsOf(pool, T0 + 12_000)).toBe(first)
    await saveAccessFormat(pool, '/team/*', '$context.status $context.requestId', T0)
    expect((await accessFormatsOf(pool, T0 + 14_000)).of('/team/x')?.variables).toEqual(['status', 'requestId'])
  })
})

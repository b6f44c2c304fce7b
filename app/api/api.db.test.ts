/** The routes as Next calls them, on a real Postgres filled through the real import: contract, statuses, hostile input. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { endPool } from '#lib/db/pool'
import { createTestDatabase } from '#lib/db/test-database'
import { linkRound } from '#lib/ingest/linker'
import { problem, type IngestResult } from '#lib/model/api'
import type { QuarantineList } from '#lib/model/quarantine'
import { contract, type RouteContract } from '#lib/server/contract'
import { openapiDocument } from '#lib/server/openapi'

const { url, pool } = await createTestDatabase()

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>
const FOLDER = import.meta.dirname
const APP = join(FOLDER, '..')
const files = ['api/v1', 'api/v2', 'v1'].flatMap((folder) =>
  readdirSync(join(APP, folder), { recursive: true, encoding: 'utf8' }).flatMap((file) =>
    file.endsWith('route.ts') && !file.includes('[...') ? [`${folder}/${file}`] : [],
  ),
)
const pathOf = (file: string): string => '/' + file.replace(/\/route\.ts$/, '').replace(/\[(\w+)\]/g, '{$1}')

beforeAll(() => {
  process.env.DATABASE_URL = url
})
afterAll(endPool)

/** Calls the route file of a row of the contract, with values for the parts of its path. */
async function call(
  route: RouteContract,
  given: { params?: Record<string, string>; query?: string; init?: RequestInit & { duplex?: 'half' } } = {},
): Promise<Response> {
  const file = route.path.slice(1).replace(/\{(\w+)\}/g, '[$1]')
  const module = (await import(join(APP, file, 'route.ts'))) as Record<string, Handler>
  const handler = module[route.method]
  if (!handler) throw new Error(`${file} has no ${route.method}`)
  return handler(new Request(`http://127.0.0.1${route.path}${given.query ?? ''}`, { method: route.method, ...given.init }), {
    params: Promise.resolve(given.params ?? {}),
  })
}

async function ingest(body: BodyInit | null, options: { headers?: Record<string, string>; query?: string } = {}): Promise<Response> {
  return call(contract.ingest, { query: options.query ?? '?source=test', init: { body, headers: options.headers ?? {}, duplex: 'half' } })
}

const REQUEST = '0f1e2d3c-4b5a-4678-8abc-def012345678'
const START = Date.parse('2026-11-21T10:00:00Z')
const lines = [
  { logGroup: '/aws/lambda/checkout', logStream: 's1', timestamp: START, eventId: '1', message: `START RequestId: ${REQUEST} Version: 1` },
  {
    logGroup: '/aws/lambda/checkout',
    logStream: 's1',
    timestamp: START + 5,
    eventId: '2',
    message: `2026-11-21T10:00:00.005Z\t${REQUEST}\tERROR\t{"msg":"coupon refused","coupon":"SAVE20","orderId":"ord-90317"}`,
  },
  { logGroup: '/aws/lambda/checkout', logStream: 's1', timestamp: START + 9, eventId: '3', message: `END RequestId: ${REQUEST}` },
  {
    logGroup: '/aws/lambda/checkout',
    logStream: 's1',
    timestamp: START + 9,
    eventId: '4',
    message: `REPORT RequestId: ${REQUEST}\tDuration: 9.00 ms\tBilled Duration: 9 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB`,
  },
]
const trace = {
  Id: '1-5f000000-aaaaaaaaaaaaaaaaaaaaaaaa',
  Segments: [
    {
      Id: '1111111111111111',
      Document: JSON.stringify({
        id: '1111111111111111',
        name: 'checkout',
        trace_id: '1-5f000000-aaaaaaaaaaaaaaaaaaaaaaaa',
        origin: 'AWS::Lambda',
        start_time: START / 1000,
        end_time: START / 1000 + 0.01,
        aws: { request_id: REQUEST },
      }),
    },
    {
      Id: '2222222222222222',
      Document: JSON.stringify({
        id: '2222222222222222',
        parent_id: '1111111111111111',
        name: 'payment',
        trace_id: '1-5f000000-aaaaaaaaaaaaaaaaaaaaaaaa',
        origin: 'AWS::Lambda::Function',
        start_time: START / 1000 + 0.002,
        end_time: START / 1000 + 0.008,
      }),
    },
  ],
}
const RANGE = '?from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z'

describe('the contract', () => {
  it('has a row for each method of each route file, and a handler for each row', async () => {
    const found: string[] = []
    for (const file of files) {
      const module = (await import(join(APP, file))) as object
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) if (method in module) found.push(`${method} ${pathOf(file)}`)
    }
    expect(found.toSorted()).toEqual(
      Object.values<RouteContract>(contract)
        .map((route) => `${route.method} ${route.path}`)
        .toSorted(),
    )
  })
  it('is what the OpenAPI document says, with every parameter and every response', () => {
    const document = openapiDocument('1') as {
      paths: Record<string, Record<string, { parameters: { name: string }[]; responses: Record<string, { content?: object }> }>>
    }
    for (const route of Object.values<RouteContract>(contract)) {
      const operation = document.paths[route.path]?.[route.method.toLowerCase()]
      const names = operation?.parameters.map((parameter) => parameter.name) ?? []
      for (const name of Object.keys(route.query.shape)) expect(names).toContain(name)
      expect(operation?.responses[String(route.success ?? 200)]?.content).toBeDefined()
    }
    expect(JSON.stringify(document)).not.toContain('undefined')
  })
})

describe('before anything was imported', () => {
  it('every list is empty and says so in the agreed form', async () => {
    for (const route of [
      contract.status,
      contract.transactions,
      contract.events,
      contract.map,
      contract.series,
      contract.facets,
      contract.fields,
      contract.sources,
    ]) {
      const response = await call(route)
      expect(response.status, route.path).toBe(200)
      expect(() => route.response.parse, route.path).not.toThrow()
      route.response.parse(await response.json())
    }
    const status = contract.status.response.parse(await (await call(contract.status)).json())
    expect(status.data).toBeNull()
  })
})

describe('the answers', () => {
  const stored: IngestResult[] = []
  beforeAll(async () => {
    for (const body of [lines.map((line) => JSON.stringify(line)).join('\n'), gzipSync(JSON.stringify(trace))]) {
      const response = await ingest(body, typeof body === 'string' ? {} : { headers: { 'content-encoding': 'gzip' } })
      expect(response.status).toBe(200)
      stored.push(contract.ingest.response.parse(await response.json()))
    }
    while ((await linkRound(pool)) > 0);
  })

  it('of an import count what it held', () => {
    expect(stored.map(({ received, stored: kept, duplicate }) => [received, kept, duplicate])).toEqual([
      [4, 4, 0],
      [2, 2, 0],
    ])
  })

  it('of every route are in the declared form', async () => {
    const list = contract.transactions.response.parse(await (await call(contract.transactions, { query: RANGE + '&q=ord-90317' })).json())
    expect(list.items).toHaveLength(1)
    const id = list.items[0]?.id ?? ''
    const detail = contract.transaction.response.parse(await (await call(contract.transaction, { params: { id } })).json())
    expect(detail.status).toBe('error')
    expect(detail.spans.length).toBeGreaterThanOrEqual(2)
    expect(detail.links.length).toBeGreaterThanOrEqual(1)
    const line = detail.events.find((event) => event.raw.includes('coupon refused'))
    expect(line?.raw).toBe(lines[1]?.message)
    expect(line?.fields).toContainEqual({ name: 'coupon', value: 'SAVE20' })
    for (const route of [contract.event, contract.eventCauses, contract.eventEffects]) {
      const response = await call(route, { params: { id: line?.id ?? '' } })
      expect(response.status).toBe(200)
      route.response.parse(await response.json())
    }
    const map = contract.map.response.parse(await (await call(contract.map, { query: RANGE + '&compareFrom=-7d' })).json())
    expect(map.edges).toHaveLength(1)
    contract.service.response.parse(await (await call(contract.service, { params: { id: map.nodes[0]?.id ?? '' }, query: RANGE })).json())
    contract.fieldValues.response.parse(await (await call(contract.fieldValues, { params: { name: 'coupon' } })).json())
    for (const route of [contract.status, contract.events, contract.series, contract.facets, contract.fields, contract.sources]) {
      const response = await call(route, { query: route === contract.status || route === contract.fields ? '' : RANGE })
      expect(response.status, route.path).toBe(200)
      expect(response.headers.get('cache-control'), route.path).toBe('private, no-store')
      expect(response.headers.get('x-request-id'), route.path).toMatch(/^[0-9a-f]{16}$/)
      route.response.parse(await response.json())
    }
    const text = await (await call(contract.links)).text()
    const links = text
      .trim()
      .split('\n')
      .map((json) => contract.links.response.parse(JSON.parse(json)))
    expect(text.endsWith('\n')).toBe(true)
    expect(links.some((link) => link.cause.requestId === REQUEST)).toBe(true)
    expect((await call(contract.openapi)).status).toBe(200)
  })

  it('are the same for a second import, which stores nothing', async () => {
    const response = await ingest(lines.map((line) => JSON.stringify(line)).join('\n'))
    expect(await response.json()).toMatchObject({ received: 4, stored: 0, duplicate: 4 })
  })
})

describe('what is asked wrongly', () => {
  const asProblem = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    const body = problem.parse(await response.json())
    expect(body.status).toBe(response.status)
    // The OpenAPI document describes every member that is sent.
    expect(Object.keys(problem.shape)).toEqual(expect.arrayContaining(Object.keys(body)))
    return body
  }
  it.each([
    [contract.transactions, '?limit=0', 'limit'],
    [contract.transactions, '?limit=1001', 'limit'],
    [contract.transactions, '?limit=many', 'limit'],
    [contract.transactions, '?from=yesterday', 'from'],
    [contract.transactions, '?from=now-1M', 'from'],
    [contract.transactions, '?from=now&to=-1h', 'from'],
    [contract.transactions, '?q=(a', 'q'],
    [contract.transactions, '?q=a&q=b', 'q'],
    [contract.transactions, `?q=${'x'.repeat(10_001)}`, 'q'],
    [contract.transactions, '?cursor=zzz', 'cursor'],
    [contract.links, '?minConfidence=2', 'minConfidence'],
    [contract.links, '?tier=Z', 'tier'],
    [contract.map, '?compareFrom=x', 'compareFrom'],
    [contract.series, '?points=0', 'points'],
    [contract.series, '?by=constructor', 'by'],
    [contract.ingest, '?source=%0a', 'source'],
    [contract.ingest, `?source=${'s'.repeat(201)}`, 'source'],
  ])('%#: is a 400 that names the parameter', async (route, query, name) => {
    const body = await asProblem(await call(route, { query, init: route.method === 'POST' ? { body: 'x' } : {} }))
    expect(body.status).toBe(400)
    expect(body.invalidParams?.[0]?.name).toBe(name)
  })
  it('is a 404 where there is nothing of that id, however it is written', async () => {
    for (const id of ['0', '0'.repeat(16), '0'.repeat(32), "' or 1=1 --", '../..', '\0', '\u202e', 'G'.repeat(16)]) {
      for (const route of [contract.transaction, contract.event, contract.eventCauses, contract.eventEffects, contract.service]) {
        expect((await asProblem(await call(route, { params: { id } }))).status, `${route.path} ${id}`).toBe(404)
      }
    }
    expect((await call(contract.fieldValues, { params: { name: '__proto__' } })).status).toBe(200)
  })
  it('is answered by a path that nothing has as a problem too', async () => {
    for (const folder of ['api', 'v1']) {
      const { GET, DELETE } = (await import(join(APP, folder, '[...path]/route.ts'))) as Record<'GET' | 'DELETE', (request: Request) => Response>
      for (const handler of [GET, DELETE]) expect((await asProblem(handler(new Request(`http://127.0.0.1/${folder}/nothing`)))).status).toBe(404)
    }
  })
})

describe('a body', () => {
  it('in another encoding than gzip is a 415, and nothing is stored', async () => {
    for (const encoding of ['br', 'zstd', 'deflate', 'gzip, gzip', 'x'])
      expect((await ingest('a line', { headers: { 'content-encoding': encoding } })).status, encoding).toBe(415)
  })
  it('that is empty, null or an empty array counts nothing', async () => {
    for (const body of [null, '', '\n\n', '[]']) expect(await (await ingest(body)).json(), String(body)).toMatchObject({ received: 0, stored: 0 })
  })
  it('cut off in its gzip keeps what came whole, and says how much', async () => {
    const whole = gzipSync(Array.from({ length: 20_000 }, (_, i) => `{"n":${i},"at":"${(i * 7919) % 100_003}"}`).join('\n'))
    const response = await ingest(whole.subarray(0, whole.length - 2000), { headers: { 'content-encoding': 'gzip' }, query: '?source=cut' })
    expect(response.status).toBe(400)
    const body = (await response.json()) as { code: string; result: IngestResult }
    expect(['truncated-body', 'invalid-encoding']).toContain(body.code)
    expect(body.result.stored).toBeGreaterThan(1000)
    expect(body.result.received).toBe(body.result.stored + body.result.duplicate + body.result.quarantined + body.result.rejected)
  })
  it('that says gzip and is none is a 400', async () => {
    expect((await ingest('plain text', { headers: { 'content-encoding': 'gzip' } })).status).toBe(400)
  })
  it('of lines without a time takes the time of the file', async () => {
    const response = await ingest('a line of an old file', { headers: { 'specter-file-time': '1500000000000' }, query: '?source=old.txt' })
    expect(response.status).toBe(200)
    const list = contract.events.response.parse(await (await call(contract.events, { query: '?from=1499999999999&to=1500000000001' })).json())
    expect(list.items.map((item) => item.time)).toEqual(['2017-07-14T02:40:00.000Z'])
    expect((await ingest('x', { headers: { 'specter-file-time': 'yesterday' } })).status).toBe(400)
  })
})

describe('what could not be understood', () => {
  it('is shown newest first, page by page, with its reason and its text', async () => {
    const broken = ['{"logGroup": "/aws/lambda/broken", "message": ', '{"timestamp": {"a": ', '{"unfinished": [1, 2']
    for (const line of broken) {
      const sent = (await (await ingest(line + '\n', { query: '?source=broken.ndjson' })).json()) as IngestResult
      expect(sent).toMatchObject({ received: 1, quarantined: 1 })
    }
    const first = (await (await call(contract.quarantine, { query: '?source=broken.ndjson&limit=2' })).json()) as QuarantineList
    const next = `?source=broken.ndjson&limit=2&cursor=${first.nextCursor ?? ''}`
    const second = (await (await call(contract.quarantine, { query: next })).json()) as QuarantineList
    expect([...first.items, ...second.items].map((item) => item.text.trim())).toEqual(broken.map((line) => line.trim()).toReversed())
    expect(second.nextCursor).toBeNull()
    expect(first.items[0]).toMatchObject({ source: 'broken.ndjson', line: 1 })
    expect(first.items[0]?.reason.length).toBeGreaterThan(10)
  })
})

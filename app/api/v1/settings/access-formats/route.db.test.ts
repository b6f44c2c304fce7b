import { afterAll, expect, test } from 'vitest'
import { createTestDatabase } from '#lib/db/test-database'
import { endPool } from '#lib/db/pool'
import { ingestStream } from '#lib/ingest/pipeline'
import type { AccessFormatAnswer, AccessFormatList } from '#lib/model/access-formats'
import { DELETE, GET, PUT } from './route'

const { url, pool } = await createTestDatabase()
process.env.DATABASE_URL = url
afterAll(endPool)

const LINE = 'ec916a63-56d0-4458-ac8e-18e39e0467a7 1.2.3.4 "GET /orders" 200 26 fbd8cc1b-3b70-4b69-9d76-becb20d3cf45'
const FORMAT =
  '$context.requestId $context.identity.sourceIp "$context.httpMethod $context.resourcePath" $context.status $context.responseLatency $context.integration.requestId'

async function ask<T>(
  handler: typeof GET,
  method: string,
  { query = '', body }: { query?: string; body?: unknown } = {},
): Promise<{ status: number; answer: T }> {
  const request = new Request(`http://127.0.0.1/api/v1/settings/access-formats${query}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const response = await handler(request, { params: Promise.resolve({}) })
  return { status: response.status, answer: (await response.json()) as T }
}

const list = async (): Promise<AccessFormatList> => (await ask<AccessFormatList>(GET, 'GET')).answer

test('a format is tried without being saved, saved, listed and forgotten', async () => {
  const tried = await ask<AccessFormatAnswer>(PUT, 'PUT', { body: { pattern: '/team/*', format: FORMAT, lines: [LINE, 'other'], save: false } })
  expect(tried).toMatchObject({
    status: 200,
    answer: {
      saved: false,
      kind: 'api-gateway',
      lines: [
        { understood: true, message: 'GET /orders 200' },
        { understood: false, message: 'other' },
      ],
    },
  })
  expect((await list()).items).toEqual([])
  expect((await ask(PUT, 'PUT', { body: { pattern: '/team/*', format: FORMAT } })).status).toBe(200)
  expect((await list()).items.map(({ pattern, variables }) => [pattern, variables.length])).toEqual([['/team/*', 7]])
  expect(await ask(DELETE, 'DELETE', { query: '?pattern=%2Fteam%2F*' })).toEqual({ status: 200, answer: { deleted: true } })
  expect((await ask(DELETE, 'DELETE', { query: '?pattern=%2Fteam%2F*' })).status).toBe(404)
})

test('ids of a line without method and path are shown, a line of another form is not called understood, and an open format says so', async () => {
  const format = '$context.requestId $context.status $context.integration.requestId'
  const own = 'ec916a63-56d0-4458-ac8e-18e39e0467a7'
  const called = 'fbd8cc1b-3b70-4b69-9d76-becb20d3cf45'
  const body = { pattern: '/team/*', format, lines: [`${own} 200 ${called}`, 'not such a line'], save: false }
  const { answer } = await ask<AccessFormatAnswer>(PUT, 'PUT', { body })
  expect(answer.lines.map(({ understood, ids }) => [understood, ids])).toEqual([
    [true, [{ kind: 'request', role: 'self', value: own }, { kind: 'request', role: 'called', value: called }]],
    [false, []],
  ]) // prettier-ignore
  expect(answer.hints).toEqual([])
  const open = await ask<AccessFormatAnswer>(PUT, 'PUT', { body: { ...body, format: '$context.error.message $context.identity.userAgent $context.status' } })
  expect(open.answer.hints).toHaveLength(1)
})

test('without lines it is tried on the newest that are stored', async () => {
  const body = Buffer.from(JSON.stringify({ logGroup: '/team/gw', logStream: 's', timestamp: Date.UTC(2026, 10, 2, 8), message: LINE }))
  await ingestStream((async function* () { yield body })(), { sourceName: 'x', sourceKind: 'http', gzip: false }, pool) // prettier-ignore
  const { answer } = await ask<AccessFormatAnswer>(PUT, 'PUT', { body: { pattern: '/team/*', format: FORMAT, save: false } })
  expect(answer.lines.map(({ understood, ids }) => [understood, ids.map(({ role }) => role)])).toEqual([[true, ['self', 'called']]])
})

test('what cannot be compiled is answered with the reason', async () => {
  const { status, answer } = await ask(PUT, 'PUT', { body: { pattern: '/team/*', format: 'no variable' } })
  expect([status, answer]).toEqual([400, expect.objectContaining({ detail: expect.stringContaining('The format names no variable') as unknown })])
  expect((await ask(PUT, 'PUT', { body: { pattern: '', format: FORMAT } })).status).toBe(400)
})

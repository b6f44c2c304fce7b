/** The product's doors behind an HTTP server for clients that we did not write, and what became of what they sent. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Pool } from 'pg'
import { afterAll, beforeEach } from 'vitest'
import { endPool } from '#lib/db/pool'
import { linkRound } from '#lib/ingest/linker'

const APP = join(import.meta.dirname, '..', 'app')

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>

/** The route file of a path, as Next would call it. */
export async function call(path: string, init: RequestInit): Promise<Response> {
  const { pathname } = new URL(path, 'http://127.0.0.1')
  const { POST } = (await import(join(APP, pathname.slice(1), 'route.ts'))) as { POST: Handler }
  return POST(new Request(new URL(path, 'http://127.0.0.1'), { method: 'POST', ...init }), { params: Promise.resolve({}) })
}

/** Serves the routes on the database of a test file until its end, each test with an empty store; resolves with the address. */
export async function startFront({ url, pool }: { url: string; pool: Pool }): Promise<string> {
  process.env.DATABASE_URL = url
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      void call(request.url ?? '/', { body: Buffer.concat(chunks), headers: request.headers as Record<string, string> }).then(async (answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers))
        response.end(Buffer.from(await answer.arrayBuffer()))
      })
    })
  })
  beforeEach(async () => {
    await pool.query('truncate event, ingest_batch, span, span_ref, link, transaction, transaction_span, former_transaction')
  })
  afterAll(async () => {
    server.close()
    await endPool()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Everything stored is linked; `service operation -rule-> service operation` of tier A, sorted; deliveries have no operation. */
export async function exactLinks(pool: Pool): Promise<string[]> {
  while ((await linkRound(pool)) > 0);
  const { rows } = await pool.query<{ line: string }>(
    `select concat_ws(' ', cs.name, nullif(c.name, ''), '-' || l.rule || '->', es.name, nullif(e.name, '')) as line
     from link l join span c on c.id = l.cause join service cs on cs.id = c.service_id
     join span e on e.id = l.effect join service es on es.id = e.service_id where l.tier = 'A'`,
  )
  return rows.map(({ line }) => line).toSorted()
}

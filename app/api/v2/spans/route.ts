import { ingestStream } from '#lib/ingest/pipeline'
import { contract } from '#lib/server/contract'
import { isGzip, withRoute } from '#lib/server/route'
import { ZipkinRequest } from '#lib/sources/zipkin/request'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Zipkin's senders look at the status alone; here too it comes after the commit. */
export const POST = withRoute(contract.zipkinSpans, async ({ request }) => {
  const gzip = isGzip(request)
  const decoder = new ZipkinRequest(request.headers.get('content-type'), Date.now())
  const body: AsyncIterable<Uint8Array> = request.body ?? emptyBody()
  const result = await ingestStream(body, { sourceName: 'Zipkin', sourceKind: 'zipkin', gzip, decoder, signal: request.signal })
  return new Response(JSON.stringify(result), { status: 202, headers: { 'content-type': 'application/json; charset=utf-8' } })
})

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

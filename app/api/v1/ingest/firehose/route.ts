import { timingSafeEqual, createHash } from 'node:crypto'
import { ingestStream } from '#lib/ingest/pipeline'
import { contract } from '#lib/server/contract'
import { readEnv } from '#lib/server/env'
import { problemOf, SpecterError } from '#lib/server/problem'
import { isGzip, withRoute } from '#lib/server/route'
import { FirehoseRequest } from '#lib/sources/firehose/request'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Only a 200 that repeats the requestId counts as delivered; after anything else but 413 the same request comes again. */
export const POST = withRoute(contract.firehose, async ({ query, request, requestId: ownId }) => {
  const decoder = new FirehoseRequest(Date.now())
  const announced = request.headers.get('x-amz-firehose-request-id')
  try {
    checkKey(request.headers.get('x-amz-firehose-access-key'))
    const body: AsyncIterable<Uint8Array> = request.body ?? emptyBody()
    await ingestStream(body, { sourceName: query.source, sourceKind: 'firehose', gzip: isGzip(request), decoder, signal: request.signal })
    return answer(200, { requestId: decoder.requestId ?? announced ?? '', timestamp: Date.now() })
  } catch (error) {
    const { body, retryAfter } = problemOf(error, ownId)
    if (body.status === 500) throw error
    const response = answer(body.status, { requestId: decoder.requestId ?? announced ?? '', timestamp: Date.now(), errorMessage: body.detail ?? body.title })
    if (retryAfter !== undefined) response.headers.set('retry-after', String(retryAfter))
    return response
  }
})

/** Hashes have one length, so that the comparison tells nothing by its time. */
function checkKey(given: string | null): void {
  const { firehoseKey } = readEnv()
  if (firehoseKey === undefined) return
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  if (!timingSafeEqual(digest(given ?? ''), digest(firehoseKey)))
    throw new SpecterError('unauthorized', 'X-Amz-Firehose-Access-Key is not the key that is set here')
}

/** Firehose wants the length of its answer. */
function answer(status: number, value: object): Response {
  const bytes = new TextEncoder().encode(JSON.stringify(value))
  return new Response(bytes, { status, headers: { 'content-type': 'application/json', 'content-length': String(bytes.length) } })
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

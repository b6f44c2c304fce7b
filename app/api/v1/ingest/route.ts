import { ingestStream } from '#lib/ingest/pipeline'
import { contract } from '#lib/server/contract'
import { fileTimeOf, isGzip, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** The body goes through as a stream: what has been committed stays committed when it breaks off. */
export const POST = withRoute(contract.ingest, ({ query, request }) => {
  const gzip = isGzip(request)
  const fileTimeNs = fileTimeOf(request)
  const body: AsyncIterable<Uint8Array> = request.body ?? emptyBody()
  return ingestStream(body, {
    sourceName: query.source,
    sourceKind: fileTimeNs === null ? 'http' : 'file',
    gzip,
    signal: request.signal,
    ...(fileTimeNs === null ? {} : { fileTimeNs }),
  })
})

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

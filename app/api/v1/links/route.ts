import { streamLinks } from '#lib/queries/stream-links'
import { contract } from '#lib/server/contract'
import { ndjsonResponse, rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.links, async ({ query, nowNs, requestId }) => {
  const range = rangeOf(query, nowNs, null)
  return ndjsonResponse(streamLinks({ range, tier: query.tier, minConfidence: query.minConfidence }), requestId)
})

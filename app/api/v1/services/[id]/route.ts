import { getService } from '#lib/queries/get-service'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.service, async ({ query, params, nowNs }) => {
  const id = params['id'] ?? ''
  const range = rangeOf(query, nowNs)
  return foundOr404(await read((db) => getService(db, id, range)), 'service', id)
})

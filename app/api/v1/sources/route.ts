import { listSources } from '#lib/queries/list-sources'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.sources, async ({ query, nowNs }) => {
  const range = rangeOf(query, nowNs)
  return { items: await read((db) => listSources(db, nowNs, range)) }
})

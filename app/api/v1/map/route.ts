import { getMap } from '#lib/queries/get-map'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { compareRangeOf, rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.map, ({ query, nowNs }) => {
  const range = rangeOf(query, nowNs)
  return read((db) => getMap(db, { q: query.q, range, compare: compareRangeOf(query, range, nowNs), nowNs }))
})

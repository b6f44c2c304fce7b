import { getFacets } from '#lib/queries/get-facets'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.facets, ({ query, nowNs }) => read((db) => getFacets(db, { q: query.q, range: rangeOf(query, nowNs), nowNs })))

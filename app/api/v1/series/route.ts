import { getSeries } from '#lib/queries/get-series'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.series, ({ query, nowNs }) => read((db) => getSeries(db, { ...query, range: rangeOf(query, nowNs), nowNs })))

import { getQuality } from '#lib/queries/get-quality'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.quality, ({ query, nowNs }) => read((db) => getQuality(db, rangeOf(query, nowNs))))

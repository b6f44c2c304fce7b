import { getStatus } from '#lib/queries/get-status'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'
import { productVersion } from '#lib/server/version'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.status, ({ nowNs }) => read((db) => getStatus(db, nowNs, productVersion())))

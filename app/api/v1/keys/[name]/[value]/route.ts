import { getKey } from '#lib/queries/get-key'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.key, ({ query, params, nowNs }) =>
  read((db) => getKey(db, { name: params['name'] ?? '', value: params['value'] ?? '', ...query, nowNs })),
)

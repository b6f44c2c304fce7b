import { idFromHex } from '#lib/base/hash'
import { listGroupStatuses } from '#lib/queries/list-connections'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.connectionGroups, async ({ params: { id = '' } }) => {
  const key = idFromHex(id)
  return foundOr404(key === null ? null : await read((db) => listGroupStatuses(db, key, Date.now())), 'connection', id)
})

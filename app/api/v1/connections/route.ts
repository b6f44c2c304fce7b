import { getPool } from '#lib/db/pool'
import { newConnection } from '#lib/model/connection'
import { listConnections } from '#lib/queries/list-connections'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, readBody, withRoute } from '#lib/server/route'
import { createConnection } from '#lib/store/connections'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.connections, async () => ({ items: await read((db) => listConnections(db, Date.now())) }))

export const POST = withRoute(contract.connectionCreate, async ({ request }) => {
  const id = await createConnection(getPool(), await readBody(request, newConnection), Date.now())
  const [item] = await read((db) => listConnections(db, Date.now(), id))
  return foundOr404(item ?? null, 'connection', String(id))
})

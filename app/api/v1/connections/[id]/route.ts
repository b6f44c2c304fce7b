import { idFromHex } from '#lib/base/hash'
import { getPool } from '#lib/db/pool'
import { connectionDraft } from '#lib/model/connection'
import { listConnections } from '#lib/queries/list-connections'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, readBody, withRoute } from '#lib/server/route'
import { changeConnection, deleteConnection } from '#lib/store/connections'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

async function show(text: string, id: bigint | null) {
  const [item] = id === null ? [] : await read((db) => listConnections(db, Date.now(), id))
  return foundOr404(item ?? null, 'connection', text)
}

export const GET = withRoute(contract.connection, ({ params: { id = '' } }) => show(id, idFromHex(id)))

export const PUT = withRoute(contract.connectionChange, async ({ params: { id = '' }, request }) => {
  const key = foundOr404(idFromHex(id), 'connection', id)
  await changeConnection(getPool(), key, await readBody(request, connectionDraft), Date.now())
  return show(id, key)
})

export const DELETE = withRoute(contract.connectionDelete, async ({ params: { id = '' } }) => {
  const key = idFromHex(id)
  const deleted = key !== null && (await deleteConnection(getPool(), key))
  return foundOr404(deleted ? { deleted } : null, 'connection', id)
})

import { getTransaction } from '#lib/queries/get-transaction'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.transaction, async ({ params, nowNs }) => {
  const id = params['id'] ?? ''
  const found = await read((db) => getTransaction(db, id, nowNs))
  // Its root gained a cause: the old id leads to where it is now. The path is relative, so that no Host header gets into it.
  if (found.type === 'moved') return new Response(null, { status: 308, headers: { location: `/api/v1/transactions/${found.id}` } })
  return foundOr404(found.type === 'found' ? found.transaction : null, 'transaction', id)
})

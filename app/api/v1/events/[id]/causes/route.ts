import { getCausality } from '#lib/queries/event-causality'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.eventCauses, async ({ params }) => {
  const id = params['id'] ?? ''
  return foundOr404(await read((db) => getCausality(db, id, 'causes')), 'event', id)
})

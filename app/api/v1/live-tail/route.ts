import { idFromHex } from '#lib/base/hash'
import { getPool } from '#lib/db/pool'
import { liveTail } from '#lib/ingest/live-tail'
import { contract } from '#lib/server/contract'
import { foundOr404, liveResponse, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.liveTail, async ({ query: { connection, groups, filter }, request, requestId }) => {
  const connectionId = foundOr404(idFromHex(connection), 'connection', connection)
  const asked = { connectionId, groups: groups.split(','), filterPattern: filter ?? null }
  return liveResponse((signal) => liveTail(getPool(), { ...asked, signal }), request.signal, requestId)
})

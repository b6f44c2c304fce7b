import { getPool } from '#lib/db/pool'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'
import { requestRelink } from '#lib/store/linking'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const POST = withRoute(contract.relink, async () => {
  await requestRelink(getPool())
  return Response.json({ requested: true }, { status: 202 })
})

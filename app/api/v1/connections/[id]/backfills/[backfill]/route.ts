import { idFromHex } from '#lib/base/hash'
import { getPool } from '#lib/db/pool'
import { contract } from '#lib/server/contract'
import { foundOr404, withRoute } from '#lib/server/route'
import { cancelBackfill } from '#lib/store/connections'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const DELETE = withRoute(contract.backfillCancel, async ({ params: { id = '', backfill = '' } }) => {
  const connection = idFromHex(id)
  const key = idFromHex(backfill)
  const cancelled = connection !== null && key !== null && (await cancelBackfill(getPool(), connection, key, Date.now()))
  return foundOr404(cancelled ? { cancelled } : null, 'running backfill', backfill)
})

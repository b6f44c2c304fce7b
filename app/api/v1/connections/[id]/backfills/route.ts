import { idFromHex } from '#lib/base/hash'
import { nsToMs } from '#lib/base/time'
import { getPool } from '#lib/db/pool'
import { newBackfill } from '#lib/model/connection'
import { listBackfills } from '#lib/queries/list-connections'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { foundOr404, rangeOf, readBody, withRoute } from '#lib/server/route'
import { startBackfill } from '#lib/store/connections'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.backfills, async ({ params: { id = '' } }) => {
  const key = foundOr404(idFromHex(id), 'connection', id)
  return { items: await read((db) => listBackfills(db, key)) }
})

export const POST = withRoute(contract.backfillStart, async ({ params: { id = '' }, request, nowNs }) => {
  const connection = foundOr404(idFromHex(id), 'connection', id)
  const asked = await readBody(request, newBackfill)
  const range = rangeOf(asked, nowNs)
  const wanted = { fromMs: nsToMs(range.fromNs), toMs: Math.min(nsToMs(range.toNs), nsToMs(nowNs)), groups: asked.groups }
  const backfill = foundOr404(await startBackfill(getPool(), connection, wanted, nsToMs(nowNs)), 'connection', id)
  const [item] = await read((db) => listBackfills(db, connection, backfill))
  return foundOr404(item ?? null, 'backfill', String(backfill))
})

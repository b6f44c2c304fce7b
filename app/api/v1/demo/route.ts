import { aboutDay, recordedDay } from '#lib/demo/recorded-day'
import { getDemoShift } from '#lib/queries/get-demo-shift'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { ndjsonResponse, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.demo, async ({ nowNs, requestId }) => {
  const day = await aboutDay()
  const byMs = await read((db) => getDemoShift(db, day, nowNs))
  return ndjsonResponse(recordedDay({ byMs, fromMs: day.fromMs, toMs: day.toMs }), requestId)
})

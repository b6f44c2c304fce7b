import { aboutDay } from '#lib/demo/recorded-day'
import { getStoredShift } from '#lib/queries/get-demo-shift'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.demoState, async () => {
  const day = await aboutDay()
  const byMs = await read((db) => getStoredShift(db, day))
  if (byMs === null) return { loaded: false, from: null, to: null }
  const iso = (ms: number): string => new Date(ms + byMs).toISOString()
  return { loaded: true, from: iso(day.fromMs), to: iso(day.toMs) }
})

import { aboutDay, recordedDay } from '#lib/demo/recorded-day'
import { getPool } from '#lib/db/pool'
import { recordKeys, removeEvents } from '#lib/ingest/remove'
import { getDemoShift, getStoredShift } from '#lib/queries/get-demo-shift'
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

export const DELETE = withRoute(contract.demoRemove, async () => {
  const day = await aboutDay()
  const byMs = await read((db) => getStoredShift(db, day))
  if (byMs === null) return { removed: 0 }
  const pieces = recordedDay({ byMs, fromMs: day.fromMs, toMs: day.toMs })
  const keys = await recordKeys(asNdjson(pieces), { name: 'demo', kind: 'file' })
  return { removed: await removeEvents(keys, getPool()) }
})

async function* asNdjson(pieces: AsyncGenerator<unknown[]>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece.map((record) => JSON.stringify(record) + '\n').join(''))
}

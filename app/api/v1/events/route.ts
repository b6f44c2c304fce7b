import { listEvents } from '#lib/queries/list-events'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.events, ({ query, nowNs }) => read((db) => listEvents(db, { ...query, range: rangeOf(query, nowNs), nowNs })))

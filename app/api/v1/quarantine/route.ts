import { listQuarantine } from '#lib/queries/list-quarantine'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.quarantine, ({ query }) => read((db) => listQuarantine(db, query)))

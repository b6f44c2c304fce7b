import { listFields } from '#lib/queries/list-fields'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.fields, ({ query }) => read((db) => listFields(db, query.prefix)))

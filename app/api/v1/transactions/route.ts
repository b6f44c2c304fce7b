import { listTransactions } from '#lib/queries/list-transactions'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { rangeOf, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.transactions, ({ query, nowNs }) => read((db) => listTransactions(db, { ...query, range: rangeOf(query, nowNs), nowNs })))

import { connectionDraft } from '#lib/model/connection'
import { contract } from '#lib/server/contract'
import { readBody, withRoute } from '#lib/server/route'
import { testConnection } from '#lib/sources/cloudwatch/check'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const POST = withRoute(contract.connectionTest, async ({ request }) => testConnection(await readBody(request, connectionDraft), Date.now()))

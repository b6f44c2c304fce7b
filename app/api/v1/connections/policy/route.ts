import { connectionDraft } from '#lib/model/connection'
import { contract } from '#lib/server/contract'
import { readBody, withRoute } from '#lib/server/route'
import { policyFor } from '#lib/sources/cloudwatch/policy'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const POST = withRoute(contract.connectionPolicy, async ({ request }) => policyFor(await readBody(request, connectionDraft), null))

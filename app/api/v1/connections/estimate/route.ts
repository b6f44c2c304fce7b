import { estimateRequest } from '#lib/model/connection'
import { contract } from '#lib/server/contract'
import { readBody, withRoute } from '#lib/server/route'
import { estimate } from '#lib/sources/cloudwatch/estimate'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const POST = withRoute(contract.connectionEstimate, async ({ request }) => estimate(await readBody(request, estimateRequest)))

import { contract } from '#lib/server/contract'
import { openapiDocument } from '#lib/server/openapi'
import { withRoute } from '#lib/server/route'
import { productVersion } from '#lib/server/version'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.openapi, async () => openapiDocument(productVersion()))

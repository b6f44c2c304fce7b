import { answerOtlp } from '#lib/ingest/otlp'
import { contract } from '#lib/server/contract'
import { withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const POST = withRoute(contract.otlpTraces, ({ request, requestId }) => answerOtlp(request, 'traces', requestId))

import { connectionDraft } from '#lib/model/connection'
import { contract } from '#lib/server/contract'
import { SpecterError } from '#lib/server/problem'
import { readBody, withRoute } from '#lib/server/route'
import { problemOfAws } from '#lib/sources/aws/errors'
import { findLogGroups } from '#lib/sources/cloudwatch/check'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const POST = withRoute(contract.logGroups, async ({ request }) => {
  const draft = await readBody(request, connectionDraft)
  return findLogGroups(draft).catch((error: unknown) => {
    const problem = problemOfAws(error, 'logs:DescribeLogGroups')
    throw new SpecterError('upstream', `${problem.message} ${problem.advice}`, { extra: { problem }, cause: error })
  })
})

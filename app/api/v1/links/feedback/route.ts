import { idFromHex } from '#lib/base/hash'
import { getPool } from '#lib/db/pool'
import { giveFeedback } from '#lib/ingest/link-feedback'
import { listFeedback } from '#lib/queries/list-feedback'
import { read } from '#lib/queries/read'
import { contract } from '#lib/server/contract'
import { SpecterError } from '#lib/server/problem'
import { readBody, withRoute } from '#lib/server/route'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export const GET = withRoute(contract.linkFeedback, ({ query }) => read((db) => listFeedback(db, query.limit)))

export const POST = withRoute(contract.giveLinkFeedback, async ({ request }) => {
  const { effect, cause, verdict, alternative, note } = await readBody(request, contract.giveLinkFeedback.body)
  if (verdict === 'pick' && alternative === undefined) throw missing('alternative', 'A pick names the cause that is right')
  const instead = verdict === 'pick' && alternative !== undefined ? spanId('alternative', alternative) : null
  const result = await giveFeedback(getPool(), { effect: spanId('effect', effect), cause: spanId('cause', cause), verdict, alternative: instead }, note ?? null)
  if (result === 'unknown') throw new SpecterError('not-found', 'There is no such link any more')
  if (result === 'exact') throw missing('cause', 'An id of the protocol proves this link')
  return { kept: true }
})

function spanId(name: string, text: string): bigint {
  const id = idFromHex(text)
  if (id === null) throw missing(name, 'It is no id of a span')
  return id
}

function missing(name: string, reason: string): SpecterError {
  return new SpecterError('invalid-params', `${name}: ${reason}`, { invalidParams: [{ name, reason }] })
}

/**
 * A person's word on a link: kept, and applied at once. What was confirmed or picked is a certain label of the next fit; what was rejected is
 * never linked again. The cells around it are scored anew, for what else that changes.
 */
import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '#lib/db/pool'
import type { Feedback, Verdict } from '#lib/model/feedback'
import { markCells, stretchesOf } from '#lib/store/cells'
import { addFeedback } from '#lib/store/feedback'
import { readGrid } from '#lib/store/linking'
import { modelLinkOf, replaceModelLinks, type ModelLink } from '#lib/store/model-links'
import { loadSpans } from '#lib/store/spans'
import { LINKER_LOCK } from './linker'
import { CONFIRMED } from './model-link'
import { rebuildTransactions } from './relink'

/** What became of a word: `unknown` where there is no such link or span, `exact` where an id proves the link. */
export type FeedbackResult = 'kept' | 'unknown' | 'exact'

export async function giveFeedback(pool: Pool, feedback: Feedback, note: string | null): Promise<FeedbackResult> {
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LINKER_LOCK])
    const { effect, cause, verdict, alternative } = feedback
    const spans = [effect, cause, ...(alternative === null ? [] : [alternative])]
    if ((await loadSpans(client, spans)).size < new Set(spans).size) return 'unknown'
    const link = await modelLinkOf(client, effect, cause)
    if (link === 'exact') return 'exact'
    // What was rejected has no link any more: it can be taken back, and said again.
    if (link === null && verdict !== 'undo' && verdict !== 'confirm') return 'unknown'
    await addFeedback(client, feedback, note)
    if (link !== null && verdict !== 'undo') await apply(client, link, { verdict, alternative })
    const { grid } = await readGrid(client)
    if (grid) await markCells(client, grid, await stretchesOf(client, spans), new Map())
    return 'kept'
  })
}

/** What scoring the cell anew will find, at once. */
async function apply(client: PoolClient, link: ModelLink, { verdict, alternative }: { verdict: Verdict; alternative: bigint | null }): Promise<void> {
  const links =
    verdict === 'confirm' ? [{ ...link, ...CONFIRMED }] : alternative !== null ? [{ ...link, ...CONFIRMED, cause: alternative, causeEvent: null }] : []
  await rebuildTransactions(client, await replaceModelLinks(client, [link.via ?? link.effect], links, 'feedback'))
}

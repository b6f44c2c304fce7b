/** What people say of links: only ever added to. */
import type { PoolClient } from 'pg'
import { VERDICTS, verdictsOf, type Feedback, type Verdict, type Verdicts } from '#lib/model/feedback'

interface FeedbackRow {
  effect: bigint
  cause: bigint
  verdict: string
  alternative: bigint | null
}

function isVerdict(text: string): text is Verdict {
  return (VERDICTS as readonly string[]).includes(text)
}

/** What stands of every effect that anyone said anything of. */
export async function readVerdicts(client: Pick<PoolClient, 'query'>): Promise<Verdicts> {
  const { rows } = await client.query<FeedbackRow>('select effect, cause, verdict, alternative from link_feedback order by given_at, effect')
  return verdictsOf(rows.flatMap(({ verdict, ...row }) => (isVerdict(verdict) ? [{ ...row, verdict }] : [])))
}

/** Adds one word to the record. */
export async function addFeedback(client: PoolClient, { effect, cause, verdict, alternative }: Feedback, note: string | null): Promise<void> {
  await client.query('insert into link_feedback (effect, cause, verdict, alternative, note) values ($1, $2, $3, $4, $5)', [
    effect,
    cause,
    verdict,
    alternative,
    note,
  ])
}

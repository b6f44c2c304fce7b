/** Executions whose lines carry a value: what the writer of a change is looked for among. */
import type { PoolClient } from 'pg'
import { arrayText } from '#lib/db/arrays'

export interface Wanted {
  /** Hash of the term that a line has to have (lib/model/terms.ts). */
  term: bigint
  fromNs: bigint
  toNs: bigint
}

/** Lines of an execution that has one within a range lie this near to it. */
const EXECUTION_NS = 16n * 60n * 1_000_000_000n

/** For each of `wanted` the executions with such a line, at most `limit`, in no order (index: event_terms). */
export async function executionsWith(client: PoolClient, wanted: readonly Wanted[], limit: number): Promise<bigint[][]> {
  const found: bigint[][] = wanted.map(() => [])
  if (wanted.length === 0) return found
  const { rows } = await client.query<{ n: number; id: bigint }>(
    `select w.n::integer as n, c.id from unnest($1::bigint[], $2::bigint[], $3::bigint[]) with ordinality as w (term, from_ns, to_ns, n)
     cross join lateral (
       select distinct s.id from event e join span s on s.id = e.span_id and s.form = 0
       where e.terms @> array[w.term] and e.time_ns >= w.from_ns and e.time_ns < w.to_ns and e.form = 0 limit $4
     ) c`,
    [arrayText(wanted.map(({ term }) => term)), arrayText(wanted.map(({ fromNs }) => fromNs)), arrayText(wanted.map(({ toNs }) => toNs)), limit],
  )
  for (const { n, id } of rows) found[n - 1]?.push(id)
  return found
}

/** Which of these terms the lines of each execution have; a line of each lies within the range (index: event_group). */
export async function termsOf(
  client: PoolClient,
  executions: readonly { id: bigint; groupId: bigint }[],
  terms: readonly bigint[],
  range: { fromNs: bigint; toNs: bigint },
): Promise<Map<bigint, Set<bigint>>> {
  const found = new Map<bigint, Set<bigint>>(executions.map(({ id }) => [id, new Set()]))
  const { rows } = await client.query<{ span_id: bigint; term: bigint }>(
    `select distinct e.span_id, t.term from event e cross join lateral unnest(e.terms) as t (term)
     where e.group_id = any($1) and e.span_id = any($2) and e.time_ns >= $3 and e.time_ns < $4 and e.form = 0 and t.term = any($5)`,
    [
      arrayText([...new Set(executions.map(({ groupId }) => groupId))]),
      arrayText(executions.map(({ id }) => id)),
      range.fromNs - EXECUTION_NS,
      range.toNs + EXECUTION_NS,
      arrayText(terms),
    ],
  )
  for (const { span_id: id, term } of rows) found.get(id)?.add(term)
  return found
}

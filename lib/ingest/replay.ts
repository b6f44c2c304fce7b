/** For tests: a store emptied and fed anew in pieces, and all that is derived as rows. */
import type { Pool } from 'pg'
import { linkRound } from './linker'
import { ingestStream } from './pipeline'

export async function emptyStore(pool: Pool): Promise<void> {
  await pool.query('truncate event, ingest_batch, untimed_identity, span, span_ref, link, transaction, transaction_span, former_transaction')
}

/** One delivery of lines, committed. */
export async function deliver(pool: Pool, lines: readonly string[]): Promise<void> {
  const body = Buffer.from(lines.join('\n'))
  await ingestStream((async function* () { yield body })(), { sourceName: 'test', sourceKind: 'http', gzip: false }, pool) // prettier-ignore
}

/** Everything that waits, through the exact rules. */
export async function linkAll(pool: Pool): Promise<void> {
  while ((await linkRound(pool)) > 0);
}

/** All that linking derives, and the events' places: equal where two stores are. */
export async function linkedRows(pool: Pool): Promise<unknown[]> {
  const tables = [
    'select * from span order by id',
    'select * from link order by effect, cause',
    'select * from transaction order by id',
    'select * from transaction_span order by 1, 2',
    'select time_ns, id, group_id, span_id from event order by 1, 2',
    'select * from span_ref order by 1, 2, 3',
  ]
  return Promise.all(tables.map(async (query) => (await pool.query(query)).rows))
}

/** The rows of a store that got these pieces, each a delivery of its own that is linked before the next comes. */
export async function replay(pool: Pool, pieces: readonly (readonly string[])[]): Promise<unknown[]> {
  await emptyStore(pool)
  for (const piece of pieces) {
    await deliver(pool, piece)
    await linkAll(pool)
  }
  return linkedRows(pool)
}

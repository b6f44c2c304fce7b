/** Weekly partitions of the event table: made when the first event of a week comes, dropped whole by retention. */
import type { Pool } from 'pg'
import type { UnixNano } from '#lib/base/time'

const WEEK_NS = 7n * 86_400n * 1_000_000_000n
/** Advisory lock key of everything that changes partitions: DDL of two sessions would wait for each other's rows. */
const PARTITION_LOCK = 0x5eed_0001

/** Number of the week since the epoch (Thursday to Wednesday, as 1970 began). */
export function weekOf(timeNs: UnixNano): number {
  return Number(timeNs / WEEK_NS)
}

function partitionName(week: number): string {
  const day = new Date(Number((BigInt(week) * WEEK_NS) / 1_000_000n)).toISOString().slice(0, 10).replaceAll('-', '')
  return `event_w${day}`
}

/** Creates the missing partitions of the given weeks. Safe when two processes do it at once. */
export async function ensurePartitions(pool: Pool, weeks: Iterable<number>): Promise<void> {
  const client = await pool.connect()
  try {
    for (const week of weeks) {
      const name = partitionName(week)
      await client.query('begin')
      await client.query('select pg_advisory_xact_lock($1)', [PARTITION_LOCK])
      const { rowCount } = await client.query('select 1 from pg_class where relname = $1 and relkind = $2', [name, 'r'])
      if (!rowCount) {
        const from = BigInt(week) * WEEK_NS
        await client.query(`create table ${name} partition of event for values from (${from}) to (${from + WEEK_NS})`)
        // Bodies are short and read whole; a larger pending list makes fewer, cheaper merges into the inverted index.
        await client.query(`alter index ${await termsIndexOf(client, name)} set (gin_pending_list_limit = 16384)`)
      }
      await client.query('commit')
    }
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

async function termsIndexOf(client: { query: Pool['query'] }, table: string): Promise<string> {
  const { rows } = await client.query<{ indexname: string }>(`select indexname from pg_indexes where tablename = $1 and indexdef like '%gin (terms)%'`, [table])
  const name = rows[0]?.indexname
  if (!name) throw new Error(`partition ${table} has no index on terms`)
  return name
}

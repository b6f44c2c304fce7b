/** How everything is read: in one snapshot that can change nothing, with a limit on the time of each statement. */
import type { Pool, PoolClient, QueryResultRow } from 'pg'
import { getPool, inTransaction } from '#lib/db/pool'
import { Sql } from '#lib/db/sql'
import type { Fragment } from '#lib/search/to-sql'
import { knownError, SpecterError } from '#lib/server/problem'

export interface Db {
  /** The rows of one statement; the row type is what the query's file says that it selects. */
  rows<Row extends QueryResultRow>(query: Sql): Promise<Row[]>
  /** What `work` gives, or null where one of its statements takes longer than this: for a part that an answer can go without. */
  attempt<T>(timeoutMs: number, work: () => Promise<T>): Promise<T | null>
}

/** Long enough for a full count over a busy day, short enough that a wrong question doesn't hold a core for minutes. */
const STATEMENT_TIMEOUT_MS = 10_000
/** Readers that may wait for a connection of this process; more are told to come back. */
const MAX_WAITING = 64

/**
 * Runs `work` in a read-only transaction of one snapshot, so that several statements of one answer agree.
 * A statement that takes too long throws Postgres' 57014, which lib/server/problem.ts turns into advice.
 */
export async function read<T>(work: (db: Db) => Promise<T>, pool: Pool = getPool(), timeoutMs = STATEMENT_TIMEOUT_MS): Promise<T> {
  if (pool.waitingCount >= MAX_WAITING) throw new SpecterError('overloaded', `${pool.waitingCount} questions wait for the database already`, { retryAfter: 2 })
  // Compiling a query takes Postgres longer than running any of ours.
  const begin = `begin isolation level repeatable read read only; set local statement_timeout = ${Math.trunc(timeoutMs)}; set local jit = off`
  return inTransaction(pool, (client) => work(dbOf(client, timeoutMs)), begin)
}

function dbOf(client: PoolClient, timeoutMs: number): Db {
  return {
    rows: async (query) => {
      const { text, values } = query
      const { rows } = await client.query({ text, values: values.map(withoutNul) })
      return rows
    },
    attempt: async (shorterMs, work) => {
      await client.query(`savepoint attempt; set local statement_timeout = ${Math.trunc(shorterMs)}`)
      try {
        const result = await work()
        await client.query(`set local statement_timeout = ${Math.trunc(timeoutMs)}; release savepoint attempt`)
        return result
      } catch (error) {
        if (knownError(error)?.code !== 'timeout') throw error
        // Brings the longer limit back, too.
        await client.query('rollback to savepoint attempt')
        return null
      }
    },
  }
}

/** Postgres' text has no NUL; the store keeps U+FFFD in its place. */
function withoutNul(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
}

/** A condition of the search as a part of a statement. */
export function spliced(fragment: Fragment): Sql {
  return new Sql(fragment.strings, fragment.args)
}

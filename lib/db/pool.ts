/** The one pool of Postgres connections of a process. Sessions run in UTC; bigint columns come back as bigint. */
import pg from 'pg'

const INT8 = 20
const INT8_ARRAY = 1016

const types = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (format !== 'binary' && oid === INT8) return BigInt
    if (format !== 'binary' && oid === INT8_ARRAY) return parseBigintArray
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

function parseBigintArray(text: string): bigint[] {
  return text === '{}' ? [] : text.slice(1, -1).split(',').map(BigInt)
}

/** A pool on the given database. The caller ends it. */
export function createPool(connectionString: string, max = 6): pg.Pool {
  const pool = new pg.Pool({ connectionString, max, types, options: '-c timezone=UTC -c statement_timeout=0', application_name: 'specter' })
  // An idle connection that breaks (the database restarted) is replaced on next use; without a listener it would end the process.
  pool.on('error', () => {})
  // The same of one that is in use and breaks between two of its statements: the next statement says so.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

let shared: pg.Pool | undefined

/** The process's pool, on DATABASE_URL: the supervisor sets it for web and worker, also for the embedded database. */
export function getPool(): pg.Pool {
  const url = process.env.DATABASE_URL
  if (!shared && !url) throw new Error('DATABASE_URL is not set; start Specter with npm start')
  shared ??= createPool(url ?? '')
  return shared
}

/** Ends the process's pool, at shutdown. */
export async function endPool(): Promise<void> {
  const pool = shared
  shared = undefined
  await pool?.end()
}

/** Runs `work` in one transaction on one connection, opened by `begin`; an error rolls it back and is thrown on. */
export async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>, begin = 'begin'): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query(begin)
    const result = await work(client)
    await client.query('commit')
    client.release()
    return result
  } catch (error) {
    // A connection that can't even roll back is broken: it is destroyed, not given back.
    const broken = await client.query('rollback').then(
      () => false,
      () => true,
    )
    client.release(broken)
    throw error
  }
}

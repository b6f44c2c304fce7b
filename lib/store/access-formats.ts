/** Format strings that users gave for their access logs (table access_format). Few and small: read whole. */
import type { Pool } from 'pg'
import { MAX_ACCESS_FORMATS } from '#lib/model/access-formats'
import { SpecterError } from '#lib/server/problem'

/** Saves a format under its pattern, in place of the one before. Throws invalid-params where there are too many. */
export async function saveAccessFormat(pool: Pool, pattern: string, format: string, nowMs: number): Promise<void> {
  const { rowCount } = await pool.query(
    `insert into access_format (pattern, format, changed_ms) select $1, $2, $3
     where (select count(*) from access_format where pattern <> $1) < $4
     on conflict (pattern) do update set format = excluded.format, changed_ms = excluded.changed_ms`,
    [pattern, format, Math.trunc(nowMs), MAX_ACCESS_FORMATS],
  )
  if (rowCount !== 0) return
  const reason = `there are ${MAX_ACCESS_FORMATS} formats already`
  throw new SpecterError('invalid-params', `pattern: ${reason}`, { invalidParams: [{ name: 'pattern', reason }] })
}

/** False where there is none under this pattern. */
export async function deleteAccessFormat(pool: Pool, pattern: string): Promise<boolean> {
  const { rowCount } = await pool.query('delete from access_format where pattern = $1', [pattern])
  return rowCount === 1
}

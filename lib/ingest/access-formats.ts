/**
 * The users' access-log formats for the parser, compiled. Deliveries come many a second and the table changes once a month: each process
 * looks again after a second, so that a saved format holds for what comes a second later, everywhere.
 */
import type { Pool } from 'pg'
import { AccessFormats, type AccessFormatRow } from '#lib/parse/access-format'

const KEPT_MS = 1_000

interface Known {
  readMs: number
  text: string
  formats: AccessFormats
}

const known = new WeakMap<Pool, Known>()

/** Throws what the database throws. */
export async function accessFormatsOf(pool: Pool, nowMs = Date.now()): Promise<AccessFormats> {
  const before = known.get(pool)
  if (before !== undefined && Math.abs(nowMs - before.readMs) < KEPT_MS) return before.formats
  const { rows } = await pool.query<AccessFormatRow>('select pattern, format from access_format order by pattern')
  const text = JSON.stringify(rows)
  const formats = before?.text === text ? before.formats : new AccessFormats(rows)
  known.set(pool, { readMs: nowMs, text, formats })
  return formats
}

/** The users' access-log formats, and the newest lines to try one on. */
import { sql } from '#lib/db/sql'
import type { AccessFormatList } from '#lib/model/access-formats'
import { type AccessFormat, AccessFormats, type AccessFormatRow, compileAccessFormat, fitsPattern } from '#lib/parse/access-format'
import { SpecterError } from '#lib/server/problem'
import type { Db } from './read'

/** Streams of the groups that fit a pattern, of which the newest lines are looked for. */
const MAX_STREAMS = 200
const MAX_GROUPS = 10_000

async function rowsOf(db: Db): Promise<AccessFormatRow[]> {
  return db.rows<AccessFormatRow>(sql`select pattern, format from access_format order by pattern`)
}

/** Those that can be compiled, for reading fields of stored events as ingest reads them. */
export async function loadAccessFormats(db: Db): Promise<AccessFormats> {
  return new AccessFormats(await rowsOf(db))
}

export async function listAccessFormats(db: Db): Promise<AccessFormatList> {
  const rows = await rowsOf(db)
  return {
    items: rows.flatMap((row) => {
      const compiled = compileAccessFormat(row.format)
      return typeof compiled === 'string' ? [] : [{ ...row, kind: compiled.kind, variables: [...compiled.variables], hints: [...compiled.hints] }]
    }),
  }
}

/** Throws invalid-params that says why the format can't be compiled. */
export function compileUserFormat(format: string): AccessFormat {
  const compiled = compileAccessFormat(format)
  if (typeof compiled !== 'string') return compiled
  throw new SpecterError('invalid-params', `format: ${compiled}`, { invalidParams: [{ name: 'format', reason: compiled }] })
}

/** The newest stored lines of groups and deliveries that fit the pattern, newest first (index: event_stream). */
export async function newestLines(db: Db, pattern: string, limit: number): Promise<{ line: string; group: string }[]> {
  const groups = await db.rows<{ stream_id: bigint; name: string }>(sql`
    select l.id as stream_id, coalesce(l.log_group, s.name) as name
    from log_stream l
    join source s on s.id = l.source_id
    order by name, l.id
    limit ${MAX_GROUPS}`)
  const fitting = groups.filter(({ name }) => fitsPattern(pattern, name)).slice(0, MAX_STREAMS)
  const nameOf = new Map(fitting.map(({ stream_id, name }) => [stream_id, name]))
  const rows = await db.rows<{ body: string; stream_id: bigint }>(sql`
    select e.body, e.stream_id
    from event e
    where e.stream_id = any(${[...nameOf.keys()]}::bigint[]) and (e.request_id is null or e.facts is not null)
    order by e.time_ns desc, e.id
    limit ${limit}`)
  return rows.map(({ body, stream_id }) => ({ line: body, group: nameOf.get(stream_id) ?? '' }))
}

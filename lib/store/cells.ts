/** Cells of time and whether they wait to be scored (lib/ingest/README.md). */
import { arrayText } from '#lib/db/arrays'
import type { PoolClient } from 'pg'
import type { UnixNano } from '#lib/base/time'
import type { Grid } from './linking'

/** A stretch of time in which spans changed. */
export interface Stretch {
  fromNs: UnixNano
  toNs: UnixNano
}

/** A cell is scored when so much later events are known, and once more when all that it looks at is there. */
const FIRST_LOOK_NS = 60n * 1_000_000_000n

/** Start of the cell that holds a time. */
export function cellOf(timeNs: UnixNano, { cellNs }: Grid): bigint {
  return (timeNs / cellNs) * cellNs
}

/**
 * Marks the cells whose links may change because spans did between these times: those they lie in, made where missing, and those that look
 * so far. `counts` are the fresh events by cell.
 */
export async function markCells(client: PoolClient, grid: Grid, changed: readonly Stretch[], counts: ReadonlyMap<bigint, number>): Promise<void> {
  const { cellNs, reachNs } = grid
  const own = new Set(counts.keys())
  const near = new Set<bigint>()
  for (const { fromNs, toNs } of changed) {
    for (let at = cellOf(fromNs, grid); at <= toNs; at += cellNs) own.add(at)
    for (let at = cellOf(fromNs - reachNs, grid); at <= toNs + reachNs; at += cellNs) near.add(at)
  }
  for (const at of own) near.delete(at)
  const cells = [...own]
  await client.query(
    `insert into link_cell (start_ns, events, marks, scored) select start_ns, events, 1, 0 from unnest($1::bigint[], $2::integer[]) as c (start_ns, events)
     on conflict (start_ns) do update set events = link_cell.events + excluded.events, marks = link_cell.marks + 1`,
    [arrayText(cells), arrayText(cells.map((at) => counts.get(at) ?? 0))],
  )
  await client.query('update link_cell set marks = marks + 1 where start_ns = any($1)', [arrayText([...near])])
}

/** Times to mark for spans whose links of ids changed: their own, and of silent ones those of what logged below them. */
export async function stretchesOf(client: PoolClient, spans: readonly bigint[]): Promise<Stretch[]> {
  if (spans.length === 0) return []
  const { rows } = await client.query<{ from_ns: bigint; to_ns: bigint }>(
    `with recursive down (span) as (
       select unnest($1::bigint[])
       union
       select link.effect from down join span on span.id = down.span and span.event_count = 0 join link on link.cause = down.span and link.model is null)
     select span.start_ns as from_ns, case when span.event_count = 0 then span.start_ns else greatest(span.start_ns, span.end_ns) end as to_ns
     from down join span on span.id = down.span`,
    [arrayText(spans)],
  )
  return rows.map((row) => ({ fromNs: row.from_ns, toNs: row.to_ns }))
}

export interface OpenCell {
  startNs: bigint
  marks: bigint
}

/**
 * The next cell that waits and whose time is over: the latest of which all that it looks at is there, so that fresh ones don't wait for those that a new
 * model opened again; else the latest of which there is enough for a first look; and any where nothing has come for a while. Relies on link_cell_open.
 */
export async function nextCell(
  client: Pick<PoolClient, 'query'>,
  grid: Grid,
  { newestNs, idle, leftAside }: { newestNs: UnixNano; idle: boolean; leftAside: readonly bigint[] },
): Promise<OpenCell | null> {
  const soon = grid.reachNs < FIRST_LOOK_NS ? grid.reachNs : FIRST_LOOK_NS
  const { rows } = await client.query<{ start_ns: bigint; marks: bigint }>(
    `with whole as (select start_ns, marks from link_cell where scored < marks and start_ns <> all($4) and start_ns <= $2 order by start_ns desc limit 1)
     select start_ns, marks from whole
     union all
     (select start_ns, marks from link_cell
      where not exists (select 1 from whole) and scored < marks and start_ns <> all($4) and ($1 or (scored = 0 and start_ns <= $3)) order by start_ns desc limit 1)`,
    [idle, newestNs - grid.cellNs - grid.reachNs, newestNs - grid.cellNs - soon, arrayText(leftAside)],
  )
  const row = rows[0]
  return row ? { startNs: row.start_ns, marks: row.marks } : null
}

/** How often the cell has been marked; null where there is none (a new model cut time anew). */
export async function marksOf(client: PoolClient, startNs: bigint): Promise<bigint | null> {
  const { rows } = await client.query<{ marks: bigint }>('select marks from link_cell where start_ns = $1', [startNs])
  return rows[0]?.marks ?? null
}

/** Notes that the cell was scored as of these marks, and how many events it holds. */
export async function closeCell(client: PoolClient, { startNs, marks }: OpenCell, events: number): Promise<void> {
  await client.query('update link_cell set scored = $2, events = $3 where start_ns = $1', [startNs, marks, events])
}

/** Cuts time anew: every cell in which an event or a span lies waits to be scored. Relies on event_key and span_start alone. */
export async function cutAnew(client: PoolClient, { cellNs }: Grid): Promise<void> {
  await client.query('delete from link_cell')
  await client.query(
    `insert into link_cell (start_ns, events, marks, scored)
     select start_ns, sum(events)::integer, 1, 0 from (
       select time_ns / $1 * $1 as start_ns, count(*) as events from event group by 1
       union all select start_ns / $1 * $1, 0 from span where event_count > 0 group by 1) as cut (start_ns, events)
     group by 1`,
    [cellNs],
  )
}

/** What the X-Ray poller remembers: announced traces and those to fetch, and how far its readings are. Times in ms. */
import type { Pool, PoolClient } from 'pg'
import { hash64 } from '#lib/base/hash'
import type { PollProblem } from '#lib/model/connection'
import { targetIdOf, type Connection } from '#lib/model/poll'
import { connectionOfRow, type ConnectionRow } from '#lib/model/poll-rows'

export interface TraceScan {
  kind: string
  version: number
  doneMs: number
  dueMs: number
  /** The window under way. */
  window: { fromMs: number; toMs: number; token: string | null } | null
}

interface ScanRow {
  kind: string
  version: bigint
  done_ms: bigint
  due_ms: bigint
  from_ms: bigint | null
  to_ms: bigint | null
  token: string | null
}

/** Makes those that are missing. */
export async function readTraceScans(pool: Pool, targetId: bigint, kinds: readonly string[], start: { doneMs: number; dueMs: number }): Promise<TraceScan[]> {
  const read = async (): Promise<ScanRow[]> =>
    (await pool.query<ScanRow>('select kind, version, done_ms, due_ms, from_ms, to_ms, token from trace_scan where target_id = $1', [targetId])).rows
  const known = await read()
  if (known.length >= kinds.length) return known.map(toScan)
  await pool.query(
    `insert into trace_scan (target_id, kind, version, done_ms, due_ms) select $1, kind, 0, $3, $4 from unnest($2::text[]) as kind
     on conflict (target_id, kind) do nothing`,
    [targetId, kinds, start.doneMs, start.dueMs],
  )
  return (await read()).map(toScan)
}

function toScan(row: ScanRow): TraceScan {
  return {
    kind: row.kind,
    version: Number(row.version),
    doneMs: Number(row.done_ms),
    dueMs: Number(row.due_ms),
    window: row.from_ms === null || row.to_ms === null ? null : { fromMs: Number(row.from_ms), toMs: Number(row.to_ms), token: row.token },
  }
}

/** Throws where another process has moved it on since it was read; the transaction it is in is taken back. */
export async function writeTraceScan(client: PoolClient, targetId: bigint, scan: TraceScan): Promise<void> {
  const { rowCount } = await client.query(
    `update trace_scan set version = version + 1, done_ms = $4, due_ms = $5, from_ms = $6, to_ms = $7, token = $8
     where target_id = $1 and kind = $2 and version = $3`,
    [targetId, scan.kind, scan.version, scan.doneMs, scan.dueMs, scan.window?.fromMs ?? null, scan.window?.toMs ?? null, scan.window?.token ?? null],
  )
  if (rowCount !== 1) throw new Error(`the reading ${scan.kind} of traces was moved on by another process`)
}

export interface AnnouncedTrace {
  id: string
  revision: number
  startMs: number
}

/** Notes what a page of summaries announced: traces that are new or have grown are due now. */
export async function announceTraces(client: PoolClient, targetId: bigint, traces: readonly AnnouncedTrace[], nowMs: number): Promise<void> {
  const once = [...new Map(traces.map((trace) => [trace.id, trace])).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  await client.query(
    `insert into polled_trace as known (target_id, trace_id, revision, start_ms, due_ms, tries, misses)
     select $1, id, revision, start_ms, $5, 0, 0 from unnest($2::text[], $3::bigint[], $4::bigint[]) as told (id, revision, start_ms)
     on conflict (target_id, trace_id) do update set revision = excluded.revision, due_ms = excluded.due_ms, tries = 0, misses = 0
     where excluded.revision > known.revision`,
    [targetId, once.map(({ id }) => id), once.map(({ revision }) => revision), once.map(({ startMs }) => Math.round(startMs)), nowMs],
  )
}

export interface DueTrace {
  id: string
  tries: number
  misses: number
}

/** Traces to fetch by now, the longest due first. */
export async function dueTraces(pool: Pool, targetId: bigint, nowMs: number, limit: number): Promise<DueTrace[]> {
  const { rows } = await pool.query<{ trace_id: string; tries: number; misses: number }>(
    'select trace_id, tries, misses from polled_trace where target_id = $1 and due_ms <= $2 order by due_ms, trace_id limit $3',
    [targetId, nowMs, limit],
  )
  return rows.map((row) => ({ id: row.trace_id, tries: row.tries, misses: row.misses }))
}

/** When the next trace is due; null where none is awaited. */
export async function nextTraceDue(pool: Pool, targetId: bigint): Promise<number | null> {
  const { rows } = await pool.query<{ due: bigint | null }>('select min(due_ms) as due from polled_trace where target_id = $1', [targetId])
  return rows[0]?.due === null || rows[0] === undefined ? null : Number(rows[0].due)
}

/** `dueMs` null: nothing more is awaited. */
export async function settleTrace(client: PoolClient, targetId: bigint, trace: DueTrace & { dueMs: number | null; fetchedMs: number | null }): Promise<void> {
  await client.query(
    'update polled_trace set fetched_ms = coalesce($6, fetched_ms), due_ms = $5, tries = $3, misses = $4 where target_id = $1 and trace_id = $2',
    [targetId, trace.id, trace.tries, trace.misses, trace.dueMs, trace.fetchedMs],
  )
}

/** The start of the earliest trace that was announced and is still to be fetched for the first time; null where there is none. */
export async function earliestUnfetched(client: PoolClient, targetId: bigint): Promise<number | null> {
  const { rows } = await client.query<{ start: bigint | null }>(
    'select min(start_ms) as start from polled_trace where target_id = $1 and fetched_ms is null and due_ms is not null',
    [targetId],
  )
  const start = rows[0]?.start ?? null
  return start === null ? null : Number(start)
}

/** Forgets traces that nothing is awaited of; announced again they are fetched again, which stores nothing twice. */
export async function forgetTraces(client: PoolClient, targetId: bigint, beforeMs: number): Promise<void> {
  await client.query('delete from polled_trace where target_id = $1 and due_ms is null and start_ms < $2', [targetId, beforeMs])
}

export interface TraceBooks {
  received: number
  stored: number
  duplicate: number
  late: number
  lastEventMs: number | null
  /** Only moves forward. */
  completeMs: number | null
}

/** Adds to the target's books: it could be read. `problem` undefined leaves what is said of it. */
export async function keepTraceBooks(client: PoolClient, targetId: bigint, nowMs: number, books: TraceBooks, problem?: PollProblem | null): Promise<void> {
  await client.query(
    `update poll_target set received = received + $2, stored = stored + $3, duplicate = duplicate + $4, late = late + $5, state = 'active',
       last_event_ms = greatest(last_event_ms, $6), last_read_ms = $7, complete_ms = greatest(complete_ms, $8), problem = case when $9 then $10 else problem end
     where id = $1`,
    [
      targetId,
      books.received,
      books.stored,
      books.duplicate,
      books.late,
      books.lastEventMs,
      nowMs,
      books.completeMs,
      problem !== undefined,
      problem ? JSON.stringify(problem) : null,
    ],
  )
}

export interface TracedConnection {
  connection: Connection
  targetId: bigint
  sinceMs: number
}

/** Connections whose traces are read, each with its target, made where it is missing. */
export async function loadTraced(pool: Pool, name: string): Promise<TracedConnection[]> {
  const { rows } = await pool.query<ConnectionRow>('select * from aws_connection where enabled and xray order by id')
  const traced: TracedConnection[] = []
  for (const connection of rows.map(connectionOfRow)) {
    const targetId = targetIdOf(connection.id, 'xray', name)
    await pool.query(
      `insert into poll_target (id, connection_id, kind, name, source_id, state, since_ms, delays, received, stored, duplicate, late)
       select $1, id, 'xray', $3, $4, 'active', since_ms, '{}', 0, 0, 0, 0 from aws_connection where id = $2 on conflict do nothing`,
      [targetId, connection.id, name, hash64(`source:${name}`)],
    )
    const { rows: targets } = await pool.query<{ since_ms: bigint }>('select since_ms from poll_target where id = $1', [targetId])
    const sinceMs = targets[0]?.since_ms
    if (sinceMs !== undefined) traced.push({ connection, targetId, sinceMs: Number(sinceMs) })
  }
  return traced
}

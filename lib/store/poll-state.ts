/**
 * How far each target is read. A page's effect is written in the transaction that stores its events (`commitPage`), and only by a writer that
 * knows the newest version of the reading: a second poller, or a change in between, makes it throw StalePage, which takes the page back.
 */
import type { Pool, PoolClient } from 'pg'
import { hash64 } from '#lib/base/hash'
import { inTransaction } from '#lib/db/pool'
import type { Connection, PollTarget } from '#lib/model/poll'
import { connectionOfRow, scanOfRow, targetOfRow, type ConnectionRow, type ScanRow, type TargetRow } from '#lib/model/poll-rows'
import type { Scan } from '#lib/model/scan'
import { extendCoverage } from './coverage'

/** Somebody else moved the reading since it was loaded. */
export class StalePage extends Error {
  constructor(kind: string) {
    super(`the reading ${kind} was moved by someone else`)
  }
}

/** Changes of any connection since: cheap enough to be asked every few seconds. */
export async function loadChange(pool: Pool): Promise<string> {
  const { rows } = await pool.query<{ change: string }>(
    `select coalesce(string_agg(id::text || ':' || changed_ms::text, ',' order by id), '') as change from aws_connection`,
  )
  return rows[0]?.change ?? ''
}

export interface PolledConnection {
  connection: Connection
  targets: PollTarget[]
  /** Those with something to read now or later. */
  scans: Scan[]
}

export async function loadPolled(pool: Pool): Promise<PolledConnection[]> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only')
    const connections = await client.query<ConnectionRow>('select * from aws_connection where enabled order by id')
    const targets = await client.query<TargetRow>(
      'select t.* from poll_target t join aws_connection c on c.id = t.connection_id where c.enabled order by t.name',
    )
    const scans = await client.query<ScanRow>(
      `select s.* from poll_scan s join poll_target t on t.id = s.target_id join aws_connection c on c.id = t.connection_id
       where c.enabled and s.due_ms < $1`,
      [Number.MAX_SAFE_INTEGER],
    )
    const scansOf = groupBy(scans.rows.map(scanOfRow), (scan) => scan.targetId)
    const targetsOf = groupBy(targets.rows.map(targetOfRow), (target) => target.connectionId)
    return connections.rows.map((row) => {
      const connection = connectionOfRow(row)
      const own = targetsOf.get(connection.id) ?? []
      return { connection, targets: own, scans: own.flatMap((target) => scansOf.get(target.id) ?? []) }
    })
  })
}

function groupBy<T>(rows: readonly T[], key: (row: T) => bigint): Map<bigint, T[]> {
  const groups = new Map<bigint, T[]>()
  for (const row of rows) {
    const group = groups.get(key(row))
    if (group) group.push(row)
    else groups.set(key(row), [row])
  }
  return groups
}

/** Adds targets that are new, with their readings; brings class, bytes and state of the others up to date. */
export async function saveTargets(pool: Pool, targets: readonly PollTarget[], scans: readonly Scan[]): Promise<void> {
  if (targets.length === 0) return
  await inTransaction(pool, async (client) => {
    for (const target of targets) await saveTarget(client, target)
    await insertScans(client, scans)
  })
}

async function saveTarget(client: PoolClient, target: PollTarget): Promise<void> {
  await client.query(
    `insert into poll_target (id, connection_id, kind, name, source_id, state, group_class, stored_bytes, since_ms, complete_ms, delays,
       received, stored, duplicate, late, problem)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, null, '{}', 0, 0, 0, 0, $10
     where exists (select 1 from aws_connection where id = $2)
     on conflict (id) do update set state = excluded.state, group_class = excluded.group_class, stored_bytes = excluded.stored_bytes, problem = excluded.problem`,
    [
      target.id,
      target.connectionId,
      target.kind,
      target.name,
      // The id that ingest gives to the source of that name.
      hash64(`source:${target.name}`),
      target.state,
      target.groupClass,
      target.storedBytes,
      target.sinceMs,
      target.problem && JSON.stringify(target.problem),
    ],
  )
}

export async function insertScans(client: PoolClient, scans: readonly Scan[]): Promise<void> {
  for (const scan of scans) {
    await client.query(
      `insert into poll_scan (target_id, kind, version, due_ms, done_ms, read_at_ms, from_ms, to_ms, started_ms, chunk_to_ms, chunk_at_ms, token, pages,
         width_ms, received, stored, finished_ms)
       select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
       where exists (select 1 from poll_target where id = $1)
       on conflict do nothing`,
      scanValues(scan),
    )
  }
}

function scanValues(scan: Scan): unknown[] {
  const { range, chunk } = scan
  return [
    scan.targetId,
    scan.kind,
    scan.version,
    scan.dueMs,
    scan.doneMs,
    scan.readAtMs,
    range?.fromMs ?? null,
    range?.toMs ?? null,
    range?.startedMs ?? null,
    chunk?.toMs ?? null,
    chunk?.atMs ?? null,
    chunk?.token ?? null,
    chunk?.pages ?? 0,
    scan.widthMs,
    scan.received,
    scan.stored,
    scan.finishedMs,
  ].map((value) => (typeof value === 'number' ? Math.trunc(value) : value))
}

/** A reading moved on, with what its target learned. `complete` is a range that this page has made complete. */
export interface PageEffect {
  scan: Scan
  target: PollTarget
  complete: { fromMs: number; toMs: number } | null
}

/** Writes the effect; to be called in the page's transaction. Throws StalePage. */
export async function commitPage(client: PoolClient, { scan, target, complete }: PageEffect): Promise<void> {
  const { rowCount } = await client.query(
    `update poll_scan set version = version + 1, due_ms = $4, done_ms = $5, read_at_ms = $6, from_ms = $7, to_ms = $8, started_ms = $9,
       chunk_to_ms = $10, chunk_at_ms = $11, token = $12, pages = $13, width_ms = $14, received = $15, stored = $16, finished_ms = $17
     where target_id = $1 and kind = $2 and version = $3`,
    scanValues(scan),
  )
  if (rowCount !== 1) throw new StalePage(scan.kind)
  await client.query(
    `update poll_target set state = $2, complete_ms = $3, delays = $4::integer[], received = $5, stored = $6, duplicate = $7, late = $8, last_read_ms = $9,
       last_event_ms = $10, problem = $11, since_ms = $12
     where id = $1`,
    [
      target.id,
      target.state,
      target.completeMs,
      target.delays,
      target.received,
      target.stored,
      target.duplicate,
      target.late,
      target.lastReadMs,
      target.lastEventMs,
      target.problem && JSON.stringify(target.problem),
      target.sinceMs,
    ],
  )
  if (complete !== null) await extendCoverage(client, { targetId: target.id, sourceId: hash64(`source:${target.name}`), ...complete })
  if (scan.kind.startsWith('backfill-') && scan.range === null) await endBackfill(client, scan)
}

/** A reading that nothing will come of any more: its group is gone. */
export async function endReading(pool: Pool, scan: Scan, nowMs: number): Promise<void> {
  const ended = { ...scan, range: null, chunk: null, finishedMs: nowMs }
  await inTransaction(pool, async (client) => {
    await client.query(
      'update poll_scan set version = version + 1, due_ms = $3, from_ms = null, to_ms = null, finished_ms = $4 where target_id = $1 and kind = $2',
      [scan.targetId, scan.kind, Number.MAX_SAFE_INTEGER, Math.trunc(nowMs)],
    )
    await endBackfill(client, ended)
  })
}

/** A backfill is done when its last group is. */
async function endBackfill(client: PoolClient, scan: Scan): Promise<void> {
  await client.query(
    `update backfill set state = 'done', ended_ms = $2
     where lpad(to_hex(id), 16, '0') = $1 and state = 'running' and not exists (select 1 from poll_scan where kind = $3 and finished_ms is null)`,
    [scan.kind.slice('backfill-'.length), scan.finishedMs, scan.kind],
  )
}

/** What a target is in, and why, apart from its readings. */
export async function saveTargetState(pool: Pool, target: Pick<PollTarget, 'id' | 'state' | 'problem'>): Promise<void> {
  await pool.query('update poll_target set state = $2, problem = $3 where id = $1', [target.id, target.state, target.problem && JSON.stringify(target.problem)])
}

/** What is learned of a connection while it is polled. Not a change that anyone has to read again. */
export async function saveConnectionState(pool: Pool, connection: Pick<Connection, 'id' | 'accountId' | 'listedMs' | 'problem'>): Promise<void> {
  await pool.query('update aws_connection set account_id = $2, listed_ms = $3, problem = $4 where id = $1', [
    connection.id,
    connection.accountId,
    connection.listedMs === null ? null : Math.trunc(connection.listedMs),
    connection.problem && JSON.stringify(connection.problem),
  ])
}

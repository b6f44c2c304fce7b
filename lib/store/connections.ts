/** Connections to AWS and their backfills: what a person sets. Whoever polls sees a change by `changed_ms`, which only grows. */
import { randomBytes } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import { idToHex } from '#lib/base/hash'
import { inTransaction } from '#lib/db/pool'
import type { ConnectionDraft, NewConnection } from '#lib/model/connection'
import type { ConnectionRow } from '#lib/model/poll-rows'
import { newBackfillScan } from '#lib/model/scan'
import { SpecterError } from '#lib/server/problem'
import { insertScans } from './poll-state'

/** Nobody reads more accounts and regions through one instance; each holds a client. */
const MAX_CONNECTIONS = 200
/** A backfill reads beside the live reading; more at once would only share its calls. */
const MAX_BACKFILLS = 20
/** Where a reading on new terms begins; more of the past is a backfill. */
const LOOKBACK_MS = 3_600_000

function randomId(): bigint {
  return randomBytes(8).readBigInt64BE(0) || 1n
}

/** Makes a connection; its id. Throws invalid-params where there are too many. */
export async function createConnection(pool: Pool, draft: NewConnection, nowMs: number): Promise<bigint> {
  const id = randomId()
  const { rowCount } = await pool.query(
    `insert into aws_connection (id, label, region, role_arn, external_id, endpoint, groups, excluded_groups, filter_pattern, xray, enabled,
       since_ms, created_ms, changed_ms)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13
     where (select count(*) from aws_connection) < $14`,
    [id, ...draftValues(draft), Math.trunc(nowMs - draft.lookbackMinutes * 60_000), Math.trunc(nowMs), MAX_CONNECTIONS],
  )
  if (rowCount === 0) throw invalid('label', `there are ${MAX_CONNECTIONS} connections already`)
  return id
}

function draftValues(draft: ConnectionDraft): unknown[] {
  const { label, region, roleArn, externalId, endpoint, groups, excludedGroups, filterPattern, xray, enabled } = draft
  return [label, region, roleArn ?? null, externalId ?? null, endpoint ?? null, groups, excludedGroups, filterPattern || null, xray, enabled]
}

function invalid(name: string, reason: string): SpecterError {
  return new SpecterError('invalid-params', `${name}: ${reason}`, { invalidParams: [{ name, reason }] })
}

/**
 * Changes a connection; false where there is none. What was read stays. Where other events are asked for (another account, region,
 * endpoint or filter), the readings begin anew an hour ago, and nothing is called complete that was read under the old terms alone.
 */
export async function changeConnection(pool: Pool, id: bigint, draft: ConnectionDraft, nowMs: number): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query<ConnectionRow>('select * from aws_connection where id = $1 for update', [id])
    const before = rows[0]
    if (!before) return false
    const elsewhere = before.region !== draft.region || before.role_arn !== (draft.roleArn ?? null) || before.endpoint !== (draft.endpoint ?? null)
    const otherEvents = elsewhere || before.filter_pattern !== (draft.filterPattern || null)
    await client.query(
      `update aws_connection set label = $2, region = $3, role_arn = $4, external_id = $5, endpoint = $6, groups = $7, excluded_groups = $8,
         filter_pattern = $9, xray = $10, enabled = $11, changed_ms = greatest($12, changed_ms + 1), problem = null,
         account_id = case when $13 then null else account_id end, listed_ms = null,
         since_ms = case when $14 then greatest(since_ms, $12 - $15::bigint) else since_ms end
       where id = $1`,
      [id, ...draftValues(draft), Math.trunc(nowMs), elsewhere, otherEvents, LOOKBACK_MS],
    )
    if (otherEvents) await forgetReadings(client, id)
    return true
  })
}

/** Events stay; groups, books and what was complete begin anew. */
async function forgetReadings(client: PoolClient, id: bigint): Promise<void> {
  await client.query('delete from poll_scan where target_id in (select id from poll_target where connection_id = $1)', [id])
  await client.query('delete from trace_scan where target_id in (select id from poll_target where connection_id = $1)', [id])
  await client.query('delete from polled_trace where target_id in (select id from poll_target where connection_id = $1)', [id])
  await client.query('delete from coverage where target_id in (select id from poll_target where connection_id = $1)', [id])
  await client.query('delete from poll_target where connection_id = $1', [id])
  await client.query(`update backfill set state = 'cancelled' where connection_id = $1 and state = 'running'`, [id])
}

/** Forgets a connection; what it brought stays. False where there is none. */
export async function deleteConnection(pool: Pool, id: bigint): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    const { rowCount } = await client.query('delete from aws_connection where id = $1', [id])
    await forgetReadings(client, id)
    await client.query('delete from backfill where connection_id = $1', [id])
    return rowCount === 1
  })
}

export interface BackfillRequest {
  fromMs: number
  toMs: number
  /** Of the connection's groups; none: all. */
  groups: string[]
}

/** Starts reading a past range of the groups that can be read; the backfill's id. Null where there is no such connection. Throws invalid-params. */
export async function startBackfill(pool: Pool, connectionId: bigint, request: BackfillRequest, nowMs: number): Promise<bigint | null> {
  return inTransaction(pool, async (client) => {
    const { rows } = await client.query(
      'update aws_connection set changed_ms = greatest($2, changed_ms + 1) where id = $1 returning (select count(*)::integer from backfill where connection_id = $1 and state = $3) as running',
      [connectionId, Math.trunc(nowMs), 'running'],
    )
    const connection = rows[0] as { running: number } | undefined
    if (!connection) return null
    if (connection.running >= MAX_BACKFILLS) throw invalid('from', `${MAX_BACKFILLS} backfills are running already`)
    const targets = await client.query<{ id: bigint }>(
      `select id from poll_target
       where connection_id = $1 and kind = 'logs' and state in ('active', 'failing', 'forbidden') and ($2::text[] = '{}' or name = any($2::text[]))`,
      [connectionId, request.groups],
    )
    if (targets.rows.length === 0) throw invalid('groups', 'none of the chosen groups can be read yet')
    const id = randomId()
    await client.query(`insert into backfill (id, connection_id, from_ms, to_ms, groups, state, created_ms) values ($1, $2, $3, $4, $5, 'running', $6)`, [
      id,
      connectionId,
      request.fromMs,
      request.toMs,
      request.groups,
      Math.trunc(nowMs),
    ])
    const { fromMs, toMs } = request
    await insertScans(
      client,
      targets.rows.map((target) => newBackfillScan(target.id, idToHex(id), { fromMs, toMs, nowMs })),
    )
    return id
  })
}

/** Ends a backfill; what it has read stays. False where there is none that runs. */
export async function cancelBackfill(pool: Pool, connectionId: bigint, id: bigint, nowMs: number): Promise<boolean> {
  return inTransaction(pool, async (client) => {
    await client.query('update aws_connection set changed_ms = greatest($2, changed_ms + 1) where id = $1', [connectionId, Math.trunc(nowMs)])
    const { rowCount } = await client.query(
      `update backfill set state = 'cancelled', ended_ms = $3 where id = $1 and connection_id = $2 and state = 'running'`,
      [id, connectionId, Math.trunc(nowMs)],
    )
    // Kept for its progress; without a due time nobody reads on, and a page in flight is of an older version.
    await client.query('update poll_scan set due_ms = $2, version = version + 1 where kind = $1 and finished_ms is null', [
      `backfill-${idToHex(id)}`,
      Number.MAX_SAFE_INTEGER,
    ])
    return rowCount === 1
  })
}

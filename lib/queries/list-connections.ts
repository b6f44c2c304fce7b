/** Connections to AWS, their groups and backfills: how far each is read, and what keeps it from being read. */
import { idToHex } from '#lib/base/hash'
import { msToNs, nsToIso } from '#lib/base/time'
import { sql, type Sql } from '#lib/db/sql'
import type { BackfillItem, ConnectionItem, GroupStatus } from '#lib/model/connection'
import { delayQuantile, overlapMs } from '#lib/model/delays'
import { connectionOfRow, scanOfRow, targetOfRow, type ConnectionRow, type ScanRow, type TargetRow } from '#lib/model/poll-rows'
import type { PollTarget } from '#lib/model/poll'
import { sweepSpanOf, sweepSpans, type Scan } from '#lib/model/scan'
import type { Db } from './read'

/** As many as lib/store/connections.ts lets be made. */
const MAX_CONNECTIONS = 200
/** A page of groups; more than an account has in one region before it asks for more is cut, and says so. */
const MAX_GROUPS = 2_000
const MAX_BACKFILLS = 100

const iso = (ms: number | null): string | null => (ms === null ? null : nsToIso(msToNs(ms)))
const isoOf = (ms: number): string => nsToIso(msToNs(ms))

interface TotalsRow {
  connection_id: bigint
  active: bigint
  forbidden: bigint
  deleted: bigint
  unsupported: bigint
  failing: bigint
  unread: bigint
  read: bigint
  complete_ms: bigint | null
  received: bigint
  stored: bigint
  duplicate: bigint
  late: bigint
}

/** All connections by label, or the one. Small tables: at most 200 rows, and their groups through poll_target_name. */
export async function listConnections(db: Db, nowMs: number, id?: bigint): Promise<ConnectionItem[]> {
  const which: Sql = id === undefined ? sql`true` : sql`c.id = ${id}`
  const rows = await db.rows<ConnectionRow>(sql`select c.* from aws_connection c where ${which} order by c.label, c.id limit ${MAX_CONNECTIONS}`)
  const totals = await db.rows<TotalsRow>(sql`
    select t.connection_id,
           count(*) filter (where t.state = 'active') as active,
           count(*) filter (where t.state = 'forbidden') as forbidden,
           count(*) filter (where t.state = 'deleted') as deleted,
           count(*) filter (where t.state = 'unsupported') as unsupported,
           count(*) filter (where t.state = 'failing') as failing,
           count(*) filter (where t.state in ('active', 'forbidden', 'failing') and t.complete_ms is null) as unread,
           count(*) filter (where t.complete_ms is not null) as read,
           min(t.complete_ms) filter (where t.state in ('active', 'forbidden', 'failing')) as complete_ms,
           sum(t.received)::bigint as received, sum(t.stored)::bigint as stored, sum(t.duplicate)::bigint as duplicate, sum(t.late)::bigint as late
    from poll_target t
    group by 1`)
  const totalsOf = new Map(totals.map((row) => [row.connection_id, row]))
  return rows.map((row) => toItem(row, totalsOf.get(row.id), nowMs))
}

function toItem(row: ConnectionRow, totals: TotalsRow | undefined, nowMs: number): ConnectionItem {
  const connection = connectionOfRow(row)
  const { label, region, roleArn, externalId, endpoint, groups, excludedGroups, filterPattern, xray, enabled, accountId, problem } = connection
  const count = (name: Exclude<keyof TotalsRow, 'connection_id' | 'complete_ms'>): number => Number(totals?.[name] ?? 0n)
  const completeMs = totals?.complete_ms == null || count('unread') > 0 ? null : Number(totals.complete_ms)
  const starting = problem === null && count('read') === 0 && (connection.listedMs === null || count('active') > 0)
  return {
    id: idToHex(connection.id),
    label,
    region,
    roleArn,
    externalId,
    endpoint,
    groups,
    excludedGroups,
    filterPattern,
    xray,
    enabled,
    accountId,
    created: isoOf(connection.createdMs),
    since: isoOf(connection.sinceMs),
    listed: iso(connection.listedMs),
    state: !enabled ? 'disabled' : problem ? 'problem' : starting ? 'starting' : 'reading',
    problem: enabled ? problem : null,
    groupStates: {
      active: count('active'),
      forbidden: count('forbidden'),
      deleted: count('deleted'),
      unsupported: count('unsupported'),
      failing: count('failing'),
    },
    completeUntil: iso(completeMs),
    lagMs: completeMs === null || !enabled ? null : Math.max(0, nowMs - completeMs),
    received: count('received'),
    stored: count('stored'),
    duplicate: count('duplicate'),
    late: count('late'),
  }
}

/** The groups of a connection by name, and its X-Ray traces where they are read; null where there is no such connection. */
export async function listGroupStatuses(db: Db, id: bigint, nowMs: number): Promise<{ items: GroupStatus[]; cut: boolean } | null> {
  const [connection] = await db.rows<{ enabled: boolean }>(sql`select enabled from aws_connection where id = ${id}`)
  if (!connection) return null
  const targets = await db.rows<TargetRow>(sql`
    select * from poll_target where connection_id = ${id} and state <> 'excluded' order by kind, name limit ${MAX_GROUPS + 1}`)
  const shown = targets.slice(0, MAX_GROUPS).map(targetOfRow)
  const scans = await db.rows<ScanRow>(sql`select * from poll_scan where target_id = any(${shown.map((target) => target.id)}::bigint[])`)
  const scansOf = new Map<bigint, Scan[]>()
  for (const row of scans) scansOf.set(row.target_id, [...(scansOf.get(row.target_id) ?? []), scanOfRow(row)])
  return {
    items: shown.map((target) => toStatus(target, scansOf.get(target.id) ?? [], connection.enabled ? nowMs : null)),
    cut: targets.length > MAX_GROUPS,
  }
}

/** `nowMs` null: nobody reads it now. */
function toStatus(target: PollTarget, scans: readonly Scan[], nowMs: number | null): GroupStatus {
  const { name, kind, state, groupClass, storedBytes, received, stored, duplicate, late, completeMs, delays, problem } = target
  const p50 = delayQuantile(delays, 0.5)
  const p999 = delayQuantile(delays, 0.999)
  const ended = state === 'deleted' || state === 'unsupported'
  return {
    name,
    kind,
    state,
    groupClass,
    storedBytes,
    since: isoOf(target.sinceMs),
    completeUntil: iso(completeMs),
    lagMs: completeMs === null || nowMs === null || ended ? null : Math.max(0, nowMs - completeMs),
    received,
    stored,
    duplicate,
    late,
    lastRead: iso(target.lastReadMs),
    lastEvent: iso(target.lastEventMs),
    delayMs: p50 === null || p999 === null ? null : { p50, p999 },
    overlapMs: overlapMs(delays),
    sweeps: sweepSpans.flatMap((span) => {
      const scan = scans.find((one) => sweepSpanOf(one.kind) === span)
      if (!scan) return []
      return [{ span, last: iso(scan.finishedMs), next: isoOf(scan.dueMs), running: scan.range !== null, reached: iso(scan.range?.fromMs ?? null) }]
    }),
    problem,
  }
}

interface BackfillRow {
  id: bigint
  from_ms: bigint
  to_ms: bigint
  state: 'running' | 'done' | 'cancelled'
  created_ms: bigint
  ended_ms: bigint | null
  total: bigint
  done: bigint
  failing: bigint
  share: number | null
  received: bigint | null
  stored: bigint | null
}

/** Backfills of a connection, the newest first, or the one. Each is joined with its readings, of which there is one a group. */
export async function listBackfills(db: Db, connectionId: bigint, id?: bigint): Promise<BackfillItem[]> {
  const which: Sql = id === undefined ? sql`true` : sql`b.id = ${id}`
  const rows = await db.rows<BackfillRow>(sql`
    select b.id, b.from_ms, b.to_ms, b.state, b.created_ms, b.ended_ms,
           count(s.target_id) as total,
           count(s.target_id) filter (where s.finished_ms is not null) as done,
           count(s.target_id) filter (where t.state <> 'active') as failing,
           avg(case when s.finished_ms is not null then 1 else (s.from_ms - b.from_ms)::float8 / greatest(1, b.to_ms - b.from_ms) end)::float8 as share,
           sum(s.received)::bigint as received, sum(s.stored)::bigint as stored
    from backfill b
    left join poll_scan s on s.kind = 'backfill-' || lpad(to_hex(b.id), 16, '0')
    left join poll_target t on t.id = s.target_id
    where b.connection_id = ${connectionId} and ${which}
    group by b.id
    order by b.created_ms desc, b.id
    limit ${MAX_BACKFILLS}`)
  return rows.map((row) => ({
    id: idToHex(row.id),
    from: isoOf(Number(row.from_ms)),
    to: isoOf(Number(row.to_ms)),
    state: row.state,
    created: isoOf(Number(row.created_ms)),
    ended: iso(row.ended_ms === null ? null : Number(row.ended_ms)),
    groups: { done: Number(row.done), total: Number(row.total), failing: Number(row.failing) },
    share: row.state === 'done' ? 1 : Math.min(1, Math.max(0, row.share ?? 0)),
    received: Number(row.received ?? 0n),
    stored: Number(row.stored ?? 0n),
  }))
}

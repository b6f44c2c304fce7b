/** Rows of the tables of polling, as the driver gives them, and what they mean. Pure; the SQL is in lib/store and lib/queries. */
import type { PollProblem } from './connection'
import type { Connection, PollTarget } from './poll'
import type { Scan, ScanKind } from './scan'

const numberOrNull = (value: bigint | null): number | null => (value === null ? null : Number(value))

export interface ConnectionRow {
  id: bigint
  label: string
  region: string
  role_arn: string | null
  external_id: string | null
  endpoint: string | null
  groups: string[]
  excluded_groups: string[]
  filter_pattern: string | null
  xray: boolean
  enabled: boolean
  account_id: string | null
  since_ms: bigint
  created_ms: bigint
  changed_ms: bigint
  listed_ms: bigint | null
  problem: PollProblem | null
}

export function connectionOfRow(row: ConnectionRow): Connection {
  return {
    id: row.id,
    label: row.label,
    region: row.region,
    roleArn: row.role_arn,
    externalId: row.external_id,
    endpoint: row.endpoint,
    groups: row.groups,
    excludedGroups: row.excluded_groups,
    filterPattern: row.filter_pattern,
    xray: row.xray,
    enabled: row.enabled,
    accountId: row.account_id,
    sinceMs: Number(row.since_ms),
    createdMs: Number(row.created_ms),
    changedMs: Number(row.changed_ms),
    listedMs: numberOrNull(row.listed_ms),
    problem: row.problem,
  }
}

export interface TargetRow {
  id: bigint
  connection_id: bigint
  kind: 'logs' | 'xray'
  name: string
  state: PollTarget['state']
  group_class: string | null
  stored_bytes: bigint | null
  since_ms: bigint
  complete_ms: bigint | null
  delays: number[]
  received: bigint
  stored: bigint
  duplicate: bigint
  late: bigint
  last_read_ms: bigint | null
  last_event_ms: bigint | null
  problem: PollProblem | null
}

export function targetOfRow(row: TargetRow): PollTarget {
  return {
    id: row.id,
    connectionId: row.connection_id,
    kind: row.kind,
    name: row.name,
    state: row.state,
    groupClass: row.group_class,
    storedBytes: numberOrNull(row.stored_bytes),
    sinceMs: Number(row.since_ms),
    completeMs: numberOrNull(row.complete_ms),
    delays: row.delays,
    received: Number(row.received),
    stored: Number(row.stored),
    duplicate: Number(row.duplicate),
    late: Number(row.late),
    lastReadMs: numberOrNull(row.last_read_ms),
    lastEventMs: numberOrNull(row.last_event_ms),
    problem: row.problem,
  }
}

export interface ScanRow {
  target_id: bigint
  kind: ScanKind
  version: bigint
  due_ms: bigint
  done_ms: bigint
  read_at_ms: bigint
  from_ms: bigint | null
  to_ms: bigint | null
  started_ms: bigint | null
  chunk_to_ms: bigint | null
  chunk_at_ms: bigint | null
  token: string | null
  pages: number
  width_ms: bigint
  received: bigint
  stored: bigint
  finished_ms: bigint | null
}

export function scanOfRow(row: ScanRow): Scan {
  const { from_ms: from, to_ms: to, started_ms: started, chunk_to_ms: chunkTo, chunk_at_ms: chunkAt } = row
  return {
    targetId: row.target_id,
    kind: row.kind,
    version: row.version,
    dueMs: Number(row.due_ms),
    doneMs: Number(row.done_ms),
    readAtMs: Number(row.read_at_ms),
    range: from === null || to === null || started === null ? null : { fromMs: Number(from), toMs: Number(to), startedMs: Number(started) },
    chunk: chunkTo === null || chunkAt === null ? null : { toMs: Number(chunkTo), atMs: Number(chunkAt), token: row.token, pages: row.pages },
    widthMs: Number(row.width_ms),
    received: Number(row.received),
    stored: Number(row.stored),
    finishedMs: numberOrNull(row.finished_ms),
  }
}

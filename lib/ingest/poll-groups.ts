/** Which log groups a connection's names and patterns mean now: DescribeLogGroups page by page, and what of it becomes a target. Pure but for the call. */
import type { PollProblem } from '#lib/model/connection'
import { targetIdOf, type Connection, type PollTarget } from '#lib/model/poll'
import { newScans, type Scan, type ScanSettings } from '#lib/model/scan'
import { classAdvice } from '#lib/sources/aws/errors'
import type { DescribedGroup, LogsApi } from '#lib/sources/cloudwatch/client'
import { isChosen } from '#lib/base/group-pattern'
import { isPattern, namedGroups, prefixesOf } from '#lib/sources/cloudwatch/patterns'

/** A listing under way. */
export interface Listing {
  prefixes: string[]
  token: string | null
  found: DescribedGroup[]
}

export function beginListing(connection: Connection): Listing {
  return { prefixes: connection.groups.length === 0 ? [] : prefixesOf(connection.groups), token: null, found: [] }
}

/** One call; the listing after it. It is done when no prefix is left. */
export async function listPage(listing: Listing, api: LogsApi): Promise<Listing> {
  const [prefix = '', ...rest] = listing.prefixes
  const { groups, nextToken } = await api.describe({ prefix, token: listing.token })
  const found = [...listing.found, ...groups]
  return nextToken === null ? { prefixes: rest, token: null, found } : { ...listing, token: nextToken, found }
}

export interface TargetChanges {
  targets: PollTarget[]
  scans: Scan[]
}

const HOUR_MS = 3_600_000
/** Events may be older than the group that they are in; CloudWatch takes them up to 14 days old. */
const OLDEST_MS = 14 * 24 * HOUR_MS

export interface Known {
  connection: Connection
  targets: ReadonlyMap<bigint, PollTarget>
  nowMs: number
  settings: ScanSettings
}

/** New targets, and those whose state, class or size changed. `found` null: groups may not be listed, so only those that are named are known. */
export function targetChanges(found: readonly DescribedGroup[] | null, known: Known): TargetChanges {
  const { connection } = known
  const groups = new Map((found ?? []).map((group) => [group.name, group]))
  const chosen = new Set([...namedGroups(connection), ...[...groups.keys()].filter((name) => isChosen(name, connection))])
  const changes: TargetChanges = { targets: [], scans: [] }
  for (const name of chosen) addChange(changes, name, groups.get(name) ?? null, found !== null, known)
  for (const target of known.targets.values()) {
    if (target.kind !== 'logs' || chosen.has(target.name)) continue
    const excluded = !isChosen(target.name, connection)
    const next = excluded ? stateOf('excluded') : found === null ? null : deleted(known.nowMs)
    if (next && next.state !== target.state) changes.targets.push({ ...target, ...next })
  }
  return changes
}

type State = Pick<PollTarget, 'state' | 'problem'>
const stateOf = (state: PollTarget['state']): State => ({ state, problem: null })

function addChange(changes: TargetChanges, name: string, group: DescribedGroup | null, listed: boolean, known: Known): void {
  const { connection, nowMs, settings } = known
  const id = targetIdOf(connection.id, 'logs', name)
  const before = known.targets.get(id)
  const groupClass = group?.groupClass ?? before?.groupClass ?? null
  const storedBytes = group?.storedBytes ?? before?.storedBytes ?? null
  const next = nextState(before, group, listed, nowMs)
  if (before) {
    const same = before.state === next.state && before.groupClass === groupClass && before.storedBytes === storedBytes
    if (!same) changes.targets.push({ ...before, ...next, groupClass, storedBytes })
    return
  }
  const sinceMs = startOf(group, known)
  changes.targets.push({
    id, connectionId: connection.id, kind: 'logs', name, ...next, groupClass, storedBytes, sinceMs, completeMs: null, delays: [],
    received: 0, stored: 0, duplicate: 0, late: 0, lastReadMs: null, lastEventMs: null,
  }) // prettier-ignore
  changes.scans.push(...newScans(id, { sinceMs, nowMs, share: Number(BigInt.asUintN(16, id)) / 65_536, settings }))
}

/**
 * Where a group's reading begins, settled before its first look: with the connection for what was there then, with the group itself for
 * what was made since, an hour ago for an old group that is chosen only now.
 */
function startOf(group: DescribedGroup | null, { connection, targets, nowMs }: Known): number {
  if (group?.createdMs != null && group.createdMs > connection.sinceMs) return Math.max(connection.sinceMs, group.createdMs - OLDEST_MS)
  const first = ![...targets.values()].some((target) => target.kind === 'logs')
  return first ? connection.sinceMs : Math.max(connection.sinceMs, nowMs - HOUR_MS)
}

function nextState(before: PollTarget | undefined, group: DescribedGroup | null, listed: boolean, nowMs: number): State {
  if (group !== null && group.groupClass !== 'STANDARD') return { state: 'unsupported', problem: classProblem(group, nowMs) }
  if (group === null && listed) return before?.state === 'deleted' ? before : deleted(nowMs)
  // It is there (again), or may be read again: the next look decides.
  if (before && (before.state === 'forbidden' || before.state === 'failing')) return before
  return stateOf('active')
}

function deleted(nowMs: number): State {
  const message = 'There is no such log group in this account and region'
  return { state: 'deleted', problem: problem('not-found', message, 'What was read stays. It is read again when it is there again.', nowMs) }
}

function classProblem({ groupClass }: DescribedGroup, nowMs: number): PollProblem {
  return problem('unsupported-class', `The log group is of class ${groupClass}`, classAdvice(groupClass), nowMs)
}

function problem(code: PollProblem['code'], message: string, advice: string, nowMs: number): PollProblem {
  return { code, message, advice, action: null, time: new Date(nowMs).toISOString() }
}

/** Whether a connection has patterns: then it needs the permission to list. */
export function needsListing(connection: Connection): boolean {
  return connection.groups.some(isPattern)
}

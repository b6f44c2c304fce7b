/** What AWS answers when it is asked for each thing that a connection needs: tiny requests, one problem with its advice for each that fails. */
import { msToNs, nsToIso } from '#lib/base/time'
import type { ConnectionDraft, ConnectionTest, LogGroupItem, LogGroupList } from '#lib/model/connection'
import { accountOfArn, type AwsPlace } from '#lib/sources/aws/credentials'
import { classAdvice, problemOfAws, type AwsProblem } from '#lib/sources/aws/errors'
import { createTraceReader } from '#lib/sources/xray/client'
import { createLogsApi, type DescribedGroup, type LogsApi } from './client'
import { isChosen } from '#lib/base/group-pattern'
import { namedGroups, prefixesOf } from './patterns'

/** Groups that are tried for the permission to read them. */
const TRIED_GROUPS = 3
/** 20 calls, some five seconds: 1,000 groups. */
const LIST_CALLS = 20
const MINUTE_MS = 60_000

type Check = ConnectionTest['checks'][number]

export function placeOf(draft: ConnectionDraft): AwsPlace {
  return { region: draft.region, roleArn: draft.roleArn ?? null, externalId: draft.externalId ?? null, endpoint: draft.endpoint ?? null }
}

/** Problems of the way to AWS: nothing else can be said then. */
const NO_WAY = new Set<AwsProblem['code']>(['no-credentials', 'bad-credentials', 'clock', 'unreachable'])

export async function testConnection(draft: ConnectionDraft, nowMs: number): Promise<ConnectionTest> {
  const place = placeOf(draft)
  const api = createLogsApi(place)
  const checks: Check[] = []
  const add = (action: string, resource: string | null, problem: AwsProblem | null): void => {
    checks.push({ action, resource, ok: problem === null, problem: problem && { ...problem, time: nsToIso(msToNs(nowMs)) } })
  }
  const way = place.roleArn === null ? 'credentials' : 'sts:AssumeRole'
  try {
    const listed = await listSome(api, draft.groups)
    const problem = listed instanceof Error ? problemOfAws(listed, 'logs:DescribeLogGroups') : null
    if (problem && (NO_WAY.has(problem.code) || problem.action === 'sts:AssumeRole')) {
      add(problem.action ?? way, place.roleArn, problem)
      return { ok: false, accountId: accountOfArn(place.roleArn), checks }
    }
    add(way, place.roleArn, null)
    add('logs:DescribeLogGroups', null, problem)
    const found = listed instanceof Error ? [] : listed
    await checkReading({ api, draft, nowMs, found, add })
    if (draft.xray) await checkTraces(place, nowMs, add)
    const accountId = accountOfArn(found[0]?.arn) ?? accountOfArn(place.roleArn)
    return { ok: checks.every((check) => check.ok), accountId, checks }
  } finally {
    api.close()
  }
}

async function listSome(api: LogsApi, groups: readonly string[]): Promise<DescribedGroup[] | Error> {
  const found: DescribedGroup[] = []
  try {
    for (const prefix of groups.length === 0 ? [''] : prefixesOf(groups).slice(0, TRIED_GROUPS))
      found.push(...(await api.describe({ prefix, token: null })).groups)
    return found
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}

interface Reading {
  api: LogsApi
  draft: ConnectionDraft
  nowMs: number
  found: readonly DescribedGroup[]
  add: (action: string, resource: string | null, problem: AwsProblem | null) => void
}

/** One event of the last minute, of the first groups that are chosen. */
async function checkReading({ api, draft, nowMs, found, add }: Reading): Promise<void> {
  const readable = found.filter((group) => group.groupClass === 'STANDARD' && isChosen(group.name, draft)).map((group) => group.name)
  const tried = [...new Set([...namedGroups(draft), ...readable])].slice(0, TRIED_GROUPS)
  for (const group of tried) {
    const problem = await api.filter({ group, fromMs: nowMs - MINUTE_MS, toMs: nowMs, token: null, filterPattern: draft.filterPattern || null, limit: 1 }).then(
      () => null,
      (error: unknown) => problemOfAws(error, 'logs:FilterLogEvents'),
    )
    add('logs:FilterLogEvents', group, problem)
  }
}

async function checkTraces(place: AwsPlace, nowMs: number, add: Reading['add']): Promise<void> {
  const reader = createTraceReader(place)
  const asked = async (action: string, call: Promise<unknown>): Promise<void> =>
    add(
      action,
      null,
      await call.then(
        () => null,
        (error: unknown) => problemOfAws(error, action),
      ),
    )
  try {
    await asked('xray:GetTraceSummaries', reader.summaries({ fromMs: nowMs - MINUTE_MS, toMs: nowMs, by: 'start' }, null))
    // A trace that nobody has: X-Ray answers that it does not know it, to whoever may ask.
    await asked('xray:BatchGetTraces', reader.traces(['1-00000001-000000000000000000000001']))
  } finally {
    reader.close()
  }
}

/** The groups of an account and region that begin as the draft's patterns do, or all: throws what the SDK throws. */
export async function findLogGroups(draft: ConnectionDraft): Promise<LogGroupList> {
  const api = createLogsApi(placeOf(draft))
  const found: DescribedGroup[] = []
  let prefixes = draft.groups.length === 0 ? [''] : prefixesOf(draft.groups)
  let token: string | null = null
  try {
    for (let calls = 0; prefixes.length > 0 && calls < LIST_CALLS; calls++) {
      const [prefix = ''] = prefixes
      const page = await api.describe({ prefix, token })
      found.push(...page.groups)
      token = page.nextToken
      if (token === null) prefixes = prefixes.slice(1)
    }
  } finally {
    api.close()
  }
  const items = found.map((group) => itemOf(group, draft)).sort((a, b) => (a.name < b.name ? -1 : 1))
  return { items, cut: prefixes.length > 0, storedBytes: items.reduce((sum, item) => sum + (item.chosen ? item.storedBytes : 0), 0) }
}

function itemOf(group: DescribedGroup, draft: ConnectionDraft): LogGroupItem {
  const readable = group.groupClass === 'STANDARD'
  return {
    name: group.name,
    groupClass: group.groupClass,
    storedBytes: group.storedBytes,
    retentionDays: group.retentionDays,
    created: group.createdMs === null ? null : nsToIso(msToNs(group.createdMs)),
    chosen: isChosen(group.name, draft),
    readable,
    reason: readable ? null : classAdvice(group.groupClass),
  }
}

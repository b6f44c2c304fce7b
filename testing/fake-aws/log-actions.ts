/** The actions of CloudWatch Logs (`X-Amz-Target: Logs_20140328.*`) that Specter and its tests call. */
import type { VirtualClock } from './clock'
import { AwsFault, faults, placeKey, type Place } from './fault'
import { filterLogEvents, getLogEvents, namedGroup, requireClass } from './filter-log-events'
import { numberOf, requiredText, textOf, textsOf, type Input } from './input'
import type { Knobs } from './knobs'
import type { GroupClass, LogGroup, LogWorld } from './log-world'
import { openToken, sealToken } from './page-token'

/** Everything an action may look at. */
export interface LogCall {
  world: LogWorld
  /** The world of an account whose groups this one may read by ARN; undefined where it may not. */
  linked: (place: Place) => LogWorld | undefined
  linkedWorlds: LogWorld[]
  clock: VirtualClock
  knobs: Knobs
  input: Input
  who: string
  /** nth request of all, for draws */
  ordinal: number
  /** f/ and b/ tokens with the time they were given out */
  streamTokens: Map<string, number>
  /** The group that the request names, or the refusal; then the class. */
  readableGroup: (action: string) => LogGroup
}

const ACTIONS: Readonly<Record<string, (call: LogCall) => object>> = {
  FilterLogEvents: filterLogEvents,
  GetLogEvents: getLogEvents,
  DescribeLogGroups: describeLogGroups,
  DescribeLogStreams: describeLogStreams,
  CreateLogGroup: createLogGroup,
  CreateLogStream: createLogStream,
  DeleteLogGroup: deleteLogGroup,
  PutLogEvents: putLogEvents,
  ListTagsForResource: () => ({ tags: {} }),
}

export function runLogAction(action: string, call: Omit<LogCall, 'readableGroup'>): object {
  const run = ACTIONS[action]
  if (!run) throw new AwsFault('UnknownOperationException', `this fake does not know ${action}`)
  return run({ ...call, readableGroup: (name) => requireClass(groupOf(call, `logs:${name}`, namedGroup(call.input)), name) })
}

/** By name in the caller's account, by ARN also in a linked one. Permission is looked at before existence, as AWS does. */
export function groupOf({ world, linked, who }: Pick<LogCall, 'world' | 'linked' | 'who'>, action: string, nameOrArn: string): LogGroup {
  const arn = /^arn:aws[\w-]*:logs:([^:]+):(\d+):log-group:([^:]+)(?::\*)?$/.exec(nameOrArn)
  const [, region = '', account = '', name = ''] = arn ?? []
  const place = { account, region }
  const where = arn && placeKey(place) !== placeKey(world.place) ? linked(place) : world
  if (!where) throw faults.denied(who, action, nameOrArn)
  const group = arn ? name : nameOrArn
  where.require(who, action, group)
  return where.group(group)
}

function describeLogGroups({ world, linkedWorlds, clock, knobs, input, who }: LogCall): object {
  world.require(who, 'logs:DescribeLogGroups', '*')
  const prefix = textOf(input, 'logGroupNamePrefix')
  const pattern = textOf(input, 'logGroupNamePattern')
  if (prefix !== undefined && pattern !== undefined) throw faults.parameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.')
  const accounts = textsOf(input, 'accountIdentifiers')
  const identifiers = textsOf(input, 'logGroupIdentifiers')
  const groupClass = textOf(input, 'logGroupClass')
  const request = { prefix, pattern, accounts, identifiers, groupClass, linked: input.includeLinkedAccounts === true }
  const groups = [world, ...(request.linked ? linkedWorlds : [])]
    .filter(({ place }) => !request.linked || accounts === undefined || accounts.includes(place.account))
    .flatMap((one) => one.list())
    .filter(
      ({ name, arn }) =>
        (prefix === undefined || name.startsWith(prefix)) &&
        (pattern === undefined || name.includes(pattern)) &&
        (!identifiers || identifiers.includes(name) || identifiers.includes(arn)),
    )
    .filter((group) => groupClass === undefined || group.groupClass === groupClass)
  const page = pageOf(groups, ({ arn }) => arn, { request, input, knobs, nowMs: clock.nowMs() })
  const described = page.items.map((group) => {
    const { name, arn, creationTime, retentionInDays } = group
    if (pattern !== undefined) return { logGroupName: name, arn: `${arn}:*`, creationTime }
    return {
      logGroupName: name,
      arn: `${arn}:*`,
      logGroupArn: arn,
      creationTime,
      metricFilterCount: 0,
      storedBytes: storedBytes(group),
      logGroupClass: group.groupClass,
      ...(retentionInDays !== undefined && { retentionInDays }),
    }
  })
  return { logGroups: described, ...(page.nextToken !== undefined && { nextToken: page.nextToken }) }
}

/** Counts 26 bytes an event, as billing does. */
function storedBytes({ events }: LogGroup): number {
  return events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0)
}

function describeLogStreams(call: LogCall): object {
  const { world, clock, knobs, input } = call
  const group = groupOf(call, 'logs:DescribeLogStreams', namedGroup(input))
  const prefix = textOf(input, 'logStreamNamePrefix')
  const byTime = textOf(input, 'orderBy') === 'LastEventTime'
  if (byTime && prefix !== undefined) throw faults.parameter('Cannot order by LastEventTime with a logStreamNamePrefix.')
  const descending = input.descending === true
  const streams = [...group.streams].filter(([name]) => prefix === undefined || name.startsWith(prefix)).map(([name, { creationTime }]) => {
    const known = group.events.filter((event) => event.stream === name && event.visibleAt <= world.staleAsOf(group.name, name))
    const times = known.map(({ timestamp }) => timestamp)
    return {
      logStreamName: name, creationTime, arn: `${group.arn}:log-stream:${name}`, storedBytes: 0, uploadSequenceToken: '1',
      ...(known.length > 0 && { firstEventTimestamp: Math.min(...times), lastEventTimestamp: Math.max(...times), lastIngestionTime: Math.max(...known.map(({ ingestionTime }) => ingestionTime)) }),
    }
  }) // prettier-ignore
  const key = (stream: (typeof streams)[number]): string =>
    (byTime ? `${String(stream.lastEventTimestamp ?? 0).padStart(16, '0')} ` : '') + stream.logStreamName
  const ordered = streams.toSorted((a, b) => (key(a) < key(b) ? -1 : 1))
  if (descending) ordered.reverse()
  const page = pageOf(ordered, key, { request: { group: group.arn, prefix, byTime, descending }, input, knobs, nowMs: clock.nowMs() })
  return { logStreams: page.items, ...(page.nextToken !== undefined && { nextToken: page.nextToken }) }
}

interface PageRequest {
  request: unknown
  input: Input
  knobs: Knobs
  nowMs: number
}

/** 50 items a page; the token names the last one. */
function pageOf<T>(items: T[], key: (item: T) => string, { request, input, knobs, nowMs }: PageRequest): { items: T[]; nextToken?: string } {
  const limit = numberOf(input, 'limit', 50, [1, 50])
  const token = textOf(input, 'nextToken')
  const state = token === undefined ? undefined : openToken(knobs.seed, request, token, nowMs)
  const from = state ? items.findIndex((item) => key(item) === state.position) + 1 : 0
  const page = items.slice(from, from + limit)
  const last = page.at(-1)
  if (last === undefined || from + limit >= items.length) return { items: page }
  return { items: page, nextToken: sealToken(knobs.seed, request, { position: key(last), issuedMs: nowMs, page: (state?.page ?? 0) + 1 }) }
}

function createLogGroup({ world, input, who }: LogCall): object {
  const name = requiredText(input, 'logGroupName')
  world.require(who, 'logs:CreateLogGroup', name)
  world.createGroup(name, { groupClass: (textOf(input, 'logGroupClass') ?? 'STANDARD') as GroupClass })
  return {}
}

function createLogStream(call: LogCall): object {
  const name = requiredText(call.input, 'logGroupName')
  groupOf(call, 'logs:CreateLogStream', name)
  call.world.createStream(name, requiredText(call.input, 'logStreamName'))
  return {}
}

function deleteLogGroup(call: LogCall): object {
  const name = requiredText(call.input, 'logGroupName')
  groupOf(call, 'logs:DeleteLogGroup', name)
  call.world.deleteGroup(name)
  return {}
}

const BATCH_BYTES = 1_048_576
const DAY_MS = 86_400_000

/** Accepts events from 14 days back to 2 hours ahead; names the rest by index. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
function putLogEvents(call: LogCall): object {
  const { input, world, clock } = call
  const name = requiredText(input, 'logGroupName')
  const group = groupOf(call, 'logs:PutLogEvents', name)
  if (name === 'aws/spans') throw faults.denied(call.who, 'logs:PutLogEvents', `${group.arn}:log-stream:`)
  const stream = requiredText(input, 'logStreamName')
  if (!group.streams.has(stream)) throw faults.streamNotFound()
  const events = (Array.isArray(input.logEvents) ? input.logEvents : []) as { timestamp: number; message: string }[]
  checkBatch(events)
  const now = clock.nowMs()
  const old = events.findLastIndex(({ timestamp }) => timestamp < now - 14 * DAY_MS)
  const tooNew = events.findIndex(({ timestamp }) => timestamp > now + 2 * 3_600_000)
  const good = events.slice(old + 1, tooNew === -1 ? undefined : tooNew)
  world.put(name, good.map(({ timestamp, message }) => ({ stream, timestamp, message, delayMs: now - timestamp }))) // prettier-ignore
  const rejected = { ...(old >= 0 && { tooOldLogEventEndIndex: old + 1 }), ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }) }
  return { nextSequenceToken: '1', ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }) }
}

function checkBatch(events: { timestamp: number; message: string }[]): void {
  if (events.length === 0 || events.length > 10_000)
    throw faults.parameter(
      "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and 10000, inclusive",
    )
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message) + 26, 0)
  if (bytes > BATCH_BYTES) throw faults.parameter(`Upload too large: ${bytes} bytes exceeds limit of ${BATCH_BYTES}`)
  if (events.some(({ timestamp }, i) => i > 0 && timestamp < (events[i - 1]?.timestamp ?? 0)))
    throw faults.parameter('Log events in a single PutLogEvents request must be in chronological order.')
  const [first, last] = [events[0]?.timestamp ?? 0, events.at(-1)?.timestamp ?? 0]
  if (last - first > DAY_MS) throw faults.parameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.')
}

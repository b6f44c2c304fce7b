/**
 * X-Ray's REST-JSON. https://docs.aws.amazon.com/xray/latest/api/API_GetTraceSummaries.html and API_BatchGetTraces.html
 *
 * Summaries come newest first, in pages. A window of `Event` is on the trace's update time, the last one; `TraceId` on the time in the id;
 * `Service` on segments' ends. Five ids a call; windows of at most six hours.
 */
import type { VirtualClock } from './clock'
import { draw } from './draw'
import { AwsFault } from './fault'
import { textOf, textsOf, type Input } from './input'
import type { Knobs } from './knobs'
import { openToken, sealToken } from './page-token'
import type { SegmentVersion, TraceWorld } from './trace-world'

export interface TraceCall {
  world: TraceWorld
  clock: VirtualClock
  knobs: Knobs
  input: Input
  who: string
  ordinal: number
}

const WINDOW_MAX_SECONDS = 6 * 3600
const IDS_MAX = 5
const PAGE_TRACES = 100

/** By method and path. */
export const TRACE_ACTIONS: Readonly<Record<string, string>> = {
  'POST /TraceSummaries': 'GetTraceSummaries',
  'POST /Traces': 'BatchGetTraces',
  'POST /TraceSegments': 'PutTraceSegments',
}

export function runTraceAction(action: string, call: TraceCall): object {
  call.world.require(call.who, `xray:${action}`)
  if (action === 'GetTraceSummaries') return getTraceSummaries(call)
  if (action === 'BatchGetTraces') return batchGetTraces(call)
  return putTraceSegments(call)
}

const invalid = (message: string): AwsFault => new AwsFault('InvalidRequestException', message)

function getTraceSummaries({ world, clock, knobs, input, ordinal }: TraceCall): object {
  const [start, end] = [secondsOf(input, 'StartTime'), secondsOf(input, 'EndTime')]
  if (start > end) throw invalid('Start time must be before end time')
  if (end - start > WINDOW_MAX_SECONDS) throw invalid('Time range cannot be longer than 6 hours')
  const request = {
    start,
    end,
    type: textOf(input, 'TimeRangeType') ?? 'TraceId',
    sampling: input.Sampling === true,
    filter: textOf(input, 'FilterExpression'),
  }
  if (request.filter !== undefined) throw invalid('this fake knows no filter expressions')
  const found = world
    .ids()
    .map((id) => ({ id, versions: world.versions(id), current: world.current(id) }))
    .filter(({ id, versions }) => versions.length > 0 && timesOf(id, versions, request.type).some((at) => at >= start && at < end))
    .filter(({ id }) => !request.sampling || draw(knobs.seed, 'sampled', id) < 0.5)
    .toSorted((a, b) => startOf(b.current) - startOf(a.current) || (a.id < b.id ? -1 : 1))
  const page = tracePage(found, ({ id }) => id, { knobs, input, request, nowMs: clock.nowMs(), ordinal })
  return {
    TraceSummaries: page.items.map(({ id, versions, current }) => summaryOf(id, versions, current)),
    TracesProcessedCount: page.items.length,
    ApproximateTime: clock.nowMs() / 1000,
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  }
}

function secondsOf(input: Input, name: string): number {
  const value = input[name]
  if (typeof value !== 'number') throw invalid(`${name} is required`)
  return value
}

function timesOf(id: string, versions: SegmentVersion[], type: string): number[] {
  if (type === 'Event') return [Math.max(...versions.map(({ updatedAt }) => updatedAt)) / 1000]
  if (type === 'Service') return versions.flatMap(({ value }) => (value.end_time === undefined ? [] : [value.end_time]))
  return [Number.parseInt(id.slice(2, 10), 16)]
}

const startOf = (versions: SegmentVersion[]): number => Math.min(...versions.map(({ value }) => value.start_time))

function summaryOf(id: string, versions: SegmentVersion[], current: SegmentVersion[]): object {
  const values = current.map(({ value }) => value)
  const start = startOf(current)
  const end = Math.max(...values.map((value) => value.end_time ?? value.start_time))
  const has = (name: string): boolean => values.some((value) => value[name] === true)
  return {
    Id: id,
    StartTime: start,
    Duration: Math.round((end - start) * 1000) / 1000,
    ResponseTime: Math.round((end - start) * 1000) / 1000,
    HasFault: has('fault'),
    HasError: has('error'),
    HasThrottle: has('throttle'),
    IsPartial: has('in_progress'),
    Revision: versions.length,
    MatchedEventTime: Math.max(...versions.map(({ updatedAt }) => updatedAt)) / 1000,
    ServiceIds: [...new Set(values.map((value) => value.name))].map((name) => ({ Name: name, Names: [name] })),
  }
}

function batchGetTraces({ world, clock, knobs, input, ordinal }: TraceCall): object {
  const ids = textsOf(input, 'TraceIds') ?? []
  if (ids.length === 0 || ids.length > IDS_MAX) throw invalid(`TraceIds must have between 1 and ${IDS_MAX} members`)
  const refused = (id: string): boolean =>
    world.transactionSearch || world.current(id).length === 0 || draw(knobs.seed, 'unprocessed', id, ordinal) < knobs.unprocessed
  const unprocessed = textOf(input, 'NextToken') === undefined ? ids.filter(refused) : []
  const found = [...new Set(ids)].filter((id) => !unprocessed.includes(id) && world.current(id).length > 0)
  const page = tracePage(found, (id) => id, { knobs, input, request: ids, nowMs: clock.nowMs(), ordinal })
  return {
    Traces: page.items.map((id) => {
      const current = world.current(id)
      const end = Math.max(...current.map(({ value }) => value.end_time ?? value.start_time))
      return {
        Id: id,
        Duration: end - startOf(current),
        LimitExceeded: false,
        Segments: current.map(({ segmentId, document }) => ({ Id: segmentId, Document: document })),
      }
    }),
    UnprocessedTraceIds: unprocessed,
    ...(page.nextToken !== undefined && { NextToken: page.nextToken }),
  }
}

interface PageRequest {
  knobs: Knobs
  input: Input
  request: unknown
  nowMs: number
  ordinal: number
}

/** Pages of traces; like the logs', they may be empty and still have a token. */
function tracePage<T>(items: T[], key: (item: T) => string, { knobs, input, request, nowMs, ordinal }: PageRequest): { items: T[]; nextToken?: string } {
  const token = textOf(input, 'NextToken')
  const state = openTraceToken(knobs, request, token, nowMs)
  const from = state ? items.findIndex((item) => key(item) === state.position) + 1 : 0
  const empty = from < items.length && draw(knobs.seed, 'empty', ordinal) < knobs.emptyPage
  const page = empty ? [] : items.slice(from, from + (knobs.pageTraces ?? PAGE_TRACES))
  const last = page.at(-1)
  const position = last === undefined ? (state?.position ?? '') : key(last)
  if (from + page.length >= items.length) return { items: page }
  return { items: page, nextToken: sealToken(knobs.seed, request, { position, issuedMs: nowMs, page: (state?.page ?? 0) + 1 }) }
}

function openTraceToken(knobs: Knobs, request: unknown, token: string | undefined, nowMs: number): ReturnType<typeof openToken> | undefined {
  try {
    return token === undefined ? undefined : openToken(knobs.seed, request, token, nowMs)
  } catch {
    throw invalid('Invalid pagination token')
  }
}

function putTraceSegments({ world, input }: TraceCall): object {
  const unprocessed: object[] = []
  for (const document of textsOf(input, 'TraceSegmentDocuments') ?? []) {
    const problem = putProblem(document)
    if (problem === undefined) world.put(document)
    else unprocessed.push(problem)
  }
  return { UnprocessedTraceSegments: unprocessed }
}

function putProblem(document: string): object | undefined {
  try {
    const value = JSON.parse(document) as Record<string, unknown>
    if (!/^1-[0-9a-f]{8}-[0-9a-f]{24}$/.test(String(value.trace_id))) return { Id: value.id, ErrorCode: 'InvalidTraceId', Message: 'Invalid trace id' }
    if (typeof value.end_time !== 'number' && value.in_progress !== true) return { Id: value.id, ErrorCode: 'MissingEndTime', Message: 'Missing end_time' }
    return undefined
  } catch {
    return { ErrorCode: 'ParseError', Message: 'Invalid segment. ErrorCode: ParseError' }
  }
}

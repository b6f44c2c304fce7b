/**
 * FilterLogEvents and GetLogEvents. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html
 *
 * A page of FilterLogEvents holds up to 10,000 events or 1 MB, over all streams, in the order of event time, ingestion time, request; it may
 * hold fewer or none and still have a token, and only a missing token says that the range is read. Each page shows what is visible when it
 * is asked for: an event that arrives behind the token's place while pages are read is missed, as AWS misses it.
 * Filter patterns: words and "phrases" that must all occur; what else the language has is refused.
 */
import { draw } from './draw'
import { faults } from './fault'
import { numberOf, requiredText, textOf, textsOf, type Input } from './input'
import type { LogCall } from './log-actions'
import type { LogGroup, StoredLogEvent } from './log-world'
import { openToken, sealToken } from './page-token'

const PAGE_EVENTS = 10_000
const PAGE_BYTES = 1 << 20
const END_OF_TIME = 8_640_000_000_000_000
const NEWEST_FIRST_SINCE = Date.UTC(2024, 0, 1)

export function filterLogEvents(call: LogCall): object {
  const { input, knobs } = call
  const group = call.readableGroup('FilterLogEvents')
  if (input.unmask === true) call.world.require(call.who, 'logs:Unmask', group.name)
  const request = filterRequest(input)
  const token = textOf(input, 'nextToken')
  const state = token === undefined ? undefined : openToken(knobs.seed, request, token, call.clock.nowMs())
  const page = state?.page ?? 0
  const matching = call.world.visible(group, request.startTime, request.endTime).filter(matcher(request))
  if (!request.fromHead) matching.reverse()
  const rest = state?.position ? matching.filter(({ eventId }) => (request.fromHead ? eventId > state.position : eventId < state.position)) : matching
  const taken = takePage(call, rest, numberOf(input, 'limit', PAGE_EVENTS, [1, PAGE_EVENTS]))
  const position = taken.at(-1)?.eventId ?? state?.position ?? ''
  const more = taken.length < rest.length || draw(knobs.seed, 'trailing', call.ordinal) < knobs.emptyPage
  return {
    events: taken.map(({ stream, timestamp, message, ingestionTime, eventId }) => ({ logStreamName: stream, timestamp, message, ingestionTime, eventId })),
    searchedLogStreams: [],
    ...(more && { nextToken: sealToken(knobs.seed, request, { position, issuedMs: call.clock.nowMs(), page: page + 1 }) }),
  }
}

interface FilterRequest {
  group: string
  startTime: number
  /** inclusive */
  endTime: number
  streams: string[] | undefined
  prefix: string | undefined
  pattern: string
  fromHead: boolean
}

function filterRequest(input: Input): FilterRequest {
  const streams = textsOf(input, 'logStreamNames')
  const prefix = textOf(input, 'logStreamNamePrefix')
  if (streams && prefix !== undefined) throw faults.parameter('LogStreamNamePrefix and LogStreamNames cannot be specified together')
  if (streams && streams.length > 100)
    throw faults.parameter(
      "1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length less than or equal to 100",
    )
  const startTime = numberOf(input, 'startTime', 0, [0, END_OF_TIME])
  const fromHead = input.startFromHead !== false
  if (!fromHead && startTime < NEWEST_FIRST_SINCE)
    throw faults.parameter('startFromHead=false is supported only when startTime is on or after 2024-01-01T00:00:00Z')
  return {
    group: textOf(input, 'logGroupName') ?? textOf(input, 'logGroupIdentifier') ?? '',
    startTime,
    endTime: numberOf(input, 'endTime', END_OF_TIME, [0, END_OF_TIME]),
    streams,
    prefix,
    pattern: textOf(input, 'filterPattern') ?? '',
    fromHead,
  }
}

function matcher({ streams, prefix, pattern }: FilterRequest): (event: StoredLogEvent) => boolean {
  const words = patternWords(pattern)
  return ({ stream, message }) =>
    (streams === undefined || streams.includes(stream)) && (prefix === undefined || stream.startsWith(prefix)) && words.every((word) => message.includes(word))
}

/** Words and "phrases", all of which must occur. */
export function patternWords(pattern: string): string[] {
  const words = pattern.trim().match(/"[^"]*"|\S+/g) ?? []
  if (words.some((word) => /^[{[?%-]/.test(word))) throw faults.parameter(`Invalid filter pattern: this fake knows words and phrases, not ${pattern}`)
  return words.map((word) => word.replaceAll('"', ''))
}

/** At most that many events and 1 MB, fewer or none where the knobs say so. */
function takePage({ knobs, ordinal }: LogCall, events: StoredLogEvent[], limit: number): StoredLogEvent[] {
  if (events.length > 0 && draw(knobs.seed, 'empty', ordinal) < knobs.emptyPage) return []
  const short = draw(knobs.seed, 'partial', ordinal) < knobs.partialPage
  const most = Math.min(limit, knobs.pageEvents ?? PAGE_EVENTS, short ? Math.max(1, Math.ceil(events.length * draw(knobs.seed, 'part', ordinal))) : PAGE_EVENTS)
  let bytes = 0
  let count = 0
  for (const event of events) {
    bytes += Buffer.byteLength(event.message) + 26
    if (count >= most || (count > 0 && bytes > PAGE_BYTES)) break
    count++
  }
  return events.slice(0, count)
}

/** One stream, newest page first unless told otherwise; the end is where the token is the one that was sent. `endTime` is exclusive here. */
export function getLogEvents(call: LogCall): object {
  const { input, clock, knobs } = call
  const group = call.readableGroup('GetLogEvents')
  const stream = requiredText(input, 'logStreamName')
  if (!group.streams.has(stream)) throw faults.streamNotFound()
  const end = numberOf(input, 'endTime', END_OF_TIME, [0, END_OF_TIME])
  const events = call.world.visible(group, numberOf(input, 'startTime', 0, [0, END_OF_TIME]), end - 1).filter((event) => event.stream === stream)
  const limit = numberOf(input, 'limit', PAGE_EVENTS, [1, PAGE_EVENTS])
  const token = textOf(input, 'nextToken')
  const place = token === undefined ? undefined : readStreamToken(token)
  if (token !== undefined && clock.nowMs() - (call.streamTokens.get(token) ?? clock.nowMs()) >= 24 * 3_600_000) throw faults.badToken()
  const forward = place ? place.forward : input.startFromHead === true
  const rest = place ? events.filter(({ eventId }) => (forward ? eventId > place.eventId : eventId < place.eventId)) : events
  const taken = forward ? takePage({ ...call, knobs: { ...knobs, emptyPage: 0 } }, rest, limit) : rest.slice(-limit)
  const at = place?.eventId ?? '0'.repeat(56)
  const tokens = { nextForwardToken: `f/${taken.at(-1)?.eventId ?? at}/s`, nextBackwardToken: `b/${taken[0]?.eventId ?? at}/s` }
  for (const one of Object.values(tokens)) call.streamTokens.set(one, clock.nowMs())
  return { events: taken.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })), ...tokens }
}

function readStreamToken(token: string): { forward: boolean; eventId: string } {
  const match = /^([fb])\/(\d{56})\/s$/.exec(token)
  if (!match) throw faults.badToken()
  return { forward: match[1] === 'f', eventId: match[2] ?? '' }
}

/** Of a group that must have one of the two names. */
export function namedGroup(input: Input): string {
  const name = textOf(input, 'logGroupName')
  const identifier = textOf(input, 'logGroupIdentifier')
  if (name !== undefined && identifier !== undefined) throw faults.parameter('LogGroupName and LogGroupIdentifier cannot be specified together')
  return identifier ?? name ?? requiredText(input, 'logGroupName')
}

/** Reads need the STANDARD class. */
export function requireClass(group: LogGroup, action: string): LogGroup {
  if (group.groupClass !== 'STANDARD') throw faults.refusedByClass(group.name, group.groupClass, action)
  return group
}

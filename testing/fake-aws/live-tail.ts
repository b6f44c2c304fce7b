/**
 * StartLiveTail: a stream of what becomes visible while it is open, an update each second of the clock, empty ones too.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartLiveTail.html
 *
 * At most ten groups, by ARN; of more than 500 events a second a sample of 500, marked; a SessionTimeoutException after three hours.
 */
import { draw } from './draw'
import { eventFrame, exceptionFrame } from './event-stream'
import { faults } from './fault'
import { patternWords, requireClass } from './filter-log-events'
import { textOf, textsOf } from './input'
import { groupOf, type LogCall } from './log-actions'
import type { LogGroup, StoredLogEvent } from './log-world'

const GROUPS_MAX = 10
const EVENTS_MAX = 500
const SESSION_MS = 3 * 3_600_000

/** Frames, until the signal; throws what refuses the call before the first. */
export function liveTail(call: Omit<LogCall, 'readableGroup'>, signal: AbortSignal): AsyncGenerator<Buffer> {
  const identifiers = textsOf(call.input, 'logGroupIdentifiers') ?? []
  if (identifiers.length === 0 || identifiers.length > GROUPS_MAX) throw faults.parameter(`1 to ${GROUPS_MAX} log groups can be tailed`)
  if (identifiers.some((one) => !/^arn:[^*]+$/.test(one))) throw faults.parameter('Log group identifiers of StartLiveTail are ARNs without an asterisk')
  const groups = identifiers.map((one) => requireClass(groupOf(call, 'logs:StartLiveTail', one), 'StartLiveTail'))
  return frames(call, groups, patternWords(textOf(call.input, 'logEventFilterPattern') ?? ''), signal)
}

async function* frames(call: Omit<LogCall, 'readableGroup'>, groups: LogGroup[], words: string[], signal: AbortSignal): AsyncGenerator<Buffer> {
  const { clock, knobs } = call
  const started = clock.nowMs()
  yield eventFrame('initial-response', {})
  yield eventFrame('sessionStart', { requestId: String(call.ordinal), sessionId: `session-${call.ordinal}`, logGroupIdentifiers: groups.map(({ arn }) => arn) })
  for (let seen = started; clock.nowMs() - started < SESSION_MS;) {
    const slept = await clock.sleep(1000, signal).then(
      () => true,
      () => false,
    )
    if (!slept) return
    const now = clock.nowMs()
    const fresh = groups
      .flatMap((group) => shown(group, seen, now).map((event) => ({ group, event })))
      .filter(({ event }) => words.every((word) => event.message.includes(word)))
    const sampled = fresh.length > EVENTS_MAX
    const kept = sampled
      ? fresh.toSorted((a, b) => draw(knobs.seed, 'tail', a.event.eventId) - draw(knobs.seed, 'tail', b.event.eventId)).slice(0, EVENTS_MAX)
      : fresh
    const sessionResults = kept.map(({ group, event: { stream, message, timestamp, ingestionTime } }) => ({
      logGroupIdentifier: group.arn.replace(/^arn:aws:logs:[^:]+:(\d+):log-group:/, '$1:'), logStreamName: stream, message, timestamp, ingestionTime,
    })) // prettier-ignore
    yield eventFrame('sessionUpdate', { sessionMetadata: { sampled }, sessionResults })
    seen = now
  }
  yield exceptionFrame('SessionTimeoutException', 'Session has timed out')
}

function shown(group: LogGroup, afterMs: number, untilMs: number): StoredLogEvent[] {
  return group.deleted
    ? []
    : group.events.filter(({ visibleAt }) => visibleAt > afterMs && visibleAt <= untilMs).toSorted((a, b) => (a.eventId < b.eventId ? -1 : 1))
}

/**
 * Step Functions' execution history in CloudWatch: `{id, type, details, previous_event_id, event_timestamp, execution_arn}`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html, …/API_HistoryEvent.html
 *
 * All lines of an execution speak of one span; an express execution's logs come at least once and in any order. With execution data logged,
 * the input says what started it (an event of a bus, another execution), and the output of a task the ids of what it called: a function's
 * execution, a message, an event, another execution. A failed task's cause names the request that failed.
 * Ignores: spans of states and map runs of their own, the chain of previous_event_id, outputs beyond the ids.
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { epochToNs, DAY_NS } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import type { Ref, SpanFact } from '#lib/model/event'
import { answerRefs } from './answer'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { readLoggedEvents } from './logged-event'
import { nameOfArn } from './service'

const FAILED = /^Execution(?:Failed|TimedOut|Aborted)$/
const ENDED = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/
const STATE_FAILED = /(?:Failed|TimedOut|Aborted)$/
/** What a task's integration answered; other outputs are the team's own. */
const ANSWERED = /^Task(?:Succeeded|Submitted)$/
const STARTED_BY = 'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID'

export function readStepFunctionsLine(value: JsonObject, draft: Draft): boolean {
  const { execution_arn: arn, type } = value
  if (typeof arn !== 'string' || typeof type !== 'string' || !('previous_event_id' in value)) return false
  const details = isJsonObject(value.details) ? value.details : {}
  const atNs = epochToNs(value.event_timestamp, draft.eventNs + DAY_NS) ?? draft.eventNs
  const own: SpanFact = {
    key: `states:${arn}`,
    form: 'execution',
    service: { kind: 'workflow', name: nameOfArn(arn) },
    name: nameOfArn(arn),
    startNs: type === 'ExecutionStarted' ? atNs : null,
    endNs: ENDED.test(type) ? atNs : null,
    refs: [{ kind: 'execution', role: 'self', value: arn }, ...refsOf(type, details)],
  }
  if (ENDED.test(type)) own.status = FAILED.test(type) ? 'error' : 'ok'
  if (!ENDED.test(type)) own.open = true
  draft.facts.own = own
  draft.service = own.service
  if (type === 'ExecutionStarted') readLoggedEvents(jsonOf(details.input), draft)
  draft.lineNs = atNs
  draft.severity = STATE_FAILED.test(type) ? 17 : 9
  const state = typeof details.name === 'string' ? ` ${details.name}` : ''
  draft.message = type + state
  draft.template = type + state
  flatten(value, draft.fields)
  return true
}

/** What it was started by, and what its tasks called. `input` and `output` are JSON in strings. */
function refsOf(type: string, details: JsonObject): Ref[] {
  if (type === 'ExecutionStarted') {
    const input = jsonOf(details.input)
    const outer = isJsonObject(input) ? input[STARTED_BY] : undefined
    return typeof outer === 'string' && outer.startsWith('arn:') ? [{ kind: 'execution', role: 'parent', value: cutText(outer, 300) }] : []
  }
  if (ANSWERED.test(type)) {
    const output = jsonOf(details.output)
    return isJsonObject(output) && ('SdkResponseMetadata' in output || 'SdkHttpMetadata' in output || 'ExecutionArn' in output) ? answerRefs(output) : []
  }
  const cause = type.startsWith('Task') && typeof details.cause === 'string' ? details.cause.slice(0, 4_000) : ''
  const failed = /Request ID: ([0-9a-f-]{36})\b/.exec(cause)?.[1]
  return failed === undefined ? [] : [{ kind: 'request', role: 'called', value: failed }]
}

function jsonOf(value: unknown): unknown {
  const parsed = typeof value === 'string' ? parseJson(value) : null
  return parsed?.ok ? parsed.value : undefined
}

const PART = /^\{\s*"id":\s*"(\d{1,20})",\s*"type":\s*"(\w{1,60})"/
const NAMED = {
  arn: /"execution_arn":\s*"(arn:aws[\w-]*:states:[^"\\\s]{1,300})"/,
  time: /"event_timestamp":\s*"(\d{13})"/,
}
const LOOK_BEHIND = 2_000

/** A line that is no JSON, since the input in it was not escaped: its first and its last names are whole. */
export function readBrokenStepFunctionsLine(text: string, draft: Draft): boolean {
  const part = PART.exec(text)
  const end = text.slice(-LOOK_BEHIND)
  const arn = NAMED.arn.exec(end)?.[1]
  if (part === null || arn === undefined) return false
  const [, id = '', type = ''] = part
  return readStepFunctionsLine({ id, type, previous_event_id: '', event_timestamp: NAMED.time.exec(end)?.[1], execution_arn: arn }, draft)
}

export function looksLikeBrokenStepFunctions(text: string): boolean {
  return text.charCodeAt(0) === 123 && text.startsWith('{"id":') && PART.test(text)
}

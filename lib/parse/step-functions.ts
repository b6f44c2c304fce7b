/**
 * Step Functions' execution history in CloudWatch: `{id, type, details, previous_event_id, event_timestamp, execution_arn}`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
 *
 * All lines of an execution speak of one span. With execution data logged, a task's output holds the RequestId of the function it called.
 * Ignores: the order of states (previous_event_id), map runs.
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { epochToNs, DAY_NS } from '#lib/base/log-time'
import type { Ref, SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { idOf } from './ids'
import { nameOfArn } from './service'

const FAILED = /^Execution(?:Failed|TimedOut|Aborted)$/
const ENDED = /^Execution(?:Succeeded|Failed|TimedOut|Aborted)$/
const STATE_FAILED = /(?:Failed|TimedOut|Aborted)$/

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
    refs: [{ kind: 'execution', role: 'self', value: arn }, ...calledRequests(details)],
  }
  if (ENDED.test(type)) own.status = FAILED.test(type) ? 'error' : 'ok'
  draft.facts.own = own
  draft.service = own.service
  draft.lineNs = atNs
  draft.severity = STATE_FAILED.test(type) ? 17 : 9
  const state = typeof details.name === 'string' ? ` ${details.name}` : ''
  draft.message = type + state
  draft.template = type + state
  flatten(value, draft.fields)
  return true
}

/** `output` is JSON in a string: the SDK's response, with the callee's request id under one of three names. */
function calledRequests(details: JsonObject): Ref[] {
  const parsed = typeof details.output === 'string' ? parseJson(details.output) : null
  if (parsed === null || !parsed.ok || !isJsonObject(parsed.value)) return []
  const metadata = isJsonObject(parsed.value.SdkResponseMetadata) ? parsed.value.SdkResponseMetadata : {}
  const id = idOf(metadata.RequestId)
  return id === undefined ? [] : [{ kind: 'request', role: 'called', value: id }]
}

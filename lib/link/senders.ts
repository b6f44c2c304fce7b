/**
 * A queue's message of which no line of the sender has the id. Its record says when it was sent, to the millisecond, and by whom: SenderId
 * is `<role>:<session>`, and a function's session is its name. Where one execution only of that function was open at that moment, it sent it.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html
 *
 * Tier B, since a clock and not an id decides. Of several that were open none is chosen here: that is what the statistical tiers weigh.
 */
import { pushTo } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { joinKey, senderKey } from '#lib/model/keys'
import type { Link, Span, SpanRef } from '#lib/model/span'

/** The queue's clock and the function's, both AWS's own, are a few milliseconds apart. */
const SLACK_NS = 20_000_000n
const MINUTE_NS = 60_000_000_000n
const CONFIDENCE = 0.99
/** An execution ends after 15 minutes at the latest. */
const SENDER_REACH_NS = 15n * MINUTE_NS + SLACK_NS

export interface Sent {
  /** The delivery, from its sending on. */
  delivery: Span
  /** Its ref of kind `sender`. */
  ref: SpanRef
}

/** Join hashes under which deliveries wait that this execution may have sent. */
export function sentDuring(execution: Span): bigint[] {
  if (execution.form !== 'execution' || execution.requestId === null) return []
  const last = (execution.endNs ?? execution.startNs) + SLACK_NS
  const joins: bigint[] = []
  for (let atNs = execution.startNs - SLACK_NS; atNs / MINUTE_NS <= last / MINUTE_NS && atNs < execution.startNs + SENDER_REACH_NS; atNs += MINUTE_NS)
    joins.push(hash64(joinKey({ kind: 'sender', value: senderKey(execution.serviceId, atNs) })))
  return joins
}

/** Links of the deliveries that one of these executions only can have sent. The same for any order of both. */
export function senderLinks(sent: readonly Sent[], executions: readonly Span[]): Link[] {
  const openIn = new Map<bigint, Span[]>()
  for (const execution of executions) for (const join of sentDuring(execution)) pushTo(openIn, join, execution)
  return sent.flatMap(({ delivery, ref }) => {
    const open = (openIn.get(ref.joinHash) ?? []).filter((execution) => wasOpen(execution, delivery.startNs))
    const [only] = open
    if (open.length !== 1 || !only || !delivery.startExact) return []
    const at = new Date(Number(delivery.startNs / 1_000_000n)).toISOString()
    return [{
      cause: only.id, effect: delivery.id, kind: 'sends', tier: 'B', rule: 'sqs-sender', confidence: CONFIDENCE, causeEvent: only.firstEvent, effectEvent: ref.event,
      evidence: [{ kind: 'sqs-sender', value: at }], alternatives: [], joins: [ref.joinHash], notFor: [],
    } satisfies Link] // prettier-ignore
  })
}

function wasOpen(execution: Span, atNs: bigint): boolean {
  return execution.endNs !== null && execution.startNs - SLACK_NS <= atNs && atNs <= execution.endNs + SLACK_NS
}

/** The service that a ref of kind `sender` names, as spans have it. */
export function senderService(ref: SpanRef): bigint {
  return BigInt(ref.value.slice(0, ref.value.indexOf('@')))
}

/** Where to look for the senders of messages sent at these times: ranges of starts, without overlaps. */
export function startsAround(times: readonly bigint[]): { fromNs: bigint; toNs: bigint }[] {
  const ranges: { fromNs: bigint; toNs: bigint }[] = []
  for (const timeNs of [...times].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))) {
    const last = ranges.at(-1)
    const fromNs = timeNs - SENDER_REACH_NS
    const toNs = timeNs + SLACK_NS
    if (last && fromNs <= last.toNs) last.toNs = toNs
    else ranges.push({ fromNs, toNs })
  }
  return ranges
}

/**
 * Tier A: ids that a protocol itself carries, one object a rule. A rule pairs a role on the cause's side with a role on the effect's
 * side of the same kind of id; lib/link/match.ts applies them all alike. Tiers B and C come from lib/link/statistical.
 *
 * What stands in no rule: the lines of one execution (RequestId and log stream; stream.ts, assemble.ts), which are one span and need no link.
 */
import type { Ref } from '#lib/model/event'

export interface LinkRule {
  name: string
  /** Between what. */
  from: string
  to: string
  /** The id that both sides hold. */
  kind: Ref['kind']
  /** Role of the ref on the cause's span. */
  cause: Ref['role']
  /** Role of the ref on the effect's span. */
  effect: Ref['role']
  /** What the cause did: the link's kind. Only `duplicate-of` is not causal. */
  links: 'invokes' | 'sends' | 'delivers' | 'contains' | 'duplicate-of'
  /** How many causes one effect may have through one id; more of them contradict the rule (health.ts). */
  causes: 'one' | 'many'
  /** How many effects one cause may have through one id. */
  effects: 'one' | 'many'
  /** The longest that the protocol lets cause and effect lie apart, in hours. It drops nothing: it says how long an id must be kept to be met. */
  hours: number
  /** Says nothing where another span holds the id in this role, which is the nearer cause. */
  unless?: Ref['role']
  /** Of several causes of one id those that hold it in this role too are the nearer ones: it passed through them, and they are effects of the others. */
  nearer?: Ref['role']
  /** Says nothing where this rule gives the effect a cause: of a retried execution's segment X-Ray's parent is the invocation, not the attempt. */
  behind?: string
  /** Neither side may have said which way: who sent it is found out from all that name the id (match.ts `senderOf`). */
  mentioned?: true
  /** Where it is described. */
  source: string
}

/** A day of queueing, retries and late traces, where the protocol names no limit. */
const DAY = 24
/** SQS keeps a message for 14 days at most; SNS retries HTTP subscribers for 23 days, queues and functions within that. */
const MESSAGE = 14 * DAY
const one = { causes: 'one', effects: 'one' } as const
const fanOut = { causes: 'one', effects: 'many' } as const

export const RULES: readonly LinkRule[] = [
  { name: 'span-parent', from: 'span', to: 'span', kind: 'span', cause: 'self', effect: 'parent', links: 'invokes', ...fanOut, hours: DAY, behind: 'segment-run', source: 'X-Ray segment parent_id; W3C parent-id; delivery of a logged event' },
  { name: 'span-call', from: 'client\'s half', to: 'span', kind: 'span', cause: 'called', effect: 'parent', links: 'invokes', ...fanOut, hours: DAY, unless: 'self', source: 'Zipkin: client and server share one span id; the server\'s half is the parent of what follows' },
  { name: 'span-link', from: 'span', to: 'span', kind: 'span', cause: 'self', effect: 'consumed', links: 'sends', causes: 'many', effects: 'many', hours: MESSAGE, source: 'X-Ray linked traces; OpenTelemetry span links; Jaeger FOLLOWS_FROM' },
  { name: 'segment-run', from: 'execution', to: 'its X-Ray segment', kind: 'span', cause: 'called', effect: 'self', links: 'contains', ...one, hours: DAY, source: 'REPORT line, XRAY TraceId and SegmentId' },
  { name: 'message-id', from: 'sender', to: 'delivery', kind: 'message', cause: 'produced', effect: 'consumed', links: 'sends', ...fanOut, hours: MESSAGE, nearer: 'self', source: 'SQS and SNS MessageId of the response and of the record; X-Ray aws.message_id' },
  { name: 'message-call', from: 'sender', to: 'the call that sent it', kind: 'message', cause: 'produced', effect: 'self', links: 'invokes', ...fanOut, hours: DAY, source: 'CloudTrail responseElements.messageId of SendMessage and Publish' },
  { name: 'message-named', from: 'sender', to: 'receiver', kind: 'message', cause: 'mentioned', effect: 'mentioned', links: 'sends', ...fanOut, hours: MESSAGE, mentioned: true, source: 'SQS and SNS MessageId in lines of both sides' },
  { name: 'event-id', from: 'sender', to: 'delivery', kind: 'event', cause: 'produced', effect: 'consumed', links: 'sends', ...fanOut, hours: DAY, nearer: 'self', source: 'EventBridge PutEvents EventId and the event\'s id; replays keep it' },
  { name: 'event-call', from: 'sender', to: 'the call that put it', kind: 'event', cause: 'produced', effect: 'self', links: 'invokes', ...fanOut, hours: DAY, source: 'CloudTrail responseElements.entries of PutEvents' },
  { name: 'event-named', from: 'sender', to: 'receiver', kind: 'event', cause: 'mentioned', effect: 'mentioned', links: 'sends', ...fanOut, hours: DAY, mentioned: true, source: 'EventBridge EventId in lines of both sides' },
  { name: 'stream-position', from: 'writer', to: 'record', kind: 'position', cause: 'produced', effect: 'consumed', links: 'sends', ...fanOut, hours: 365 * DAY, source: 'Kinesis shard and sequence number' },
  { name: 'object-write', from: 'writer', to: 'notification', kind: 'object', cause: 'produced', effect: 'consumed', links: 'sends', ...fanOut, hours: DAY, source: 'S3 bucket, key and version' },
  { name: 'call-id', from: 'caller', to: 'execution', kind: 'request', cause: 'called', effect: 'self', links: 'invokes', ...fanOut, hours: DAY, nearer: 'self', source: 'API Gateway integration.requestId; request id of a Lambda Invoke response; asynchronous retries keep it' },
  { name: 'call-notified', from: 'writer', to: 'notification', kind: 'request', cause: 'called', effect: 'consumed', links: 'sends', ...fanOut, hours: DAY, nearer: 'self', source: 'S3 x-amz-request-id of the PutObject call and of the notification' },
  { name: 'call-named', from: 'writer', to: 'receiver', kind: 'request', cause: 'mentioned', effect: 'mentioned', links: 'sends', ...fanOut, hours: DAY, mentioned: true, source: 'S3 x-amz-request-id in lines of both sides' },
  { name: 'gateway-request', from: 'gateway', to: 'execution', kind: 'request', cause: 'self', effect: 'parent', links: 'invokes', ...fanOut, hours: DAY, source: 'requestContext.requestId of the event that a gateway passes on' },
  { name: 'workflow-start', from: 'caller', to: 'workflow', kind: 'execution', cause: 'called', effect: 'self', links: 'invokes', ...one, hours: DAY, nearer: 'produced', source: 'executionArn that StartExecution answered with' },
  { name: 'workflow-execution', from: 'workflow', to: 'execution', kind: 'execution', cause: 'self', effect: 'parent', links: 'invokes', ...fanOut, hours: 365 * DAY, source: 'Step Functions execution ARN, a year for standard workflows' },
  { name: 'duplicate', from: 'first', to: 'again', kind: 'idempotency', cause: 'self', effect: 'self', links: 'duplicate-of', causes: 'one', effects: 'many', hours: DAY, source: 'idempotency key of one operation; FIFO MessageDeduplicationId' },
] // prettier-ignore

/** Roles that tell of a cause. `consumed` too: whoever received an id before it was mentioned did not get it from there. */
export const CAUSE_ROLES: ReadonlySet<Ref['role']> = new Set([...RULES.map((rule) => rule.cause), 'consumed'])
export const EFFECT_ROLES: ReadonlySet<Ref['role']> = new Set(RULES.map((rule) => rule.effect))

const EFFECTS: ReadonlySet<string> = new Set(RULES.flatMap((rule) => [`${rule.kind} ${rule.effect}`, ...(rule.mentioned ? [`${rule.kind} consumed`] : [])]))

/** True where a rule may give the ref's span a cause. */
export function isEffect({ kind, role }: Pick<Ref, 'kind' | 'role'>): boolean {
  // A message's sender and a change's writer are looked for by time, not by a rule of ids (senders.ts, changes.ts).
  return kind === 'sender' || kind === 'change' || EFFECTS.has(`${kind} ${role}`)
}

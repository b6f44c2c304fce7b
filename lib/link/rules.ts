/**
 * Tier A: ids that a protocol itself carries, one object a rule. A rule pairs a role on the cause's side with a role on the effect's
 * side of the same kind of id; lib/link/match.ts applies them all alike. Tiers B and C come from lib/link/statistical.
 */
import type { Ref } from '#lib/model/event'

export interface LinkRule {
  name: string
  kind: Ref['kind']
  /** Role of the ref on the cause's span. */
  cause: Ref['role']
  /** Role of the ref on the effect's span. */
  effect: Ref['role']
  /** What the cause did: the link's kind. */
  links: 'invokes' | 'sends' | 'delivers' | 'contains'
  /** How many causes one effect may have through one id; more of them contradict the rule. */
  causes: 'one' | 'many'
  /** Says nothing where another span holds the id in this role, which is the nearer cause. */
  unless?: Ref['role']
  /** Of several causes of one id those that hold it in this role too are the nearer ones: it passed through them, and they are effects of the others. */
  nearer?: Ref['role']
  /** Where it is described. */
  source: string
}

export const RULES: readonly LinkRule[] = [
  { name: 'span-parent', kind: 'span', cause: 'self', effect: 'parent', links: 'invokes', causes: 'one', source: 'X-Ray segment parent_id; W3C parent-id; delivery of a logged event' },
  { name: 'span-call', kind: 'span', cause: 'called', effect: 'parent', links: 'invokes', causes: 'one', unless: 'self', source: 'Zipkin: client and server share one span id; the server\'s half is the parent of what follows' },
  { name: 'span-link', kind: 'span', cause: 'self', effect: 'consumed', links: 'sends', causes: 'many', source: 'OpenTelemetry span links; Jaeger FOLLOWS_FROM' },
  { name: 'message-id', kind: 'message', cause: 'produced', effect: 'consumed', links: 'sends', causes: 'one', source: 'SQS and SNS MessageId of the response and of the record' },
  { name: 'event-id', kind: 'event', cause: 'produced', effect: 'consumed', links: 'sends', causes: 'one', source: 'EventBridge PutEvents EventId and the event\'s id' },
  { name: 'stream-position', kind: 'position', cause: 'produced', effect: 'consumed', links: 'sends', causes: 'one', source: 'Kinesis shard and sequence number' },
  { name: 'object-write', kind: 'object', cause: 'produced', effect: 'consumed', links: 'sends', causes: 'one', source: 'S3 bucket, key and sequencer' },
  { name: 'call-id', kind: 'request', cause: 'called', effect: 'self', links: 'invokes', causes: 'one', source: 'API Gateway integration.requestId; request id of a Lambda Invoke response' },
  { name: 'call-notified', kind: 'request', cause: 'called', effect: 'consumed', links: 'sends', causes: 'one', nearer: 'self', source: 'S3 x-amz-request-id of the PutObject call and of the notification' },
  { name: 'gateway-request', kind: 'request', cause: 'self', effect: 'parent', links: 'invokes', causes: 'one', nearer: 'produced', source: 'requestContext.requestId of the event that a gateway passes on' },
  { name: 'workflow-start', kind: 'execution', cause: 'called', effect: 'self', links: 'invokes', causes: 'one', source: 'executionArn that StartExecution answered with' },
  { name: 'workflow-execution', kind: 'execution', cause: 'self', effect: 'parent', links: 'invokes', causes: 'one', source: 'Step Functions execution ARN and event id' },
] // prettier-ignore

export const CAUSE_ROLES: ReadonlySet<Ref['role']> = new Set(RULES.map((rule) => rule.cause))
export const EFFECT_ROLES: ReadonlySet<Ref['role']> = new Set(RULES.map((rule) => rule.effect))

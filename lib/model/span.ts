/** Spans, links and transactions as the linker makes them and the store keeps them (design.md §2). */
import type { UnixNano } from '#lib/base/time'
import type { Ref, SpanFact } from '#lib/model/event'

export type Tier = 'A' | 'B' | 'C' | 'K'
export type TransactionStatus = 'ok' | 'error' | 'running' | 'unknown'

/** Position of an event: its time and the 64-bit hash of its identity; together they are its key in the store. */
export interface EventKey {
  timeNs: UnixNano
  id: bigint
}

export interface Span {
  id: bigint
  /** The set of events that it was assembled from; attempts of one RequestId share it. */
  groupId: bigint
  form: SpanFact['form']
  serviceId: bigint
  name: string
  startNs: UnixNano
  /** False where the first line is only the latest possible start. */
  startExact: boolean
  endNs: UnixNano | null
  open: boolean
  status: 'ok' | 'error'
  severity: number
  eventCount: number
  requestId: string | null
  traceId: string | null
  attributes: Record<string, string | number | boolean>
  /** First event of it, for evidence. */
  firstEvent: EventKey | null
  /** How well its name and service are known where the name and the count of its lines don't tell: 0 is best (lib/link/assemble.ts). */
  face?: number
  /** No record states its end: the last line is taken for it. */
  endAssumed?: true
}

/** A ref as stored: where it was seen. */
export interface SpanRef extends Ref {
  joinHash: bigint
  spanId: bigint
  event: EventKey
  /** Of what a batch sent: join hashes of the messages that it was not sent for; none where it may be for all. */
  notFor?: readonly bigint[]
}

export interface Link {
  cause: bigint
  effect: bigint
  kind: string
  tier: Tier
  rule: string
  confidence: number
  causeEvent: EventKey | null
  effectEvent: EventKey | null
  /** What proves it: `{kind:'message', value:'…'}` for an exact id. */
  evidence: { kind: string; value: string }[]
  alternatives: { cause: bigint; confidence: number }[]
  /** Join hashes of the ids that prove it. */
  joins?: readonly bigint[]
  /** Join hashes by which its cause may have been reached without this link belonging to it: other messages of a batch. */
  notFor?: readonly bigint[]
}

/** Links below this are not part of transactions (design.md §2); pages may still draw them. */
export const TRANSACTION_CONFIDENCE = 0.95

/** What walking the graph needs of a link. */
export type LinkEnds = Pick<Link, 'cause' | 'effect' | 'confidence' | 'joins' | 'notFor'> & { kind?: string }

export interface Transaction {
  id: bigint
  rootSpan: bigint
  startNs: UnixNano
  endNs: UnixNano | null
  /** Rest of the status is decided when asked, since `running` depends on the clock. */
  failed: boolean
  open: boolean
  retried: boolean
  name: string
  outcome: string | null
  serviceIds: bigint[]
  spanCount: number
  eventCount: number
  confidence: number
  /** The spans that belong to it, and whether they belong to others too. */
  spans: { id: bigint; shared: boolean }[]
}

/** What linking reads of an event: everything but its text. */
import type { UnixNano } from '#lib/base/time'
import type { EventFacts } from '#lib/model/event'

export interface LinkEvent {
  timeNs: UnixNano
  id: bigint
  streamId: bigint
  serviceId: bigint
  /** Null until the stream tells which execution it belongs to. */
  groupId: bigint | null
  /** The span it was last assigned to. */
  spanId: bigint | null
  severity: number
  form: 'log' | 'segment'
  requestId: string | null
  traceId: string | null
  sourceEventId: string | null
  /** True where the stream runs one execution at a time. */
  sandbox: boolean
  facts: EventFacts | null
}

/** Time, then CloudWatch's own order (eventId holds ingestion time and place in its batch), then id: a total order that needs no arrival. */
export function inOrder(a: LinkEvent, b: LinkEvent): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1
  const left = a.sourceEventId ?? ''
  const right = b.sourceEventId ?? ''
  if (left.length !== right.length) return left.length - right.length
  if (left !== right) return left < right ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/** What linking reads of an event: everything but its text. The store reads it, lib/link works on it. */
import type { UnixNano } from '#lib/base/time'
import type { EventFacts } from './event'

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

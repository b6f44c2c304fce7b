/** What ingest hands to the store: rows ready to be written, with nothing left to decide but whether they are new. */
import type { UnixNano } from '#lib/base/time'
import type { CopyWriter } from '#lib/db/copy'
import type { ParsedEvent } from '#lib/model/event'

/** One event with its keys. `terms` are the hashes of the inverted index as [hi, lo, …] halves. */
export interface EventRow {
  parsed: ParsedEvent
  id: bigint
  sourceId: bigint
  streamId: bigint
  serviceId: bigint
  /** Known at once where the line names its execution or its span; null where the linker has to look at the stream. */
  groupId: bigint | null
  templateId: bigint
  terms: number[]
}

/** Rows of the small tables that events refer to by hash. */
export interface Dictionary {
  sources: Map<bigint, { name: string; kind: string }>
  services: Map<bigint, { name: string; kind: string; assumed: boolean }>
  streams: Map<bigint, { logGroup: string | null; logStream: string | null; sourceId: bigint; serviceId: bigint; sandbox: boolean }>
  templates: Map<bigint, { serviceId: bigint; text: string; severity: number }>
}

export interface QuarantineRow {
  sourceId: bigint
  code: string
  reason: string
  line: number
  bytes: Uint8Array
}

/** An event that is encoded and waits for its commit: its keys, and where its bytes are. */
export interface PendingEvent {
  timeNs: UnixNano
  id: bigint
  untimed: boolean
  sourceId: bigint
  /** When the platform took it in, where it says so. */
  observedNs: UnixNano | undefined
  start: number
  end: number
}

/** What one commit adds. */
export interface Batch {
  events: PendingEvent[]
  /** Holds the encoded rows. */
  writer: CopyWriter
  quarantined: QuarantineRow[]
  /** Counted though nothing of them is kept. */
  rejected: number
  /** The source that refused records are booked on. */
  sourceId: bigint
  receivedNs: UnixNano
}

export interface BatchResult {
  stored: number
  duplicate: number
  quarantined: number
  rejected: number
}

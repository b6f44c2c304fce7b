/**
 * What a log record is on its way in. One door hands over a RawRecord; decode, mask, parse and normalize (all pure) turn it into
 * a ParsedEvent; the store keeps it. Whatever is not understood stays in `body`, untouched.
 */
import type { UnixNano } from '#lib/base/time'

/** A unit that the contract counts: one log event, one X-Ray segment document, one OTLP record or span, one Zipkin or Jaeger span. */
export interface RawRecord {
  form: 'log' | 'segment'
  /** The text exactly as delivered; for a segment, its document. */
  body: string
  /** The bytes, where text cannot hold them (NUL, invalid UTF-8, lone surrogates); then `body` has U+FFFD in their place. */
  bytes?: Uint8Array
  /** The parsed value where the record came as a JSON value that is itself the log line. */
  json?: unknown
  /** The time that the envelope states; null where only the line itself may have one. */
  timeNs: UnixNano | null
  /** When the platform took it in (CloudWatch ingestionTime). */
  observedNs?: UnixNano
  logGroup?: string
  logStream?: string
  /** CloudWatch eventId: with the log group it is the event's identity. */
  sourceEventId?: string
  /** The format that its text is in, where that is neither CloudWatch's nor X-Ray's: `body` is then a document of it that stands alone. */
  format?: 'otlp' | 'zipkin' | 'jaeger'
  /** An id that the sender gave to the record (`log.record.uid:…`): its identity, whatever else is in it. */
  senderId?: string
  /** 1-based line or element number within the delivery, for error messages. */
  line: number
}

/** What a record becomes when it can't be stored as an event: kept with its reason (quarantined) or refused (rejected). */
export interface RefusedRecord {
  fate: 'quarantined' | 'rejected'
  code: string
  message: string
  line: number
  /** Up to the first 64 KiB, for the quarantine. */
  bytes: Uint8Array
}

export type ServiceKind = 'function' | 'gateway' | 'queue' | 'topic' | 'bus' | 'stream' | 'table' | 'bucket' | 'workflow' | 'container' | 'external'

export interface ServiceRef {
  kind: ServiceKind
  name: string
  /** True where the kind is only assumed (an X-Ray segment without origin, a plain text file): a known kind of that name wins. */
  assumed?: boolean
}

/**
 * An id that can join spans. Two refs join when kind and value are equal and a rule (lib/link/rules.ts) pairs their roles.
 *   self      the span is the thing that the id names
 *   parent    the span was started by what the id names
 *   produced  the span put the message or event with this id on its way
 *   consumed  the span was started by the message, event or call with this id
 *   called    the span made a call that the callee knows under this id
 *   mentioned the span names the id and does not say which way; who else names it, and when, tells
 */
export interface Ref {
  kind: 'span' | 'request' | 'message' | 'event' | 'object' | 'position' | 'execution' | 'idempotency' | 'sender' | 'change'
  role: 'self' | 'parent' | 'produced' | 'consumed' | 'called' | 'mentioned'
  /** Scope and id: `1-…:4c57…` for a span, the bare id for requests and messages, `arn:…/key@sequencer` for objects. */
  value: string
  /** Of an id that a line names: the place in the code that says it, as service, words and name: `checkout: Order queued, messageId`. */
  place?: string
}

/**
 * What one record proves about a span. Several records may speak of one span: facts of one key are merged by
 * earliest start, latest end, worst outcome, so that order and repetition do not matter.
 */
export interface SpanFact {
  /** Identity; the span's id is hash64 of it. `exec:<RequestId>`, `span:<trace>:<span>`, `sqs:<queue arn>:<message>:<receive count>`, `gateway:<id>`, … */
  key: string
  /** Tells apart what may share a key by somebody's fault: clients can choose a gateway's request id, but not its extended one. */
  variant?: string
  form: 'execution' | 'request' | 'delivery' | 'segment' | 'span' | 'event'
  service: ServiceRef
  /** The operation: `POST /checkout`, `SendMessage`; empty where none is known. */
  name: string
  startNs: UnixNano | null
  endNs: UnixNano | null
  /** True where the record says that it has not ended. */
  open?: boolean
  status?: 'ok' | 'error'
  traceId?: string
  requestId?: string
  refs: Ref[]
  /** Of a delivery: what may tell it from others of its batch (short hashes of values in its record). */
  keys?: string[]
  /** Flat, small: http.status, cold_start_ms, attempt, … */
  attributes?: Record<string, string | number | boolean>
}

/** A platform line that opens, closes or ends an execution. */
export interface Marker {
  type: 'init' | 'start' | 'end' | 'report' | 'timeout' | 'crash'
  /** Of REPORT, in ms. */
  durationMs?: number
  initMs?: number
  version?: string
  status?: 'ok' | 'error' | 'timeout'
}

/** The facts that linking needs beside the columns; stored as JSON with the event, so that links can be rebuilt from events alone. */
export interface EventFacts {
  marker?: Marker
  /** Ids that belong to the span the event is part of. */
  refs?: Ref[]
  /** The span that the record itself describes (a segment, a gateway's access line). */
  own?: SpanFact
  /** Other spans that it proves: deliveries inside a logged event, subsegments. */
  more?: SpanFact[]
  /** Of a line that names ids: what may tell one message of a batch from another (short hashes of its values). */
  keys?: string[]
  /** The operation that the line names, where the span has no better one. */
  name?: string
  /** A business outcome that the line names. */
  outcome?: string
  /** HTTP status that the line reports for its own request. */
  httpStatus?: number
  /**
   * The line is no entry of its own but goes on with the one before it in its stream: with any, with an error, or only with one that
   * something of that kind has opened.
   */
  continues?: 'any' | 'error' | NonNullable<EventFacts['opens']>
  /** Lines of this kind may follow and belong to it: a trace, a panic, an entry of a slow log, the message behind java.util.logging's header. */
  opens?: 'trace' | 'panic' | 'slow' | 'jul'
  /** One of the parts that a container runtime cut a line into: which of the container's streams, the id that all parts share, and whether another follows. */
  part?: { of: string; id?: string; more?: true }
}

/** A named value found in a line: JSON path, `key=value`, or an id pattern in text (name is then `uuid`, `arn`, …). */
export interface Field {
  name: string
  value: string
}

/** A record understood. */
export interface ParsedEvent {
  record: RawRecord
  timeNs: UnixNano
  /** True where no time was delivered: it took the file's or the receipt's. */
  untimed: boolean
  service: ServiceRef
  /** OpenTelemetry severity number, 0 where unknown, >= 17 is an error. */
  severity: number
  /** RequestId of the execution that the line names; never a placeholder. */
  requestId?: string
  traceId?: string
  facts: EventFacts | null
  /** The human part of the line, for lists: prefix and envelope removed, at most 2,000 characters. */
  message: string
  /** The message with its variable parts as `*`. */
  template: string
  fields: Field[]
  /** The formats that it was read as, the outer one first: `syslog/nginx-error`, `lambda-line/json`; `text` where its words were all there was. */
  format: string
}

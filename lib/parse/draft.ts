/** What is known of a record while it is read; each format fills in what it states. */
import type { UnixNano } from '#lib/base/time'
import type { EventFacts, Field, Ref, ServiceRef, SpanFact } from '#lib/model/event'

export interface Draft {
  /** The event's time as far as the envelope states it; formats use it to bound what they find. */
  readonly eventNs: UnixNano
  /** Time that the line states for itself: used only where the envelope has none. */
  lineNs: UnixNano | null
  severity: number
  requestId: string | undefined
  traceId: string | undefined
  service: ServiceRef
  message: string
  template: string
  fields: Field[]
  facts: EventFacts
  /** What it has been read as so far; see ParsedEvent. */
  format?: string
}

/** Notes a format; what is inside comes behind it. */
export function readAs(draft: Draft, name: string): void {
  draft.format = draft.format === undefined ? name : `${draft.format}/${name}`
}

export function addRef(draft: Draft, ref: Ref): void {
  const refs = (draft.facts.refs ??= [])
  if (!refs.some((known) => known.kind === ref.kind && known.role === ref.role && known.value === ref.value)) refs.push(ref)
}

export function addSpan(draft: Draft, fact: SpanFact): void {
  const more = (draft.facts.more ??= [])
  if (!more.some((known) => known.key === fact.key)) more.push(fact)
}

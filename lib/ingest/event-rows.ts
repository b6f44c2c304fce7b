/** From parsed events to rows: identity, keys of the span groups, and the dictionary rows that they refer to. */
import { hash64 } from '#lib/base/hash'
import type { DeliveryOrder } from '#lib/link/delivery-order'
import type { ParsedEvent, ServiceRef } from '#lib/model/event'
import { serviceKey, spanKey } from '#lib/model/keys'
import { eventTerms } from '#lib/normalize/terms'
import type { Dictionary, EventRow } from '#lib/store/rows'
import { eventIdentity, type OrdinalCounter } from './identity'

export function emptyDictionary(): Dictionary {
  return { sources: new Map(), services: new Map(), streams: new Map(), templates: new Map() }
}

/** Log streams of Lambda run one execution at a time, so their lines without an id belong to the one that is open. */
const SANDBOX_GROUP = /^\/aws\/lambda\//
/** So do those that a function writes to a group of the team's choice, and those whose group was not delivered: the stream's name tells. */
const SANDBOX_STREAM = /^\d{4}\/\d\d\/\d\d\/[\w-]{0,140}\[(?:\$LATEST|\d{1,20})\][0-9a-f]{32}$/

function isSandbox(logGroup: string | undefined, logStream: string | undefined): boolean {
  return (logGroup !== undefined && SANDBOX_GROUP.test(logGroup)) || (logStream !== undefined && SANDBOX_STREAM.test(logStream))
}

/** Hashes of names that come again with every event are kept: a stream's lines share all of them. */
class HashMemory {
  private readonly hashes = new Map<string, bigint>()

  of(text: string): bigint {
    let hash = this.hashes.get(text)
    if (hash === undefined) {
      if (this.hashes.size > 50_000) this.hashes.clear()
      hash = hash64(text)
      this.hashes.set(text, hash)
    }
    return hash
  }
}

const memory = new HashMemory()

export function sourceIdOf(name: string): bigint {
  return memory.of(`source:${name}`)
}

export function addSource(dictionary: Dictionary, name: string, kind: string): bigint {
  const id = sourceIdOf(name)
  if (!dictionary.sources.has(id)) dictionary.sources.set(id, { name, kind })
  return id
}

export function addService(dictionary: Dictionary, service: ServiceRef): bigint {
  const id = memory.of(serviceKey(service))
  const known = dictionary.services.get(id)
  if (!known) dictionary.services.set(id, { name: service.name, kind: service.kind, assumed: service.assumed ?? false })
  else if (known.assumed && !service.assumed) known.assumed = false
  return id
}

/** The set of events that this one is assembled with; null where only its place in the stream tells. */
function groupOf(event: ParsedEvent, id: bigint, sandbox: boolean): bigint | null {
  const { facts } = event
  if (facts?.own) return hash64(facts.own.key)
  if (event.requestId) return hash64(spanKey.execution(event.requestId))
  // A container runtime's parts of one line.
  if (facts?.part?.id !== undefined) return hash64(spanKey.parts(facts.part.id))
  return sandbox || (event.record.logGroup !== undefined && facts?.continues !== undefined) ? null : id
}

export interface Delivery {
  /** NAME and kind, for records that carry no log group. */
  source: { name: string; kind: string }
  ordinals: OrdinalCounter
  /** Left out where only the row's key is asked for. */
  order?: DeliveryOrder
}

/** Builds the row and notes what it refers to. A delivery's events are given in its order: an event without a time is put into its place (event.timeNs). */
export function toEventRow(event: ParsedEvent, { source, ordinals, order }: Delivery, dictionary: Dictionary): EventRow {
  const { record } = event
  const sourceId =
    record.form === 'segment' && record.format === undefined
      ? addSource(dictionary, 'X-Ray traces', 'xray')
      : record.logGroup
        ? addSource(dictionary, record.logGroup, 'cloudwatch')
        : addSource(dictionary, source.name, source.kind)
  const serviceId = addService(dictionary, event.service)
  for (const fact of event.facts?.more ?? []) addService(dictionary, fact.service)
  if (event.facts?.own) addService(dictionary, event.facts.own.service)
  const sandbox = isSandbox(record.logGroup, record.logStream)
  const streamId = memory.of(`stream:${record.logGroup ?? source.name}\0${record.logStream ?? ''}`)
  if (!dictionary.streams.has(streamId)) {
    dictionary.streams.set(streamId, { logGroup: record.logGroup ?? null, logStream: record.logStream ?? null, sourceId, serviceId, sandbox })
  }
  const templateId = memory.of(`template:${serviceId}\0${event.template}`)
  if (!dictionary.templates.has(templateId)) dictionary.templates.set(templateId, { serviceId, text: event.template, severity: event.severity })
  const id = eventIdentity(event, source.name, ordinals)
  const own = groupOf(event, id, sandbox)
  const groupId = order === undefined ? own : order.place(event, streamId, own)
  return { parsed: event, id, sourceId, streamId, serviceId, groupId, templateId, terms: eventTerms(event) }
}

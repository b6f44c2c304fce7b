/**
 * What the product understands of a body, without a store: decode -> mask -> parse -> group -> assemble -> tier A, each the real one.
 * For the table of samples.
 */
import { emptyDictionary, toEventRow } from '#lib/ingest/event-rows'
import { OrdinalCounter } from '#lib/ingest/identity'
import { DeliveryOrder } from '#lib/link/delivery-order'
import { assembleAll, linkAll } from '#lib/link/in-memory'
import type { ParsedEvent, RawRecord, Ref, RefusedRecord } from '#lib/model/event'
import type { LinkEvent } from '#lib/model/link-event'
import { maskRecord } from '#lib/normalize/mask'
import { createParser } from '#lib/parse/index'
import { joinParts } from '#lib/parse/parts'
import type { Dictionary } from '#lib/store/rows'

export interface Understood {
  /** Stored units, by format. */
  formats: Record<string, number>
  /** Records that were refused, by code. */
  refused: Record<string, number>
  /** Units without a time of their own. */
  untimed: number
  /** `request …`, `trace …`, `message produced …`; sorted, each once. */
  ids: string[]
  /** `form service:name`, with how often where more than once; sorted. */
  spans: string[]
  /** `cause -> effect (rule)`, with how often where more than once; sorted. */
  links: string[]
}

export const NOW_MS = Date.UTC(2026, 10, 22)

interface Read {
  events: Map<bigint, LinkEvent>
  parsed: ParsedEvent[]
  dictionary: Dictionary
}

export function understand(decoded: Iterable<RawRecord | RefusedRecord>): Understood {
  const refused: Record<string, number> = {}
  const read: Read = { events: new Map(), parsed: [], dictionary: emptyDictionary() }
  const parse = joinParts(createParser())
  const delivery = { source: { name: 'sample', kind: 'file' }, ordinals: new OrdinalCounter(), order: new DeliveryOrder() }
  for (const record of decoded) {
    if ('fate' in record) {
      refused[record.code] = (refused[record.code] ?? 0) + 1
      continue
    }
    const event = parse(maskRecord(record), { sourceName: 'sample', receivedNs: BigInt(NOW_MS) * 1_000_000n })
    const row = toEventRow(event, delivery, read.dictionary)
    read.parsed.push(event)
    read.events.set(row.id, {
      timeNs: event.timeNs, id: row.id, streamId: row.streamId, serviceId: row.serviceId, groupId: row.groupId, spanId: null,
      severity: event.severity, form: record.form, requestId: event.requestId ?? null, traceId: event.traceId ?? null,
      sourceEventId: record.sourceEventId ?? null, sandbox: read.dictionary.streams.get(row.streamId)?.sandbox ?? false, facts: event.facts,
    }) // prettier-ignore
  }
  const { spans, links } = assemble([...read.events.values()], read.dictionary)
  const formats: Record<string, number> = {}
  for (const { format } of read.parsed) formats[format] = (formats[format] ?? 0) + 1
  return { formats, refused, untimed: read.parsed.filter((event) => event.untimed).length, ids: idsOf(read.parsed), spans, links }
}

/** Every id that a protocol carries; what a line only mentions is left to tier A's own tests. */
function idsOf(events: readonly ParsedEvent[]): string[] {
  const ids = new Set<string>()
  for (const { requestId, traceId, facts } of events) {
    if (requestId !== undefined) ids.add(`request ${requestId}`)
    if (traceId !== undefined) ids.add(`trace ${traceId}`)
    const refs = [...(facts?.refs ?? []), ...(facts?.own?.refs ?? []), ...(facts?.more ?? []).flatMap((fact) => fact.refs)]
    for (const ref of refs) if (isProven(ref)) ids.add(`${ref.kind} ${ref.role} ${ref.value}`)
  }
  return [...ids].sort()
}

const PROTOCOL: ReadonlySet<Ref['kind']> = new Set(['request', 'message', 'event', 'object', 'position', 'execution'])

function isProven(ref: Ref): boolean {
  return ref.role !== 'mentioned' && PROTOCOL.has(ref.kind)
}

function assemble(events: LinkEvent[], dictionary: Dictionary): { spans: string[]; links: string[] } {
  const { spans, refs } = assembleAll(events)
  const links = linkAll(spans, refs)
  const name = (id: bigint): string => {
    const span = spans.get(id)
    const service = dictionary.services.get(span?.serviceId ?? 0n)
    return `${span?.form} ${service?.kind}:${service?.name}`
  }
  return { spans: counted([...spans.keys()].map(name)), links: counted(links.map((link) => `${name(link.cause)} -> ${name(link.effect)} (${link.rule})`)) }
}

function counted(texts: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return [...counts].map(([text, count]) => (count === 1 ? text : `${count} × ${text}`)).sort()
}

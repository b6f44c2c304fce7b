/**
 * Reads a data set through the product's own pure layers, in memory: decode, parse, assemble, tier A. What a running instance has in
 * its store, without one.
 */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { groupBy, pushTo } from '#lib/base/group'
import { emptyDictionary, toEventRow } from '#lib/ingest/event-rows'
import { OrdinalCounter } from '#lib/ingest/identity'
import { assembleGroup, mergeSpans } from '#lib/link/assemble'
import { demotionsOf, ruleHealth, type Demotions } from '#lib/link/health'
import { assignContinuations } from '#lib/link/continuation'
import { linksOf } from '#lib/link/match'
import { DeliveryOrder } from '#lib/link/delivery-order'
import { CAUSE_ROLES, EFFECT_ROLES } from '#lib/link/rules'
import { typedValues } from '#lib/link/statistical/adapt'
import { assignStream } from '#lib/link/stream'
import type { LinkEvent } from '#lib/model/link-event'
import { joinKey } from '#lib/model/keys'
import { hash64 } from '#lib/base/hash'
import type { Link, Span, SpanRef } from '#lib/model/span'
import { createParser } from '#lib/parse/index'
import { createBodyDecoder } from '#lib/sources/http/decode'

export interface ReadEvent extends LinkEvent {
  template: string
  values: number[]
  fields: number[]
}

export interface ReadSet {
  spans: Map<bigint, Span>
  /** Log lines of each span. */
  lines: Map<bigint, ReadEvent[]>
  links: Link[]
  services: Map<bigint, string>
  spanOfEventId: Map<string, bigint>
  events: number
}

export async function readSet(files: readonly string[]): Promise<ReadSet> {
  const events = new Map<bigint, ReadEvent>()
  const dictionary = emptyDictionary()
  const ordinals = new OrdinalCounter()
  const parse = createParser()
  for (const file of files) {
    const decoder = createBodyDecoder({ nowMs: Date.parse('2027-01-01') })
    const order = new DeliveryOrder()
    const take = (records: ReturnType<typeof decoder.push>): void => {
      for (const record of records) {
        if ('fate' in record) continue
        const parsed = parse(record, { sourceName: 'bench', receivedNs: 0n })
        const row = toEventRow(parsed, { source: { name: 'bench', kind: 'file' }, ordinals, order }, dictionary)
        const { values, fields } = typedValues(parsed)
        events.set(row.id, {
          timeNs: parsed.timeNs, id: row.id, streamId: row.streamId, serviceId: row.serviceId, groupId: row.groupId, spanId: null,
          severity: parsed.severity, form: record.form, requestId: parsed.requestId ?? null, traceId: parsed.traceId ?? null,
          sourceEventId: record.sourceEventId ?? null, sandbox: dictionary.streams.get(row.streamId)?.sandbox ?? false, facts: parsed.facts,
          template: parsed.template, values, fields,
        }) // prettier-ignore
      }
    }
    for await (const chunk of createReadStream(file).pipe(createGunzip())) take(decoder.push(chunk as Uint8Array))
    take(decoder.end())
  }
  const services = new Map([...dictionary.services].map(([id, s]) => [id, s.name]))
  return { ...assemble([...events.values()]), services, events: events.size }
}

function assemble(events: ReadEvent[]): Pick<ReadSet, 'spans' | 'lines' | 'links' | 'spanOfEventId'> {
  for (const members of groupBy(events, (e) => e.streamId).values()) {
    for (const [event, group] of members[0]?.sandbox ? assignStream(members) : assignContinuations(members)) event.groupId = group
  }
  const spans = new Map<bigint, Span>()
  const refs: SpanRef[] = []
  const lines = new Map<bigint, ReadEvent[]>()
  const put = (span: Span): void => {
    const known = spans.get(span.id)
    spans.set(span.id, known ? mergeSpans(known, span) : span)
  }
  const spanOfEventId = new Map<string, bigint>()
  for (const [groupId, members] of groupBy(events, (e) => e.groupId ?? e.id)) {
    const assembly = assembleGroup(groupId, members)
    assembly.spans.forEach(put)
    assembly.contributed.forEach(put)
    refs.push(...assembly.refs)
    for (const event of members) {
      const span = assembly.spanOf.get(event) ?? groupId
      if (event.form === 'log') pushTo(lines, span, event)
      if (event.sourceEventId) spanOfEventId.set(event.sourceEventId, span)
    }
  }
  return { spans, lines, links: linkAll(spans, refs), spanOfEventId }
}

/** Links by rules, and once more with what they show of the rules themselves, as a fit does. */
function linkAll(spans: Map<bigint, Span>, refs: SpanRef[]): Link[] {
  for (const span of spans.values()) {
    if (span.form !== 'execution' || span.requestId === null) continue
    const ref = { kind: 'request', role: 'self', value: span.requestId } as const
    refs.push({ ...ref, joinHash: hash64(joinKey(ref)), spanId: span.id, event: span.firstEvent ?? { timeNs: span.startNs, id: span.id } })
  }
  const causes = groupBy(
    refs.filter((r) => CAUSE_ROLES.has(r.role)),
    (r) => r.joinHash,
  )
  const effects = groupBy(
    refs.filter((r) => EFFECT_ROLES.has(r.role)),
    (r) => r.spanId,
  )
  const none: SpanRef[] = []
  const link = (demoted?: Demotions): Link[] => [...effects].flatMap(([effect, list]) => linksOf(effect, list, (join) => causes.get(join) ?? none, demoted))
  return link(demotionsOf(ruleHealth(link()))).filter((found) => found.kind !== 'duplicate-of')
}

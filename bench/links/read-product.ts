/**
 * Reads a data set through the product's own pure layers, in memory: decode, parse, assemble, tier A. What a running instance has in
 * its store, without one.
 */
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { pushTo } from '#lib/base/group'
import { emptyDictionary, toEventRow } from '#lib/ingest/event-rows'
import { OrdinalCounter } from '#lib/ingest/identity'
import { demotionsOf, ruleHealth } from '#lib/link/health'
import { DeliveryOrder } from '#lib/link/delivery-order'
import { assembleAll, linkAll } from '#lib/link/in-memory'
import { typedValues } from '#lib/link/statistical/adapt'
import type { LinkEvent } from '#lib/model/link-event'
import type { Link, Span } from '#lib/model/span'
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
  const { spans, refs, spanOf } = assembleAll(events)
  const lines = new Map<bigint, ReadEvent[]>()
  const spanOfEventId = new Map<string, bigint>()
  for (const [event, span] of spanOf) {
    if (event.form === 'log') pushTo(lines, span, event)
    if (event.sourceEventId) spanOfEventId.set(event.sourceEventId, span)
  }
  // By rules, and once more with what they show of the rules themselves, as a fit does.
  const demotions = demotionsOf(ruleHealth(linkAll(spans, refs)))
  return { spans, lines, links: linkAll(spans, refs, demotions).filter((found) => found.kind !== 'duplicate-of'), spanOfEventId }
}

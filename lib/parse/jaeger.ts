/**
 * One span of Jaeger's JSON (what its UI downloads and its query API answers) inside its trace, with its process.
 * https://github.com/jaegertracing/jaeger-ui: `{data: [{traceID, spans: [...], processes: {p1: {serviceName, tags}}}]}`, times in µs.
 *
 * The first CHILD_OF is the parent; further references, and FOLLOWS_FROM, are links.
 * Ignores: logs beyond their fields, warnings, flags.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { inRange, DAY_NS } from '#lib/base/log-time'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { readTraceSpan, type Attributes, type TraceSpan } from './trace-span'
import { microseconds, paddedHex } from './zipkin'

/** False where the value holds no span. */
export function readJaegerSpan(value: JsonObject, draft: Draft): boolean {
  const trace = objects(value.data)[0]
  const record = objects(trace?.spans)[0]
  if (trace === undefined || record === undefined) return false
  const traceId = paddedHex(record.traceID ?? trace.traceID, 32)
  const spanId = paddedHex(record.spanID, 16)
  if (traceId === null || spanId === null) return false
  const attributes = tagsOf(record.tags)
  const start = microseconds(record.startTime)
  const startNs = start === null ? null : inRange(start, draft.eventNs + DAY_NS)
  const durationNs = microseconds(record.duration) ?? 0n
  const { parentId, links } = causes(record, traceId)
  readTraceSpan(
    {
      traceId,
      spanId,
      parentId: parentId === spanId ? null : parentId,
      name: typeof record.operationName === 'string' ? record.operationName : '',
      kind: kindOf(attributes['span.kind']),
      startNs,
      endNs: startNs === null ? null : startNs + durationNs,
      open: false,
      failed: attributes.error === true || attributes.error === 'true' || attributes['otel.status_code'] === 'ERROR',
      attributes,
      resource: processOf(record, trace),
      links,
    },
    draft,
  )
  for (const log of objects(record.logs)) flatten(tagsOf(log.fields), draft.fields)
  return true
}

function causes(record: JsonObject, traceId: string): Pick<TraceSpan, 'parentId' | 'links'> {
  let parentId = paddedHex(record.parentSpanID, 16)
  const links: TraceSpan['links'] = []
  for (const reference of objects(record.references)) {
    const spanId = paddedHex(reference.spanID, 16)
    const of = paddedHex(reference.traceID, 32) ?? traceId
    if (spanId === null || (spanId === parentId && of === traceId)) continue
    if (parentId === null && of === traceId && reference.refType !== 'FOLLOWS_FROM') parentId = spanId
    else links.push({ traceId: of, spanId, attributes: {} })
  }
  return { parentId, links }
}

function kindOf(kind: unknown): TraceSpan['kind'] {
  return kind === 'server' || kind === 'client' || kind === 'producer' || kind === 'consumer' ? kind : 'internal'
}

function processOf(record: JsonObject, trace: JsonObject): Attributes {
  const processes = isJsonObject(trace.processes) ? trace.processes : {}
  const named = typeof record.processID === 'string' && Object.hasOwn(processes, record.processID) ? processes[record.processID] : undefined
  const sender = isJsonObject(record.process) ? record.process : isJsonObject(named) ? named : {}
  const service = typeof sender.serviceName === 'string' && sender.serviceName !== '' ? { 'service.name': sender.serviceName } : {}
  return { ...tagsOf(sender.tags), ...service }
}

function tagsOf(tags: unknown): Attributes {
  const out: Attributes = Object.create(null) as Attributes
  for (const { key, value } of objects(tags)) if (typeof key === 'string' && key !== '' && !(key in out)) out[key] = value
  return out
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

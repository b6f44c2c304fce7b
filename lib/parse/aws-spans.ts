/**
 * Spans of the log group `aws/spans`, where CloudWatch's Transaction Search keeps all spans that X-Ray receives: one a line, flat.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Transaction-Search-ingesting-span-log-groups.md
 *
 *   {resource:{attributes:{…}}, scope, traceId, spanId, parentSpanId, name, kind:"SERVER", startTimeUnixNano, endTimeUnixNano, durationNano,
 *    attributes:{…}, events:[{name, timeUnixNano, attributes}], links:[{traceId, spanId, attributes}], status:{code:"ERROR"}}
 *
 * The schema is not documented: names are OpenTelemetry's, attributes a plain object (a list of key and value is read too), ids W3C's or in
 * X-Ray's form, enums names or numbers. One of start, end and duration may be missing. Times in ns come as numbers, which JSON.parse rounds to
 * some 256 ns. A line is such a span by both ids together with one of the times; loggers that write traceId and spanId have none of them.
 * Ignores: scope, flags, dropped counts.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { DAY_NS, inRange } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { readTraceSpan, type Attributes, type TraceSpan } from './trace-span'
import { paddedHex } from './zipkin'

const KINDS: readonly TraceSpan['kind'][] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer']

export function isAwsSpan(value: JsonObject): boolean {
  if (typeof value.traceId !== 'string' || typeof value.spanId !== 'string') return false
  return 'durationNano' in value || 'startTimeUnixNano' in value || 'endTimeUnixNano' in value
}

/** False where its ids are none. */
export function readAwsSpan(value: JsonObject, draft: Draft): boolean {
  const traceId = traceOf(value.traceId)
  const spanId = paddedHex(value.spanId, 16)
  if (traceId === null || spanId === null) return false
  const attributes = attributesOf(value.attributes)
  const { startNs, endNs } = timesOf(value, draft.eventNs)
  const parentId = paddedHex(value.parentSpanId, 16)
  const http = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? 0)
  readTraceSpan(
    {
      traceId,
      spanId,
      parentId: parentId === spanId ? null : parentId,
      name: typeof value.name === 'string' ? value.name : '',
      kind: kindOf(value.kind),
      startNs,
      endNs,
      open: false,
      failed: isError(value.status) || http >= 500,
      attributes,
      resource: attributesOf(isJsonObject(value.resource) ? value.resource.attributes : undefined),
      links: linksOf(value.links),
    },
    draft,
  )
  for (const event of objects(value.events)) flatten(attributesOf(event.attributes), draft.fields)
  return true
}

/** `1-8-24` as 32 hex digits. */
function traceOf(id: unknown): string | null {
  return typeof id === 'string' ? paddedHex(id.replace(/^1-([0-9a-f]{8})-([0-9a-f]{24})$/i, '$1$2'), 32) : null
}

/** What two of start, end and duration say; the line's time is not asked, since nobody says which of them it is. */
function timesOf(value: JsonObject, eventNs: UnixNano): { startNs: UnixNano | null; endNs: UnixNano | null } {
  const near = (ns: UnixNano | null): UnixNano | null => (ns === null ? null : inRange(ns, eventNs + DAY_NS))
  const [start, end] = [near(nanosOf(value.startTimeUnixNano)), near(nanosOf(value.endTimeUnixNano))]
  const duration = nanosOf(value.durationNano)
  const startNs = start ?? (end !== null && duration !== null ? end - duration : null)
  return { startNs, endNs: end ?? (start !== null && duration !== null ? start + duration : null) }
}

function nanosOf(value: unknown): UnixNano | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value < 1e19 ? BigInt(value) : null
  return typeof value === 'string' && /^\d{1,19}$/.test(value) ? BigInt(value) : null
}

function kindOf(kind: unknown): TraceSpan['kind'] {
  const name = typeof kind === 'string' ? kind.replace(/^SPAN_KIND_/, '').toLowerCase() : ''
  return KINDS.find((known) => known === name) ?? KINDS[Number(kind)] ?? 'internal'
}

function isError(status: unknown): boolean {
  const code = isJsonObject(status) ? status.code : status
  return code === 2 || code === 'ERROR' || code === 'STATUS_CODE_ERROR'
}

function linksOf(links: unknown): TraceSpan['links'] {
  return objects(links).flatMap((link) => {
    const [traceId, spanId] = [traceOf(link.traceId), paddedHex(link.spanId, 16)]
    return traceId === null || spanId === null ? [] : [{ traceId, spanId, attributes: attributesOf(link.attributes) }]
  })
}

function attributesOf(value: unknown): Attributes {
  if (isJsonObject(value)) return value
  const out: Attributes = Object.create(null) as Attributes
  for (const { key, value: held } of objects(value)) {
    if (typeof key === 'string' && key !== '' && !(key in out)) out[key] = isJsonObject(held) ? Object.values(held)[0] : held
  }
  return out
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

/**
 * One OTLP log record or span inside its resource and scope, as lib/sources/otlp/decode.ts hands it over (OTLP/JSON).
 * https://opentelemetry.io/docs/specs/otel/logs/data-model/, https://opentelemetry.io/docs/specs/otel/trace/api/
 *
 * A log record with a trace and a span id belongs to that span; one with faas.invocation_id to that execution.
 * Ignores: scope attributes, span events beyond their attributes, dropped counts, trace flags.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { flatten } from './flatten'
import { requestIdOf } from './ids'
import { severityOfName } from './severity'
import { scanText } from './text-scan'
import { identifying, placeInSpan, readTraceSpan, serviceOf, type Attributes, type TraceSpan } from './trace-span'

const KINDS: readonly TraceSpan['kind'][] = ['internal', 'internal', 'server', 'client', 'producer', 'consumer']
const STATUS_ERROR = 2

/** Reads a request of one span; false where the value is none. */
export function readOtelSpan(value: JsonObject, draft: Draft): boolean {
  const found = only(value, 'resourceSpans', ['scopeSpans', 'instrumentationLibrarySpans'], 'spans')
  if (found === null) return false
  const { record, resource } = found
  const attributes = attributesOf(record.attributes)
  const endNs = nanosOf(record.endTimeUnixNano)
  const status = isJsonObject(record.status) ? record.status : {}
  const http = Number(attributes['http.response.status_code'] ?? attributes['http.status_code'] ?? 0)
  readTraceSpan(
    {
      traceId: hexOf(record.traceId),
      spanId: hexOf(record.spanId),
      parentId: parentOf(record),
      name: typeof record.name === 'string' ? record.name : '',
      kind: kindOf(record.kind),
      startNs: nanosOf(record.startTimeUnixNano),
      endNs,
      open: endNs === null,
      failed: Number(status.code) === STATUS_ERROR || status.code === 'STATUS_CODE_ERROR' || http >= 500,
      attributes,
      resource,
      links: linksOf(record.links),
    },
    draft,
  )
  for (const event of objects(record.events)) flatten(attributesOf(event.attributes), draft.fields)
  return true
}

/** Enums come as integers; some exporters write their names. */
function kindOf(kind: unknown): TraceSpan['kind'] {
  if (typeof kind === 'string' && kind.startsWith('SPAN_KIND_')) {
    const name = kind.slice(10).toLowerCase()
    return KINDS.find((known) => known === name) ?? 'internal'
  }
  return KINDS[Number(kind)] ?? 'internal'
}

function parentOf(record: JsonObject): string | null {
  const parent = hexOf(record.parentSpanId)
  return /^[0-9a-f]{16}$/.test(parent) && /[1-9a-f]/.test(parent) && parent !== hexOf(record.spanId) ? parent : null
}

function linksOf(links: unknown): TraceSpan['links'] {
  return objects(links).flatMap((link) => {
    const [traceId, spanId] = [hexOf(link.traceId), hexOf(link.spanId)]
    const valid = /^[0-9a-f]{32}$/.test(traceId) && /^[0-9a-f]{16}$/.test(spanId) && /[1-9a-f]/.test(traceId) && /[1-9a-f]/.test(spanId)
    return valid ? [{ traceId, spanId, attributes: attributesOf(link.attributes) }] : []
  })
}

/** Reads a request of one log record; false where the value is none. */
export function readOtelLog(value: JsonObject, draft: Draft): boolean {
  const found = only(value, 'resourceLogs', ['scopeLogs', 'instrumentationLibraryLogs'], 'logRecords')
  if (found === null) return false
  const { record, resource } = found
  const attributes = attributesOf(record.attributes)
  const body = anyValue(record.body)
  const number = Number(record.severityNumber ?? 0)
  draft.severity = number >= 1 && number <= 24 ? number : severityOfName(typeof record.severityText === 'string' ? record.severityText : '')
  draft.service = serviceOf(resource, attributes, draft.service)
  words(body, record, draft)
  flatten(attributes, draft.fields)
  if (isJsonObject(body)) flatten(body, draft.fields)
  flatten(identifying(resource), draft.fields)
  place(record, attributes, draft)
  return true
}

function words(body: unknown, record: JsonObject, draft: Draft): void {
  const eventName = typeof record.eventName === 'string' ? record.eventName : ''
  if (typeof body === 'string' && body !== '') {
    const scan = scanText(body)
    draft.message = body.trimEnd()
    draft.template = scan.template
    draft.fields = scan.fields
    return
  }
  const said = isJsonObject(body) ? [body.message, body.msg].find((text) => typeof text === 'string' && text !== '') : undefined
  draft.message = typeof said === 'string' ? said : eventName !== '' ? eventName : body === null ? '' : JSON.stringify(body)
  draft.template =
    typeof said === 'string' ? scanText(said).template : eventName !== '' ? eventName : `{${Object.keys(isJsonObject(body) ? body : {}).join(', ')}}`
}

/** Where the record belongs: its execution, else its span, of which it may be the only trace. */
function place(record: JsonObject, attributes: Attributes, draft: Draft): void {
  const [traceId, spanId] = [hexOf(record.traceId), hexOf(record.spanId)]
  const hasTrace = /^[0-9a-f]{32}$/.test(traceId) && /[1-9a-f]/.test(traceId)
  if (hasTrace) draft.traceId = traceId
  draft.requestId = requestIdOf(attributes['faas.invocation_id'] ?? attributes['faas.execution'])
  if (draft.requestId !== undefined || !hasTrace || !/^[0-9a-f]{16}$/.test(spanId) || !/[1-9a-f]/.test(spanId)) return
  placeInSpan(traceId, spanId, draft)
}

function only(value: JsonObject, list: string, scopes: string[], records: string): { record: JsonObject; resource: Attributes } | null {
  const outer = objects(value[list])[0]
  if (outer === undefined) return null
  for (const name of scopes) {
    const record = objects(objects(outer[name])[0]?.[records])[0]
    if (record !== undefined) return { record, resource: attributesOf(isJsonObject(outer.resource) ? outer.resource.attributes : undefined) }
  }
  return null
}

function objects(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : []
}

function hexOf(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : ''
}

function nanosOf(value: unknown): UnixNano | null {
  const digits = typeof value === 'number' ? (Number.isSafeInteger(value) ? String(value) : '') : typeof value === 'string' ? value : ''
  return /^\d{1,20}$/.test(digits) && !/^0+$/.test(digits) ? BigInt(digits) : null
}

/** KeyValue lists as an object; a name that comes twice keeps its first value. */
function attributesOf(list: unknown): Attributes {
  const out: Attributes = Object.create(null) as Attributes
  for (const { key, value } of objects(list)) if (typeof key === 'string' && key !== '' && !(key in out)) out[key] = anyValue(value)
  return out
}

function anyValue(value: unknown): unknown {
  if (!isJsonObject(value)) return null
  if (isJsonObject(value.arrayValue)) return objects(value.arrayValue.values).map(anyValue)
  if (isJsonObject(value.kvlistValue)) return { ...attributesOf(value.kvlistValue.values) }
  return value.stringValue ?? value.boolValue ?? value.intValue ?? value.doubleValue ?? value.bytesValue ?? null
}

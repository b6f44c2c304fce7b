/**
 * A Zipkin v2 span. https://zipkin.io/zipkin-api/ (SpanV2), times and durations in µs.
 *
 * Client and server of one call may share one span id: the server's half is marked `shared`, and is the one that later spans hang under.
 * Ids have 16 or 32 hex digits; shorter ones lost their zeros. A timestamp may be missing: then the first annotation's counts.
 * Ignores: ip addresses, `debug`, texts of annotations.
 */
import { isJsonObject, type JsonObject } from '#lib/base/json'
import { inRange, DAY_NS } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { readTraceSpan, type Attributes, type TraceSpan } from './trace-span'

/** False where the value is no span. */
export function readZipkinSpan(value: JsonObject, draft: Draft): boolean {
  const traceId = paddedHex(value.traceId, 32)
  const spanId = paddedHex(value.id, 16)
  if (traceId === null || spanId === null) return false
  const tags: Attributes = isJsonObject(value.tags) ? value.tags : {}
  const kind = kindOf(value.kind)
  const startNs = startOf(value, draft)
  const durationNs = microseconds(value.duration)
  const service = serviceName(value.localEndpoint)
  const parent = paddedHex(value.parentId, 16)
  const span: TraceSpan = {
    traceId,
    spanId,
    parentId: parent === spanId ? null : parent,
    name: typeof value.name === 'string' ? value.name : '',
    kind,
    startNs,
    endNs: startNs === null || durationNs === null ? null : startNs + durationNs,
    open: false,
    failed: 'error' in tags && tags.error !== 'false' && tags.error !== false,
    attributes: messaging(tags, kind, value.remoteEndpoint),
    resource: service === undefined ? {} : { 'service.name': service },
    links: [],
  }
  // Annotations that came late, without kind and time: whose they are, the other half knows; they don't make the client what spans hang under.
  if (kind === 'client' || (kind === 'internal' && value.timestamp === undefined && value.shared !== true)) span.half = 'client'
  else if (value.shared === true) span.half = 'server'
  readTraceSpan(span, draft)
  return true
}

function kindOf(kind: unknown): TraceSpan['kind'] {
  const name = typeof kind === 'string' ? kind.toLowerCase() : ''
  return name === 'server' || name === 'client' || name === 'producer' || name === 'consumer' ? name : 'internal'
}

/** The broker stands in remoteEndpoint; which queue of it, in a tag. */
function messaging(tags: Attributes, kind: TraceSpan['kind'], remote: unknown): Attributes {
  const broker = serviceName(remote)
  return broker === undefined || (kind !== 'producer' && kind !== 'consumer') || 'messaging.system' in tags ? tags : { ...tags, 'messaging.system': broker }
}

function serviceName(endpoint: unknown): string | undefined {
  const name = isJsonObject(endpoint) ? endpoint.serviceName : undefined
  return typeof name === 'string' && name !== '' && name !== 'unknown' ? name : undefined
}

function startOf(value: JsonObject, draft: Draft): UnixNano | null {
  const annotations = Array.isArray(value.annotations) ? value.annotations.filter(isJsonObject) : []
  const times = annotations.map(({ timestamp }) => microseconds(timestamp)).filter((time) => time !== null)
  const first = times.reduce<UnixNano | null>((low, time) => (low === null || time < low ? time : low), null)
  const start = microseconds(value.timestamp) ?? first
  return start === null ? null : inRange(start, draft.eventNs + DAY_NS)
}

/** µs, as a number or its digits; null for 0, which Zipkin uses for "unknown". */
export function microseconds(value: unknown): UnixNano | null {
  const text = typeof value === 'number' && Number.isInteger(value) ? String(value) : typeof value === 'string' ? value : ''
  return /^\d{1,17}$/.test(text) && Number(text) > 0 ? BigInt(text) * 1000n : null
}

/** Lower case, zeros in front; null where it is no id, or all zeros. */
export function paddedHex(value: unknown, length: number): string | null {
  if (typeof value !== 'string' || !/^[0-9a-f]{1,32}$/i.test(value) || !/[1-9a-f]/i.test(value)) return null
  const padded = value.toLowerCase().padStart(length, '0')
  return padded.length === length ? padded : null
}

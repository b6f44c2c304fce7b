/**
 * Log correlation: a line that carries the trace and the span it was written in, under the names that OpenTelemetry's instrumentation,
 * Micrometer, Elastic, serilog and Google Cloud give them, in JSON or as `name=value` in text.
 * https://opentelemetry.io/docs/specs/otel/compatibility/logging_trace_context/, https://www.elastic.co/docs/reference/ecs/ecs-tracing,
 * https://docs.micrometer.io/tracing/reference/, https://clef-json.org, https://cloud.google.com/logging/docs/agent/logging/configuration
 *
 * The line belongs to that span. A Lambda function's lines stay with their execution, which the span is a part of. Ignores: ids that are
 * not 16 hex digits (Datadog's decimal ones), and span ids without a trace.
 */
import type { Draft } from './draft'
import { placeInSpan } from './trace-span'

const NAMES = new Set(['span_id', 'spanId', 'SpanId', 'spanid', 'span.id', '@sp', 'otelSpanID', 'logging.googleapis.com/spanId'])
const SPAN_ID = /^[0-9a-f]{16}$/i

export function placeByFields(draft: Draft): void {
  const { traceId, facts } = draft
  if (traceId === undefined || draft.requestId !== undefined || draft.service.kind === 'function') return
  if (facts.own !== undefined || facts.marker !== undefined) return
  const spanId = draft.fields.find(({ name, value }) => NAMES.has(name) && SPAN_ID.test(value))?.value
  const hex = traceId.replace(/^1-|-/g, '')
  if (spanId !== undefined && /[1-9a-f]/i.test(spanId) && /^[0-9a-f]{32}$/.test(hex)) placeInSpan(hex, spanId.toLowerCase(), draft)
}

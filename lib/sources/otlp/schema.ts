/**
 * The messages of OTLP as tables of fields, from opentelemetry-proto 1.10 (opentelemetry/proto/{common,resource,logs,trace,metrics}/v1).
 * Of metrics only what counting data points needs: they are refused with their number.
 */
import type { FieldType, MessageType } from './protobuf'

type Row = [number: number, name: string, type: FieldType['type'], repeated?: 'repeated']

function message(...rows: Row[]): MessageType {
  return new Map(rows.map(([number, name, type, repeated]) => [number, repeated === undefined ? { name, type } : { name, type, repeated: true }]))
}

const anyValue: MessageType = message(
  [1, 'stringValue', 'string'],
  [2, 'boolValue', 'bool'],
  [3, 'intValue', 'int64'],
  [4, 'doubleValue', 'double'],
  [5, 'arrayValue', () => arrayValue],
  [6, 'kvlistValue', () => keyValueList],
  [7, 'bytesValue', 'base64'],
)
const keyValue: MessageType = message([1, 'key', 'string'], [2, 'value', () => anyValue])
const arrayValue: MessageType = message([1, 'values', () => anyValue, 'repeated'])
const keyValueList: MessageType = message([1, 'values', () => keyValue, 'repeated'])

const resource = message([1, 'attributes', () => keyValue, 'repeated'], [2, 'droppedAttributesCount', 'int32'])
const scope = message([1, 'name', 'string'], [2, 'version', 'string'], [3, 'attributes', () => keyValue, 'repeated'], [4, 'droppedAttributesCount', 'int32'])

const logRecord = message(
  [1, 'timeUnixNano', 'fixed64'],
  [2, 'severityNumber', 'int32'],
  [3, 'severityText', 'string'],
  [5, 'body', () => anyValue],
  [6, 'attributes', () => keyValue, 'repeated'],
  [7, 'droppedAttributesCount', 'int32'],
  [8, 'flags', 'fixed32'],
  [9, 'traceId', 'hex'],
  [10, 'spanId', 'hex'],
  [11, 'observedTimeUnixNano', 'fixed64'],
  [12, 'eventName', 'string'],
)

const spanEvent = message(
  [1, 'timeUnixNano', 'fixed64'],
  [2, 'name', 'string'],
  [3, 'attributes', () => keyValue, 'repeated'],
  [4, 'droppedAttributesCount', 'int32'],
)
const spanLink = message(
  [1, 'traceId', 'hex'],
  [2, 'spanId', 'hex'],
  [3, 'traceState', 'string'],
  [4, 'attributes', () => keyValue, 'repeated'],
  [5, 'droppedAttributesCount', 'int32'],
  [6, 'flags', 'fixed32'],
)
const status = message([2, 'message', 'string'], [3, 'code', 'int32'])
const span = message(
  [1, 'traceId', 'hex'],
  [2, 'spanId', 'hex'],
  [3, 'traceState', 'string'],
  [4, 'parentSpanId', 'hex'],
  [5, 'name', 'string'],
  [6, 'kind', 'int32'],
  [7, 'startTimeUnixNano', 'fixed64'],
  [8, 'endTimeUnixNano', 'fixed64'],
  [9, 'attributes', () => keyValue, 'repeated'],
  [10, 'droppedAttributesCount', 'int32'],
  [11, 'events', () => spanEvent, 'repeated'],
  [12, 'droppedEventsCount', 'int32'],
  [13, 'links', () => spanLink, 'repeated'],
  [14, 'droppedLinksCount', 'int32'],
  [15, 'status', () => status],
  [16, 'flags', 'fixed32'],
)

const points = message([1, 'dataPoints', () => message(), 'repeated'])
const metric = message([1, 'name', 'string'], [5, 'gauge', () => points], [7, 'sum', () => points], [9, 'histogram', () => points], [10, 'exponentialHistogram', () => points], [11, 'summary', () => points]) // prettier-ignore

function request(list: string, scopes: string, records: string, record: MessageType): MessageType {
  const inScope = message([1, 'scope', () => scope], [2, records, () => record, 'repeated'], [3, 'schemaUrl', 'string'])
  const inResource = message([1, 'resource', () => resource], [2, scopes, () => inScope, 'repeated'], [3, 'schemaUrl', 'string'])
  return message([1, list, () => inResource, 'repeated'])
}

/** Bodies of POST /v1/logs, /v1/traces and /v1/metrics. */
export const REQUESTS = {
  logs: request('resourceLogs', 'scopeLogs', 'logRecords', logRecord),
  traces: request('resourceSpans', 'scopeSpans', 'spans', span),
  metrics: request('resourceMetrics', 'scopeMetrics', 'metrics', metric),
}

export type Signal = keyof typeof REQUESTS

/**
 * A record understood: RawRecord -> ParsedEvent. First match wins; the log group is a hint, the content decides (formats.md §7):
 *
 *   a user's own format     access-format.ts
 *   segment                 xray.ts; otel.ts, zipkin.ts, jaeger.ts where the door said so
 *   OTLP log record         otel.ts
 *   { … }, any text         the formats of formats.ts, in their order; else
 *   { … }                   json-line.ts
 *   a line in a line        wrappers.ts: containers, syslog; what is inside is read as a line again
 *   <time> <id> <level> …   runtime-prefix.ts, and the rest again
 *   rest with an object     loose-value.ts: JSON, Python's repr, Node's inspect; logged-event.ts on what it holds
 *   any text                text-scan.ts: k=v, name: value, ids by their form, and the template
 *
 * A record that nothing understands is a text event. Nothing throws: a format that fails leaves what it has found.
 */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { cutText, storable } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'
import type { EventFacts, Field, ParsedEvent, RawRecord } from '#lib/model/event'
import type { AccessFormats } from './access-format'
import { readByFormat } from './access-values'
import { batchKeys } from './batch-keys'
import { continuationOf } from './continuation'
import { readAs, type Draft } from './draft'
import { readMetrics } from './emf'
import { flatten } from './flatten'
import { readObject as readObjectFormat, readText as readTextFormat, StreamHints, type Hint } from './formats'
import { readJsonLine } from './json-line'
import { mayHoldEvent, readLoggedEvents } from './logged-event'
import { embeddedValues, findCut, findEmbedded } from './loose-value'
import { readJaegerSpan } from './jaeger'
import { readOtelLog, readOtelSpan } from './otel'
import { telemetryLine } from './platform'
import { noteQueue, readNamedIds } from './response'
import { stripPrefix, traceIdInText } from './runtime-prefix'
import { serviceOfGroup, serviceOfName } from './service'
import { severityOfText } from './severity'
import { placeByFields } from './span-fields'
import { FIELDS_MAX, scanText } from './text-scan'
import { readSegment } from './xray'
import { unwrapObject, unwrapText, WRAPPERS_MAX } from './wrappers'
import { readZipkinSpan } from './zipkin'

export interface ParseContext {
  /** NAME of the delivery: whose lines are meant where no log group is given. */
  sourceName: string
  receivedNs: UnixNano
  /** The file's modification time: for lines without a time. */
  fileTimeNs?: UnixNano | undefined
  /** Formats that the user gave for log groups or deliveries: they come before all others. */
  formats?: AccessFormats | undefined
}

export const MESSAGE_MAX = 2000

export type Parser = (record: RawRecord, context: ParseContext) => ParsedEvent

/** A parser for many records: it looks first for the format that a stream's last line had. The answer is parseRecord's for any order of lines. */
export function createParser(): Parser {
  const hints = new StreamHints()
  return (record, context) => parse(record, context, hints.at(record.logGroup, record.logStream))
}

/** Never throws. The envelope's time wins; a line's own counts only where there is none, the file's or the receipt's where neither is. */
export function parseRecord(record: RawRecord, context: ParseContext): ParsedEvent {
  return parse(record, context, { text: null, object: null })
}

function parse(record: RawRecord, context: ParseContext, hint: Hint): ParsedEvent {
  const draft = newDraft(record, context)
  try {
    const format = record.form === 'log' && record.format === undefined ? (context.formats?.of(record.logGroup ?? context.sourceName) ?? null) : null
    if (format === null || !readByFormat(format, record.body.trimEnd(), draft)) readRecord(record, draft, hint)
  } catch {
    // A fault of a format's reading must not cost the event: it stays as text.
    fallBack(record, draft)
  }
  return finish(record, draft, context)
}

function newDraft(record: RawRecord, context: ParseContext): Draft {
  return {
    eventNs: record.timeNs ?? context.fileTimeNs ?? context.receivedNs,
    // A line's own time is read only where the envelope has none.
    lineNs: record.timeNs,
    severity: 0,
    requestId: undefined,
    traceId: undefined,
    service: record.logGroup === undefined ? serviceOfName(context.sourceName) : serviceOfGroup(record.logGroup),
    message: '',
    template: '',
    fields: [],
    facts: {},
  }
}

function fallBack(record: RawRecord, draft: Draft): void {
  draft.message = record.body
  draft.template = 'unread *'
  draft.facts = {}
  draft.format = 'unread'
}

function readRecord(record: RawRecord, draft: Draft, hint: Hint): void {
  if (record.form === 'segment') {
    const value = record.json ?? parsedObject(record.body)
    if (isJsonObject(value)) return readSpanDocument(value, record.format, draft)
  }
  if (record.format === 'otlp') {
    const value = record.json ?? parsedObject(record.body)
    if (isJsonObject(value) && readOtelLog(value, draft)) return readAs(draft, 'otlp')
  }
  readText(record.body.trimEnd(), record.json, draft, hint)
  placeByFields(draft)
}

/** `json`: the text's value, where it is known; `depth`: how many wrappings are off already. */
function readText(text: string, json: unknown, draft: Draft, hint: Hint, depth = 0): void {
  draft.message = text
  const first = text.charCodeAt(0)
  if (first === 123) {
    const value = json ?? parsedObject(text)
    if (isJsonObject(value)) return readObject(value, text, draft, hint, depth)
  }
  if (readTextFormat(text, draft, hint)) return
  const inner = depth < WRAPPERS_MAX ? unwrapText(text, draft) : null
  if (inner !== null) return readText(inner.trimEnd(), undefined, draft, hint, depth + 1)
  // A function's lines belong to the execution that is open in its sandbox, whatever they look like.
  const joins = draft.service.kind === 'function' ? null : continuationOf(text)
  if (joins !== null) Object.assign(draft.facts, joins)
  readRest(stripPrefix(text, draft), draft, hint)
}

function readSpanDocument(value: JsonObject, format: RawRecord['format'], draft: Draft): void {
  readAs(draft, format ?? 'xray')
  if (format === undefined) return readSegment(value, draft)
  const read = { otlp: readOtelSpan, zipkin: readZipkinSpan, jaeger: readJaegerSpan }[format](value, draft)
  if (!read) throw new Error(`not a span of ${format}`)
}

function parsedObject(text: string): JsonObject | null {
  const parsed = parseJson(text)
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : null
}

function readObject(value: JsonObject, text: string, draft: Draft, hint: Hint, depth = 0): void {
  const logged = depth < WRAPPERS_MAX ? (readTelemetry(value, draft) ?? unwrapObject(value, draft)) : undefined
  if (typeof logged === 'string') return readText(logged.trimEnd(), undefined, draft, hint, depth + 1)
  if (isJsonObject(logged)) return readObject(logged, JSON.stringify(logged), draft, hint, depth + 1)
  if (readObjectFormat(value, draft, hint)) return
  const metrics = readMetrics(value, draft)
  readAs(draft, metrics === null ? 'json' : 'emf')
  const { human, inner } = readJsonLine(value, draft)
  const own = draft.fields.length
  const events = holdsEvents(text, value, draft)
  if (human !== '') {
    readRest(human, draft, null)
  } else if (metrics !== null) {
    draft.message = metrics.words
    draft.template = metrics.template
  } else {
    draft.message = text
    draft.template = templateOfKeys(isJsonObject(inner) ? inner : value)
  }
  // The top's own fields; inside an event the same names mean other things.
  readNamedIds(human, events ? topFields(draft.fields, own) : draft.fields, draft)
}

function holdsEvents(text: string, value: unknown, draft: Draft): boolean {
  const events = mayHoldEvent(text) && readLoggedEvents(value, draft)
  if (events) readAs(draft, 'event')
  return events
}

function readTelemetry(value: JsonObject, draft: Draft): unknown {
  const logged = telemetryLine(value, draft)
  if (typeof logged === 'string' || isJsonObject(logged)) readAs(draft, 'telemetry')
  return logged
}

function topFields(fields: readonly Field[], count: number): Field[] {
  return fields.slice(0, count).filter(({ name }) => !name.includes('.'))
}

/** A line without words is known by the names it has, in their order. */
function templateOfKeys(value: JsonObject): string {
  return `{${Object.keys(value).slice(0, 12).join(', ')}}`
}

/** Field of a line that ends in the middle of an object. */
const CUT = 'truncated'

/** The part of a line behind its prefix, or the message of a JSON logger. Without a hint an object in it is no line of its own: that bounds JSON in JSON. */
function readRest(text: string, draft: Draft, hint: Hint | null): void {
  const rest = unquoted(text.trim())
  draft.message = rest
  if (draft.severity === 0) draft.severity = severityOfText(rest)
  if (rest.charCodeAt(0) === 123 && hint !== null) {
    const value = parsedObject(rest)
    // A JSON line behind a runtime's prefix, as console.log(JSON.stringify(…)) gives it.
    if (value !== null) return readObject(value, rest, draft, hint)
  }
  const embedded = findEmbedded(rest) ?? findCut(rest)
  if (embedded === null || (embedded.cut && draft.fields.some(({ name }) => name === CUT))) return readWords(rest, draft)
  if (embedded.cut) draft.fields.push({ name: CUT, value: 'true' })
  if (embedded.cut && embedded.start === 0 && hint !== null && isJsonObject(embedded.value)) return readObject(embedded.value, rest, draft, hint)
  const before = rest.slice(0, embedded.start).trimEnd()
  const after = rest.slice(embedded.end).trim()
  const scan = scanText(after === '' ? before : `${before} * ${after}`)
  draft.template = after === '' ? `${scan.template} *`.trim() : scan.template
  const top: Field[] = []
  flatten(embedded.value, top)
  draft.fields = [...draft.fields, ...top, ...scan.fields].slice(0, FIELDS_MAX)
  readAs(draft, 'object')
  const events = holdsEvents(rest, after.includes('{') ? [embedded.value, ...embeddedValues(after)] : embedded.value, draft)
  if (!events)
    readNamedIds(
      before,
      top.filter(({ name }) => !name.includes('.')),
      draft,
    )
  draft.traceId ??= traceIdInText(rest)
}

/** JSON that was made a JSON string once more. */
function unquoted(text: string): string {
  if (text.charCodeAt(0) !== 34 || !/^"\s*[{[]/.test(text.slice(0, 16)) || !text.endsWith('"')) return text
  const parsed = parseJson(text)
  return parsed.ok && typeof parsed.value === 'string' ? parsed.value.trim() : text
}

function readWords(rest: string, draft: Draft): void {
  const { template, fields } = scanText(rest)
  draft.template = template
  draft.fields = draft.fields.length === 0 ? fields : [...draft.fields, ...fields].slice(0, FIELDS_MAX)
  if (fields.length > 0) readNamedIds(template, fields, draft, rest)
  draft.traceId ??= traceIdInText(rest)
}

function finish(record: RawRecord, draft: Draft, context: ParseContext): ParsedEvent {
  const timeNs = record.timeNs ?? draft.lineNs
  if (draft.facts.refs?.some(({ role }) => role !== 'self' && role !== 'parent')) draft.facts.keys = batchKeys(draft.fields)
  noteQueue(draft)
  const event: ParsedEvent = {
    record,
    timeNs: timeNs ?? context.fileTimeNs ?? context.receivedNs,
    untimed: timeNs === null,
    service: draft.service,
    severity: draft.severity,
    facts: hasFacts(draft.facts) ? draft.facts : null,
    message: cutText(draft.message, MESSAGE_MAX),
    template: draft.template === '' ? '*' : draft.template,
    fields: draft.fields,
    format: draft.format ?? 'text',
  }
  if (draft.requestId !== undefined) event.requestId = draft.requestId
  if (draft.traceId !== undefined) event.traceId = draft.traceId
  // Escapes inside JSON are the way for NUL and half pairs to come back.
  return record.body.includes('\\') ? cleaned(event) : event
}

function hasFacts(facts: EventFacts): boolean {
  for (const _ in facts) return true
  return false
}

/** The same event with every text of it fit for the store. */
function cleaned(event: ParsedEvent): ParsedEvent {
  event.message = storable(event.message)
  event.template = storable(event.template)
  for (const field of event.fields) {
    field.name = storable(field.name)
    field.value = storable(field.value)
  }
  if (event.facts !== null) event.facts = cleanTexts(event.facts)
  return event
}

function cleanTexts<T>(value: T): T {
  if (typeof value === 'string') return storable(value) as T
  if (Array.isArray(value)) return value.map(cleanTexts) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, cleanTexts(child)])) as T
}

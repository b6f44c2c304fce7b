/**
 * CloudFront's access logs: standard (33 fields between tabs, v2 also as JSON) and real-time.
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html, …/understand-real-time-log-config.html
 *
 * One request a line. `date` and `time` (a whole second, UTC; real-time logs have milliseconds) say when it was answered; it began
 * `time-taken` before. x-edge-request-id is the X-Amz-Cf-Id that the origin got.
 * A line is read by the order of the fields that its kind has by default; for chosen fields give Specter the `#Fields:` line
 * (access-format.ts), since a line alone does not say what its values are. Header lines are events of their own.
 * Ignores: cookies, the encoding of user agents.
 */
import { isoToNs, secondsToNs } from '#lib/base/log-time'
import { cutText } from '#lib/base/text-bytes'
import { msToNs, type UnixNano } from '#lib/base/time'
import { isJsonObject, type JsonObject } from '#lib/base/json'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { severityOfStatus } from './gateway-request'
import { idOf } from './ids'
import { addFields, amount, named } from './tokens'

const STANDARD = [
  'date', 'time', 'x-edge-location', 'sc-bytes', 'c-ip', 'cs-method', 'cs(Host)', 'cs-uri-stem', 'sc-status', 'cs(Referer)', 'cs(User-Agent)',
  'cs-uri-query', 'cs(Cookie)', 'x-edge-result-type', 'x-edge-request-id', 'x-host-header', 'cs-protocol', 'cs-bytes', 'time-taken',
  'x-forwarded-for', 'ssl-protocol', 'ssl-cipher', 'x-edge-response-result-type', 'cs-protocol-version', 'fle-status', 'fle-encrypted-fields',
  'c-port', 'time-to-first-byte', 'x-edge-detailed-result-type', 'sc-content-type', 'sc-content-len', 'sc-range-start', 'sc-range-end',
] // prettier-ignore
const REAL_TIME = [
  'timestamp', 'c-ip', 's-ip', 'time-to-first-byte', 'sc-status', 'sc-bytes', 'cs-method', 'cs-protocol', 'cs-host', 'cs-uri-stem', 'cs-bytes',
  'x-edge-location', 'x-edge-request-id', 'x-host-header', 'time-taken', 'cs-protocol-version', 'c-ip-version', 'cs-user-agent', 'cs-referer',
  'cs-cookie', 'cs-uri-query', 'x-edge-response-result-type', 'x-forwarded-for', 'ssl-protocol', 'ssl-cipher', 'x-edge-result-type',
  'fle-encrypted-fields', 'fle-status', 'sc-content-type', 'sc-content-len', 'sc-range-start', 'sc-range-end', 'c-port',
  'x-edge-detailed-result-type', 'c-country',
] // prettier-ignore

const STANDARD_LINE = /^\d{4}-\d\d-\d\d\t\d\d:\d\d:\d\d\t[A-Z]{3}\d/
const REAL_TIME_LINE = /^\d{10}\.\d{3}\t[\da-f.:]{3,45}\t[\da-f.:]{3,45}\t/
const COOKIES = new Set(['cs(Cookie)', 'cs-cookie', 'cs-headers'])

type Values = { [name: string]: string }

export function looksLikeCloudFront(text: string): boolean {
  return (text.charCodeAt(10) === 9 && STANDARD_LINE.test(text)) || (text.charCodeAt(14) === 9 && REAL_TIME_LINE.test(text))
}

export function readCloudFrontLine(text: string, draft: Draft): boolean {
  const cells = text.split('\t', 64)
  const names = text.charCodeAt(4) === 45 ? STANDARD : REAL_TIME
  // Fewer fields were another choice of them, whose order nobody knows.
  return cells.length >= (names === STANDARD ? 24 : REAL_TIME.length) && readCloudFrontValues(named(names, cells), draft)
}

/** Values by the names of CloudFront's reference, from whichever form. False where they don't name a request. */
export function readCloudFrontValues(values: Values, draft: Draft): boolean {
  const method = values['cs-method'] ?? ''
  const stem = values['cs-uri-stem'] ?? ''
  const answered = answeredAt(values)
  if (!/^[A-Z]{3,10}$/.test(method) || answered === null) return false
  const status = amount(values['sc-status'])
  const name = cutText(`${method} ${stem}`.trim(), 200)
  const requestId = idOf(values['x-edge-request-id'])
  if (requestId !== undefined) draft.facts.own = requestOf({ values, requestId, name, status, answered })
  draft.facts.name = name
  draft.service = draft.facts.own?.service ?? { kind: 'gateway', name: hostOf(values) ?? draft.service.name }
  if (status !== undefined && status > 0) draft.facts.httpStatus = status
  draft.lineNs ??= answered.ns
  draft.severity = severityOfStatus(status)
  draft.message = status === undefined ? name : `${name} ${status}`
  draft.template = `${method} * ${status === undefined ? '' : `${Math.floor(status / 100)}xx`}`.trim()
  addFields(Object.fromEntries(Object.entries(values).filter(([field]) => !COOKIES.has(field))), draft)
  return true
}

interface Request {
  values: Values
  requestId: string
  name: string
  status: number | undefined
  answered: { ns: UnixNano; exact: boolean }
}

function requestOf({ values, requestId, name, status, answered }: Request): SpanFact {
  const own: SpanFact = {
    key: `cloudfront:${requestId}`,
    form: 'request',
    service: { kind: 'gateway', name: hostOf(values) ?? 'CloudFront' },
    name,
    startNs: answered.ns - msToNs((amount(values['time-taken']) ?? 0) * 1000),
    endNs: answered.ns,
    refs: [{ kind: 'request', role: 'self', value: requestId }],
    attributes: answered.exact ? {} : { 'start.uncertain_ms': 1000 },
  }
  if (status !== undefined && status > 0) {
    own.status = status >= 500 ? 'error' : 'ok'
    own.attributes = { ...own.attributes, 'http.status': status }
  }
  return own
}

function hostOf(values: Values): string | undefined {
  return [values['cs(Host)'], values['cs-host'], values['x-host-header']].find((host) => host !== undefined && host !== '-' && host !== '')
}

function answeredAt(values: Values): { ns: UnixNano; exact: boolean } | null {
  const { timestamp, date = '', time = '' } = values
  const ms = values['timestamp(ms)']
  const ns = timestamp !== undefined ? secondsToNs(timestamp) : ms !== undefined && /^\d{13}$/.test(ms) ? BigInt(ms) * 1_000_000n : null
  if (ns !== null) return { ns, exact: true }
  const second = isoToNs(`${date} ${time}`)
  return second === null ? null : { ns: second, exact: false }
}

export function isCloudFrontObject(value: JsonObject): boolean {
  return 'x-edge-request-id' in value && 'cs-method' in value
}

/** Standard logging v2 in JSON: the same names, all values texts. */
export function readCloudFrontObject(value: JsonObject, draft: Draft): boolean {
  const values = Object.create(null) as Values
  for (const key of Object.keys(value)) if (!isJsonObject(value[key])) values[key] = String(value[key])
  return readCloudFrontValues(values, draft)
}

/** `#Version: 1.0` and `#Fields: …`, as W3C's extended format has them. */
export function readHeaderLine(text: string, draft: Draft): boolean {
  draft.template = text.startsWith('#Fields:') ? '#Fields: *' : '#Version: *'
  draft.severity = 5
  return true
}

export function looksLikeHeader(text: string): boolean {
  return text.charCodeAt(0) === 35 && (text.startsWith('#Fields: ') || text.startsWith('#Version: '))
}

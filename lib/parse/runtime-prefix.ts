/**
 * The prefixes that Lambda's runtimes and the usual loggers put before a line of text; the rest is read as a line of its own.
 *
 *   node    2026-11-02T08:00:00.488Z\t42c183a4-…\tINFO\trest            aws-lambda-nodejs-runtime-interface-client:src/LogPatch.js
 *   .NET    2026-11-02T08:00:04.273Z\t744b9db2-…\tinfo\trest            aws-lambda-dotnet:…/DefaultLogMessageFormatter.cs
 *   python  [INFO]\t2026-11-02T08:00:01.306Z\tfbd8cc1b-…\trest          aws-lambda-python-runtime-interface-client:awslambdaric/bootstrap.py
 *   java    2026-11-02 08:00:03 e0438b60-… INFO  Handler - rest         aws-lambda-java-libs:aws-lambda-java-log4j2/README.md
 *   ruby    I, [2026-11-02T08:00:05.000245 #8]  INFO -- : rest          Ruby's Logger
 *   other   <ISO, CLF, syslog or epoch time> [level] rest
 *
 * A request id is taken only where the runtime puts it; during init it is `undefined` or empty.
 */
import { epochToNs, isoPrefix, utcSeconds, zoneSeconds, DAY_NS } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { isPlaceholder, requestIdOf, traceIdOf } from './ids'
import { severityOfName } from './severity'

/** Takes what stands before the message into the draft and returns the message. */
export function stripPrefix(text: string, draft: Draft): string {
  const rest = strip(text, draft)
  // A web server's time stands in the middle of its line, so nothing is cut off.
  draft.lineNs ??= clfInside(text)
  return rest
}

function strip(text: string, draft: Draft): string {
  const first = text.charCodeAt(0)
  if (first === 91) return python(text, draft) ?? bracketed(text, draft)
  if (first >= 48 && first <= 57) return tabbed(text, draft) ?? timed(text, draft)
  if (first >= 65 && first <= 90) return ruby(text, draft) ?? syslog(text, draft) ?? leveled(text, draft)
  if (first === 60) return syslog5424(text, draft) ?? text
  return leveled(text, draft)
}

/** node and .NET: time, id and level between tabs. Indices, not a pattern: most lines of most systems pass here. */
function tabbed(text: string, draft: Draft): string | null {
  const a = text.indexOf('\t')
  if (a < 19 || a > 35) return null
  const b = text.indexOf('\t', a + 1)
  const c = b < 0 ? -1 : text.indexOf('\t', b + 1)
  if (c < 0 || c - b > 14) return null
  const severity = severityOfName(text.slice(b + 1, c))
  if (severity === 0) return null
  const id = text.slice(a + 1, b)
  const requestId = requestIdOf(id)
  if (requestId === undefined && !isPlaceholder(id)) return null
  if (draft.lineNs === null) draft.lineNs = isoPrefix(text)?.ns ?? null
  if (requestId !== undefined) draft.requestId = requestId
  draft.severity = severity
  return text.slice(c + 1)
}

function python(text: string, draft: Draft): string | null {
  const close = text.indexOf(']\t')
  if (close < 0 || close > 14) return null
  const severity = severityOfName(text.slice(1, close))
  const b = text.indexOf('\t', close + 2)
  const c = b < 0 ? -1 : text.indexOf('\t', b + 1)
  if (severity === 0 || c < 0) return null
  const id = text.slice(b + 1, c)
  const requestId = requestIdOf(id)
  if (requestId === undefined && !isPlaceholder(id)) return null
  if (draft.lineNs === null) draft.lineNs = isoPrefix(text.slice(close + 2, b))?.ns ?? null
  if (requestId !== undefined) draft.requestId = requestId
  draft.severity = severity
  return text.slice(c + 1)
}

const RUBY = /^[DIWEFAU], \[(\S+) #\d+\]\s+([A-Z]+) -- [^:]*: /

function ruby(text: string, draft: Draft): string | null {
  if (text.charCodeAt(1) !== 44) return null
  const match = RUBY.exec(text)
  if (match === null) return null
  draft.lineNs ??= isoPrefix(match[1] ?? '')?.ns ?? null
  draft.severity = severityOfName(match[2] ?? '')
  return text.slice(match[0].length)
}

/** Behind a time: an id where log4j's AWSRequestId pattern puts it, then the level with or without brackets, thread and logger. */
const LOG4J_ID = /^\s*([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\s+(?=\[?[A-Z]{4,8}\b)/i
const LEVEL = /^[\s:|-]*(?:\[[^\]]{1,64}\]\s*)?(?:\[|<|\()?([A-Za-z]{3,11})(?:\]|>|\))?(?=[\s:|\]-])[\s:|-]*/
const LEADING_LEVEL = /^(?:\[|<)?([A-Z]{4,11})(?:\]|>)?(?=[\s:|-])[\s:|-]*/

function timed(text: string, draft: Draft): string {
  const time = leadingTime(text, draft.eventNs)
  if (time === null) return text
  draft.lineNs ??= time.ns
  return behindTime(text.slice(time.length), draft)
}

function behindTime(text: string, draft: Draft): string {
  const id = LOG4J_ID.exec(text)
  let rest = text
  if (id !== null) {
    const requestId = requestIdOf(id[1])
    if (requestId !== undefined) draft.requestId = requestId
    rest = text.slice(id[0].length)
  }
  const level = LEVEL.exec(rest)
  const severity = severityOfName(level?.[1] ?? '')
  if (level === null || severity === 0) return rest.replace(/^[\s\]:|-]+/, '')
  draft.severity = severity
  return rest.slice(level[0].length)
}

/** `[2026-11-02 08:00:00] …`, `[INFO] …`, `[info] [time] …`, uvicorn's and Apache's `[Sun Oct 10 … 2000] [error] …`. */
function bracketed(text: string, draft: Draft): string {
  const close = text.indexOf(']')
  if (close < 0 || close > 48) return text
  const inner = text.slice(1, close)
  const severity = severityOfName(inner.trim())
  const rest = text.slice(close + 1).replace(/^[\s:-]+/, '')
  if (severity !== 0) {
    draft.severity = severity
    const time = leadingTime(rest.startsWith('[') ? rest.slice(1) : rest, draft.eventNs)
    if (time === null) return rest
    draft.lineNs ??= time.ns
    return rest.slice(time.length + (rest.startsWith('[') ? 2 : 0)).trimStart()
  }
  const ns = leadingTime(inner, draft.eventNs)?.ns ?? parseClfTime(inner) ?? apacheTime(inner)
  if (ns === null) return text
  draft.lineNs ??= ns
  return behindTime(text.slice(close + 1), draft)
}

function leveled(text: string, draft: Draft): string {
  const match = LEADING_LEVEL.exec(text)
  const severity = severityOfName(match?.[1] ?? '')
  if (match === null || severity === 0) return text
  draft.severity = severity
  return text.slice(match[0].length)
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const SLASHED = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/
const EPOCH = /^(\d{10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19})(?=\s)/
const CLF_TIME = /\[(\d\d)\/([A-Z][a-z]{2})\/(\d{4}):(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?: ([+-]\d{4}))?\]/

/** A time at the very start: ISO in its variants, Go's `2026/11/02 08:00:05`, or an epoch in any unit. */
function leadingTime(text: string, latestNs: UnixNano): { ns: UnixNano; length: number } | null {
  const iso = isoPrefix(text)
  if (iso !== null) return iso
  const slashed = SLASHED.exec(text)
  if (slashed !== null) {
    const [whole, y, mo, d, h, mi, s, fraction] = slashed
    const seconds = utcSeconds(Number(y), Number(mo), Number(d), Number(h), Number(mi), Number(s))
    return seconds === null ? null : { ns: BigInt(seconds) * 1_000_000_000n + BigInt((fraction ?? '').padEnd(9, '0')), length: whole.length }
  }
  const epoch = EPOCH.exec(text)
  const ns = epoch === null ? null : epochToNs(epoch[1], latestNs + DAY_NS)
  return epoch === null || ns === null ? null : { ns, length: epoch[0].length }
}

function clfInside(text: string): UnixNano | null {
  const match = CLF_TIME.exec(text.length > 300 ? text.slice(0, 300) : text)
  return match === null ? null : clfTime(match)
}

function clfTime(match: RegExpExecArray): UnixNano | null {
  const [, day, month, year, hour, minute, second, zone] = match
  const seconds = utcSeconds(Number(year), monthOf(month), Number(day), Number(hour), Number(minute), Number(second))
  return seconds === null ? null : BigInt(seconds - zoneSeconds(zone)) * 1_000_000_000n
}

/** `02/Nov/2026:08:00:01 +0000`, as API Gateway and web servers write it. */
export function parseClfTime(text: string): UnixNano | null {
  const match = CLF_TIME.exec(`[${text}]`)
  return match === null ? null : clfTime(match)
}

const APACHE_TIME = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})$/

/** `Sun Oct 10 13:55:36.123456 2026`, of Apache's error log. */
function apacheTime(text: string): UnixNano | null {
  const match = APACHE_TIME.exec(text)
  if (match === null) return null
  const [, month, day, hour, minute, second, fraction, year] = match
  const seconds = utcSeconds(Number(year), monthOf(month), Number(day), Number(hour), Number(minute), Number(second))
  return seconds === null ? null : BigInt(seconds) * 1_000_000_000n + BigInt((fraction ?? '').padEnd(9, '0'))
}

function monthOf(name: string | undefined): number {
  return MONTHS.indexOf((name ?? '').toLowerCase()) + 1
}

const SYSLOG = /^([A-Z][a-z]{2})\s+(\d{1,2}) (\d\d):(\d\d):(\d\d) (\S+) /

/** RFC 3164 has no year: the event's own, or the one before where that would lie in the future. */
function syslog(text: string, draft: Draft): string | null {
  const match = SYSLOG.exec(text)
  const month = monthOf(match?.[1])
  if (match === null || month === 0) return null
  const year = new Date(Number(draft.eventNs / 1_000_000n)).getUTCFullYear()
  const at = (y: number): number | null => utcSeconds(y, month, Number(match[2]), Number(match[3]), Number(match[4]), Number(match[5]))
  let seconds = at(year)
  if (seconds !== null && BigInt(seconds) * 1_000_000_000n > draft.eventNs + DAY_NS) seconds = at(year - 1)
  if (seconds !== null) draft.lineNs ??= BigInt(seconds) * 1_000_000_000n
  return text.slice(match[0].length)
}

const SYSLOG_5424 = /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) (?:-|\[.*?\]) ?/
const SYSLOG_SEVERITY = [21, 19, 18, 17, 13, 10, 9, 5]

function syslog5424(text: string, draft: Draft): string | null {
  const match = SYSLOG_5424.exec(text)
  if (match === null) return null
  draft.severity = SYSLOG_SEVERITY[Number(match[1]) % 8] ?? 0
  draft.lineNs ??= isoPrefix(match[2] ?? '')?.ns ?? null
  return text.slice(match[0].length)
}

/** A trace id anywhere in a line of text: `Root=1-…`, `traceparent`, Datadog's and others' `trace_id=`. */
export function traceIdInText(text: string): string | undefined {
  const root = text.indexOf('Root=1-')
  if (root >= 0) return traceIdOf(text.slice(root, root + 48))
  const match = text.includes('trace') ? /trace[._]?id["'=: ]+([0-9a-f]{32}|1-[0-9a-f]{8}-[0-9a-f]{24})\b/i.exec(text) : null
  return match === null ? undefined : traceIdOf(match[1])
}

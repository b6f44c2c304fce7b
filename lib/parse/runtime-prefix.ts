/**
 * The prefixes that Lambda's runtimes and the usual loggers put before a line of text; the rest is read as a line of its own.
 *
 *   node    2026-11-02T08:00:00.488Z\t42c183a4-…\tINFO\trest            aws-lambda-nodejs-runtime-interface-client:src/LogPatch.js
 *   .NET    2026-11-02T08:00:04.273Z\t744b9db2-…\tinfo\trest            aws-lambda-dotnet:…/DefaultLogMessageFormatter.cs
 *   python  [INFO]\t2026-11-02T08:00:01.306Z\tfbd8cc1b-…\trest          aws-lambda-python-runtime-interface-client:awslambdaric/bootstrap.py
 *   java    2026-11-02 08:00:03 e0438b60-… INFO  Handler - rest         aws-lambda-java-libs:aws-lambda-java-log4j2/README.md
 *   ruby    I, [2026-11-02T08:00:05.000245 #8]  INFO -- : rest          Ruby's Logger
 *   other   <ISO or epoch time> [level] rest, and the servers' and loggers' own forms (postgres-line.ts, mysql-line.ts, klog-line.ts, …)
 *
 * A request id is taken only where the runtime puts it; during init it is `undefined` or empty.
 */
import { epochToNs, isoPrefix, utcSeconds, DAY_NS } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import { clfTimeInside, parseClfTime } from './clf-time'
import { readAs, type Draft } from './draft'
import { readHaproxyLine } from './haproxy-line'
import { isPlaceholder, requestIdOf, traceIdOf } from './ids'
import { readKlogLine } from './klog-line'
import { readBehindTime, readLoggerLine } from './logger-prefix'
import { readMysqlLine } from './mysql-line'
import { readPostgresLine } from './postgres-line'
import { readServerErrorLine } from './server-error-line'
import { severityOfName } from './severity'

/** Takes what stands before the message into the draft and returns the message. */
export function stripPrefix(text: string, draft: Draft): string {
  const rest = strip(text, draft)
  // A web server's time stands in the middle of its line, so nothing is cut off.
  draft.lineNs ??= clfTimeInside(text)
  return rest
}

type Reader = (text: string, draft: Draft) => string | null

/** What may stand before the words, by the line's first character; the first that fits reads it. */
const BRACKET: readonly (readonly [name: string, read: Reader])[] = [
  ['lambda-line', python],
  ['server-error', readServerErrorLine],
]
const LETTER: typeof BRACKET = [
  ['lambda-line', ruby],
  ['klog', readKlogLine],
  ['logger', readLoggerLine],
]
const COMMENT: typeof BRACKET = [['mysql', readMysqlLine]]
/** By what stands behind the first digits: `2026-`, `2026/`, `08:00:`, `10.` */
const DATE: typeof BRACKET = [
  ['lambda-line', tabbed],
  ['mysql', readMysqlLine],
  ['postgres', readPostgresLine],
]
const SLASHED_DATE: typeof BRACKET = [['server-error', readServerErrorLine]]
const CLOCK: typeof BRACKET = [['logger', readLoggerLine]]
const ADDRESS: typeof BRACKET = [
  ['haproxy', readHaproxyLine],
  ['postgres', readPostgresLine],
]
const NONE: typeof BRACKET = []

function strip(text: string, draft: Draft): string {
  const first = text.charCodeAt(0)
  const digit = first >= 48 && first <= 57
  const capital = first >= 65 && first <= 90
  for (const [name, read] of digit ? behindDigits(text) : first === 91 ? BRACKET : capital ? LETTER : first === 35 ? COMMENT : NONE) {
    const rest = read(text, draft)
    if (rest === null) continue
    readAs(draft, name)
    return rest
  }
  if (first === 91) return bracketed(text, draft)
  return digit ? timed(text, draft) : leveled(text, draft)
}

function behindDigits(text: string): typeof BRACKET {
  if (text.charCodeAt(4) === 45) return DATE
  if (text.charCodeAt(4) === 47) return SLASHED_DATE
  if (text.charCodeAt(2) === 58 && text.charCodeAt(5) === 58) return CLOCK
  return text.charCodeAt(1) === 46 || text.charCodeAt(2) === 46 || text.charCodeAt(3) === 46 ? ADDRESS : NONE
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
  const rest = text.slice(time.length)
  const words = readBehindTime(rest, draft)
  if (words === null) return behindTime(rest, draft)
  readAs(draft, 'logger')
  return words
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

/** `[2026-11-02 08:00:00] …`, `[INFO] …`, `[info] [time] …`, uvicorn's, and any other time or level in brackets. */
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
  const ns = leadingTime(inner, draft.eventNs)?.ns ?? parseClfTime(inner)
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

const SLASHED = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?/
const EPOCH = /^(\d{10}(?:\.\d{1,9})?|\d{13}|\d{16}|\d{19})(?=\s)/

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

/** A trace id anywhere in a line of text: `Root=1-…`, `traceparent`, Datadog's and others' `trace_id=`. */
export function traceIdInText(text: string): string | undefined {
  const root = text.indexOf('Root=1-')
  if (root >= 0) return traceIdOf(text.slice(root, root + 48))
  const match = text.includes('trace') ? /trace[._]?id["'=: ]+([0-9a-f]{32}|1-[0-9a-f]{8}-[0-9a-f]{24})\b/i.exec(text) : null
  return match === null ? undefined : traceIdOf(match[1])
}

/**
 * What the usual patterns of log4j, logback, java.util.logging, Spring Boot, Python's logging and .NET's console put behind the time.
 * https://logging.apache.org/log4j/2.x/manual/pattern-layout.html, https://logback.qos.ch/manual/layouts.html,
 * https://docs.spring.io/spring-boot/reference/features/logging.html, https://docs.python.org/3/library/logging.html#logrecord-attributes
 *
 *   08:00:00.123 [main] INFO  com.shop.Cart - message                              logback's default: no date, so no time
 *   2026-11-02 08:00:00,123 INFO  [com.shop.Cart] (main) message                  JBoss
 *   2026-11-02T08:00:00.123Z  INFO 12345 --- [shop] [nio-8080-exec-1] c.shop.Cart : message            Spring Boot 3
 *   2026-11-02 08:00:00.123  INFO [shop,6ae84300…,1f7e521a…] 1 --- [main] c.shop.Cart : message        Spring Cloud Sleuth, Micrometer
 *   2026-11-02 08:00:00,123 - cart - ERROR - message                               Python, %(asctime)s - %(name)s - %(levelname)s - %(message)s
 *   ERROR:cart:message                                                             Python's basicConfig
 *   Nov 02, 2026 8:00:00 AM com.shop.Cart checkout                                 java.util.logging, the message on the next line
 *
 * The logger and thread become fields where the pattern is certain of them. Ignores: zones (taken for UTC), diagnostic contexts of other forms.
 */
import { utcSeconds } from '#lib/base/log-time'
import type { Draft } from './draft'
import { traceIdOf } from './ids'
import { monthOf } from './month'
import { severityOfName } from './severity'
import { placeInSpan } from './trace-span'

const SPRING =
  /^ {0,4}([A-Z]{4,5}) {1,2}(?:\[([^\]]{0,200})\] )?(\d{1,10}) --- (?:\[([^\]]{0,100})\] ?)?(?:\[([^\]]{0,100})\] ?)?(?:\[([0-9a-f]{16,32})-([0-9a-f]{16})\] ?)?([\w.$[\]/-]{1,120}) {0,40}: /
const PYTHON = /^ - ([\w.$-]{1,120}) - ([A-Z]{4,8}) - /
const BASIC = /^([A-Z]{4,8}):([\w.$-]{1,120}):/
const LOGBACK = /^\d\d:\d\d:\d\d[.,]\d{3} \[([^\]]{1,100})\] ([A-Z]{4,5}) {1,2}([\w.$]{1,120}) - /
const THREAD_FIRST = /^ {1,2}\[([^\]]{1,100})\] ([A-Z]{4,5}) {1,2}([\w.$]{1,120})(?:\.\w{1,80})?(?::\d{1,6})? {1,2}- /
const JUL = /^([A-Z][a-z]{2}) (\d{1,2}), (\d{4}),? (\d{1,2}):(\d\d):(\d\d)\s(AM|PM) ([\w.$]{1,160})(?: (\w{1,80}|<\w{1,20}>))?$/

/** The rest of a line behind its time, or null where no pattern is certain. */
export function readBehindTime(text: string, draft: Draft): string | null {
  return spring(text, draft) ?? named(PYTHON.exec(text), [1, 2], text, draft) ?? threadFirst(THREAD_FIRST.exec(text), text, draft)
}

/** Lines that begin with a level and a logger, with a clock's time alone, or with java.util.logging's date. */
export function readLoggerLine(text: string, draft: Draft): string | null {
  const first = text.charCodeAt(0)
  if (first >= 48 && first <= 57) return text.charCodeAt(2) === 58 ? threadFirst(LOGBACK.exec(text), text, draft) : null
  return named(BASIC.exec(text), [2, 1], text, draft) ?? julHeader(text, draft)
}

function spring(text: string, draft: Draft): string | null {
  const match = SPRING.exec(text)
  const severity = severityOfName(match?.[1] ?? '')
  if (match === null || severity === 0) return null
  const [whole, , context = '', pid = '', , , trace, span, logger = ''] = match
  draft.severity = severity
  draft.fields.push({ name: 'logger', value: logger }, { name: 'pid', value: pid })
  const thread = match[5] ?? match[4]
  if (thread) draft.fields.push({ name: 'thread', value: thread.trim() })
  const ids = context.split(',')
  within(trace ?? ids[1], span ?? ids[2], draft)
  return text.slice(whole.length)
}

/** The span that wrote the line: Micrometer's and Sleuth's `[application,trace,span]`. */
function within(trace: string | undefined, span: string | undefined, draft: Draft): void {
  const traceId = traceIdOf(trace?.trim())
  if (traceId === undefined) return
  draft.traceId ??= traceId
  const id = span?.trim() ?? ''
  if (/^[0-9a-f]{16}$/.test(id) && /[1-9a-f]/.test(id) && /^[0-9a-f]{32}$/.test(traceId)) placeInSpan(traceId, id, draft)
}

function named(match: RegExpExecArray | null, [logger, level]: [logger: number, level: number], text: string, draft: Draft): string | null {
  const severity = severityOfName(match?.[level] ?? '')
  if (match === null || severity === 0) return null
  draft.severity = severity
  draft.fields.push({ name: 'logger', value: match[logger] ?? '' })
  return text.slice(match[0].length)
}

function threadFirst(match: RegExpExecArray | null, text: string, draft: Draft): string | null {
  const severity = severityOfName(match?.[2] ?? '')
  if (match === null || severity === 0) return null
  draft.severity = severity
  draft.fields.push({ name: 'logger', value: match[3] ?? '' }, { name: 'thread', value: match[1] ?? '' })
  return text.slice(match[0].length)
}

/** The header alone on its line: the message comes as the next one (`INFO: …`), which continues it. */
function julHeader(text: string, draft: Draft): string | null {
  const match = JUL.exec(text)
  if (match === null) return null
  const [, month, day, year, hour, minute, second, half, logger = '', method] = match
  const hours = (Number(hour) % 12) + (half === 'PM' ? 12 : 0)
  const seconds = utcSeconds(Number(year), monthOf(month), Number(day), hours, Number(minute), Number(second))
  if (seconds === null) return null
  draft.lineNs ??= BigInt(seconds) * 1_000_000_000n
  draft.fields.push({ name: 'logger', value: logger })
  draft.facts.opens = 'jul'
  return method === undefined ? logger : `${logger} ${method}`
}

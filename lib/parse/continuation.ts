/**
 * Lines that are no entry of their own but go on with the one before them: stack traces, wrapped dumps, statements behind an error. Only
 * the line is looked at; which entry it joins, its neighbours tell (lib/link/continuation.ts).
 *
 *   any line that begins with a blank or tab       Java's, Node's and .NET's frames, pretty-printed objects, PostgreSQL's statements
 *   Caused by: …   ... 12 more   }   ])            Java; the end of a dump
 *   Traceback (most recent call last):             Python: opens a trace, and joins the error that it was logged with
 *   ValueError: …                                  ends a trace that is open
 *   panic: …  then  goroutine 4 [running]:  main.main()  created by …          Go
 *   # Time: …  then  # User@Host: …  # Query_time: …  SET timestamp=…;          MySQL's slow log
 *   XRAY TraceId: …                                the last line of REPORT, where a console copy broke it
 *
 * Formats: docs.python.org/3/library/traceback.html, docs.oracle.com/…/java/lang/Throwable.html#printStackTrace(), pkg.go.dev/runtime#Stack,
 * dev.mysql.com/doc/refman/8.4/en/slow-query-log.html. Ignores: wrapped prose without an indentation, which no line tells.
 */
import type { EventFacts } from '#lib/model/event'

type Joins = Pick<EventFacts, 'continues' | 'opens'>

const PYTHON_END = /^(?:[\w$]{1,64}\.){0,8}[A-Z][\w$]{0,80}(?:Error|Exception|Warning|Interrupt|Exit|Iteration|NotFound|Timeout)(?:: |$)/
const PYTHON_BETWEEN = /^(?:The above exception was the direct cause of|During handling of the above exception)/
const GO_FRAME =
  /^(?:goroutine \d{1,10} \[[^\]]{1,80}\]:|created by [\w./*()-]{1,200}|exit status \d{1,3}|[\w./*-]{1,200}(?:\(\*?\w{1,100}\)[\w.]{1,100})?\([^()]{0,400}\))$/
/** Some programs indent every line: one with a time or a level of its own is an entry. */
const OWN_HEAD = /^[ \t]{1,32}\[?(?:\d{4}[-/]\d\d[-/]\d\d[T ]|\d\d:\d\d:\d\d|(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|FATAL|CRITICAL)\b)/
const CLOSING = /^[}\])]{1,8}[,;]?$/
const MORE = /^\.\.\. \d{1,5} more$/
const DOTNET_OR_NODE = /^at [\w$.<>`[\]/@-]{1,300}[ (]/

/** What the line joins and opens; null for the usual line. Linear: every pattern is anchored and bounded. */
export function continuationOf(text: string): Joins | null {
  switch (text.charCodeAt(0)) {
    case 32: // blank
    case 9: // tab
      return text.trim() === '' || OWN_HEAD.test(text) ? null : { continues: 'any' }
    case 46: // .
      return MORE.test(text) ? { continues: 'any' } : null
    case 93: // ]
    case 125: // }
    case 41: // )
      return CLOSING.test(text.slice(0, 16)) ? { continues: 'any' } : null
    case 35: // #
      return slowLog(text)
    default:
      return text.length > 600 ? null : words(text)
  }
}

function slowLog(text: string): Joins | null {
  if (text.startsWith('# Time: ')) return { opens: 'slow' }
  return /^# (?:User@Host|Query_time|Thread_id|Schema|Bytes_sent):/.test(text) ? { continues: 'slow', opens: 'slow' } : null
}

function words(text: string): Joins | null {
  if (text.startsWith('Caused by: ') || text.startsWith('XRAY TraceId: ') || DOTNET_OR_NODE.test(text)) return { continues: 'any' }
  if (text.startsWith('Traceback (most recent call last):')) return { continues: 'error', opens: 'trace' }
  if (PYTHON_BETWEEN.test(text)) return { continues: 'trace' }
  if (text.startsWith('panic: ') || text.startsWith('fatal error: ')) return { opens: 'panic' }
  if (PYTHON_END.test(text)) return { continues: 'trace' }
  if (text.startsWith('SET timestamp=')) return { continues: 'slow' }
  return GO_FRAME.test(text) ? { continues: 'panic' } : null
}

/**
 * PostgreSQL's server log, also as RDS and Aurora export it.
 * https://www.postgresql.org/docs/current/runtime-config-logging.html (log_line_prefix, log_destination csvlog and jsonlog),
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Concepts.PostgreSQL.overview.parameter-groups.html,
 * https://github.com/pgaudit/pgaudit#format, https://google.github.io/sqlcommenter/spec/
 *
 *   2026-11-02 08:00:00 UTC:10.0.0.12(52834):app@shop:[20175]:ERROR:  …     RDS
 *   2026-11-02 08:00:00.123 UTC [147] app@shop LOG:  …                       %m [%p] %q%u@%d, with %h before, between or behind
 *   2026-11-02 08:00:00 UTC [147]: [3-1] user=app,db=shop,client=… LOG:  …   name=value
 *   2026-11-02 08:00:00.123 UTC,"app","shop",147,"10.0.0.12:5432",…          csvlog, 23 to 26 columns
 *   {"timestamp":…,"error_severity":…,"backend_type":…}                      jsonlog
 *
 * Any prefix that has a time and ends before the level and its two blanks is read. DETAIL, HINT, STATEMENT, CONTEXT and QUERY continue
 * the line before them (continuation.ts). A sqlcommenter traceparent hangs the statement under the span that sent it.
 * Ignores: zone names other than UTC and offsets (taken for UTC), %c %v %x, the columns for query position and internal query.
 */
import type { JsonObject } from '#lib/base/json'
import { isoPrefix, isoToNs } from '#lib/base/log-time'
import { addRef, type Draft } from './draft'
import { splitCsv } from './csv-line'
import { isPlaceholder, traceIdOf } from './ids'
import { spanValue } from './trace-span'

/** PostgreSQL's levels: its LOG stands for what an operator wants to read, between INFO and NOTICE. */
const SEVERITY: ReadonlyMap<string, number> = new Map([
  ['DEBUG', 5], ['DEBUG1', 5], ['DEBUG2', 5], ['DEBUG3', 5], ['DEBUG4', 5], ['DEBUG5', 5],
  ['INFO', 9], ['LOG', 9], ['NOTICE', 10], ['WARNING', 13], ['ERROR', 17], ['FATAL', 21], ['PANIC', 24],
  ['DETAIL', 0], ['HINT', 0], ['STATEMENT', 0], ['CONTEXT', 0], ['QUERY', 0], ['LOCATION', 0], ['BACKTRACE', 0],
]) // prettier-ignore

/** Prefixes are settings of one line; what stands further in is the message. */
const PREFIX_MAX = 320
/** Two blanks behind the level; RDS's prefix, which ends with `]:`, is unmistakable with one. */
const LEVEL = /(^|[\s:\]])([A-Z]{3,9}\d?):(?: {2}|\t|(?<=\]:[A-Z]{3,9}:) )/g
const TIME = /^(?:(\S{1,64}) )?(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)/
const PROCESS = /\[(\d{1,10})(?:-\d{1,10})?\]/
const USER = /(?:^|[\s:])([\w.$-]{1,63})@([\w.$-]{1,63})/
const CLIENT = /(?:^|[\s:])(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:]*::[0-9a-f:]*|\[local\])(?:\((\d{1,5})\))?/
const NAMED = /\b(user|db|app|client|host)=([^,\s]{1,128})/g
const NAMES: Readonly<Record<string, string>> = { user: 'user', db: 'database', app: 'application', client: 'client', host: 'client' }

/** Takes what stands before the message into the draft and returns the message; null where the line is none of PostgreSQL's. */
export function readPostgresLine(text: string, draft: Draft): string | null {
  const lead = TIME.exec(text)
  if (lead === null) return null
  const time = isoPrefix(text.slice(lead[0].length, lead[0].length + 40))
  if (time === null) return null
  const from = lead[0].length + time.length
  if (text.charCodeAt(from) === 44) return csvLog(text, draft)
  const head = text.slice(from, from + PREFIX_MAX)
  const level = levelIn(head)
  if (level === null) return null
  draft.lineNs ??= time.ns
  draft.severity = level.severity
  if (level.severity === 0) draft.facts.continues = 'any'
  readPrefix(`${lead[1] ?? ''} ${head.slice(0, level.at)}`, draft)
  return statement(text.slice(from + level.end), draft)
}

/** A level that PostgreSQL has, and a prefix before it that is no sentence. */
function levelIn(head: string): { severity: number; at: number; end: number } | null {
  LEVEL.lastIndex = 0
  for (let match = LEVEL.exec(head); match !== null; match = LEVEL.exec(head)) {
    const severity = SEVERITY.get(match[2] ?? '')
    if (severity === undefined) continue
    // Without a process id only the shortest prefix is one: `2026-11-02 08:00:00 UTC LOG:  …`.
    const prefix = head.slice(0, match.index)
    return PROCESS.test(prefix) || prefix.trim().length <= 5 ? { severity, at: match.index + 1, end: match.index + match[0].length } : null
  }
  return null
}

function readPrefix(prefix: string, draft: Draft): void {
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && !isPlaceholder(value) && value !== '[unknown]') draft.fields.push({ name, value })
  }
  add('pid', PROCESS.exec(prefix)?.[1])
  if (prefix.includes('=')) {
    for (const [, name = '', value] of prefix.matchAll(NAMED)) add(NAMES[name] ?? name, value)
    return
  }
  const user = USER.exec(prefix)
  add('user', user?.[1])
  add('database', user?.[2])
  const client = CLIENT.exec(prefix)?.[1]
  if (client !== undefined) add('client', client.startsWith('[') ? 'local' : client)
}

const TRACEPARENT = /\btraceparent='?([0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2})/

/** What the statement carries: the span that sent it, and pgaudit's columns. */
function statement(message: string, draft: Draft): string {
  const header = message.includes('traceparent') ? TRACEPARENT.exec(message)?.[1] : undefined
  const traceId = traceIdOf(header)
  if (traceId !== undefined && header !== undefined) {
    draft.traceId = traceId
    addRef(draft, { kind: 'span', role: 'parent', value: spanValue(header.slice(3, 35), header.slice(36, 52)) })
  }
  if (message.startsWith('AUDIT: ')) audit(message, draft)
  return message
}

/** `AUDIT: SESSION,1,1,READ,SELECT,TABLE,public.orders,"select …",<none>`. */
function audit(message: string, draft: Draft): void {
  const [, , , group, command, type, object] = splitCsv(message.slice(7), 8)
  for (const [name, value] of [['audit.class', group], ['audit.command', command], ['audit.objectType', type], ['audit.object', object]] as const) {
    if (value !== undefined && !isPlaceholder(value)) draft.fields.push({ name, value })
  } // prettier-ignore
}

const CSV_COLUMNS_MIN = 23

function csvLog(text: string, draft: Draft): string | null {
  const columns = splitCsv(text, 26)
  const level = SEVERITY.get(columns[11] ?? '')
  if (columns.length < CSV_COLUMNS_MIN || level === undefined) return null
  const [time = '', user, database, pid, client] = columns
  draft.lineNs ??= isoToNs(time)
  draft.severity = level
  const named = { user, database, pid, client, sqlState: columns[12], statement: columns[19], application: columns[22] }
  for (const [name, value = ''] of Object.entries(named)) if (value.length <= 512 && !isPlaceholder(value)) draft.fields.push({ name, value })
  const message = [columns[13], columns[14]].filter(Boolean).join(' ')
  statement(columns[19] ?? '', draft)
  return statement(message, draft)
}

/** jsonlog (PostgreSQL 15): what JSON loggers' names don't cover. Null where the value is none; else the message. */
export function readPostgresJson(value: JsonObject, draft: Draft): string | null {
  const { error_severity: level, message, timestamp } = value
  if (typeof level !== 'string' || typeof message !== 'string' || (value.backend_type === undefined && value.session_id === undefined)) return null
  draft.severity = SEVERITY.get(level) ?? 0
  if (typeof timestamp === 'string') draft.lineNs ??= isoToNs(timestamp)
  const named = {
    user: value.user, database: value.dbname, pid: value.pid, client: value.remote_host, sqlState: value.state_code,
    statement: value.statement, application: value.application_name, sessionId: value.session_id,
  } // prettier-ignore
  for (const [name, field] of Object.entries(named)) {
    const text = typeof field === 'string' ? field : typeof field === 'number' ? String(field) : ''
    if (text.length <= 512 && !isPlaceholder(text)) draft.fields.push({ name, value: text })
  }
  if (typeof value.statement === 'string') statement(value.statement, draft)
  const detail = typeof value.detail === 'string' ? ` ${value.detail}` : ''
  return statement(`${message}${detail}`, draft)
}

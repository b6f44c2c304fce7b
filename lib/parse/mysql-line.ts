/**
 * MySQL's and MariaDB's error log, general log and slow query log, as files and as RDS exports them.
 * https://dev.mysql.com/doc/refman/8.4/en/error-log-format.html, …/query-log.html, …/slow-query-log.html
 *
 *   2026-11-02T08:00:00.861934Z 344 [Note] [MY-010926] [Server] …       error log: thread, level, code, subsystem (8.0); 5.7 without the last two
 *   2026-11-02T08:00:00.116872Z	   14 Connect	app@10.0.0.1 on shop      general log: thread, command, argument
 *   # Time: 2026-11-02T08:00:00.123456Z                                 slow log: an entry is its comments and its statement; where each
 *   # User@Host: app[app] @ web [10.0.0.1]  Id:   14                     line comes as an event of its own, `# Time:` (or `# User@Host:`)
 *   # Query_time: 2.000228  Lock_time: 0.000124 Rows_sent: 1 …           begins it and the others continue it
 *   SET timestamp=1793606400;
 *
 * Ignores: the JSON error log beyond what json-line.ts knows, `log_slow_extra`'s counters past the first, audit plugins.
 */
import { isoPrefix } from '#lib/base/log-time'
import type { Draft } from './draft'
import { severityOfName } from './severity'

const ERROR_LINE = /^[ \t]*(\d{1,20}) \[([A-Za-z]{4,9})\] (?:\[(MY-\d{6})\] \[(\w{1,40})\] )?/
const COMMANDS =
  'Binlog Dump|Change user|Close stmt|Connect Out|Connect|Create DB|Debug|Drop DB|Execute|Field List|Init DB|Kill|Long Data|Ping|Prepare|Processlist|Query|Quit|Refresh|Register Slave|Reset stmt|Set option|Shutdown|Sleep|Statistics'
const GENERAL_LINE = new RegExp(`^[ \\t]+(\\d{1,20}) (${COMMANDS})(?:[ \\t]+|$)`)

/** Takes what stands before the message into the draft and returns the message; null where the line is none of MySQL's. */
export function readMysqlLine(text: string, draft: Draft): string | null {
  if (text.charCodeAt(0) === 35) return slowEntry(text, draft)
  const time = isoPrefix(text)
  if (time === null) return null
  const behind = text.slice(time.length)
  const match = ERROR_LINE.exec(behind) ?? GENERAL_LINE.exec(behind)
  if (match === null) return null
  const [whole, thread = '', word = '', code, subsystem] = match
  const severity = word === 'System' || word === 'Note' ? 9 : severityOfName(word)
  const general = !whole.includes('[')
  if (!general && severity === 0) return null
  draft.lineNs ??= time.ns
  draft.severity = general ? 9 : severity
  draft.fields.push({ name: 'thread', value: thread })
  if (general) draft.fields.push({ name: 'command', value: word })
  if (code !== undefined) draft.fields.push({ name: 'code', value: code })
  if (subsystem !== undefined) draft.fields.push({ name: 'subsystem', value: subsystem })
  return general ? `${word} ${behind.slice(whole.length)}`.trim() : behind.slice(whole.length)
}

const SLOW_TIME = /^# Time: (\S{19,40})/
const SLOW_USER = /^# User@Host: ([^[\s]{0,64})\[[^\]]{0,64}\] @ *([^\s[]{0,255}) *\[([^\]]{0,64})\](?: *Id: *(\d{1,20}))?/m
const SLOW_COST = /^# Query_time: ([\d.]{1,20}) +Lock_time: ([\d.]{1,20}) +Rows_sent: (\d{1,20}) +Rows_examined: (\d{1,20})/m

function slowEntry(text: string, draft: Draft): string | null {
  const time = SLOW_TIME.exec(text)
  const user = SLOW_USER.exec(text)
  const cost = SLOW_COST.exec(text)
  if (time === null && user === null && cost === null) return null
  draft.lineNs ??= isoPrefix(time?.[1] ?? '')?.ns ?? null
  draft.severity = 13
  const [queryTime, lockTime, rowsSent, rowsExamined] = cost?.slice(1) ?? []
  const named = { user: user?.[1], client: user?.[3] || user?.[2], thread: user?.[4], queryTime, lockTime, rowsSent, rowsExamined }
  for (const [name, value] of Object.entries(named)) if (value) draft.fields.push({ name, value })
  const statement = text.split('\n').filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('SET timestamp='))
  return statement.length > 0 ? statement.join('\n') : text
}

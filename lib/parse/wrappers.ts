/**
 * What loggers, routers and runtimes wrap around a line. Each takes its wrapping into the draft and hands the line back, which is then
 * read as if it had come alone: by the registry of formats.ts, or as another wrapping, three deep (docker around syslog around nginx).
 */
import type { JsonObject } from '#lib/base/json'
import { readContainerJson, readCriLine } from './container-line'
import { readAs, type Draft } from './draft'
import { readPostgresJson } from './postgres-line'
import { readSyslogLine } from './syslog-line'

export const WRAPPERS_MAX = 3

/** The line inside, or null where the text is no wrapping. */
export function unwrapText(text: string, draft: Draft): string | null {
  const first = text.charCodeAt(0)
  if (first >= 48 && first <= 57) return text.charCodeAt(10) === 84 ? unwrapTimed(text, draft) : null
  // `<34>…`, and the BSD form: `Nov  2 08:00:00 …`.
  if (first === 60 || (first >= 65 && first <= 83 && text.charCodeAt(3) === 32 && text.charCodeAt(9) === 58))
    return named('syslog', readSyslogLine(text, draft), draft)
  return null
}

/** How far behind the time syslog's tag may end. */
const TAG_MAX = 160

/** `<ISO> stdout F …`, `<ISO> host app[7]: …`. Most lines that begin with such a time are neither: a look at two places tells. */
function unwrapTimed(text: string, draft: Draft): string | null {
  const blank = text.indexOf(' ', 19)
  if (blank < 0 || blank > 35) return null
  if (text.startsWith('std', blank + 1)) return named('cri', readCriLine(text, draft), draft)
  return text.slice(blank, blank + TAG_MAX).includes(']: ') ? named('syslog', readSyslogLine(text, draft), draft) : null
}

export function unwrapObject(value: JsonObject, draft: Draft): string | null {
  if ('log' in value) return named('container', readContainerJson(value, draft), draft)
  return 'error_severity' in value ? named('postgres', readPostgresJson(value, draft), draft) : null
}

function named(name: string, inner: string | null, draft: Draft): string | null {
  if (inner !== null) readAs(draft, name)
  return inner
}

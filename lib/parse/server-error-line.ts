/**
 * Error logs of nginx and Apache.
 * https://nginx.org/en/docs/ngx_core_module.html#error_log, https://httpd.apache.org/docs/2.4/mod/core.html#errorlogformat
 *
 *   2026/11/02 08:00:00 [error] 31#31: *46 open() "…" failed (2: No such …), client: 10.0.0.1, server: shop, request: "GET / HTTP/1.1", host: "shop"
 *   [Mon Nov 02 08:00:00.880562 2026] [auth_basic:error] [pid 10:tid 140120] [client 10.0.0.1:50229] AH01618: …
 *   [Mon Nov 02 08:00:00 2026] [error] [client 10.0.0.1] …                                          Apache 2.2
 *
 * Ignores: zones (both write local time, taken for UTC), Apache formats of the user's own.
 */
import { utcSeconds } from '#lib/base/log-time'
import type { Draft } from './draft'
import { monthOf } from './month'
import { severityOfName } from './severity'

const NGINX = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[([a-z]{4,6})\] (\d{1,10})#(\d{1,10}): (?:\*(\d{1,20}) )?/
const NGINX_FIELD = /, (client|server|upstream|host|referrer|request): (?:"([^"]{1,512})"|([^,"\s]{1,512}))/g
const APACHE = /^\[[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? (\d{4})\] \[(?:([\w-]{1,40}):)?([a-z]{4,6})\d?\] /
const APACHE_PART = /^\[(pid|client) ([^\]\s:]{1,64})(?::(?:tid )?\d{1,20})?\] /

/** Takes what stands before the message into the draft and returns the message; null where the line is neither's. */
export function readServerErrorLine(text: string, draft: Draft): string | null {
  return text.charCodeAt(0) === 91 ? apache(text, draft) : nginx(text, draft)
}

function nginx(text: string, draft: Draft): string | null {
  const match = NGINX.exec(text)
  if (match === null) return null
  const [whole, year, month, day, hour, minute, second, level = '', pid = '', , connection] = match
  const seconds = utcSeconds(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second))
  const severity = severityOfName(level)
  if (seconds === null || severity === 0) return null
  draft.lineNs ??= BigInt(seconds) * 1_000_000_000n
  draft.severity = severity
  draft.fields.push({ name: 'pid', value: pid })
  if (connection !== undefined) draft.fields.push({ name: 'connection', value: connection })
  const message = text.slice(whole.length)
  const details = message.search(/, client: /)
  for (const [, name = '', inQuotes, bare] of message.slice(Math.max(details, 0)).matchAll(NGINX_FIELD)) {
    const value = inQuotes ?? bare ?? ''
    draft.fields.push({ name, value })
    if (name === 'request') draft.facts.name ??= value.split(' ').slice(0, 2).join(' ')
  }
  return details > 0 ? message.slice(0, details) : message
}

function apache(text: string, draft: Draft): string | null {
  const match = APACHE.exec(text)
  if (match === null) return null
  const [whole, month, day, hour, minute, second, fraction = '', year, module, level = ''] = match
  const seconds = utcSeconds(Number(year), monthOf(month), Number(day), Number(hour), Number(minute), Number(second))
  const severity = severityOfName(level)
  if (seconds === null || severity === 0) return null
  draft.lineNs ??= BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
  draft.severity = severity
  if (module !== undefined) draft.fields.push({ name: 'module', value: module })
  let rest = text.slice(whole.length)
  for (let part = APACHE_PART.exec(rest); part !== null; part = APACHE_PART.exec(rest)) {
    draft.fields.push({ name: part[1] ?? '', value: part[2] ?? '' })
    rest = rest.slice(part[0].length)
  }
  return rest
}

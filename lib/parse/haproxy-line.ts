/**
 * HAProxy's HTTP and TCP log lines and its short error lines, with or without the `haproxy[pid]:` of syslog before them.
 * https://docs.haproxy.org/3.0/configuration.html#8.2
 *
 *   10.0.0.1:14853 [02/Nov/2026:08:00:00.127] https-in~ shop/web1 170/0/0/3/173 200 739 - - --NN 0/0/0/0/0 0/0 "GET /cart HTTP/1.1"
 *   10.0.0.1:50033 [02/Nov/2026:08:00:00.123] frontend/backend: SSL handshake failure
 *
 * Times are in ms: request/queue/connect/response/total. Ignores: captured headers, termination flags beyond their text, custom formats.
 */
import { parseClfTime } from './clf-time'
import type { Draft } from './draft'

const HEAD = /^([0-9a-fA-F.:]{3,45}):(\d{1,5}) \[(\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] (\S{1,100}) /
const HTTP = /^(\S{1,80})\/(\S{1,80}) (-?\d{1,9}\/-?\d{1,9}\/-?\d{1,9}\/-?\d{1,9}\/\+?-?\d{1,9}) (-?\d{1,3}) \+?(\d{1,15}) \S+ \S+ (\S{4}) /
const REQUEST = /"(?:([A-Z]{3,10}) )?([^" ]{1,2000})[^"]{0,200}"?$/

/** Takes the line into the draft and returns its words; null where it is none of HAProxy's. */
export function readHaproxyLine(text: string, draft: Draft): string | null {
  const head = HEAD.exec(text)
  if (head === null) return null
  const [whole, client = '', , time = '', frontend = ''] = head
  const rest = text.slice(whole.length)
  const http = HTTP.exec(rest)
  const failed = frontend.endsWith(':')
  if (http === null && !failed) return null
  draft.lineNs ??= parseClfTime(time)
  draft.fields.push({ name: 'client', value: client })
  if (http === null) {
    draft.fields.push({ name: 'frontend', value: frontend.slice(0, -1) })
    draft.severity = 13
    return rest
  }
  const [, backend = '', server = '', times = '', status = '', bytes = '', flags = ''] = http
  const code = Number(status)
  draft.severity = code >= 500 ? 17 : 9
  draft.facts.httpStatus = code
  const request = REQUEST.exec(rest)
  const path = request?.[2] ?? ''
  const named = {
    frontend: frontend.replace('~', ''),
    backend,
    server,
    status,
    bytes,
    flags,
    totalMs: times.split('/')[4] ?? '',
    method: request?.[1] ?? '',
    path,
  }
  for (const [name, value] of Object.entries(named)) if (value !== '' && value.length <= 512) draft.fields.push({ name, value })
  if (path !== '') draft.facts.name = `${request?.[1] ?? ''} ${path}`.trim()
  return `${draft.facts.name ?? `${frontend} ${backend}/${server}`} ${status}`
}

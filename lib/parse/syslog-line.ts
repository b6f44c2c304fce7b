/**
 * Syslog: the BSD form, and the one of the IETF with structured data.
 * RFC 3164 (https://www.rfc-editor.org/rfc/rfc3164), RFC 5424 (https://www.rfc-editor.org/rfc/rfc5424), and rsyslog's file formats
 * (https://www.rsyslog.com/doc/configuration/templates.html: RSYSLOG_FileFormat is the BSD form with an ISO time)
 *
 *   [<34>]Nov  2 08:00:00 web1 sshd[16378]: Invalid user …
 *   [<34>]2026-11-02T08:00:00.123+01:00 web1 sshd[16378]: …
 *   <165>1 2026-11-02T08:00:00.003Z web1 shop 8710 ID47 [exampleSDID@32473 orderId="7"] BOM message
 *
 * What follows is read as a line of its own. RFC 3164 has no year: the event's, or the one before where that would lie ahead.
 * Ignores: octet counts of RFC 6587, zones in the BSD form (taken for UTC), the facility.
 */
import { DAY_NS, isoPrefix, utcSeconds } from '#lib/base/log-time'
import type { UnixNano } from '#lib/base/time'
import type { Draft } from './draft'
import { isPlaceholder } from './ids'
import { monthOf } from './month'

/** By the priority modulo 8, as OpenTelemetry maps syslog's levels. */
const SEVERITY = [21, 19, 18, 17, 13, 10, 9, 5]
const PRIORITY = /^<(\d{1,3})>/
const BSD_TIME = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) /
/** Host and tag; a line without a host begins with its tag: `systemd[1]: …`. */
const HOST_TAG = /^(?:([\w.:-]{1,255}) )?([\w./@-]{1,64})(?:\[(\d{1,10})\])?: ?/
const HOST = /^([\w.:-]{1,255}) /

/** Takes the header into the draft and returns the message; null where the line has none. */
export function readSyslogLine(text: string, draft: Draft): string | null {
  const priority = PRIORITY.exec(text)
  const body = priority === null ? text : text.slice(priority[0].length)
  const severity = priority === null || Number(priority[1]) > 191 ? undefined : SEVERITY[Number(priority[1]) % 8]
  if (severity !== undefined && body.startsWith('1 ')) return ietf(body.slice(2), severity, draft)
  const rest = bsd(body, draft, severity !== undefined)
  if (rest === null) return null
  if (severity !== undefined) draft.severity = severity
  return rest
}

function bsd(text: string, draft: Draft, certain: boolean): string | null {
  const time = BSD_TIME.exec(text)
  const iso = time === null ? isoPrefix(text) : null
  const ns = time === null ? (iso?.ns ?? null) : yearless(time, draft.eventNs)
  if (ns === null) return null
  const behind = text.slice(time === null ? (iso?.length ?? 0) + 1 : time[0].length)
  const tag = HOST_TAG.exec(behind)
  // An ISO time begins many lines; only a host with a tag, or a priority, makes it syslog.
  if (time === null && !certain && (tag?.[1] === undefined || tag[3] === undefined)) return null
  draft.lineNs ??= ns
  if (tag === null || (tag[1] === undefined && tag[3] === undefined)) {
    // `Dec 14 06:41:08 Exception in thread …` has no host: a word of a message has capitals, a host none.
    const host = HOST.exec(behind)?.[1]
    if (host === undefined || !/^[a-z0-9][a-z0-9.:-]*$/.test(host) || !/[\d.-]/.test(host)) return behind
    add(draft, 'host', host)
    return behind.slice(host.length + 1)
  }
  add(draft, 'host', tag[1])
  add(draft, 'app', tag[2])
  add(draft, 'pid', tag[3])
  return behind.slice(tag[0].length)
}

function yearless(time: RegExpExecArray, latestNs: UnixNano): UnixNano | null {
  const month = monthOf(time[1])
  if (month === 0) return null
  const year = new Date(Number(latestNs / 1_000_000n)).getUTCFullYear()
  const at = (y: number): UnixNano | null => {
    const seconds = utcSeconds(y, month, Number(time[2]), Number(time[3]), Number(time[4]), Number(time[5]))
    return seconds === null ? null : BigInt(seconds) * 1_000_000_000n
  }
  const ns = at(year)
  return ns === null || ns > latestNs + DAY_NS ? at(year - 1) : ns
}

const IETF = /^(\S{1,40}) (\S{1,255}) (\S{1,48}) (\S{1,128}) (\S{1,32}) /

function ietf(text: string, severity: number, draft: Draft): string | null {
  const match = IETF.exec(text)
  if (match === null) return null
  const [whole, time = '', host, app, pid, messageId] = match
  const iso = isoPrefix(time)
  if (iso === null && time !== '-') return null
  const end = structuredData(text, whole.length, draft)
  if (end < 0) return null
  draft.lineNs ??= iso?.ns ?? null
  draft.severity = severity
  add(draft, 'host', host)
  add(draft, 'app', app)
  add(draft, 'pid', pid)
  add(draft, 'messageId', messageId)
  const message = text.slice(end)
  return message.startsWith('\ufeff') ? message.slice(1) : message
}

const PARAM = / ([^\s=\]"]{1,32})="((?:[^"\\\]]|\\.){0,512})"/y
const ELEMENT = /\[([^\s=\]"]{1,64})/y

/** Reads `-` or `[id name="value" …]…` from `from`; where the message begins, or -1 where it is neither. */
function structuredData(text: string, from: number, draft: Draft): number {
  if (text.charCodeAt(from) === 45) return from + (text.charCodeAt(from + 1) === 32 ? 2 : 1)
  let at = from
  for (;;) {
    ELEMENT.lastIndex = at
    if (!ELEMENT.test(text)) break
    at = ELEMENT.lastIndex
    for (;;) {
      PARAM.lastIndex = at
      const param = PARAM.exec(text)
      if (param === null) break
      add(draft, param[1] ?? '', (param[2] ?? '').replace(/\\(["\\\]])/g, '$1'))
      at = PARAM.lastIndex
    }
    if (text.charCodeAt(at) !== 93) return -1
    at++
  }
  if (at === from) return -1
  return text.charCodeAt(at) === 32 ? at + 1 : at
}

function add(draft: Draft, name: string, value: string | undefined): void {
  if (value !== undefined && name !== '' && !isPlaceholder(value)) draft.fields.push({ name, value })
}

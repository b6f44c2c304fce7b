/**
 * glog (C++), Go's glog and Kubernetes' klog.
 * https://github.com/google/glog#severity-levels, https://github.com/kubernetes/klog
 *
 *   I1102 08:00:00.123456   12345 controller.go:123] "Started" pod="shop/web-1"
 *   I20261102 08:00:00.123456 12345 file.cc:123] …           glog since 0.7
 *
 * The header has no zone (taken for UTC) and, but for the last, no year: the event's own, or the one before where that would lie ahead.
 * Ignores: klog's structured names beyond `name="value"`.
 */
import { DAY_NS, utcSeconds } from '#lib/base/log-time'
import type { Draft } from './draft'

const KLOG = /^([DIWEF])(\d{4})?(\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6}) +(\d{1,10}) ([\w./+-]{1,120}:\d{1,7})\] ?/
const SEVERITY: Readonly<Record<string, number>> = { D: 5, I: 9, W: 13, E: 17, F: 21 }

/** Takes the header into the draft and returns the message; null where the line has none. */
export function readKlogLine(text: string, draft: Draft): string | null {
  const match = KLOG.exec(text)
  if (match === null) return null
  const [whole, level = '', year, month, day, hour, minute, second, micros = '', thread = '', caller = ''] = match
  const at = (y: number): bigint | null => {
    const seconds = utcSeconds(y, Number(month), Number(day), Number(hour), Number(minute), Number(second))
    return seconds === null ? null : BigInt(seconds) * 1_000_000_000n + BigInt(micros) * 1_000n
  }
  const ownYear = new Date(Number(draft.eventNs / 1_000_000n)).getUTCFullYear()
  let ns = at(year === undefined ? ownYear : Number(year))
  if (year === undefined && ns !== null && ns > draft.eventNs + DAY_NS) ns = at(ownYear - 1)
  if (ns === null) return null
  draft.lineNs ??= ns
  draft.severity = SEVERITY[level] ?? 9
  draft.fields.push({ name: 'thread', value: thread }, { name: 'caller', value: caller })
  return text.slice(whole.length)
}

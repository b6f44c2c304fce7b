import type { LinkEvent } from '#lib/model/link-event'

/** Time, then CloudWatch's own order (eventId holds ingestion time and place in its batch), then id: a total order that needs no arrival. */
export function inOrder(a: LinkEvent, b: LinkEvent): number {
  if (a.timeNs !== b.timeNs) return a.timeNs < b.timeNs ? -1 : 1
  const left = a.sourceEventId ?? ''
  const right = b.sourceEventId ?? ''
  if (left.length !== right.length) return left.length - right.length
  if (left !== right) return left < right ? -1 : 1
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

/**
 * An event of FilterLogEvents as a record (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilteredLogEvent.html).
 * The same as what the import door makes of the same event in a file, so that both are one event.
 *
 * Understood: eventId, timestamp and ingestionTime (ms), logStreamName, message. Ignored: searchedLogStreams, which is empty since 2020.
 */
import { DAY_NS, inRange } from '#lib/base/log-time'
import { encodeUtf8 } from '#lib/base/text-bytes'
import { msToNs } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { refused, textRecord } from '#lib/sources/http/shapes'

export interface FilteredEvent {
  eventId?: string | undefined
  timestamp?: number | undefined
  ingestionTime?: number | undefined
  logStreamName?: string | undefined
  message?: string | undefined
}

/** `line` numbers the events of a page from 1. An event without a possible time is quarantined, as at the door. Never throws. */
export function decodeFiltered(logGroup: string, event: FilteredEvent, at: { line: number; nowMs: number }): RawRecord | RefusedRecord {
  const { line, nowMs } = at
  const latestNs = msToNs(nowMs) + DAY_NS
  const message = event.message ?? ''
  const timeNs = event.timestamp === undefined ? null : inRange(msToNs(event.timestamp), latestNs)
  if (timeNs === null && event.timestamp !== undefined) {
    const bytes = encodeUtf8(JSON.stringify({ logGroup, ...event }))
    return refused('quarantined', 'timestamp_out_of_range', `timestamp ${event.timestamp} is not between 1990 and a day from now`, { line, bytes })
  }
  const observedNs = event.ingestionTime === undefined ? null : inRange(msToNs(event.ingestionTime), latestNs)
  return textRecord(message, {
    timeNs,
    line,
    logGroup,
    ...(observedNs === null ? {} : { observedNs }),
    ...(event.logStreamName ? { logStream: event.logStreamName } : {}),
    ...(event.eventId ? { sourceEventId: event.eventId } : {}),
  })
}

/**
 * What holds events that are shapes of their own.
 *
 *   {"awslogs":{"data":"<base64 of gzip>"}}     the event of a Lambda function that a subscription filter calls
 *     https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
 *   {"Records":[{"eventVersion":…,"eventID":…}]}   a file of CloudTrail, taken apart: one record an event
 *     https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-examples.html
 *   2026-11-02T08:00:00.123000+00:00 2026/11/02/[$LATEST]0a1b… START RequestId: …
 *     the command line's `aws logs tail`: time and stream go before each message, which is told by a Lambda stream's name
 *   2026-11-02T08:00:00.123Z START RequestId: …
 *     an export to S3, and `aws logs tail --format short`: the event's time goes before each message, which is told by what Lambda's own
 *     lines and its runtimes' begin with; https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3Export.html
 *   {"results":[[{"field":"@timestamp","value":"…"},{"field":"@message","value":"…"},…]],"status":"Complete"}
 *     rows of a Logs Insights query, as GetQueryResults gives them, where they hold whole events
 */
import { gunzipSync } from 'node:zlib'
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { inRange, isoToNs } from '#lib/base/log-time'
import { decodeUtf8 } from '#lib/base/text-bytes'
import type { UnixNano } from '#lib/base/time'

/** CloudWatch sends at most 1 MB a payload as gzip; a ratio that no log reaches. */
const PAYLOAD_BYTES_MAX = 64 * 1024 * 1024

export function isAwsLogs(value: JsonObject): value is { awslogs: { data: string } } {
  return isJsonObject(value.awslogs) && typeof value.awslogs.data === 'string'
}

/** The subscription payload inside, with its source text; null where it is broken, no such payload, or made to explode. */
export function openAwsLogs(value: { awslogs: { data: string } }): { value: JsonObject; text: string } | null {
  try {
    const bytes = gunzipSync(Buffer.from(value.awslogs.data, 'base64'), { maxOutputLength: PAYLOAD_BYTES_MAX })
    const { text } = decodeUtf8(bytes)
    const parsed = parseJson(text)
    if (!parsed.ok || !isJsonObject(parsed.value) || !Array.isArray(parsed.value.logEvents)) return null
    return { value: parsed.value, text }
  } catch {
    return null
  }
}

/** A notification of S3 has Records with an eventVersion too, but their source is `aws:s3`. */
export function isCloudTrailFile(value: JsonObject): boolean {
  return Array.isArray(value.Records) && value.Records.length > 0 && value.Records.every(isCloudTrailRecord)
}

function isCloudTrailRecord(record: unknown): boolean {
  return (
    isJsonObject(record) &&
    typeof record.eventID === 'string' &&
    'eventVersion' in record &&
    /^[a-z0-9.-]{1,64}\.amazonaws\.com$/.test(String(record.eventSource))
  )
}

/** Records of a CloudTrail file: their text, and the id by which a second delivery of one is known. */
export function* cloudTrailRecords(value: JsonObject): Generator<{ record: JsonObject; text: string; senderId: string | undefined }> {
  for (const record of (value.Records as unknown[]).filter(isJsonObject)) {
    const id = typeof record.eventID === 'string' && /^[0-9a-f-]{36}$/i.test(record.eventID) ? record.eventID : undefined
    yield { record, text: JSON.stringify(record), senderId: id === undefined ? undefined : `cloudtrail:${id}` }
  }
}

const TAIL = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?[+-]\d\d:\d\d) (\d{4}\/\d\d\/\d\d\/[\w-]{0,140}\[(?:\$LATEST|\d{1,20})\][0-9a-f]{32}) /

const EXPORTED =
  /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3})?Z?) (?=(?:START|END|REPORT) RequestId: |INIT_START Runtime |EXTENSION\t|TELEMETRY\t|\d{4}-\d\d-\d\dT[\d:.]{8,15}Z[\t ][0-9a-f]{8}-|\[[A-Z]{4,8}\]\t\d{4}-)/

export interface TailLine {
  timeNs: UnixNano
  logStream?: string
  message: string
}

/** Where time, and in one form the stream, stand before the message; null where they don't. They are looked for at the very start. */
export function tailLineOf(text: string, latestNs: UnixNano): TailLine | null {
  if (text.charCodeAt(10) !== 84) return null
  const zoned = text.charCodeAt(32) === 32 || text.charCodeAt(25) === 32
  const exported = text.charCodeAt(24) === 32 || text.charCodeAt(19) === 32 || text.charCodeAt(20) === 32
  if (!zoned && !exported) return null
  const start = text.slice(0, 256)
  const match = (zoned ? TAIL.exec(start) : null) ?? (exported ? EXPORTED.exec(start) : null)
  const timeNs = match === null ? null : isoToNs(match[1] ?? '')
  if (match === null || timeNs === null || inRange(timeNs, latestNs) === null) return null
  const [whole, , logStream] = match
  return { timeNs, message: text.slice(whole.length), ...(logStream === undefined ? {} : { logStream }) }
}

/** Rows of a query that hold a message and its time; others are statistics. */
export function isQueryResult(value: JsonObject): boolean {
  return Array.isArray(value.results) && value.results.length > 0 && value.results.every((row) => eventOfRow(row) !== null)
}

/** A row as a CloudWatch event: `@log` is account and group, `@timestamp` has no zone and is UTC. */
export function eventOfRow(row: unknown): JsonObject | null {
  if (!Array.isArray(row)) return null
  const fields = new Map(row.filter(isJsonObject).map(({ field, value }) => [field, value]))
  const [message, timestamp, log] = [fields.get('@message'), fields.get('@timestamp'), fields.get('@log')]
  if (typeof message !== 'string' || typeof timestamp !== 'string') return null
  const logGroup = typeof log === 'string' ? log.replace(/^\d{12}:/, '') : undefined
  return { message, timestamp, logGroup, logStream: fields.get('@logStream'), ingestionTime: fields.get('@ingestionTime') }
}

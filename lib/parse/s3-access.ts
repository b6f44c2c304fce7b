/**
 * Amazon S3 server access logs. https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
 *
 *   <owner> <bucket> [06/Feb/2019:00:00:38 +0000] <ip> <requester> <request id> REST.PUT.OBJECT <key> "<request>" 200 - 0 5 41 28 …
 *
 * One request a line; the time (a whole second) is when S3 got it, total_time how many ms it took. The request id is the
 * x-amz-request-id that the caller was answered with, and that a notification of a new object names: the request stands between both.
 * Fields that later versions append are ignored.
 * Ignores: lines that S3 writes on behalf of lifecycle rules beyond their fields (their operation is S3.…), keys' double encoding.
 */
import { cutText } from '#lib/base/text-bytes'
import { msToNs } from '#lib/base/time'
import type { SpanFact } from '#lib/model/event'
import type { Draft } from './draft'
import { severityOfStatus } from './gateway-request'
import { idOf } from './ids'
import { parseClfTime } from './clf-time'
import { addFields, amount, named, splitQuoted } from './tokens'

const FIELDS = [
  'bucket_owner', 'bucket', 'time', 'remote_ip', 'requester', 'request_id', 'operation', 'key', 'request_uri', 'http_status', 'error_code',
  'bytes_sent', 'object_size', 'total_time', 'turn_around_time', 'referer', 'user_agent', 'version_id', 'host_id', 'signature_version',
  'cipher_suite', 'authentication_type', 'host_header', 'tls_version', 'access_point_arn', 'acl_required',
] // prettier-ignore

const LINE =
  /^[0-9a-f]{64} [a-z0-9][a-z0-9.-]{1,62} \[\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \S{1,64} \S{1,512} [0-9A-Z-]{1,64} (?:REST|WEBSITE|SOAP|BATCH|S3)\./
const WRITES = /^(?:REST|BATCH)\.(?:PUT|POST|COPY|DELETE)\.(?:OBJECT|PART|UPLOAD|MULTI_OBJECT_DELETE|ACL|OBJECT_TAGGING)/

export function looksLikeS3Access(text: string): boolean {
  return text.charCodeAt(64) === 32 && LINE.test(text)
}

export function readS3AccessLine(text: string, draft: Draft): boolean {
  const values = named(FIELDS, splitQuoted(text, FIELDS.length))
  const { bucket = '', time = '', operation = '' } = values
  const startNs = parseClfTime(time)
  if (startNs === null) return false
  const status = amount(values.http_status)
  const requestId = idOf(values.request_id)
  draft.service = { kind: 'bucket', name: bucket }
  const name = cutText(operation, 100)
  if (requestId !== undefined) {
    const own: SpanFact = {
      key: `s3-request:${requestId}`,
      form: 'request',
      service: draft.service,
      name,
      startNs,
      endNs: startNs + msToNs(amount(values.total_time) ?? 0),
      refs: [{ kind: 'request', role: 'self', value: requestId }],
      attributes: { 'start.uncertain_ms': 1000 },
    }
    // Its notification names the request that wrote the object.
    if (WRITES.test(operation)) own.refs.push({ kind: 'request', role: 'called', value: requestId })
    if (status !== undefined) {
      own.status = status >= 500 ? 'error' : 'ok'
      own.attributes = { ...own.attributes, 'http.status': status }
    }
    draft.facts.own = own
  }
  draft.facts.name = name
  if (status !== undefined) draft.facts.httpStatus = status
  draft.lineNs ??= startNs
  draft.severity = severityOfStatus(status)
  draft.message = `${operation} ${values.key === '-' ? bucket : (values.key ?? '')} ${values.http_status ?? ''}`.trim()
  draft.template = `${name} * ${status === undefined ? '' : `${Math.floor(status / 100)}xx`}`.trim()
  addFields(values, draft)
  return true
}

/**
 * Amazon Data Firehose's HTTP endpoint protocol: {requestId, timestamp, records: [{data: base64}]}. A record's data may be gzip (that of
 * CloudWatch subscriptions is) and may hold several JSON values or lines: it is read as a body of POST /api/v1/ingest is.
 * https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
 */
import { gunzipSync } from 'node:zlib'
import { isJsonObject, parseJson } from '#lib/base/json'
import { decodeUtf8, encodeUtf8 } from '#lib/base/text-bytes'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { SpecterError } from '#lib/server/problem'
import { createBodyDecoder } from '#lib/sources/http/decode'
import { WholeBody } from '#lib/sources/otlp/request'

/** The protocol's own limit is 64 MiB before compression. */
const BODY_BYTES_MAX = 64 * 1024 * 1024
/** Of one record, which has at most 1,024,000 bytes as sent: a ratio that no log reaches. */
const RECORD_BYTES_MAX = 200 * 1_024_000

export class FirehoseRequest {
  /** Known once the body has ended. */
  requestId: string | undefined
  private readonly body = new WholeBody(BODY_BYTES_MAX)

  constructor(private readonly nowMs: number) {}

  push(chunk: Uint8Array): [] {
    return this.body.push(chunk)
  }

  end(): Iterable<RawRecord | RefusedRecord> {
    const parsed = parseJson(decodeUtf8(this.body.bytes()).text)
    const value = parsed.ok && isJsonObject(parsed.value) ? parsed.value : null
    if (value === null || typeof value.requestId !== 'string' || !Array.isArray(value.records)) {
      throw new SpecterError('invalid-body', 'the body is no object with requestId and records')
    }
    this.requestId = value.requestId
    return this.records(value.records)
  }

  private *records(records: unknown[]): Generator<RawRecord | RefusedRecord> {
    for (const [i, record] of records.entries()) {
      const data = isJsonObject(record) ? record.data : undefined
      if (data === '') continue
      const bytes = typeof data === 'string' ? unwrap(Buffer.from(data, 'base64')) : null
      if (bytes === null) {
        const message = typeof data === 'string' ? 'the data of the record is broken or too large gzip' : 'the record has no data'
        yield { fate: 'quarantined', code: 'invalid_record', message, line: i + 1, bytes: encodeUtf8(JSON.stringify(record) ?? '').slice(0, 64 * 1024) }
        continue
      }
      const decoder = createBodyDecoder({ nowMs: this.nowMs })
      for (const decoded of [...decoder.push(bytes), ...decoder.end()]) yield { ...decoded, line: i + 1 }
    }
  }
}

function unwrap(bytes: Uint8Array): Uint8Array | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: RECORD_BYTES_MAX })
  } catch {
    return null
  }
}

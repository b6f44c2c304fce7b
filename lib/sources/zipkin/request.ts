/** The body of POST /api/v2/spans: a JSON array of Zipkin v2 spans, and nothing else. https://zipkin.io/zipkin-api/#/default/post_spans */
import { isJsonObject, parseJson } from '#lib/base/json'
import { DAY_NS } from '#lib/base/log-time'
import { decodeUtf8, encodeUtf8 } from '#lib/base/text-bytes'
import { msToNs } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { SpecterError } from '#lib/server/problem'
import { WholeBody } from '#lib/sources/otlp/request'
import { zipkinRecord } from './decode'

/** Reporters send at most some 5 MB a message. */
const BODY_BYTES_MAX = 32 * 1024 * 1024

export class ZipkinRequest {
  private readonly body = new WholeBody(BODY_BYTES_MAX)

  /** Throws unsupported-type for the protobuf and thrift encodings. */
  constructor(
    contentType: string | null,
    private readonly nowMs: number,
  ) {
    if (/protobuf|thrift/i.test(contentType ?? '')) throw new SpecterError('unsupported-type', 'Spans are taken as application/json')
  }

  push(chunk: Uint8Array): [] {
    return this.body.push(chunk)
  }

  end(): Iterable<RawRecord | RefusedRecord> {
    const parsed = parseJson(decodeUtf8(this.body.bytes()).text)
    if (!parsed.ok || !Array.isArray(parsed.value)) throw new SpecterError('invalid-body', 'the body is no JSON array of spans')
    return records(parsed.value, this.nowMs)
  }
}

function* records(spans: unknown[], nowMs: number): Generator<RawRecord | RefusedRecord> {
  const latestNs = msToNs(nowMs) + DAY_NS
  for (const [i, span] of spans.entries()) {
    const text = JSON.stringify(span)
    if (isJsonObject(span)) yield zipkinRecord(span, text, { line: i + 1, latestNs })
    else yield { fate: 'quarantined', code: 'invalid_span', message: 'the span is no object', line: i + 1, bytes: encodeUtf8(text).slice(0, 64 * 1024) }
  }
}

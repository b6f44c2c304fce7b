/** One OTLP/HTTP request: its body read whole (its records stand in it together), and the answers that its protocol asks for. */
import { isJsonObject, parseJson, type JsonObject } from '#lib/base/json'
import { DAY_NS } from '#lib/base/log-time'
import { decodeUtf8 } from '#lib/base/text-bytes'
import { msToNs } from '#lib/base/time'
import type { RawRecord, RefusedRecord } from '#lib/model/event'
import { SpecterError } from '#lib/server/problem'
import { countDataPoints, decodeOtlp } from './decode'
import { ProtobufError, readProtobuf } from './protobuf'
import { REQUESTS, type Signal } from './schema'

export type Encoding = 'json' | 'protobuf'

/** Exporters send some 512 records a request; the collector's own receiver takes 20 MiB. */
const BODY_BYTES_MAX = 32 * 1024 * 1024

/** The encoding that a Content-Type names; throws unsupported-type. */
export function encodingOf(contentType: string | null): Encoding {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type === 'application/json') return 'json'
  if (type === 'application/x-protobuf' || type === 'application/protobuf') return 'protobuf'
  throw new SpecterError('unsupported-type', 'OTLP/HTTP is application/x-protobuf or application/json')
}

/** Collects a body up to a size, for formats that can't be read piece by piece. */
export class WholeBody {
  private readonly chunks: Uint8Array[] = []
  private size = 0

  constructor(private readonly max: number) {}

  push(chunk: Uint8Array): [] {
    this.size += chunk.length
    if (this.size > this.max) throw new SpecterError('body-too-large', `a request of this protocol has at most ${this.max} bytes; send smaller batches`)
    this.chunks.push(chunk.slice())
    return []
  }

  bytes(): Uint8Array {
    return Buffer.concat(this.chunks, this.size)
  }
}

/** Decodes a request of logs or traces, or counts one of metrics. Throws SpecterError invalid-body where it is not OTLP as a whole. */
export class OtlpRequest {
  /** Of a metrics request, once it has ended. */
  dataPoints = 0
  private readonly body = new WholeBody(BODY_BYTES_MAX)

  constructor(
    private readonly signal: Signal,
    private readonly encoding: Encoding,
    private readonly nowMs: number,
  ) {}

  push(chunk: Uint8Array): [] {
    return this.body.push(chunk)
  }

  end(): Iterable<RawRecord | RefusedRecord> {
    const value = readRequest(this.body.bytes(), this.encoding, this.signal)
    this.dataPoints = countDataPoints(value)
    return this.signal === 'metrics' ? [] : decodeOtlp(value, { line: null, latestNs: msToNs(this.nowMs) + DAY_NS })
  }
}

function readRequest(bytes: Uint8Array, encoding: Encoding, signal: Signal): JsonObject {
  if (encoding === 'protobuf') {
    try {
      return readProtobuf(bytes, REQUESTS[signal])
    } catch (error) {
      if (error instanceof ProtobufError) throw new SpecterError('invalid-body', `not a protobuf message of ${signal}: ${error.message}`)
      throw error
    }
  }
  if (bytes.length === 0) return {}
  const parsed = parseJson(decodeUtf8(bytes).text)
  if (!parsed.ok) throw new SpecterError('invalid-body', parsed.reason === 'depth' ? 'the JSON nests too deep' : 'the body is not JSON')
  const list = { logs: 'resourceLogs', traces: 'resourceSpans', metrics: 'resourceMetrics' }[signal]
  const value = isJsonObject(parsed.value) ? parsed.value : null
  if (value === null || (value[list] !== undefined && value[list] !== null && !Array.isArray(value[list]))) {
    throw new SpecterError('invalid-body', `the body is no object with a list ${list}`)
  }
  return value
}

const REJECTED: Record<Signal, string> = { logs: 'rejectedLogRecords', traces: 'rejectedSpans', metrics: 'rejectedDataPoints' }
export const CONTENT_TYPES: Record<Encoding, string> = { json: 'application/json', protobuf: 'application/x-protobuf' }

/** Export…ServiceResponse: empty, or with what was not taken and why. */
export function exportResponse(encoding: Encoding, signal: Signal, partial: { rejected: number; message: string }): Uint8Array<ArrayBuffer> {
  const { rejected, message } = partial
  if (encoding === 'json') return jsonBytes(rejected === 0 ? {} : { partialSuccess: { [REJECTED[signal]]: String(rejected), errorMessage: message } })
  if (rejected === 0) return new Uint8Array(0)
  return lengthField(1, concat(varintField(1, rejected), lengthField(2, new TextEncoder().encode(message))))
}

/** google.rpc.Status, which a failed request is answered with; code 0 is left out, as the protocol allows. */
export function statusResponse(encoding: Encoding, message: string): Uint8Array<ArrayBuffer> {
  return encoding === 'json' ? jsonBytes({ message }) : lengthField(2, new TextEncoder().encode(message))
}

function jsonBytes(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value))
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}

function varintField(number: number, value: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([number << 3, ...varint(value)])
}

function lengthField(number: number, content: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return concat(Uint8Array.from([(number << 3) | 2, ...varint(content.length)]), content)
}

function concat(...parts: Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** What the OTLP/HTTP routes share: a request from bytes to its answer. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import { isGzip } from '#lib/server/route'
import { problemOf, SpecterError } from '#lib/server/problem'
import { CONTENT_TYPES, encodingOf, exportResponse, OtlpRequest, statusResponse, type Encoding } from '#lib/sources/otlp/request'
import type { Signal } from '#lib/sources/otlp/schema'
import { inflate } from './inflate'
import { ingestStream } from './pipeline'

/** Senders retry after 429, 502, 503 and 504 alone; a full disk is a reason to keep what one has. */
const RETRYABLE = new Set([503, 507])

/**
 * Answers one export request, in its own encoding. 200 after the commit; what was refused is named as a partial success.
 * @throws SpecterError unsupported-type, which has no encoding to be answered in.
 */
export async function answerOtlp(request: Request, signal: Signal, requestId: string): Promise<Response> {
  const encoding = encodingOf(request.headers.get('content-type'))
  try {
    return bytesResponse(encoding, 200, exportResponse(encoding, signal, await store(request, signal, encoding)))
  } catch (error) {
    const { body, retryAfter } = problemOf(error, requestId)
    const status = RETRYABLE.has(body.status) ? 503 : body.status
    if (!(error instanceof SpecterError) && status === 500) throw error
    const response = bytesResponse(encoding, status, statusResponse(encoding, body.detail ?? body.title))
    if (retryAfter !== undefined) response.headers.set('retry-after', String(retryAfter))
    return response
  }
}

async function store(request: Request, signal: Signal, encoding: Encoding): Promise<{ rejected: number; message: string }> {
  const decoder = new OtlpRequest(signal, encoding, Date.now())
  const body: AsyncIterable<Uint8Array> = request.body ?? emptyBody()
  const gzip = isGzip(request)
  if (signal === 'metrics') {
    for await (const chunk of inflate(body, gzip)) decoder.push(chunk)
    decoder.end()
    return { rejected: decoder.dataPoints, message: 'Specter keeps logs and traces, not metrics' }
  }
  const result = await ingestStream(body, { sourceName: 'OTLP', sourceKind: 'otlp', gzip, decoder, signal: request.signal })
  const message = result.errors.map(({ line, code, message: reason }) => `record ${line}: ${code}: ${reason}`).join('; ')
  return { rejected: result.quarantined + result.rejected, message: message.slice(0, 2000) }
}

function bytesResponse(encoding: Encoding, status: number, bytes: Uint8Array<ArrayBuffer>): Response {
  return new Response(bytes, { status, headers: { 'content-type': CONTENT_TYPES[encoding] } })
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

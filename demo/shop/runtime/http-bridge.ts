import type { PlatformRequest, PlatformResponse } from './wire'

/**
 * Stands in for @smithy/node-http-handler inside every bundle: the same class and options, but a request goes to the
 * sandbox's platform, a binding of the module wrapper, and the answer comes when its time has come.
 */
declare const __platform: { http(request: PlatformRequest): Promise<PlatformResponse> }

interface SmithyRequest {
  hostname: string
  method: string
  path: string
  query?: Record<string, string | string[] | null>
  headers: Record<string, string>
  body?: unknown
}

/** A view of the bytes: the SDK's own byte arrays complain when they are asked for their value. */
const asBuffer = (body: unknown): Buffer => {
  if (body === undefined || body === null) return Buffer.alloc(0)
  if (typeof body === 'string') return Buffer.from(body, 'utf8')
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  throw new Error('streamed requests are not supported here')
}

export class NodeHttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' }

  static create(instance?: unknown): NodeHttpHandler {
    return instance instanceof NodeHttpHandler ? instance : new NodeHttpHandler()
  }

  async handle(request: SmithyRequest): Promise<{ response: unknown }> {
    const answer = await __platform.http({
      hostname: request.hostname,
      method: request.method,
      path: request.path,
      query: request.query ?? {},
      headers: request.headers,
      body: asBuffer(request.body).toString('utf8'),
    })
    return { response: { statusCode: answer.status, reason: '', headers: answer.headers, body: Buffer.from(answer.body, 'utf8') } }
  }

  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): Record<string, unknown> {
    return {}
  }

  destroy(): void {}
}

export class NodeHttp2Handler extends NodeHttpHandler {}

export const DEFAULT_REQUEST_TIMEOUT = 0

/** Reads a body that a middleware of the SDK has wrapped into a stream. */
export const streamCollector = async (body: unknown): Promise<Uint8Array> => {
  if (body instanceof Uint8Array) return body
  const chunks: Uint8Array[] = []
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

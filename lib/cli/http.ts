/** Requests to the running instance over node:http, whose upload stops reading the file when the server stops taking it. */
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { reasonOf } from './words'

export interface Ask {
  url: string
  signal: AbortSignal
  /** A socket on which nothing moves for so long is taken for dead. */
  silentMs?: number
}

export interface Answer {
  status: number
  /** As JSON; undefined where it is none. */
  body: unknown
  retryAfterMs: number | undefined
}

/** What one try came to. `broken`: the server can't be reached or the connection was cut; `unreadable`: our own file. */
export type Outcome = ({ kind: 'answered' } & Answer) | { kind: 'broken'; code: string; reason: string } | { kind: 'unreadable'; reason: string }

/** The server ends a silent connection after 300 s and says so by closing; this is for servers that are gone without a word. */
const UPLOAD_SILENT_MS = 330_000
const ASK_SILENT_MS = 30_000
/** Answers hold at most 100 errors or 1,000 items; more is no answer of ours. */
const ANSWER_BYTES_MAX = 256 * 1024 * 1024

/** GET, or a POST without a body, with the JSON of the answer. Rejects only when `signal` fires. */
export async function ask({ url, signal, silentMs = ASK_SILENT_MS }: Ask, method: 'GET' | 'POST' = 'GET'): Promise<Outcome> {
  try {
    const response = await respond(start({ url, signal, silentMs }, method, { accept: 'application/json' }), (req) => req.end())
    return { kind: 'answered', ...(await readAnswer(response)) }
  } catch (error) {
    return broken(error, signal)
  }
}

/** GET whose body is a stream. The status is checked by the caller, who must consume or destroy the response. */
export function askStream({ url, signal, silentMs = UPLOAD_SILENT_MS }: Ask): Promise<IncomingMessage> {
  return respond(start({ url, signal, silentMs }, 'GET', { accept: 'application/x-ndjson' }), (req) => req.end())
}

export interface Upload extends Ask {
  headers: Record<string, string>
  source: Readable
  /** Called with the bytes that the connection has taken. */
  onSent: (bytes: number) => void
}

/** POST of a stream, in one request. An answer that comes before the end stops the sending. Rejects only when `signal` fires. */
export async function upload({ url, signal, headers, source, onSent, silentMs = UPLOAD_SILENT_MS }: Upload): Promise<Outcome> {
  let unreadable: unknown
  source.once('error', (error) => (unreadable ??= error))
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      yield chunk
      onSent(chunk.length)
    }
  }
  try {
    const req = start({ url, signal, silentMs }, 'POST', headers)
    const response = await respond(req, () => {
      // The response or the request's own error tells how it ended; a pipe that broke after an early answer is no news.
      pipeline(source, counted, req).catch(() => {})
    })
    const answer = await readAnswer(response)
    req.destroy()
    return { kind: 'answered', ...answer }
  } catch (error) {
    if (!signal.aborted && unreadable !== undefined && unreadable === firstCause(error, unreadable)) return { kind: 'unreadable', reason: reasonOf(unreadable) }
    return broken(error, signal)
  } finally {
    source.destroy()
  }
}

/** A source that fails destroys the request with the same error; a request that fails destroys the source with another one. */
function firstCause(error: unknown, unreadable: unknown): unknown {
  return error === unreadable || (error instanceof Error && error.cause === unreadable) ? unreadable : error
}

function start({ url, signal, silentMs }: Required<Ask>, method: string, headers: Record<string, string>): ClientRequest {
  const request = url.startsWith('https:') ? httpsRequest : httpRequest
  // A connection of its own: a kept one may have been closed at the other end just now.
  const req = request(url, { method, headers, signal, agent: false })
  req.setTimeout(silentMs, () => req.destroy(new Error(`nothing moved for ${Math.round(silentMs / 1000)} s`)))
  return req
}

function respond(req: ClientRequest, send: (req: ClientRequest) => void): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    req.once('response', resolve)
    // After the response has come, errors arrive on it too.
    req.on('error', reject)
    send(req)
  })
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES_MAX) throw new Error('the answer does not end')
    chunks.push(chunk)
  }
  return { status: response.statusCode ?? 0, body: jsonOf(Buffer.concat(chunks).toString()), retryAfterMs: retryAfterOf(response.headers['retry-after']) }
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `Retry-After: 2` or a date (RFC 9110 §10.2.3) as milliseconds from now. */
export function retryAfterOf(header: string | undefined, nowMs = Date.now()): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs)
}

function broken(error: unknown, signal: AbortSignal): Outcome {
  if (signal.aborted) throw signal.reason
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return { kind: 'broken', code, reason: reasonOf(error) }
}

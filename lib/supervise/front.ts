/**
 * The HTTP server in front of Next's request handler (docs/adr/0001-own-http-front.md): it binds loopback, refuses what a browser of
 * another site could send, and sets the headers that every answer carries. Bodies pass through unread.
 */
import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { DROPPED_HEADERS, frontHeaders, refusalOf, type Refusal } from './front-rules'

export type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>

/** Headers must come quickly; a body may take hours (a 2 GB import over a slow line), but not fall silent. */
const HEADERS_TIMEOUT_MS = 30_000
const SILENT_SOCKET_MS = 300_000

/** Loopback has few clients; more than this is a loop or an attack, and each costs memory. */
const MAX_CONNECTIONS = 1_000

export function createFront(handler: Handler, onError: (error: unknown, req: IncomingMessage) => void): Server {
  const server = createServer({ requestTimeout: 0, headersTimeout: HEADERS_TIMEOUT_MS, keepAliveTimeout: 65_000, maxHeaderSize: 16_384 }, (req, res) => {
    serve(handler, req, res).catch((error: unknown) => {
      onError(error, req)
      if (!res.headersSent) answer(res, { status: 500, code: 'internal', title: 'Something went wrong in Specter', detail: 'The log has the reason' })
      else res.destroy()
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.setTimeout(SILENT_SOCKET_MS)
  // No part of Specter speaks another protocol; letting Next see these was a server-side request forgery once (CVE-2026-44578).
  server.on('upgrade', (_req, socket: Duplex) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n'))
  return server
}

async function serve(handler: Handler, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const head = { method: req.method ?? '', url: req.url ?? '', headers: req.headers }
  const refusal = refusalOf(head)
  if (refusal) {
    // The rest of the body is not read: the connection ends with the answer.
    res.setHeader('Connection', 'close')
    answer(res, refusal)
    return
  }
  for (const name of DROPPED_HEADERS) delete req.headers[name]
  const headers = frontHeaders(head.url, randomBytes(16).toString('base64'))
  Object.assign(req.headers, headers.request)
  for (const [name, value] of Object.entries(headers.response)) res.setHeader(name, value)
  await handler(req, res)
}

/** RFC 9457, as the API answers its own errors. */
function answer(res: ServerResponse, { status, code, title, detail, allow }: Refusal): void {
  const body = JSON.stringify({ type: `urn:specter:problem:${code}`, title, status, detail, code })
  res.writeHead(status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': Buffer.byteLength(body),
    ...(allow === undefined ? {} : { Allow: allow }),
  })
  res.end(body)
}

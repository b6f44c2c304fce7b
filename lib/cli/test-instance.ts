/** For tests: a real HTTP server that plays an instance, and a process's parts that keep what was written. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable, Writable } from 'node:stream'
import type { Context } from './context'
import type { Output } from './screen'

export interface Got {
  path: string
  headers: IncomingMessage['headers']
  /** Null where the handler did not read it whole. */
  body: Buffer | null
}

export type Handler = (req: IncomingMessage, res: ServerResponse, got: Got, nth: number) => Promise<void> | void

const IDLE_STATUS = { version: '0', ready: true, linking: { pending: 0, linkedThrough: null }, sources: [], data: null, storeBytes: 0 }

export interface TestInstance {
  url: string
  /** The requests to the handled path, in order. */
  got: Got[]
  /** How often links were asked to be made anew. */
  relinks: number
  /** What GET /api/v1/status answers from now on. */
  status: Record<string, unknown>
  close: () => Promise<void>
}

/** `handler` gets what is not the status; `nth` counts from 1. */
export async function startInstance(handler: Handler): Promise<TestInstance> {
  const instance: TestInstance = { url: '', got: [], relinks: 0, status: {}, close: async () => {} }
  const server = createServer((req, res) => {
    if (req.url === '/api/v1/status') return json(res, 200, { ...IDLE_STATUS, ...instance.status })
    if (req.url === '/api/v1/relink') {
      instance.relinks++
      return json(res, 202, { requested: true })
    }
    const got: Got = { path: req.url ?? '', headers: req.headers, body: null }
    instance.got.push(got)
    Promise.resolve(handler(req, res, got, instance.got.length)).catch(() => res.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  instance.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  instance.close = () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return instance
}

export function json(res: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  res.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json', ...headers })
  res.end(JSON.stringify(body))
}

export async function readBody(req: IncomingMessage, got: Got): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  got.body = Buffer.concat(chunks)
  return got.body
}

/** Reads the body and answers that each of its lines was stored. */
export const storeAll: Handler = async (req, res, got) => {
  const stored = (await readBody(req, got)).toString().split('\n').filter(Boolean).length
  json(res, 200, { received: stored, stored, duplicate: 0, quarantined: 0, rejected: 0, errors: [] })
}

export const busy = (status: 429 | 503): Record<string, unknown> => ({
  type: 'urn:specter:problem:overloaded',
  title: 'Specter is busy',
  status,
  code: 'overloaded',
})

export interface Captured extends Output {
  text: string
}

export function capture(): Captured {
  const stream: Captured = Object.assign(
    new Writable({
      write(chunk: Buffer, _, done) {
        stream.text += chunk.toString()
        done()
      },
    }),
    { text: '' },
  )
  return stream
}

/** `cwd` has no instance of its own: tests name its address. */
export function testContext(over: Partial<Context> = {}): Context & { stdout: Captured; stderr: Captured } {
  return {
    env: {},
    cwd: '/nonexistent',
    root: '/nonexistent',
    stdin: Readable.from([]),
    signal: new AbortController().signal,
    ...over,
    stdout: capture(),
    stderr: capture(),
  }
}

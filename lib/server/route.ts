/** What every route has in common: parameters are validated, errors become problem+json, answers are never cached or static. */
import { randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { UnixNano } from '#lib/base/time'
import { parseTime, resolveRange, type TimeRange } from '#lib/base/time-range'
import type { RouteContract } from './contract'
import { createLog } from './log'
import { knownError, problemResponse, SpecterError } from './problem'

const log = createLog('api')

export interface RouteContext<Query> {
  query: Query
  /** Parts of the path, decoded. */
  params: Record<string, string>
  request: Request
  requestId: string
  nowNs: UnixNano
}

/** What Next hands to a handler beside the request. */
interface NextContext {
  params: Promise<Record<string, string | string[] | undefined> | undefined>
}

type Handler<Query> = (context: RouteContext<Query>) => Promise<unknown>

/**
 * A handler for a row of the contract. What `handle` returns is the JSON of a 200, unless it is a Response itself.
 * @throws nothing: whatever goes wrong is answered, and logged where it is unknown.
 */
export function withRoute<Route extends RouteContract>(route: Route, handle: Handler<z.infer<Route['query']>>) {
  return async (request: Request, next: NextContext): Promise<Response> => {
    const requestId = randomBytes(8).toString('hex')
    try {
      const query = parseQuery(route, new URL(request.url).searchParams)
      const params = plain(await next.params)
      const answer = await handle({ query, params, request, requestId, nowNs: BigInt(Date.now()) * 1_000_000n })
      return answer instanceof Response ? withHeaders(answer, requestId) : jsonResponse(answer, requestId)
    } catch (error) {
      if (!knownError(error)) log.error({ err: error, requestId, path: route.path }, 'a request failed')
      return problemResponse(error, requestId)
    }
  }
}

/** Each parameter once: of two with one name nobody knows which was meant, and an array in place of a text is an attack. */
function parseQuery<Route extends RouteContract>(route: Route, given: URLSearchParams): z.infer<Route['query']> {
  const repeated = [...new Set(given.keys())].filter((name) => given.getAll(name).length > 1)
  if (repeated.length > 0) throw invalid(repeated.map((name) => ({ name, reason: 'It is given more than once' })))
  // An empty parameter is one that was not given: forms and hand-written links send those.
  const parsed = route.query.safeParse(Object.fromEntries([...given].filter(([, value]) => value !== '')))
  if (parsed.success) return parsed.data as z.infer<Route['query']>
  throw invalid(parsed.error.issues.map((issue) => ({ name: issue.path.join('.') || 'query', reason: issue.message })))
}

function invalid(params: { name: string; reason: string }[]): SpecterError {
  return new SpecterError('invalid-params', params.map(({ name, reason }) => `${name}: ${reason}`).join('; '), { invalidParams: params })
}

/** Bodies of settings and verdicts; nobody writes more by hand. */
const MAX_BODY_BYTES = 256 * 1024

/** The JSON body of a request, validated; throws invalid-params that name the fields, and body-too-large. */
export async function readBody<S extends z.ZodType>(request: Request, schema: S): Promise<z.infer<S>> {
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of request.body ?? []) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new SpecterError('body-too-large', `the body has more than ${MAX_BODY_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  throw invalid(parsed.error.issues.map((issue) => ({ name: issue.path.join('.') || 'body', reason: issue.message })))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid([{ name: 'body', reason: 'It is no JSON' }])
  }
}

/** A route without dynamic parts gets no params at all from Next in production. */
function plain(params: Record<string, string | string[] | undefined> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(params ?? {}).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])))
}

/** `from` and `to` of a request; throws invalid-params. `defaultNs` null: all time. */
export function rangeOf(asked: { from?: string | undefined; to?: string | undefined }, nowNs: UnixNano, defaultNs: bigint | null = DAY_NS): TimeRange {
  const resolved = resolveRange(asked, nowNs, defaultNs)
  if ('invalid' in resolved) throw invalid(resolved.invalid)
  return resolved.range
}

const DAY_NS = 86_400n * 1_000_000_000n

/** The range to compare with: as long as the range itself where only one bound is given; null where none is. */
export function compareRangeOf(
  asked: { compareFrom?: string | undefined; compareTo?: string | undefined },
  range: TimeRange,
  nowNs: UnixNano,
): TimeRange | null {
  const { compareFrom, compareTo } = asked
  if (compareFrom === undefined && compareTo === undefined) return null
  const length = range.toNs - range.fromNs
  const resolved = resolveRange({ from: compareFrom, to: compareTo }, nowNs, length)
  if ('invalid' in resolved) throw invalid(resolved.invalid.map(({ name, reason }) => ({ name: name === 'from' ? 'compareFrom' : 'compareTo', reason })))
  return compareTo === undefined ? { fromNs: resolved.range.fromNs, toNs: resolved.range.fromNs + length } : resolved.range
}

/** Whether the body is announced as gzip. One layer of gzip or none is taken: brotli inflates 635,000 to 1. */
export function isGzip(request: Request): boolean {
  const encoding = (request.headers.get('content-encoding') ?? '').trim().toLowerCase()
  if (encoding === '' || encoding === 'identity') return false
  if (encoding === 'gzip' || encoding === 'x-gzip') return true
  throw new SpecterError('unsupported-encoding', `Content-Encoding ${JSON.stringify(encoding.slice(0, 80))} is not taken; send gzip or none`)
}

/** The header Specter-File-Time, epoch milliseconds, as nanoseconds; null where there is none. */
export function fileTimeOf(request: Request): UnixNano | null {
  const text = request.headers.get('specter-file-time')
  if (text === null) return null
  const time = /^\d{1,15}$/.test(text) ? parseTime(text, 0n) : null
  if (time === null) throw invalid([{ name: 'Specter-File-Time', reason: 'It has to be epoch milliseconds' }])
  return time
}

/** What was found, or a 404 that names what was asked for. */
export function foundOr404<T>(value: T | null, what: string, id: string): T {
  if (value === null) throw new SpecterError('not-found', `There is no ${what} ${JSON.stringify(id.slice(0, 80))}`)
  return value
}

/** Data is private and changes with every delivery; a page that wants it again asks again. */
const HEADERS = { 'cache-control': 'private, no-store', 'x-content-type-options': 'nosniff' }

function jsonResponse(value: unknown, requestId: string): Response {
  return new Response(JSON.stringify(value), { headers: { ...HEADERS, 'content-type': 'application/json; charset=utf-8', 'x-request-id': requestId } })
}

function withHeaders(response: Response, requestId: string): Response {
  const headers = new Headers(response.headers)
  for (const [name, value] of Object.entries({ ...HEADERS, 'x-request-id': requestId })) headers.set(name, value)
  return new Response(response.body, { status: response.status, headers })
}

/** Pieces of items as NDJSON, written only as fast as they are taken. An error on the way breaks the stream off: a 200 can't be taken back. */
export function ndjsonResponse<T>(pieces: AsyncGenerator<T[]>, requestId: string): Response {
  const encoder = new TextEncoder()
  let left = false
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next()
        // The reader may have gone while the piece was read.
        if (left) return
        if (done) controller.close()
        else controller.enqueue(encoder.encode(value.map((item) => JSON.stringify(item) + '\n').join('')))
      } catch (error) {
        log.error({ err: error, requestId }, 'a stream broke off')
        controller.error(error)
      }
    },
    async cancel() {
      left = true
      await pieces.return(undefined)
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/x-ndjson; charset=utf-8' } })
}

/**
 * NDJSON whose lines come as they happen. The first is waited for, so that what refuses it is a status and a problem; whoever leaves aborts the
 * signal that `start` was given.
 */
export async function liveResponse<T>(start: (signal: AbortSignal) => AsyncGenerator<T>, left: AbortSignal, requestId: string): Promise<Response> {
  const ending = new AbortController()
  const lines = start(AbortSignal.any([ending.signal, left]))
  const first = await lines.next()
  async function* all(): AsyncGenerator<T[]> {
    if (!first.done) yield [first.value]
    for await (const line of lines) yield [line]
  }
  const { body, headers } = ndjsonResponse(all(), requestId)
  const reader = body?.getReader()
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const read = await reader?.read()
      if (read?.value) controller.enqueue(read.value)
      else controller.close()
    },
    async cancel() {
      // First the source: it may be waiting for a line that never comes.
      ending.abort()
      await reader?.cancel()
    },
  })
  return new Response(stream, { headers })
}

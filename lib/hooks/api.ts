/** The one place that talks HTTP to our own API: typed by the contract's schemas, errors as problem+json. */
import { problem } from '#lib/model/api'
import type { Problem } from '#lib/model/api'
import type { z } from 'zod'

export type Params = Record<string, string | number | undefined>

/** What failed, in the API's words where it answered, else in ours. `status` 0: no answer at all. */
export class ApiError extends Error {
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  readonly invalidParams: NonNullable<Problem['invalidParams']>

  constructor(given: { message: string; status: number; code: string; requestId?: string | null; invalidParams?: Problem['invalidParams'] }) {
    super(given.message)
    this.name = 'ApiError'
    this.status = given.status
    this.code = given.code
    this.requestId = given.requestId ?? null
    this.invalidParams = given.invalidParams ?? []
  }
}

/** `/api/v1/map?q=a&from=-1h`; what is undefined or empty is left out. */
export function apiUrl(path: string, params: Params = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return `/api/v1/${path}${text ? `?${text}` : ''}`
}

export interface Ask {
  path: string
  params?: Params
  signal?: AbortSignal
}

/** A validated answer. Throws ApiError, also where the answer is not what the contract says. */
export async function apiGet<S extends z.ZodType>(schema: S, { path, params, signal }: Ask): Promise<z.infer<S>> {
  return answerOf(schema, path, await send(apiUrl(path, params), { signal: signal ?? null }))
}

export interface Change {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  path: string
  /** Sent as JSON. */
  body?: unknown
}

/** A change and its validated answer. Throws ApiError as apiGet does. */
export async function apiSend<S extends z.ZodType>(schema: S, { method, path, body }: Change): Promise<z.infer<S>> {
  const content = body === undefined ? {} : { body: JSON.stringify(body), headers: { accept: 'application/json', 'content-type': 'application/json' } }
  return answerOf(schema, path, await send(apiUrl(path), { method, ...content }))
}

async function answerOf<S extends z.ZodType>(schema: S, path: string, response: Response): Promise<z.infer<S>> {
  const requestId = response.headers.get('x-request-id')
  const body = await readJson(response)
  if (!response.ok) throw problemToError(body, response.status, requestId)
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new ApiError({
    message: `The answer to ${path} is not in the agreed form: ${issue ? `${issue.path.join('.')} ${issue.message}` : 'unreadable'}`,
    status: response.status,
    code: 'unexpected_answer',
    requestId,
  })
}

async function send(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { headers: { accept: 'application/json' }, ...init })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError({ message: 'Specter does not answer. Is it still running?', status: 0, code: 'no_answer' })
  }
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    return null
  }
}

/** A problem+json body, or whatever came instead of one, as an ApiError. */
export function problemToError(body: unknown, status: number, requestId: string | null): ApiError {
  const parsed = problem.safeParse(body)
  if (!parsed.success) return new ApiError({ message: `The server answered ${status}.`, status, code: 'unreadable_error', requestId })
  const { title, detail, code, invalidParams } = parsed.data
  return new ApiError({ message: detail ?? title, status, code, requestId, invalidParams })
}

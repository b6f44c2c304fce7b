/** Errors that a caller may see: a closed union of codes, and the one place that turns any error into RFC 9457 problem+json. */
import type { Problem } from '#lib/model/api'

/** Code -> HTTP status and title. A code is part of the public API: names stay. */
const CODES = {
  'invalid-params': [400, 'The request has invalid parameters'],
  'invalid-cursor': [400, 'The cursor does not belong to this query'],
  'truncated-body': [400, 'The body ended too early'],
  'invalid-encoding': [400, 'The body is not what its Content-Encoding says'],
  'invalid-body': [400, 'The body could not be read'],
  unauthorized: [401, 'The key is missing or wrong'],
  'not-found': [404, 'There is nothing here'],
  'method-not-allowed': [405, 'This method is not allowed here'],
  'body-too-large': [413, 'The body is too large'],
  'unsupported-encoding': [415, 'This Content-Encoding is not supported'],
  'unsupported-type': [415, 'This Content-Type is not supported'],
  'too-many-requests': [429, 'Too many requests'],
  internal: [500, 'Something went wrong in Specter'],
  upstream: [502, 'AWS refused or did not answer'],
  unavailable: [503, 'The database cannot be reached'],
  overloaded: [503, 'Specter is busy'],
  timeout: [503, 'The question took too long'],
  'disk-full': [507, 'The disk is full'],
} as const satisfies Record<string, readonly [number, string]>

export type SpecterErrorCode = keyof typeof CODES

export interface SpecterErrorOptions {
  invalidParams?: { name: string; reason: string }[]
  /** Seconds, sent as Retry-After. */
  retryAfter?: number
  /** Further members of the problem document: counts of what was stored before a body broke. */
  extra?: Record<string, unknown>
  cause?: unknown
}

/** An error whose message may be shown to the caller. */
export class SpecterError extends Error {
  readonly code: SpecterErrorCode
  readonly invalidParams: { name: string; reason: string }[] | undefined
  readonly retryAfter: number | undefined
  readonly extra: Record<string, unknown> | undefined

  constructor(code: SpecterErrorCode, detail: string, options: SpecterErrorOptions = {}) {
    super(detail, { cause: options.cause })
    this.name = 'SpecterError'
    this.code = code
    this.invalidParams = options.invalidParams
    this.retryAfter = options.retryAfter
    this.extra = options.extra
  }

  get status(): number {
    return CODES[this.code][0]
  }
}

/** SQLSTATE or socket error code -> what the caller is told. Everything else stays inside. */
const DATABASE_ERRORS: Record<string, [SpecterErrorCode, string, number]> = {
  '57014': ['timeout', 'The question took longer than it may; ask for a shorter time range or a rarer value', 5],
  '53100': ['disk-full', 'Nothing more can be written until there is room on the disk of the database', 60],
  '53200': ['overloaded', 'The database is out of memory; try again in a moment', 10],
  '53300': ['overloaded', 'The database has no free connection; try again in a moment', 5],
  '57P01': ['unavailable', 'The database is being restarted; try again in a moment', 5],
  '57P02': ['unavailable', 'The database is being restarted; try again in a moment', 5],
  '57P03': ['unavailable', 'The database is starting; try again in a moment', 5],
  '08006': ['unavailable', 'The connection to the database broke; try again in a moment', 5],
  ECONNREFUSED: ['unavailable', 'The database does not answer; try again in a moment', 5],
  ECONNRESET: ['unavailable', 'The connection to the database broke; try again in a moment', 5],
  ENOENT: ['unavailable', 'The database does not answer; try again in a moment', 5],
}

/** Any error as one that may be shown; null where it is unknown and its message must not leave the process. */
export function knownError(error: unknown): SpecterError | null {
  if (error instanceof SpecterError) return error
  if (!(error instanceof Error)) return null
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const known = DATABASE_ERRORS[code]
  if (known) return new SpecterError(known[0], known[1], { retryAfter: known[2], cause: error })
  // pg reports a connection that ends under a running query without a code.
  if (/^Connection terminated|timeout exceeded when trying to connect/.test(error.message))
    return new SpecterError('unavailable', 'The connection to the database broke; try again in a moment', { retryAfter: 5, cause: error })
  return null
}

/** The problem document of an error. An unknown error says only the request's id, under which the log has the rest. */
export function problemOf(error: unknown, requestId: string): { body: Problem & Record<string, unknown>; retryAfter: number | undefined } {
  const shown = knownError(error) ?? new SpecterError('internal', `The log of the server has the reason under request ${requestId}`)
  const [status, title] = CODES[shown.code]
  const body: Problem & Record<string, unknown> = {
    ...shown.extra,
    type: `urn:specter:problem:${shown.code}`,
    title,
    status,
    detail: shown.message,
    code: shown.code,
    requestId,
  }
  if (shown.invalidParams) body.invalidParams = shown.invalidParams
  return { body, retryAfter: shown.retryAfter }
}

/** The problem as a response, never cached. */
export function problemResponse(error: unknown, requestId: string): Response {
  const { body, retryAfter } = problemOf(error, requestId)
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store', 'x-request-id': requestId })
  if (retryAfter !== undefined) headers.set('retry-after', String(retryAfter))
  return new Response(JSON.stringify(body), { status: body.status, headers })
}

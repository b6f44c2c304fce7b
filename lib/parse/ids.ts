/** Which texts are ids, which only look like one, and the forms that ids take. */

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const XRAY_TRACE = /1-[0-9a-f]{8}-[0-9a-f]{24}/i
const W3C_TRACE = /^[0-9a-f]{32}$/i
/** `projects/<project>/traces/<id>` of Google Cloud. */
const GOOGLE_TRACE = /\/traces\/([0-9a-f]{32})$/i
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/i

/** What loggers print where there is no value. Joining through these would make thousands of events one. */
const PLACEHOLDERS = new Set([
  '',
  '-',
  '--',
  'undefined',
  'null',
  'none',
  'nil',
  'nan',
  'n/a',
  'na',
  'unknown',
  '(none)',
  '(null)',
  '<nil>',
  '<null>',
  '[object object]',
  '[object]',
  '***',
  '****',
  '?',
  '{}',
  '[]',
])

export function isPlaceholder(value: string): boolean {
  // `$context.requestId`, `<request-id>`: a template that nobody filled in.
  const first = value.charCodeAt(0)
  if (first === 36 && value.startsWith('$context.')) return true
  if (first === 60 && /^<[\w -]{0,60}>$/.test(value)) return true
  return value.length <= 15 ? PLACEHOLDERS.has(value.toLowerCase()) : isAllZeros(value)
}

/** `00000000-0000-…`, 32 zeros: an id that was never set. */
function isAllZeros(value: string): boolean {
  return value.charCodeAt(0) === 48 && /^[0-]+$/.test(value)
}

/** A RequestId as Lambda gives it: a uuid that is not all zeros. */
export function requestIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length === 36 && UUID.test(value) && !isAllZeros(value) ? value : undefined
}

export function isUuid(value: string): boolean {
  return value.length === 36 && UUID.test(value)
}

/** An id of any form, where only its presence is asked: a text without spaces that is no placeholder. */
export function idOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length >= 6 && value.length <= 512 && !isPlaceholder(value) && !/\s/.test(value) ? value : undefined
}

/**
 * The trace id in a header or field: X-Ray's (bare, or in `Root=…;Parent=…;Sampled=…`, any order and case), a traceparent's, Google Cloud's, or 32 hex.
 * X-Ray ids come back as `1-8hex-24hex` in lower case. undefined where there is none or it is all zeros.
 */
export function traceIdOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length < 32 || value.length > 1024) return undefined
  const xray = XRAY_TRACE.exec(value)
  const id = xray?.[0] ?? TRACEPARENT.exec(value)?.[1] ?? GOOGLE_TRACE.exec(value)?.[1] ?? (W3C_TRACE.test(value) ? value : undefined)
  return id === undefined || /^[10-]*$/.test(id) ? undefined : id.toLowerCase()
}

/** The one error class of the product: a code that callers can act on. lib/server/problem.ts turns it into HTTP. */
export type ErrorCode =
  | 'invalid_request'
  | 'not_found'
  | 'unsupported_media_type'
  | 'bad_gzip'
  | 'gzip_bomb'
  | 'upload_broken'
  | 'overloaded'
  | 'database_unavailable'
  | 'disk_full'
  | 'query_timeout'
  | 'set_up'
  | 'internal'

export class SpecterError extends Error {
  override readonly name = 'SpecterError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Facts for the answer: counts of a partly stored delivery, the name and bound of a bad parameter, seconds to wait. */
    readonly facts: Record<string, unknown> = {},
  ) {
    super(message)
  }
}

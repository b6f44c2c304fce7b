/** An HTTP request of the SDK or of `fetch`, as the platform receives it. */
export interface PlatformRequest {
  hostname: string
  method: string
  path: string
  query: Record<string, string | string[] | null>
  headers: Record<string, string>
  body: string
}

export interface PlatformResponse {
  status: number
  headers: Record<string, string>
  body: string
}

/** An error as a service answers it: the SDK throws it under this name. */
export class AwsError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
    readonly extra: Record<string, unknown> = {},
  ) {
    super(message)
  }
}

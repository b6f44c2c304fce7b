import { problemResponse, SpecterError } from './problem'

/** What no route answers is a problem too, not a page. */
export function unknownPath(request: Request): Response {
  return problemResponse(
    new SpecterError('not-found', `${new URL(request.url).pathname.slice(0, 200)} is not part of the API; GET /api/v1/openapi.json lists what is`),
    crypto.randomUUID(),
  )
}

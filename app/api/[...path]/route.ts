import { problemResponse, SpecterError } from '#lib/server/problem'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** What no route answers is a problem too, not a page. */
const unknownPath = (request: Request): Response =>
  problemResponse(
    new SpecterError('not-found', `${new URL(request.url).pathname.slice(0, 200)} is not part of the API; GET /api/v1/openapi.json lists what is`),
    crypto.randomUUID(),
  )

export { unknownPath as DELETE, unknownPath as GET, unknownPath as PATCH, unknownPath as POST, unknownPath as PUT }

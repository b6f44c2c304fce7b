import { unknownPath } from '#lib/server/unknown-path'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

export { unknownPath as DELETE, unknownPath as GET, unknownPath as PATCH, unknownPath as POST, unknownPath as PUT }

import { getPool } from '#lib/db/pool'
import { accessFormatDraft, type AccessFormatAnswer } from '#lib/model/access-formats'
import { compileUserFormat, listAccessFormats, newestLines } from '#lib/queries/access-formats'
import { read } from '#lib/queries/read'
import { tryAccessFormat } from '#lib/queries/try-access-format'
import { contract } from '#lib/server/contract'
import { foundOr404, readBody, withRoute } from '#lib/server/route'
import { deleteAccessFormat, saveAccessFormat } from '#lib/store/access-formats'

export const runtime = 'nodejs'
export const dynamic = 'force-dynamic'

/** Stored lines that a format is tried on where the caller sends none. */
const LINES = 10

export const GET = withRoute(contract.accessFormats, () => read(listAccessFormats))

export const PUT = withRoute(contract.putAccessFormat, async ({ request, nowNs }): Promise<AccessFormatAnswer> => {
  const { pattern, format, lines, save } = await readBody(request, accessFormatDraft)
  const { kind, variables, hints } = compileUserFormat(format)
  const group = pattern.replaceAll('*', '')
  const tried = lines.length > 0 ? lines.map((line) => ({ line, group })) : await read((db) => newestLines(db, pattern, LINES))
  if (save) await saveAccessFormat(getPool(), pattern, format, Number(nowNs / 1_000_000n))
  return { pattern, format, kind, variables: [...variables], hints: [...hints], saved: save, lines: tryAccessFormat(format, tried, nowNs) }
})

export const DELETE = withRoute(contract.deleteAccessFormat, async ({ query }) => {
  foundOr404((await deleteAccessFormat(getPool(), query.pattern)) || null, 'format for', query.pattern)
  return { deleted: true }
})

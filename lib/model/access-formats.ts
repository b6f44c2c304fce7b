/** The shapes of /api/v1/settings/access-formats: format strings of users, and how lines are understood by them. */
import { z } from 'zod'

/** More than the log groups of access logs in any installation. */
export const MAX_ACCESS_FORMATS = 200
const MAX_LINES = 20

export const accessFormatDraft = z.object({
  /** A log group or the NAME of a delivery; `*` stands for any run of characters. */
  pattern: z.string().trim().min(1).max(512),
  /** As it stands in the configuration: `$context.requestId …`, `${version} ${srcaddr} …`, `#Fields: …`. */
  format: z.string().trim().min(1).max(4000),
  /** Lines to try it on; without any, the newest stored ones of these groups. */
  lines: z.array(z.string().max(65_536)).max(MAX_LINES).default([]),
  /** False only tries it. */
  save: z.boolean().default(true),
})

const accessFormat = z.object({
  pattern: z.string(),
  format: z.string(),
  kind: z.enum(['api-gateway', 'vpc-flow', 'cloudfront']),
  variables: z.array(z.string()),
  /** Sentences on what the format leaves open: variables of which a line may not say where one ends. */
  hints: z.array(z.string()),
})

/** What one line is by the format; `understood` false: it is read as it would be without. */
const understoodLine = z.object({
  line: z.string(),
  understood: z.boolean(),
  message: z.string(),
  service: z.object({ name: z.string(), kind: z.string() }),
  startTime: z.string().nullable(),
  durationMs: z.number().nullable(),
  traceId: z.string().nullable(),
  /** The ids that links are made of, with the part that they play. */
  ids: z.array(z.object({ kind: z.string(), role: z.string(), value: z.string() })),
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
})

export const accessFormatAnswer = accessFormat.extend({ saved: z.boolean(), lines: z.array(understoodLine) })
export const accessFormatList = z.object({ items: z.array(accessFormat) })

export type AccessFormatAnswer = z.infer<typeof accessFormatAnswer>
export type UnderstoodLine = z.infer<typeof understoodLine>
export type AccessFormatList = z.infer<typeof accessFormatList>

/** Records that could not be understood: kept as they came, with the reason. */
import { z } from 'zod'

export const quarantineQuery = z.object({
  source: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().max(400).optional(),
})

export const quarantined = z.object({
  id: z.string(),
  source: z.string(),
  received: z.string().describe('ISO 8601, UTC'),
  code: z.string(),
  reason: z.string().describe('in words, with the place where reading ended'),
  line: z.number().describe('in its delivery, from 1'),
  sizeBytes: z.number(),
  text: z.string().describe('the first 4,096 bytes as text; bytes that are none stand as U+FFFD'),
})
export const quarantineList = z.object({ items: z.array(quarantined), nextCursor: z.string().nullable() })

export type Quarantined = z.infer<typeof quarantined>
export type QuarantineList = z.infer<typeof quarantineList>

/** What a live tail sends: one JSON value a line. */
import { z } from 'zod'

export const liveTailLine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('started') }),
  z.object({
    kind: z.literal('events'),
    sampled: z.boolean().describe('AWS left events out: it shows at most 500 a second'),
    events: z.array(z.object({ time: z.string(), logGroup: z.string(), logStream: z.string(), message: z.string() })),
  }),
  z.object({ kind: z.literal('ended'), reason: z.enum(['timeout', 'failed', 'limit']), message: z.string() }),
])

export type LiveTailLine = z.infer<typeof liveTailLine>

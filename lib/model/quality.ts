/** GET /api/v1/quality and /api/v1/keys: how far links can be trusted on this data, and what would make them better. */
import { z } from 'zod'
import { listQuery, nearest, serviceKind, transactionItem } from './api'

const iso = z.string().describe('ISO 8601, UTC')
const service = z.object({ id: z.string(), name: z.string(), kind: serviceKind })

/** Stated confidence against how often it was right, over links that were hidden and predicted. */
export const reliabilityBin = z.object({
  from: z.number().describe('stated confidence from which the bin counts'),
  stated: z.number().describe('mean of what was stated in it'),
  count: z.number(),
  right: z.number(),
})

export const hop = z.object({
  source: service,
  target: service,
  tiers: z.object({ A: z.number(), B: z.number(), C: z.number() }).describe('links at the threshold and above'),
  held: z.number().describe('effects whose best candidate is of this hop and lies below the threshold: left open'),
  stated: z.number().nullable().describe('mean confidence of the shown links of tiers B and C'),
  tested: z
    .object({ hidden: z.number(), shown: z.number(), right: z.number() })
    .nullable()
    .describe(
      'certain links of this hop that were hidden; of those predicted at the threshold and above, how many were right. Null where none could be hidden',
    ),
  provedBy: z.array(z.object({ rule: z.string(), count: z.number() })).describe('rules, the most frequent first'),
})

export const advice = z.object({
  source: service,
  target: service,
  where: z.string().describe('the service whose log or setting it is'),
  field: z.string().describe('what to log, or which setting to set'),
  reason: z.string(),
  links: z.number().describe('links that it would make exact in the range'),
  share: z.number().describe('of all links of the range, those left open included'),
})

export const lintCheck = z.enum(['unstructured', 'no-request-id', 'placeholder-id', 'cut-id', 'no-level'])

export const lint = z.object({
  service,
  sampled: z.number().describe('lines looked at'),
  findings: z.array(
    z.object({ check: lintCheck, count: z.number().describe('of the lines looked at'), example: z.string(), eventId: z.string().describe('of the example') }),
  ),
})

export const ruleReport = z.object({
  rule: z.string(),
  effects: z.number(),
  contradicted: z.number(),
  rate: z.number(),
  low: z.number().describe('with `high` the 95 % interval of the rate'),
  high: z.number(),
  demoted: z.boolean(),
})

export const quality = z.object({
  range: z.object({ from: iso, to: iso }),
  threshold: z.number(),
  links: z.object({
    A: z.number(),
    B: z.number(),
    C: z.number(),
    held: z.number().describe('effects whose best candidate lies below the threshold'),
    unlinked: z.number().describe('executions and deliveries without any candidate; a root is one of them'),
  }),
  hops: z.array(hop).describe('by pair of services, those that are least exact first'),
  test: z
    .object({ hidden: z.number(), bins: z.array(reliabilityBin) })
    .nullable()
    .describe('the hidden-link test of the model in force; null where it has none'),
  /** Links of tiers B and C in the range by threshold. */
  thresholds: z.array(z.object({ threshold: z.number(), links: z.number(), right: z.number().nullable().describe('share, by the hidden-link test') })),
  model: z
    .object({
      version: z.number(),
      hash: z.string(),
      fittedAt: iso,
      ranges: z.array(z.object({ from: iso, to: iso })),
      events: z.number(),
      spans: z.number(),
      labels: z.number().describe('certain links that it was learned from'),
      borrowed: z.boolean().describe('too few certain links to test on: its confidences follow a curve of other systems'),
    })
    .nullable(),
  rules: z.array(ruleReport).describe('how often the exact rules contradict themselves; a demoted rule links as tier B'),
  feedback: z.object({ confirmed: z.number(), rejected: z.number(), picked: z.number() }).describe('what people said of links'),
  advice: z.array(advice).describe('the greatest gain first'),
  lint: z.array(lint),
  nearest,
})

/** The spans and transactions that share a business key: a set, nothing is claimed of who caused what. */
export const keySet = z.object({
  key: z.object({ name: z.string(), value: z.string() }),
  first: iso.nullable(),
  last: iso.nullable(),
  spanCount: z.number(),
  exact: z.boolean().describe('false where there are more than are counted; then spanCount, first, last and services are of the newest ones'),
  services: z.array(service.extend({ spans: z.number() })),
  hub: z.boolean().describe('half of the transactions between first and last share it: it tells nothing apart'),
  transactions: z.object({ items: z.array(transactionItem), nextCursor: z.string().nullable(), count: z.number(), exact: z.boolean() }),
})

export const keyQuery = listQuery.pick({ limit: true, cursor: true })

export type Quality = z.infer<typeof quality>
export type Hop = z.infer<typeof hop>
export type Advice = z.infer<typeof advice>
export type LintCheck = z.infer<typeof lintCheck>
export type Lint = z.infer<typeof lint>
export type ReliabilityBin = z.infer<typeof reliabilityBin>
export type KeySet = z.infer<typeof keySet>

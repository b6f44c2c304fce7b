/**
 * The public contract (design.md §6) as zod schemas: routes validate with them, the OpenAPI document is generated from them,
 * hooks take their types. Names and meanings are stable; fields beyond the contract's may be added, none removed.
 */
import { z } from 'zod'

const iso = z.string().describe('ISO 8601, UTC')
const ns = z.string().describe('nanoseconds since the epoch, decimal')

export const serviceKind = z.enum(['function', 'gateway', 'queue', 'topic', 'bus', 'stream', 'table', 'bucket', 'workflow', 'container', 'external'])
export const tier = z.enum(['A', 'B', 'C', 'K'])
export const transactionStatus = z.enum(['ok', 'error', 'running', 'unknown'])

/** `from`/`to`: ISO 8601, epoch ms, or relative (`-1h`, `now`). */
export const rangeQuery = z.object({ from: z.string().optional(), to: z.string().optional() })
export const listQuery = rangeQuery.extend({
  q: z.string().max(10_000).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(50),
  cursor: z.string().optional(),
})
export const linksQuery = rangeQuery.extend({ tier: tier.optional(), minConfidence: z.coerce.number().min(0).max(1).default(0.95) })
export const mapQuery = rangeQuery.extend({ q: z.string().max(10_000).optional(), compareFrom: z.string().optional(), compareTo: z.string().optional() })
export const seriesQuery = rangeQuery.extend({
  q: z.string().max(10_000).optional(),
  by: z.enum(['service', 'status', 'name']).optional(),
  points: z.coerce.number().int().min(1).max(1000).default(96),
})
export const fieldsQuery = z.object({ prefix: z.string().max(256).default('') })

export const ingestResult = z.object({
  received: z.number(),
  stored: z.number(),
  duplicate: z.number(),
  quarantined: z.number(),
  rejected: z.number(),
  errors: z.array(z.object({ line: z.number(), code: z.string(), message: z.string() })).describe('the first 100'),
  data: z.object({ from: iso, to: iso }).optional().describe('the range of the events received, as a range to ask for; absent where there were none'),
})

export const sourceStatus = z.object({
  name: z.string(),
  kind: z.string().describe('cloudwatch | xray | file | http | otlp | zipkin | firehose'),
  received: z.number(),
  stored: z.number(),
  duplicate: z.number(),
  quarantined: z.number(),
  rejected: z.number(),
  completeUntil: iso.nullable(),
  lagMs: z.number().nullable(),
  firstEvent: iso.nullable(),
  lastEvent: iso.nullable(),
  lastReceived: iso.nullable(),
  services: z.array(z.object({ name: z.string(), kind: serviceKind })),
  /** Events a bucket over the asked range, oldest first. */
  rate: z.array(z.number()).optional(),
  polled: z.boolean().optional().describe('true where a connection asks it for more'),
  problem: z.enum(['forbidden', 'failing']).optional().describe('of a polled source: why it cannot be read now; the connection says what to do'),
  coverage: z
    .array(z.object({ from: iso, to: iso }))
    .optional()
    .describe('of a polled source: what of the asked range is complete, events or none'),
})

/** The sources with their events a bucket over a range. */
export const sourceList = z.object({ items: z.array(sourceStatus) })

export const status = z.object({
  version: z.string(),
  ready: z.boolean(),
  linking: z.object({
    pending: z.number(),
    linkedThrough: iso.nullable(),
    /** What links of tiers B and C are made by, and what it was learned from; null until enough was stored and input paused. */
    model: z.object({ version: z.number(), hash: z.string(), fittedAt: iso, events: z.number(), labels: z.number() }).nullable().default(null),
    skipping: tier.nullable().default(null).describe('the tier that waits because there is too much to link'),
  }),
  sources: z.array(sourceStatus),
  data: z.object({ from: iso, to: iso }).nullable().describe('the range of all events, null while there are none'),
  storeBytes: z.number(),
})

export const transactionItem = z.object({
  id: z.string(),
  name: z.string(),
  startTime: iso,
  durationMs: z.number().nullable(),
  status: transactionStatus,
  services: z.array(z.string()),
  spanCount: z.number(),
  eventCount: z.number(),
  confidence: z.number(),
  retried: z.boolean(),
  outcome: z.string().nullable(),
  rootService: z.string(),
  /** For the row's causal shape and duration bar: at most 40 spans in causal order, offsets in ms from the start. */
  shape: z.array(
    z.object({
      spanId: z.string(),
      service: z.string(),
      kind: serviceKind,
      status: z.enum(['ok', 'error']),
      depth: z.number(),
      parent: z.number().nullable().describe('index in this array'),
      tier: tier.nullable(),
      startMs: z.number(),
      endMs: z.number().nullable(),
    }),
  ),
  shapeCut: z.number().describe('spans left out of shape'),
  /** Field values that matched the query, or telling ones: for the keys column. */
  keys: z.array(z.object({ field: z.string(), value: z.string() })),
})

export const nearest = z.object({ from: iso, to: iso }).nullable().describe('when the range is empty: where the nearest data is')

export const transactionList = z.object({
  items: z.array(transactionItem),
  nextCursor: z.string().nullable(),
  complete: z.boolean(),
  total: z.object({ count: z.number(), failed: z.number(), unknown: z.number(), exact: z.boolean() }),
  nearest,
})

export const spanItem = z.object({
  id: z.string(),
  service: z.string(),
  kind: serviceKind,
  form: z.enum(['execution', 'request', 'delivery', 'segment', 'span', 'event']),
  name: z.string(),
  startTime: iso,
  startNs: ns,
  startExact: z.boolean(),
  endTime: iso.nullable(),
  endNs: ns.nullable(),
  durationMs: z.number().nullable(),
  status: z.enum(['ok', 'error']),
  open: z.boolean(),
  severity: z.number(),
  requestId: z.string().nullable(),
  traceId: z.string().nullable(),
  eventCount: z.number(),
  shared: z.boolean(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})

export const linkEnd = z.object({
  spanId: z.string(),
  eventId: z.string().nullable(),
  sourceEventId: z.string().nullable(),
  requestId: z.string().nullable(),
  service: z.string(),
  kind: serviceKind.describe('of the service: what carries (queue, topic, bus, stream, table, bucket) does not run'),
})

export const linkItem = z.object({
  cause: linkEnd,
  effect: linkEnd,
  kind: z.string(),
  tier,
  confidence: z.number(),
  rule: z.string(),
  evidence: z.array(z.object({ kind: z.string(), value: z.string() })),
  alternatives: z.array(z.object({ spanId: z.string(), confidence: z.number() })),
  /** From the cause's event to the effect's start; negative where clocks disagree. */
  delayMs: z.number().nullable(),
})

/** What a person says of a link that was inferred. Ids are those of spans. */
export const feedbackBody = z.object({
  effect: z.string(),
  cause: z.string(),
  verdict: z.enum(['confirm', 'reject', 'pick', 'undo']),
  /** With `pick`: the cause that is right instead. */
  alternative: z.string().optional(),
  note: z.string().max(2_000).optional(),
})
export const feedbackList = z.object({
  items: z.array(
    z.object({
      effect: z.object({ spanId: z.string(), service: z.string() }),
      cause: z.object({ spanId: z.string(), service: z.string() }),
      alternative: z.string().nullable(),
      verdict: feedbackBody.shape.verdict,
      note: z.string().nullable(),
      time: iso,
    }),
  ),
})
export const feedbackKept = z.object({ kept: z.boolean() })

/** Causes or effects of an event: links, the nearest first; depth 1 is direct. */
export const causalityList = z.object({ items: z.array(linkItem.extend({ depth: z.number() })), cut: z.boolean() })

export const eventItem = z.object({
  id: z.string(),
  time: iso,
  timeNs: ns,
  observedTime: iso.nullable(),
  source: z.string(),
  service: z.string(),
  kind: serviceKind,
  logGroup: z.string().nullable(),
  logStream: z.string().nullable(),
  sourceEventId: z.string().nullable(),
  form: z.enum(['log', 'segment']),
  severity: z.number(),
  level: z.string(),
  message: z.string(),
  spanId: z.string().nullable(),
  requestId: z.string().nullable(),
  traceId: z.string().nullable(),
})
export const eventDetail = eventItem.extend({
  raw: z.string().describe('byte for byte, except where bytes are no text: then rawBase64 has them'),
  rawBase64: z.string().nullable(),
  template: z.string(),
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
  transactions: z.array(z.string()),
})
export const eventList = z.object({ items: z.array(eventItem), nextCursor: z.string().nullable(), complete: z.boolean(), nearest })

export const transactionDetail = transactionItem.omit({ shape: true, shapeCut: true }).extend({
  spans: z.array(spanItem),
  links: z.array(linkItem),
  events: z
    .array(
      eventDetail.extend({
        continues: z.string().nullable().describe('the first line of the entry that this one goes on with (a trace, a part of a line); null: it begins one'),
      }),
    )
    .describe('the first 2,000 in order of time; eventCount says how many there are'),
  spansCut: z.number(),
  criticalPath: z
    .array(z.object({ spanId: z.string(), startMs: z.number(), endMs: z.number(), waiting: z.boolean() }))
    .describe('ms from the transaction start; root first'),
  missing: z.array(
    z.object({ nearSpanId: z.string(), service: z.string().nullable(), kind: serviceKind.nullable(), reason: z.string(), side: z.enum(['cause', 'effect']) }),
  ),
  /** Executions of it whose cause nothing proves, over all of its services: said in words on the page. */
  unproven: z.object({ spans: z.number(), ofSpans: z.number() }),
  xrayTraceIds: z.array(z.string()),
})

const stats = {
  events: z.number(),
  spans: z.number(),
  errors: z.number(),
  ratePerSecond: z.number(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
}
export const mapNode = z.object({
  id: z.string(),
  name: z.string(),
  kind: serviceKind,
  ...stats,
  change: z.enum(['new', 'gone', 'shifted']).nullable(),
  before: z.object(stats).nullable().describe('the same numbers in the compared range'),
  /** Spans started in the range that have a proven cause, to tell how much of the service is linked. */
  caused: z.number(),
})
const edgeStats = { count: z.number(), errors: z.number(), p50Ms: z.number().nullable(), p95Ms: z.number().nullable() }
export const mapEdge = z.object({
  source: z.string(),
  target: z.string(),
  ...edgeStats,
  tier,
  tiers: z.object({ A: z.number(), B: z.number(), C: z.number() }),
  change: z.enum(['new', 'gone', 'shifted']).nullable(),
  before: z.object(edgeStats).nullable(),
})
export const serviceMap = z.object({
  nodes: z.array(mapNode),
  /** All links between two services; those within one too, as an edge from it to itself. */
  edges: z.array(mapEdge),
  /** Of the links within a service those from one execution to another: what a trace records inside of one is no loop. */
  loops: z.array(mapEdge),
  transactions: z.object({ count: z.number(), failed: z.number(), unknown: z.number() }),
  complete: z.boolean(),
  range: z.object({ from: iso, to: iso }),
  /** Spans that could have a cause and have one: what the page says in words. */
  linked: z.object({ spans: z.number(), withCause: z.number() }),
  nearest,
})

export const series = z.object({
  from: iso,
  to: iso,
  bucketMs: z.number(),
  /** One a group; a single one named '' without `by`. Arrays have one entry a bucket; latency null where nothing ended in it. */
  groups: z.array(
    z.object({
      name: z.string(),
      count: z.array(z.number()),
      errors: z.array(z.number()),
      unknown: z.array(z.number()),
      p50Ms: z.array(z.number().nullable()),
      p95Ms: z.array(z.number().nullable()),
    }),
  ),
  /** Buckets for which nothing is known: no event from any source, or beyond what is complete. */
  gaps: z.array(z.object({ from: iso, to: iso })),
})

export const fieldList = z.object({ items: z.array(z.object({ name: z.string(), count: z.number(), distinct: z.number() })) })
export const fieldValues = z.object({ items: z.array(z.object({ value: z.string(), count: z.number() })) })

/** Facets of a search: counts of transactions over the whole result. */
export const facets = z.object({
  groups: z.array(
    z.object({ field: z.string(), values: z.array(z.object({ value: z.string(), count: z.number(), failed: z.number(), kind: serviceKind.nullable() })) }),
  ),
})

/** Detail of one service for the map's side panel. */
export const serviceDetail = z.object({
  id: z.string(),
  name: z.string(),
  kind: serviceKind,
  operations: z.array(z.object({ name: z.string(), spans: z.number(), errors: z.number() })),
  templates: z.array(z.object({ text: z.string(), level: z.string(), events: z.number() })),
})

/** RFC 9457; a problem may have members beyond these. */
export const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string().optional(),
  code: z.string(),
  requestId: z.string().optional().describe('under which the log of the server has the rest'),
  invalidParams: z.array(z.object({ name: z.string(), reason: z.string() })).optional(),
  result: ingestResult.optional().describe('of an ingest door: what was stored before the body broke'),
})

export type IngestResult = z.infer<typeof ingestResult>
export type SourceStatus = z.infer<typeof sourceStatus>
export type SourceList = z.infer<typeof sourceList>
export type Status = z.infer<typeof status>
export type TransactionItem = z.infer<typeof transactionItem>
export type TransactionList = z.infer<typeof transactionList>
export type TransactionDetail = z.infer<typeof transactionDetail>
export type SpanItem = z.infer<typeof spanItem>
export type FeedbackBody = z.infer<typeof feedbackBody>
export type FeedbackList = z.infer<typeof feedbackList>
export type LinkItem = z.infer<typeof linkItem>
export type CausalityList = z.infer<typeof causalityList>
export type EventItem = z.infer<typeof eventItem>
export type EventDetail = z.infer<typeof eventDetail>
export type EventList = z.infer<typeof eventList>
export type MapNode = z.infer<typeof mapNode>
export type MapEdge = z.infer<typeof mapEdge>
export type ServiceMap = z.infer<typeof serviceMap>
export type Series = z.infer<typeof series>
export type FieldList = z.infer<typeof fieldList>
export type FieldValues = z.infer<typeof fieldValues>
export type Facets = z.infer<typeof facets>
export type ServiceDetail = z.infer<typeof serviceDetail>
export type Problem = z.infer<typeof problem>

/** `from` and `to`: the day's first and last moment as it is stored. */
export const demoState = z.object({ loaded: z.boolean(), from: iso.nullable(), to: iso.nullable() })
export type DemoState = z.infer<typeof demoState>

/** How many events were taken out. */
export const demoRemoved = z.object({ removed: z.number().int() })

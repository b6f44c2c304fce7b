/**
 * Every route of the API as data: the handlers validate by it (lib/server/route.ts), the OpenAPI document is made from it
 * (lib/server/openapi.ts), and a test finds a route file for each row and a row for each route file.
 */
import { z } from 'zod'
import { accessFormatAnswer, accessFormatDraft, accessFormatList } from '#lib/model/access-formats'
import {
  causalityList,
  demoRemoved,
  demoState,
  eventDetail,
  eventList,
  facets,
  feedbackBody,
  feedbackKept,
  feedbackList,
  fieldList,
  fieldsQuery,
  fieldValues,
  ingestResult,
  linkItem,
  linksQuery,
  listQuery,
  mapQuery,
  rangeQuery,
  series,
  seriesQuery,
  serviceDetail,
  serviceMap,
  sourceStatus,
  status,
  transactionDetail,
  transactionList,
} from '#lib/model/api'
import { keyQuery, keySet, quality } from '#lib/model/quality'
import { quarantineList, quarantineQuery } from '#lib/model/quarantine'
import { liveTailLine } from '#lib/model/live-tail'
import { connectionContract } from './connection-contract'

export interface RouteContract {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As OpenAPI writes it, and as the folders are named: `/api/v1/events/{id}`. */
  path: string
  summary: string
  description?: string
  query: z.ZodObject
  /** What a 200 holds; null where it is described in words alone. */
  response: z.ZodType | null
  responseType?: 'application/json' | 'application/x-ndjson'
  /** Status of success where it is not 200. */
  success?: 202
  /** A body of JSON, validated before the handler sees it (`readBody` of lib/server/route.ts). */
  body?: z.ZodType
  /** Content types of a POST's body without a schema; default: those of POST /api/v1/ingest. */
  bodyTypes?: string[]
  /** Statuses beside 200 that a well-behaved caller meets, with their reason. */
  also?: Record<number, string>
}

/** In a form that every regular expression dialect reads: it stands in the OpenAPI document. */
const NO_CONTROL = new RegExp(String.raw`^[^\x00-\x1f\x7f-\x9f]*$`)
const none = z.object({})
const RANGE = '`from` is inclusive, `to` exclusive; ISO 8601, epoch milliseconds, or relative (`-1h`, `now`).'
const LAST_DAY = `${RANGE} Default: the last 24 hours.`
const SEARCH =
  '`q` is the search language: words and `key:value` conditions that must all hold, `OR`, `-` or `NOT`, parentheses, `key:>n`, quotes. ' +
  'A condition on events holds for a transaction where some event of it meets it.'

const sourceName = z
  .string()
  .min(1, 'a name has 1 to 200 characters')
  .max(200, 'a name has 1 to 200 characters')
  .regex(NO_CONTROL, 'a name has no control characters')

const otlp = {
  method: 'POST',
  description:
    'Export requests of OTLP/HTTP, protobuf or JSON, gzip or not; the answer has the encoding of the request. A 200 means committed, ' +
    'but for what partialSuccess counts as rejected: that is kept in quarantine.',
  query: none,
  bodyTypes: ['application/x-protobuf', 'application/json'],
  response: z.object({ partialSuccess: z.record(z.string(), z.string()).optional() }),
  also: {
    400: 'The body is no such request',
    413: 'The body is too large',
    415: 'Another Content-Type or Content-Encoding',
    503: 'Overloaded; see Retry-After',
  },
} satisfies Omit<RouteContract, 'path' | 'summary'>

export const contract = {
  status: {
    method: 'GET',
    path: '/api/v1/status',
    summary: 'Whether Specter is ready, what it has read, and how far linking is',
    query: none,
    response: status,
  },
  transactions: {
    method: 'GET',
    path: '/api/v1/transactions',
    summary: 'Transactions that match a search, newest first',
    description: `${SEARCH} The range is on the start of the root. ${LAST_DAY} Pages of one cursor see one range.`,
    query: listQuery,
    response: transactionList,
  },
  transaction: {
    method: 'GET',
    path: '/api/v1/transactions/{id}',
    summary: 'One transaction: spans, links, the first events, critical path, what is missing',
    description: 'The id of a transaction whose root gained a cause since answers 308 with the new place.',
    query: none,
    response: transactionDetail,
    also: { 308: 'The transaction is part of another one now, at Location', 404: 'There is no such transaction' },
  },
  events: {
    method: 'GET',
    path: '/api/v1/events',
    summary: 'Events that match a search, newest first',
    description: `${SEARCH} Here service, kind, level and source are the event's own, the rest is asked of its transaction. The range is on the time of the event. ${LAST_DAY}`,
    query: listQuery,
    response: eventList,
  },
  event: {
    method: 'GET',
    path: '/api/v1/events/{id}',
    summary: 'One event with its raw text, its fields and its transactions',
    query: none,
    response: eventDetail,
    also: { 404: 'There is no such event' },
  },
  eventCauses: {
    method: 'GET',
    path: '/api/v1/events/{id}/causes',
    summary: 'What caused an event: links above its span, the nearest first',
    query: none,
    response: causalityList,
    also: { 404: 'There is no such event' },
  },
  eventEffects: {
    method: 'GET',
    path: '/api/v1/events/{id}/effects',
    summary: 'What an event caused: links below its span, the nearest first',
    query: none,
    response: causalityList,
    also: { 404: 'There is no such event' },
  },
  links: {
    method: 'GET',
    path: '/api/v1/links',
    summary: 'All causal links of a range as NDJSON, in order of the effect',
    description: `The range is on the start of the effect. ${RANGE} Default: everything. \`minConfidence\` 0 gives for every effect its best candidate too. A stream that breaks off without its last line break is incomplete.`,
    query: linksQuery,
    response: linkItem,
    responseType: 'application/x-ndjson',
  },
  accessFormats: {
    method: 'GET',
    path: '/api/v1/settings/access-formats',
    summary: 'Format strings of access logs that users gave for log groups',
    query: none,
    response: accessFormatList,
  },
  putAccessFormat: {
    method: 'PUT',
    path: '/api/v1/settings/access-formats',
    summary: 'Reads the access logs of a log group by a format string, or tries it',
    description:
      'The format is the one of the configuration: API Gateway `$context.requestId …`, VPC flow logs `${version} …`, CloudFront `#Fields: …`. ' +
      'The answer shows how `lines` are understood, or without any the newest stored ones; with `save` false nothing is changed. What is stored already keeps its spans and links.',
    query: none,
    body: accessFormatDraft,
    response: accessFormatAnswer,
    also: { 400: "The format can't be compiled; the reason is in words" },
  },
  deleteAccessFormat: {
    method: 'DELETE',
    path: '/api/v1/settings/access-formats',
    summary: 'Forgets a format string',
    query: z.object({ pattern: z.string().max(512) }),
    response: z.object({ deleted: z.boolean() }),
    also: { 404: 'There is none under this pattern' },
  },
  linkFeedback: {
    method: 'GET',
    path: '/api/v1/links/feedback',
    summary: 'What people said of links, newest first; nothing of it is ever changed',
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
    response: feedbackList,
  },
  giveLinkFeedback: {
    method: 'POST',
    path: '/api/v1/links/feedback',
    summary: 'Confirms or rejects an inferred link, or picks another cause; the latest word on a pair counts, `undo` takes it back',
    description: 'What is confirmed or picked is a certain label when a model is fitted again; what is rejected is never linked again.',
    query: none,
    body: feedbackBody,
    response: feedbackKept,
    also: { 400: 'An id of the protocol proves the link, or the body is not as described', 404: 'There is no such link' },
  },
  relink: {
    method: 'POST',
    path: '/api/v1/relink',
    summary: 'Learns a model from all that is stored and makes all links of tiers B and C anew',
    description:
      'It happens by itself once input pauses and enough is new; an import asks for it at its end. `linking.pending` of the status reaches 0 when it is done.',
    query: none,
    bodyTypes: [],
    success: 202,
    response: z.object({ requested: z.boolean() }),
  },
  map: {
    method: 'GET',
    path: '/api/v1/map',
    summary: 'The service map: nodes and edges with their numbers, and what changed since another range',
    description:
      `${SEARCH} Only spans of matching transactions count. The range is on the start of spans; edges count links at 0.95 and above, those within one service too; of these, \`loops\` has the ones from one execution to another. ${LAST_DAY} ` +
      'Percentiles are nearest-rank: the smallest value that at least that share does not exceed. Of edges they are from the event of the cause to the start of the effect.',
    query: mapQuery,
    response: serviceMap,
  },
  series: {
    method: 'GET',
    path: '/api/v1/series',
    summary: 'Throughput, failures and latency over time',
    description: `${SEARCH} Counts transactions by the start of their root; with \`by=service\`, the spans that began in each service, as the map does. ${LAST_DAY}`,
    query: seriesQuery,
    response: series,
  },
  facets: {
    method: 'GET',
    path: '/api/v1/facets',
    summary: "Counts of a search's transactions by outcome, service and name",
    description: `${SEARCH} ${LAST_DAY}`,
    query: rangeQuery.extend({ q: listQuery.shape.q }),
    response: facets,
  },
  fields: {
    method: 'GET',
    path: '/api/v1/fields',
    summary: 'Names of fields, those that begin with the prefix first',
    query: fieldsQuery,
    response: fieldList,
  },
  fieldValues: {
    method: 'GET',
    path: '/api/v1/fields/{name}/values',
    summary: 'Values of a field, the most frequent first',
    query: fieldsQuery,
    response: fieldValues,
  },
  key: {
    method: 'GET',
    path: '/api/v1/keys/{name}/{value}',
    summary: 'Everything that shares a business key, over any length of time',
    description:
      'The spans and transactions with an event whose field of that name (or whose last part of the name) has that value. A set (tier K): it claims no direction, and no link is made of it. ' +
      '`hub` says that half of the transactions share it.',
    query: keyQuery,
    response: keySet,
  },
  quality: {
    method: 'GET',
    path: '/api/v1/quality',
    summary: 'How far links can be trusted on this data, by hop, and what would make them better',
    description: `Links by the start of their effect. The hidden-link test is that of the model in force: certain links are hidden, predicted, and compared. ${LAST_DAY}`,
    query: rangeQuery,
    response: quality,
  },
  service: {
    method: 'GET',
    path: '/api/v1/services/{id}',
    summary: 'What one service of the map does and logs in a range',
    description: LAST_DAY,
    query: rangeQuery,
    response: serviceDetail,
    also: { 404: 'There is no such service' },
  },
  sources: {
    method: 'GET',
    path: '/api/v1/sources',
    summary: 'The sources with their counts and their events over the range',
    description: LAST_DAY,
    query: rangeQuery,
    response: z.object({ items: z.array(sourceStatus) }),
  },
  quarantine: {
    method: 'GET',
    path: '/api/v1/quarantine',
    summary: 'Records that could not be understood, newest first: what came, and why it was not stored as an event',
    query: quarantineQuery,
    response: quarantineList,
  },
  openapi: { method: 'GET', path: '/api/v1/openapi.json', summary: 'This document', query: none, response: null },
  demo: {
    method: 'GET',
    path: '/api/v1/demo',
    summary: 'The recorded day of the demo shop as NDJSON, ready for POST /api/v1/ingest',
    description:
      'CloudWatch events in order of ingestion, then X-Ray traces, moved in time so that the day ends now. Where the day is stored already it is moved as it was then, so that a second load stores nothing. ' +
      'A stream that breaks off without its last line break is incomplete.',
    query: none,
    response: z.looseObject({}),
    responseType: 'application/x-ndjson',
    also: { 404: 'This checkout has no recorded day' },
  },
  demoState: {
    method: 'GET',
    path: '/api/v1/demo/state',
    summary: 'Whether the recorded day of the demo shop is stored, and where in time',
    query: none,
    response: demoState,
    also: { 404: 'This checkout has no recorded day' },
  },
  demoRemove: {
    method: 'DELETE',
    path: '/api/v1/demo',
    summary: 'Removes the recorded day of the demo shop and everything that was derived from it',
    description: 'Whatever else is stored stays as if the day had never come. A load after it is moved anew, so that the day ends then.',
    query: none,
    response: demoRemoved,
    also: { 404: 'This checkout has no recorded day' },
  },
  ingest: {
    method: 'POST',
    path: '/api/v1/ingest',
    summary: 'Stores NDJSON, a JSON array, or text lines',
    description:
      'A JSON value is recognised by its shape: CloudWatch event, subscription payload, X-Ray trace or segment document, OTLP, Zipkin v2, Jaeger; any other object or text is a log line of `source`. ' +
      'A 200 means that everything counted as stored is committed. `Content-Encoding` is `gzip` or none. `Specter-File-Time` (epoch milliseconds) is the time of records that have none.',
    query: z.object({ source: sourceName.default('http') }),
    response: ingestResult,
    also: {
      400: 'The body is broken; `result` counts what was stored before',
      413: 'The body inflates to more than is taken',
      415: 'Another Content-Encoding than gzip',
      429: 'Too many deliveries at once; see Retry-After',
      503: 'Overloaded; see Retry-After',
      507: 'The disk of the database is full',
    },
  },
  firehose: {
    method: 'POST',
    path: '/api/v1/ingest/firehose',
    summary: 'Stores a delivery of Amazon Data Firehose (HTTP endpoint protocol)',
    description:
      'The data of each record is read as a body of POST /api/v1/ingest is, gzip or not. A 200 means committed, and repeats requestId. ' +
      'With SPECTER_FIREHOSE_KEY set, X-Amz-Firehose-Access-Key has to be the same.',
    query: z.object({ source: sourceName.default('Firehose') }),
    bodyTypes: ['application/json'],
    response: z.object({ requestId: z.string(), timestamp: z.number(), errorMessage: z.string().optional() }),
    also: { 401: 'The access key is wrong', 413: 'The body is too large', 503: 'Overloaded; see Retry-After' },
  },
  zipkinSpans: {
    method: 'POST',
    path: '/api/v2/spans',
    summary: 'Stores a JSON array of Zipkin v2 spans',
    description: 'A 202 means that everything counted as stored is committed.',
    query: none,
    bodyTypes: ['application/json'],
    success: 202,
    response: ingestResult,
    also: { 400: 'The body is no array of spans', 413: 'The body is too large', 415: 'Another encoding than JSON', 503: 'Overloaded; see Retry-After' },
  },
  ...connectionContract,
  liveTail: {
    method: 'GET',
    path: '/api/v1/live-tail',
    summary: "What is logged now, by CloudWatch Logs' Live Tail: for looking, nothing is stored",
    description:
      'One JSON value a line, about one a second, until the caller leaves, at most 30 minutes. `sampled` says that AWS left events out. AWS charges by the minute.',
    query: z.object({
      connection: z.string().describe('id of a connection'),
      groups: z
        .string()
        .regex(/^[A-Za-z0-9_./#-]{1,512}(,[A-Za-z0-9_./#-]{1,512}){0,9}$/, 'one to ten log groups, with commas between')
        .describe('up to ten log groups, with commas between'),
      filter: z.string().max(1024).regex(NO_CONTROL).optional().describe("CloudWatch Logs' own filter pattern"),
    }),
    response: liveTailLine,
    responseType: 'application/x-ndjson',
    also: {
      404: 'There is no such connection or log group',
      502: 'AWS refused, with its words and what to do',
      503: 'Too many live tails are open; see Retry-After',
    },
  },
  otlpLogs: { ...otlp, path: '/v1/logs', summary: 'Stores log records of OTLP/HTTP' },
  otlpTraces: { ...otlp, path: '/v1/traces', summary: 'Stores spans of OTLP/HTTP' },
  otlpMetrics: { ...otlp, path: '/v1/metrics', summary: 'Refuses metrics of OTLP/HTTP as a partial success, so that senders of all three signals go on' },
} satisfies Record<string, RouteContract>

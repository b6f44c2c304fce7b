/**
 * Connections to AWS as the API shows them: what is read from where, how far, and what keeps it from being read. No secret is part of
 * one: credentials come from the SDK's default chain where Specter runs, or from a role that they may assume.
 */
import { z } from 'zod'

const iso = z.string().describe('ISO 8601, UTC')

/** In a form that every regular expression dialect reads: it stands in the OpenAPI document. */
const PRINTABLE = new RegExp(String.raw`^[^\x00-\x1f\x7f-\x9f]*$`)
/** Names that CloudWatch Logs takes, with * and ? for any characters and any one. */
const GROUP_PATTERN = /^[A-Za-z0-9_\-/.#*?]+$/

const groupPattern = z
  .string()
  .min(1, 'a name or pattern has 1 to 512 characters')
  .max(512, 'a name or pattern has 1 to 512 characters')
  .regex(GROUP_PATTERN, 'a log group is named with letters, digits and _ - / . #; * stands for any characters, ? for one')

/** An http(s) address without credentials, query or fragment; the instance metadata service is none to send requests to. */
function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const plain = url.username === '' && url.password === '' && url.search === '' && url.hash === ''
  return plain && /^https?:$/.test(url.protocol) && !/^(169\.254\.|\[fe80:|\[fd00:ec2:)/i.test(url.hostname)
}

/** What a person enters. */
export const connectionDraft = z.strictObject({
  label: z.string().trim().min(1, 'a label has 1 to 100 characters').max(100, 'a label has 1 to 100 characters').regex(PRINTABLE),
  region: z
    .string()
    .max(40)
    .regex(/^[a-z]{2,4}(-[a-z]{2,12}){1,3}-\d{1,2}$/, 'a region is named like eu-central-1'),
  roleArn: z
    .string()
    .max(2048)
    .regex(/^arn:aws[a-z-]{0,20}:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/, 'a role is named like arn:aws:iam::123456789012:role/specter')
    .nullish(),
  externalId: z
    .string()
    .min(2)
    .max(1224)
    .regex(/^[\w+=,.@:/-]+$/, 'an external id has letters, digits and _ + = , . @ : / -')
    .nullish(),
  endpoint: z.string().max(2048).refine(isEndpoint, 'an endpoint is an http:// or https:// address without credentials or query').nullish(),
  groups: z.array(groupPattern).max(500, 'at most 500 names and patterns'),
  excludedGroups: z.array(groupPattern).max(500, 'at most 500 names and patterns').default([]),
  filterPattern: z.string().max(1024).regex(PRINTABLE).nullish().describe("CloudWatch Logs' own filter pattern; without it everything is read"),
  xray: z.boolean().default(false).describe('read X-Ray traces too'),
  enabled: z.boolean().default(true),
})

/** What a new connection has besides: how far back it begins. More of the past is a backfill. */
export const newConnection = connectionDraft.extend({ lookbackMinutes: z.number().int().min(0).max(20_160).default(60) })

/** One thing that went wrong, in words for the person who can mend it. */
export const pollProblem = z.object({
  code: z.enum([
    'denied',
    'no-credentials',
    'bad-credentials',
    'clock',
    'unreachable',
    'not-found',
    'unsupported-class',
    'invalid-request',
    'throttled',
    'token',
    'aws',
  ]),
  message: z.string().describe("AWS's own words, shortened"),
  advice: z.string().describe('what to do'),
  action: z.string().nullable().describe('the IAM action that is missing, such as logs:FilterLogEvents'),
  time: iso,
})

const books = {
  received: z.number(),
  stored: z.number(),
  duplicate: z.number(),
  late: z.number().describe('stored after their time had been called complete'),
}

export const connectionItem = z.object({
  id: z.string(),
  label: z.string(),
  region: z.string(),
  roleArn: z.string().nullable(),
  externalId: z.string().nullable(),
  endpoint: z.string().nullable(),
  groups: z.array(z.string()),
  excludedGroups: z.array(z.string()),
  filterPattern: z.string().nullable(),
  xray: z.boolean(),
  enabled: z.boolean(),
  accountId: z.string().nullable(),
  created: iso,
  since: iso.describe('read from here on'),
  listed: iso.nullable().describe('when its log groups were last listed'),
  state: z.enum(['starting', 'reading', 'problem', 'disabled']),
  problem: pollProblem.nullable(),
  groupStates: z.object({
    active: z.number(),
    forbidden: z.number(),
    deleted: z.number(),
    unsupported: z.number(),
    failing: z.number(),
  }),
  completeUntil: iso.nullable().describe('all groups that can be read are complete until then'),
  lagMs: z.number().nullable(),
  ...books,
})
export const connectionList = z.object({ items: z.array(connectionItem) })

export const groupState = z.enum(['active', 'forbidden', 'deleted', 'unsupported', 'failing', 'excluded'])

export const groupStatus = z.object({
  name: z.string(),
  kind: z.enum(['logs', 'xray']),
  state: groupState,
  groupClass: z.string().nullable().describe('STANDARD, INFREQUENT_ACCESS, DELIVERY; null where it is not known'),
  storedBytes: z.number().nullable(),
  since: iso,
  completeUntil: iso.nullable(),
  lagMs: z.number().nullable(),
  ...books,
  lastRead: iso.nullable(),
  lastEvent: iso.nullable(),
  delayMs: z
    .object({ p50: z.number(), p999: z.number() })
    .nullable()
    .describe('from the time of an event to its ingestion, of the events stored; null before the first'),
  overlapMs: z.number().describe('how far back each look reaches'),
  sweeps: z
    .array(
      z.object({
        span: z.enum(['2h', '24h', '14d']),
        last: iso.nullable().describe('when the last one ended'),
        next: iso,
        running: z.boolean(),
        reached: iso.nullable().describe('of a running one: everything before has been looked through'),
      }),
    )
    .describe('looks for late events'),
  problem: pollProblem.nullable(),
})
export const groupStatusList = z.object({ items: z.array(groupStatus), cut: z.boolean() })

export const connectionTest = z.object({
  ok: z.boolean(),
  accountId: z.string().nullable(),
  checks: z.array(
    z.object({
      action: z.string().describe('logs:FilterLogEvents, …; credentials for the step before'),
      resource: z.string().nullable(),
      ok: z.boolean(),
      problem: pollProblem.nullable(),
    }),
  ),
})

export const logGroupItem = z.object({
  name: z.string(),
  groupClass: z.string(),
  storedBytes: z.number(),
  retentionDays: z.number().nullable(),
  created: iso.nullable(),
  chosen: z.boolean().describe('one of the patterns fits and none of the excluded'),
  readable: z.boolean(),
  reason: z.string().nullable().describe('why it cannot be read, and what to do'),
})
export const logGroupList = z.object({ items: z.array(logGroupItem), cut: z.boolean().describe('there are more than were listed'), storedBytes: z.number() })

export const policyAnswer = z.object({
  policy: z.record(z.string(), z.unknown()).describe('for the identity that reads: the role, else whoever runs Specter'),
  assume: z.record(z.string(), z.unknown()).nullable().describe('for whoever runs Specter, where a role is assumed'),
  trust: z.record(z.string(), z.unknown()).nullable().describe("the role's trust policy; put in the principal that runs Specter"),
  notes: z.array(z.string()),
})

export const estimateRequest = connectionDraft.extend({
  groupCount: z.number().int().min(0).max(10_000).default(0),
  bytesPerDay: z.number().min(0).max(1e15).default(0).describe('of all chosen groups together; 0 where it is not known'),
  tracesPerDay: z.number().min(0).max(1e12).default(0),
})
export const estimateAnswer = z.object({
  callsPerDay: z.object({ live: z.number(), sweeps: z.number(), listing: z.number(), total: z.number() }),
  callsPerSecondLimit: z.number(),
  /** How long one look at every group takes: the lag that many groups cost. */
  passSeconds: z.number(),
  fits: z.boolean().describe('the budget is enough for all of it'),
  monthlyUsd: z.object({ logs: z.number(), xray: z.number(), total: z.number() }),
  assumptions: z.array(z.string()),
})

export const newBackfill = z.strictObject({
  from: z.string().max(60),
  to: z.string().max(60),
  groups: z.array(groupPattern).max(500).default([]).describe('of the chosen ones; none: all'),
})
export const backfillItem = z.object({
  id: z.string(),
  from: iso,
  to: iso,
  state: z.enum(['running', 'done', 'cancelled']),
  created: iso,
  ended: iso.nullable(),
  groups: z.object({ done: z.number(), total: z.number(), failing: z.number() }),
  share: z.number().describe('of the time looked through, 0 to 1'),
  received: z.number(),
  stored: z.number(),
})
export const backfillList = z.object({ items: z.array(backfillItem) })

export type ConnectionDraft = z.infer<typeof connectionDraft>
export type NewConnection = z.infer<typeof newConnection>
export type PollProblem = z.infer<typeof pollProblem>
export type ConnectionItem = z.infer<typeof connectionItem>
export type GroupState = z.infer<typeof groupState>
export type GroupStatus = z.infer<typeof groupStatus>
export type ConnectionTest = z.infer<typeof connectionTest>
export type LogGroupItem = z.infer<typeof logGroupItem>
export type LogGroupList = z.infer<typeof logGroupList>
export type PolicyAnswer = z.infer<typeof policyAnswer>
export type EstimateRequest = z.infer<typeof estimateRequest>
export type EstimateAnswer = z.infer<typeof estimateAnswer>
export type NewBackfill = z.infer<typeof newBackfill>
export type BackfillItem = z.infer<typeof backfillItem>

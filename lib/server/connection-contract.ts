/** The part of the contract about connections to AWS; contract.ts has the rest and the meaning of a row. */
import { z } from 'zod'
import {
  backfillItem,
  backfillList,
  connectionDraft,
  connectionItem,
  connectionList,
  connectionTest,
  estimateAnswer,
  estimateRequest,
  groupStatusList,
  logGroupList,
  newBackfill,
  newConnection,
  policyAnswer,
} from '#lib/model/connection'
import type { RouteContract } from './contract'

const none = z.object({})
const ROOT = '/api/v1/connections'
const unknown = { 404: 'There is no such connection' }

export const connectionContract = {
  connections: { method: 'GET', path: ROOT, summary: 'The connections to AWS, and how far each is read', query: none, response: connectionList },
  connectionCreate: {
    method: 'POST',
    path: ROOT,
    summary: 'Connects to an account and region: its log groups are read from then on',
    description: 'Nothing is asked of AWS before this returns; the first groups are read within seconds. No credentials are taken or stored.',
    query: none,
    body: newConnection,
    response: connectionItem,
  },
  connection: { method: 'GET', path: `${ROOT}/{id}`, summary: 'One connection', query: none, response: connectionItem, also: unknown },
  connectionChange: {
    method: 'PUT',
    path: `${ROOT}/{id}`,
    summary: 'Changes a connection',
    description:
      'What was read stays. With another region, role, endpoint or filter pattern the groups are read anew from an hour ago, and what was complete begins anew.',
    query: none,
    body: connectionDraft,
    response: connectionItem,
    also: unknown,
  },
  connectionDelete: {
    method: 'DELETE',
    path: `${ROOT}/{id}`,
    summary: 'Forgets a connection; what it brought stays',
    query: none,
    response: z.object({ deleted: z.boolean() }),
    also: unknown,
  },
  connectionGroups: {
    method: 'GET',
    path: `${ROOT}/{id}/groups`,
    summary: 'The log groups of a connection: complete until when, delays, late events, sweeps, problems',
    query: none,
    response: groupStatusList,
    also: unknown,
  },
  backfills: {
    method: 'GET',
    path: `${ROOT}/{id}/backfills`,
    summary: 'Past ranges that were asked for, with their progress',
    query: none,
    response: backfillList,
  },
  backfillStart: {
    method: 'POST',
    path: `${ROOT}/{id}/backfills`,
    summary: 'Reads a past range of the groups, beside the present',
    description: '`from` and `to` are ISO 8601, epoch milliseconds, or relative (`-7d`).',
    query: none,
    body: newBackfill,
    response: backfillItem,
    also: unknown,
  },
  backfillCancel: {
    method: 'DELETE',
    path: `${ROOT}/{id}/backfills/{backfill}`,
    summary: 'Ends a backfill; what it has read stays',
    query: none,
    response: z.object({ cancelled: z.boolean() }),
    also: { 404: 'There is no such backfill that runs' },
  },
  connectionTest: {
    method: 'POST',
    path: `${ROOT}/test`,
    summary: 'Asks AWS for each thing that a connection needs, by tiny requests, and names the permission that is missing',
    description: 'A request to AWS that fails is an answer here: 200 with `ok` false.',
    query: none,
    body: connectionDraft,
    response: connectionTest,
  },
  logGroups: {
    method: 'POST',
    path: `${ROOT}/log-groups`,
    summary: 'Log groups that begin as the patterns do, or all, with their sizes',
    query: none,
    body: connectionDraft,
    response: logGroupList,
    also: { 502: 'AWS refused or did not answer; `problem` has the reason and what to do' },
  },
  connectionPolicy: {
    method: 'POST',
    path: `${ROOT}/policy`,
    summary: 'The least-privilege IAM policies for a connection',
    query: none,
    body: connectionDraft,
    response: policyAnswer,
  },
  connectionEstimate: {
    method: 'POST',
    path: `${ROOT}/estimate`,
    summary: 'How many calls a connection makes and what they cost',
    query: none,
    body: estimateRequest,
    response: estimateAnswer,
  },
} satisfies Record<string, RouteContract>

/** Live Tail of a connection's log groups: asked of AWS, masked as every line is, shown, never stored. */
import type { Pool } from 'pg'
import type { LiveTailLine } from '#lib/model/live-tail'
import { maskRecord } from '#lib/normalize/mask'
import { connectionOfRow, type ConnectionRow } from '#lib/model/poll-rows'
import type { Connection } from '#lib/model/poll'
import { SpecterError } from '#lib/server/problem'
import { problemOfAws } from '#lib/sources/aws/errors'
import { createLogsApi } from '#lib/sources/cloudwatch/client'
import { tailLogs, type TailedEvent, type TailUpdate } from '#lib/sources/live-tail/client'

/** Each costs a connection to AWS and a cent a minute. */
const SESSIONS_MAX = 4
/** Whoever still looks opens it again; one that was forgotten ends. */
const SESSION_MAX_MS = 30 * 60_000
const RETRY_AFTER_SECONDS = 30

let running = 0

export interface TailAsked {
  connectionId: bigint
  groups: string[]
  filterPattern: string | null
  signal: AbortSignal
}

/**
 * Lines for the page, from the first that AWS sends until the signal, AWS's own end, or half an hour.
 * Throws SpecterError before the first line: not-found, overloaded, upstream (with AWS's words and what to do).
 */
export async function* liveTail(pool: Pool, asked: TailAsked): AsyncGenerator<LiveTailLine> {
  const { rows } = await pool.query<ConnectionRow>('select * from aws_connection where id = $1', [asked.connectionId])
  if (!rows[0]) throw new SpecterError('not-found', 'There is no such connection')
  if (running >= SESSIONS_MAX) throw new SpecterError('overloaded', `${running} live tails are open`, { retryAfter: RETRY_AFTER_SECONDS })
  running++
  const limit = AbortSignal.timeout(SESSION_MAX_MS)
  try {
    yield* session(connectionOfRow(rows[0]), asked, limit)
    if (limit.aborted) yield { kind: 'ended', reason: 'limit', message: 'A live tail ends after 30 minutes' }
  } finally {
    running--
  }
}

async function* session(connection: Connection, asked: TailAsked, limit: AbortSignal): AsyncGenerator<LiveTailLine> {
  const signal = AbortSignal.any([asked.signal, limit])
  try {
    const groupArns = await arnsOf(connection, asked.groups)
    for await (const update of tailLogs(connection, { groupArns, filterPattern: asked.filterPattern, signal })) yield lineOf(update)
  } catch (error) {
    if (error instanceof SpecterError || signal.aborted) throw error
    const { message, advice } = problemOfAws(error, 'logs:StartLiveTail')
    throw new SpecterError('upstream', `${message}. ${advice}`, { cause: error })
  }
}

/** Live Tail takes ARNs only. The account is known after the first listing; before that AWS is asked for the group. */
async function arnsOf(connection: Connection, groups: readonly string[]): Promise<string[]> {
  const api = createLogsApi(connection)
  try {
    const arns: string[] = []
    for (const name of groups) {
      const { groups: found } = await api.describe({ prefix: name, token: null })
      const arn = found.find((group) => group.name === name)?.arn
      if (!arn) throw new SpecterError('not-found', `There is no log group ${JSON.stringify(name.slice(0, 80))} in this account and region`)
      arns.push(arn.replace(/:\*$/, ''))
    }
    return arns
  } finally {
    api.close()
  }
}

function lineOf(update: TailUpdate): LiveTailLine {
  if (update.kind !== 'events') return update
  return { kind: 'events', sampled: update.sampled, events: update.events.map(shownEvent) }
}

function shownEvent({ timeMs, logGroup, logStream, message }: TailedEvent): { time: string; logGroup: string; logStream: string; message: string } {
  const group = logGroup.replace(/^\d{12}:/, '')
  const { body } = maskRecord({ form: 'log', body: message, timeNs: BigInt(timeMs) * 1_000_000n, logGroup: group, logStream, line: 1 })
  return { time: new Date(timeMs).toISOString(), logGroup: group, logStream, message: body }
}

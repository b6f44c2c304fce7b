/**
 * Reads X-Ray for every connection that asks for it, beside the log groups and under the same lock: whose call is next, by whose budget, and
 * what an error means. What a call changes is trace-poll.ts's. One call at a time: traces are few beside log lines, and X-Ray's quotas low.
 */
import type { Pool } from 'pg'
import { msToNs, nsToIso } from '#lib/base/time'
import type { Log } from '#lib/server/log'
import { quotaKey, type AwsPlace } from '#lib/sources/aws/credentials'
import { problemOfAws } from '#lib/sources/aws/errors'
import type { TokenBucket, TokenBuckets } from '#lib/sources/aws/token-bucket'
import { createTraceReader, type TraceReader } from '#lib/sources/xray/client'
import { saveTargetState } from '#lib/store/poll-state'
import { loadTraced, type TracedConnection } from '#lib/store/trace-polls'
import type { PollClock } from './poll-clock'
import { TracePoll, TRACES_SOURCE, type TraceTurn } from './trace-poll'

export interface TracesDeps {
  pool: Pool
  clock: PollClock
  random: () => number
  buckets: TokenBuckets
  log: Log
  reader?: (place: AwsPlace) => TraceReader
}

const RELOAD_MS = 5_000
/** AWS documents no quota of these calls; other tools of the account call them too. */
const CALLS_PER_SECOND = 2
/** What is refused is asked again so often. */
const DENIED_PAUSE_MS = 300_000
const PAUSE_MS = 1_000
const PAUSE_MAX_MS = 120_000

interface Traced extends TracedConnection {
  poll: TracePoll
  reader: TraceReader
  turn: TraceTurn | null
  pausedUntilMs: number
  failures: number
}

export class TracesPoller {
  private traced: Traced[] = []
  private reloadAtMs = 0

  constructor(private readonly deps: TracesDeps) {}

  /** Reads until the signal. Rejects only where the database is away when connections are looked up. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.deps
    try {
      while (!signal.aborted) {
        const nextMs = await this.round()
        await clock.wait(nextMs, [], signal)
      }
    } finally {
      for (const { reader } of this.traced) reader.close()
    }
  }

  /** At most one call for each connection; when to look again at the latest. */
  private async round(): Promise<number> {
    const { clock } = this.deps
    if (clock.nowMs() >= this.reloadAtMs) await this.reload()
    let nextMs = this.reloadAtMs
    for (const traced of this.traced) nextMs = Math.min(nextMs, await this.serve(traced))
    return nextMs
  }

  private async reload(): Promise<void> {
    const { pool, clock, reader = createTraceReader } = this.deps
    const before = new Map(this.traced.map((traced) => [traced.targetId, traced]))
    const loaded = await loadTraced(pool, TRACES_SOURCE)
    this.traced = loaded.map((one) => {
      const known = before.get(one.targetId)
      if (known && known.connection.changedMs === one.connection.changedMs) {
        before.delete(one.targetId)
        return known
      }
      const made = reader(one.connection)
      const { targetId, sinceMs } = one
      const poll = new TracePoll({ pool, reader: made, targetId, sinceMs, nowMs: () => clock.nowMs() })
      return { ...one, poll, reader: made, turn: null, pausedUntilMs: 0, failures: 0 }
    })
    for (const gone of before.values()) gone.reader.close()
    this.reloadAtMs = clock.nowMs() + RELOAD_MS
  }

  /** One call where one is due and allowed; when the next one may be. */
  private async serve(traced: Traced): Promise<number> {
    const { clock, log } = this.deps
    if (traced.pausedUntilMs > clock.nowMs()) return traced.pausedUntilMs
    try {
      traced.turn ??= await traced.poll.next()
      const { dueMs, action } = traced.turn
      if (dueMs > clock.nowMs()) return dueMs
      const bucket = this.bucket(traced, action)
      if (!bucket.take(clock.nowMs())) return bucket.nextMs(clock.nowMs())
      traced.turn = null
      await this.call(traced, action, bucket)
    } catch (error) {
      traced.turn = null
      traced.pausedUntilMs = clock.nowMs() + this.pauseMs(traced)
      log.error({ err: error, connection: traced.connection.label }, 'a page of traces could not be stored; it is read again')
    }
    return Math.max(clock.nowMs(), traced.pausedUntilMs)
  }

  private async call(traced: Traced, action: TraceTurn['action'], bucket: TokenBucket): Promise<void> {
    const { clock, pool } = this.deps
    try {
      await traced.poll.step()
      bucket.accepted()
      traced.failures = 0
    } catch (error) {
      if (!isOfAws(error)) throw error
      const problem = problemOfAws(error, action)
      if (problem.code === 'throttled') return bucket.refused(clock.nowMs())
      if (problem.code === 'token') return
      traced.pausedUntilMs = clock.nowMs() + (problem.code === 'denied' ? DENIED_PAUSE_MS : this.pauseMs(traced))
      const time = nsToIso(msToNs(clock.nowMs()))
      await saveTargetState(pool, { id: traced.targetId, state: problem.code === 'denied' ? 'forbidden' : 'failing', problem: { ...problem, time } })
    }
  }

  private pauseMs(traced: Traced): number {
    const pause = Math.min(PAUSE_MAX_MS, PAUSE_MS * 2 ** Math.min(traced.failures++, 20))
    return Math.ceil(pause * (0.5 + this.deps.random() / 2))
  }

  private bucket({ connection }: Traced, action: TraceTurn['action']): TokenBucket {
    const { buckets, clock } = this.deps
    return buckets.of(`${quotaKey(connection, connection.accountId)}/${action}`, { ratePerSecond: CALLS_PER_SECOND, burst: 2 }, clock.nowMs())
  }
}

/** An error of the SDK or of the way to AWS; the database's have a `severity`. */
function isOfAws(error: unknown): boolean {
  const { severity, name } = error as { severity?: unknown; name?: unknown }
  return severity === undefined && name !== 'SpecterError' && !/moved on by another process/.test(String((error as Error).message))
}

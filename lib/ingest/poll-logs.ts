/**
 * Reads CloudWatch Logs for every connection: which page next, by whose budget, and what an error means for the rest. What a page is
 * and what it changes are pure (lib/model/scan.ts, poll-page.ts); what was read and how far are one commit (lib/store/poll-state.ts).
 *
 *   turn: settings changed? -> for each account and region: listing of groups, then pages while there are tokens and lanes -> wait
 *
 * Everything that is waited for comes back as a time in `turn`, so a clock that a test moves drives it like the real one.
 */
import type { Pool } from 'pg'
import { inTransaction } from '#lib/db/pool'
import { overlapMs } from '#lib/model/delays'
import type { PollTarget } from '#lib/model/poll'
import { afterPage, planPage, restartChunk, scanSettings, type Scan, type ScanContext, type ScanSettings } from '#lib/model/scan'
import type { Log } from '#lib/server/log'
import { quotaKey, type AwsPlace } from '#lib/sources/aws/credentials'
import { problemOfAws } from '#lib/sources/aws/errors'
import { callsPerSecond } from '#lib/sources/aws/quotas'
import type { TokenBucket, TokenBuckets } from '#lib/sources/aws/token-bucket'
import { Turns, type WorkClass } from '#lib/sources/aws/turns'
import { createLogsApi, type FilterPage, type LogsApi } from '#lib/sources/cloudwatch/client'
import { decodeFiltered } from '#lib/sources/cloudwatch/decode'
import { commitPage, loadChange, loadPolled, StalePage, type PageEffect } from '#lib/store/poll-state'
import { ingestPage } from './pipeline'
import type { PollClock } from './poll-clock'
import { pageEffect } from './poll-page'
import { Polled } from './polled'

export interface PollSettings {
  scan: ScanSettings
  /** How soon a change of connections is seen. */
  reloadMs: number
  /** How often groups are listed anew. */
  listMs: number
  /** Pages of an account and region at once: each is up to 1 MB, and takes most of a second. */
  lanes: number
}

export const pollSettings: PollSettings = { scan: scanSettings, reloadMs: 2_000, listMs: 300_000, lanes: 4 }

export interface PollDeps {
  pool: Pool
  clock: PollClock
  random: () => number
  buckets: TokenBuckets
  log: Log
  settings?: Partial<PollSettings>
  api?: (place: AwsPlace) => LogsApi
}

/** After an error of the store, ms; doubled up to a minute. */
const STORE_PAUSE_MS = 1_000
const STORE_PAUSE_MAX_MS = 60_000

export class LogsPoller {
  private readonly settings: PollSettings
  private readonly api: (place: AwsPlace) => LogsApi
  private polled: Polled[] = []
  private change: string | undefined
  private reloadAtMs = 0
  private storePausedUntilMs = 0
  private storeFailures = 0
  private readonly turns = new Map<string, Turns>()
  private readonly inFlight = new Set<Promise<void>>()

  constructor(private readonly deps: PollDeps) {
    this.settings = { ...pollSettings, ...deps.settings }
    this.api = deps.api ?? createLogsApi
  }

  /** Reads until the signal; pages in flight are stored then. Rejects only where the database stays away from the very first look. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.deps
    while (!signal.aborted) {
      const nextMs = await this.turn()
      await clock.wait(nextMs, [...this.inFlight], signal)
    }
    await Promise.all(this.inFlight)
    for (const polled of this.polled) polled.api.close()
  }

  /** Starts what can be started now; when to look again at the latest. */
  private async turn(): Promise<number> {
    const nowMs = this.deps.clock.nowMs()
    if (nowMs < this.storePausedUntilMs) return this.storePausedUntilMs
    if (nowMs >= this.reloadAtMs) {
      try {
        await this.reload(nowMs)
      } catch (error) {
        this.storeFailed(error)
        return this.storePausedUntilMs
      }
    }
    let nextMs = this.reloadAtMs
    for (const [quota, group] of byQuota(this.polled)) nextMs = Math.min(nextMs, this.startListings(quota, group), this.startPages(quota, group))
    return nextMs
  }

  private async reload(nowMs: number): Promise<void> {
    const change = await loadChange(this.deps.pool)
    this.reloadAtMs = nowMs + this.settings.reloadMs
    if (change === this.change) return
    // What is in flight ends under the settings that it began with.
    await Promise.all(this.inFlight)
    const before = new Map(this.polled.map((polled) => [polled.connection.id, polled]))
    this.polled = (await loadPolled(this.deps.pool)).map((loaded) => {
      const known = before.get(loaded.connection.id)
      const api = known?.isSamePlace(loaded.connection) ? known.api : this.api(loaded.connection)
      if (known && api !== known.api) known.api.close()
      before.delete(loaded.connection.id)
      return new Polled(loaded, api, this.deps, this.settings)
    })
    for (const gone of before.values()) gone.api.close()
    this.change = change
  }

  private startListings(quota: string, group: readonly Polled[]): number {
    const nowMs = this.deps.clock.nowMs()
    const bucket = this.bucket(quota, 'DescribeLogGroups')
    let nextMs = Infinity
    for (const polled of group) {
      const dueMs = polled.listingDueMs()
      if (dueMs > nowMs) nextMs = Math.min(nextMs, dueMs)
      else if (polled.skipsListing()) this.launch(polled.list(bucket))
      else if (bucket.take(nowMs)) this.launch(polled.list(bucket))
      else return Math.min(nextMs, bucket.nextMs(nowMs))
    }
    return nextMs
  }

  private startPages(quota: string, group: readonly Polled[]): number {
    const nowMs = this.deps.clock.nowMs()
    const bucket = this.bucket(quota, 'FilterLogEvents')
    const turns = this.turns.get(quota) ?? new Turns()
    this.turns.set(quota, turns)
    for (;;) {
      if (group.reduce((sum, polled) => sum + polled.busyPages, 0) >= this.settings.lanes) return Infinity
      const { waiting, nextMs } = candidates(group, nowMs)
      if (waiting.size === 0) return nextMs
      const freeMs = bucket.nextMs(nowMs)
      if (freeMs > nowMs) return freeMs
      const chosen = waiting.get(turns.next(new Set(waiting.keys())) ?? 'live')
      if (!chosen) return nextMs
      const { polled, target, scan } = chosen
      const planned = planPage(scan, this.context(target))
      if (planned.range === null) polled.setScan(planned)
      else if (bucket.take(nowMs)) this.launch(this.readPage({ polled, target, planned, bucket }))
    }
  }

  private bucket(quota: string, action: keyof typeof callsPerSecond): TokenBucket {
    const ratePerSecond = callsPerSecond[action]
    // One at once and 4 more within the second are the 5 that AWS takes.
    return this.deps.buckets.of(`${quota}/${action}`, { ratePerSecond, burst: 1 }, this.deps.clock.nowMs())
  }

  private launch(work: Promise<void>): void {
    const tracked: Promise<void> = work.catch((error: unknown) => this.storeFailed(error)).finally(() => this.inFlight.delete(tracked))
    this.inFlight.add(tracked)
  }

  private context(target: PollTarget): ScanContext {
    const { sinceMs, lastEventMs, delays } = target
    return { nowMs: this.deps.clock.nowMs(), sinceMs, lastEventMs, overlapMs: overlapMs(delays), settings: this.settings.scan }
  }

  private async readPage(work: PageWork): Promise<void> {
    const { polled, target, planned, bucket } = work
    const { range, chunk } = planned
    if (range === null || chunk === null) return
    const done = polled.begin(target.id)
    try {
      const page = await polled.api
        .filter({ group: target.name, fromMs: range.fromMs, toMs: chunk.toMs, token: chunk.token, filterPattern: polled.connection.filterPattern })
        .catch((error: unknown) => error as Error)
      if (!('events' in page)) return await this.pageFailed(work, page)
      // A token that leads to itself would be followed for ever.
      if (page.nextToken !== null && page.nextToken === chunk.token)
        return await this.pageFailed(work, new Error('the nextToken is invalid: it leads to itself'))
      bucket.accepted()
      await this.store(work, page)
      await polled.readable()
    } catch (error) {
      if (!(error instanceof StalePage)) throw error
      // Somebody else moved it: what they know is read before anything else is.
      this.change = undefined
      this.reloadAtMs = 0
    } finally {
      done()
    }
  }

  /** The page's events and what they change, in one transaction. */
  private async store({ polled, target, planned }: PageWork, page: FilterPage): Promise<void> {
    const { pool, clock } = this.deps
    const nowMs = clock.nowMs()
    const records = page.events.map((event, i) => decodeFiltered(target.name, event, { line: i + 1, nowMs }))
    let effect: PageEffect | undefined
    const settleMs = this.settings.scan.settleMs
    const effectOf = (fresh: Parameters<typeof pageEffect>[0]['fresh'], counts: { received: number; duplicate: number }): PageEffect => {
      // The target as it is at the commit: a listing may have changed it since the page was asked for.
      const current = polled.target(target.id) ?? target
      const after = afterPage(planned, page.nextToken, { ...this.context(current), nowMs })
      return pageEffect({ planned, after, target: current, fresh, ...counts, nowMs, settleMs })
    }
    if (records.length === 0) {
      effect = effectOf([], { received: 0, duplicate: 0 })
      const empty = effect
      await inTransaction(pool, (client) => commitPage(client, empty))
    } else {
      await ingestPage(
        records,
        { sourceName: target.name, sourceKind: 'cloudwatch', gzip: false },
        async (client, fresh, result) => {
          effect = effectOf(fresh, { received: records.length, duplicate: result.duplicate })
          await commitPage(client, effect)
        },
        pool,
      )
    }
    this.storeFailures = 0
    if (effect) polled.committed(effect)
  }

  private async pageFailed({ polled, target, planned, bucket }: PageWork, error: unknown): Promise<void> {
    const nowMs = this.deps.clock.nowMs()
    const problem = problemOfAws(error, 'logs:FilterLogEvents')
    if (problem.code === 'throttled') bucket.refused(nowMs)
    else if (problem.code === 'token') polled.setScan(restartChunk(planned))
    else if (isOfGroup(problem.code, problem.action)) await polled.groupFailed(target.id, planned, problem)
    else await polled.placeFailed(problem)
  }

  /** The database does not take it: the cursor stays, and everything waits. */
  private storeFailed(error: unknown): void {
    const { clock, random, log } = this.deps
    const pause = Math.min(STORE_PAUSE_MAX_MS, STORE_PAUSE_MS * 2 ** this.storeFailures++) * (0.5 + random() / 2)
    this.storePausedUntilMs = clock.nowMs() + Math.ceil(pause)
    log.error({ err: error }, 'what was read could not be stored; it is read again')
  }
}

interface PageWork {
  polled: Polled
  target: PollTarget
  planned: Scan
  bucket: TokenBucket
}

/** Whether the rest of the connection can be read all the same. */
function isOfGroup(code: string, action: string | null): boolean {
  return code === 'not-found' || code === 'unsupported-class' || code === 'invalid-request' || (code === 'denied' && action !== 'sts:AssumeRole')
}

function byQuota(polled: readonly Polled[]): Map<string, Polled[]> {
  const groups = new Map<string, Polled[]>()
  for (const one of polled) {
    const key = quotaKey(one.connection, one.connection.accountId)
    const group = groups.get(key)
    if (group) group.push(one)
    else groups.set(key, [one])
  }
  return groups
}

interface Candidate {
  polled: Polled
  target: PollTarget
  scan: Scan
}

/** Of each kind of work the reading that has waited longest; else when the next one is due. */
function candidates(group: readonly Polled[], nowMs: number): { waiting: Map<WorkClass, Candidate>; nextMs: number } {
  const waiting = new Map<WorkClass, Candidate>()
  let nextMs = Infinity
  for (const polled of group) {
    for (const { target, scan, dueMs } of polled.readings()) {
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs)
        continue
      }
      const work: WorkClass = scan.kind === 'live' ? 'live' : scan.kind.startsWith('sweep-') ? 'sweep' : 'backfill'
      const best = waiting.get(work)
      if (!best || scan.dueMs < best.scan.dueMs) waiting.set(work, { polled, target, scan })
    }
  }
  return { waiting, nextMs }
}

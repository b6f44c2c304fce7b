/** One connection while it is polled: its groups and readings in memory, as they stand in the database, and what keeps it waiting. */
import { nsToIso, msToNs } from '#lib/base/time'
import type { PollProblem } from '#lib/model/connection'
import type { Connection, PollTarget } from '#lib/model/poll'
import type { Scan, ScanSettings } from '#lib/model/scan'
import { accountOfArn } from '#lib/sources/aws/credentials'
import { problemOfAws, type AwsProblem } from '#lib/sources/aws/errors'
import type { TokenBucket } from '#lib/sources/aws/token-bucket'
import type { LogsApi } from '#lib/sources/cloudwatch/client'
import { saveConnectionState, saveTargets, saveTargetState, endReading, type PageEffect, type PolledConnection } from '#lib/store/poll-state'
import type { PollDeps } from './poll-logs'
import { beginListing, listPage, needsListing, targetChanges, type Listing } from './poll-groups'

/** A group that may not be read, or whose request AWS refuses, is tried again so often. */
const GROUP_RETRY_MS = 300_000
/** A connection that can't be reached: from a second, doubled, to two minutes. */
const PLACE_PAUSE_MS = 1_000
const PLACE_PAUSE_MAX_MS = 120_000

export class Polled {
  readonly connection: Connection
  busyPages = 0
  private readonly targets = new Map<bigint, PollTarget>()
  private readonly scans = new Map<string, Scan>()
  private readonly busy = new Set<bigint>()
  private readonly retryMs = new Map<bigint, number>()
  private listing: Listing | null = null
  private listingBusy = false
  private listAtMs = 0
  private pausedUntilMs = 0
  private failures = 0

  constructor(
    loaded: PolledConnection,
    readonly api: LogsApi,
    private readonly deps: PollDeps,
    private readonly settings: { scan: ScanSettings; listMs: number },
  ) {
    this.connection = { ...loaded.connection }
    for (const target of loaded.targets) this.targets.set(target.id, target)
    for (const scan of loaded.scans) this.setScan(scan)
  }

  isSamePlace(other: Connection): boolean {
    const { region, roleArn, externalId, endpoint } = this.connection
    return region === other.region && roleArn === other.roleArn && externalId === other.externalId && endpoint === other.endpoint
  }

  target(id: bigint): PollTarget | undefined {
    return this.targets.get(id)
  }

  setScan(scan: Scan): void {
    this.scans.set(`${scan.targetId}/${scan.kind}`, scan)
  }

  /** Readings that may be taken up, with when: one page of a group at a time. */
  *readings(): Generator<{ target: PollTarget; scan: Scan; dueMs: number }> {
    for (const scan of this.scans.values()) {
      const target = this.targets.get(scan.targetId)
      if (!target || target.kind !== 'logs' || this.busy.has(target.id) || scan.dueMs === Number.MAX_SAFE_INTEGER) continue
      if (target.state !== 'active' && target.state !== 'forbidden' && target.state !== 'failing') continue
      yield { target, scan, dueMs: Math.max(scan.dueMs, this.pausedUntilMs, this.retryMs.get(target.id) ?? 0) }
    }
  }

  /** Marks a page of the group as under way; what it gives ends that. */
  begin(targetId: bigint): () => void {
    this.busy.add(targetId)
    this.busyPages++
    return () => {
      this.busy.delete(targetId)
      this.busyPages--
    }
  }

  committed({ scan, target }: PageEffect): void {
    this.setScan({ ...scan, version: scan.version + 1n })
    this.targets.set(target.id, target)
    this.retryMs.delete(target.id)
  }

  /** The connection works. */
  async readable(): Promise<void> {
    this.failures = 0
    // A permission to list that is missing stays said until a listing succeeds.
    if (this.connection.problem !== null && this.connection.problem.action !== 'logs:DescribeLogGroups') await this.setProblem(null)
  }

  /** One group can't be read: the others go on. */
  async groupFailed(targetId: bigint, scan: Scan, problem: AwsProblem): Promise<void> {
    const target = this.targets.get(targetId)
    if (!target) return
    const { clock, random, pool } = this.deps
    const nowMs = clock.nowMs()
    const state = ({ denied: 'forbidden', 'not-found': 'deleted', 'unsupported-class': 'unsupported' } as const)[problem.code as string] ?? 'failing'
    const changed: PollTarget = { ...target, state, problem: timed(problem, nowMs) }
    this.retryMs.set(targetId, nowMs + Math.ceil(GROUP_RETRY_MS * (0.8 + random() * 0.4)))
    this.targets.set(targetId, changed)
    await saveTargetState(pool, changed)
    // Nothing will come of it any more: a backfill that waits for this group would never be done.
    if (scan.kind.startsWith('backfill-') && (state === 'deleted' || state === 'unsupported')) {
      this.scans.delete(`${targetId}/${scan.kind}`)
      await endReading(pool, scan, nowMs)
    }
  }

  /** All of it can't be read now. */
  async placeFailed(problem: AwsProblem): Promise<void> {
    const { clock, random } = this.deps
    const nowMs = clock.nowMs()
    const pause = Math.min(PLACE_PAUSE_MAX_MS, PLACE_PAUSE_MS * 2 ** Math.min(this.failures++, 20))
    this.pausedUntilMs = Math.max(this.pausedUntilMs, nowMs + Math.ceil(pause * (0.5 + random() / 2)))
    await this.setProblem(timed(problem, nowMs))
  }

  private async setProblem(problem: PollProblem | null): Promise<void> {
    this.connection.problem = problem
    await saveConnectionState(this.deps.pool, this.connection)
  }

  /** When the next call of the listing is due; Infinity while one is under way. */
  listingDueMs(): number {
    return this.listingBusy ? Infinity : Math.max(this.pausedUntilMs, this.listing ? 0 : this.listAtMs)
  }

  /** Whether there is nothing to ask for: a connection without names and patterns. */
  skipsListing(): boolean {
    return (this.listing ?? beginListing(this.connection)).prefixes.length === 0
  }

  /** One call of the listing; what it finds becomes targets once all pages are there. */
  async list(bucket: TokenBucket): Promise<void> {
    this.listingBusy = true
    const { clock } = this.deps
    try {
      this.listing ??= beginListing(this.connection)
      const listed = this.skipsListing() ? this.listing : await listPage(this.listing, this.api).catch((error: unknown) => error as Error)
      if (listed instanceof Error || !('prefixes' in listed)) return await this.listingFailed(listed, bucket)
      bucket.accepted()
      this.failures = 0
      if (listed.prefixes.length > 0) {
        this.listing = listed
        return
      }
      await this.adopt(listed.found)
      this.connection.accountId = listed.found.map((group) => accountOfArn(group.arn)).find((account) => account !== null) ?? this.connection.accountId
      this.connection.listedMs = clock.nowMs()
      await this.setProblem(null)
      this.listed()
    } finally {
      this.listingBusy = false
    }
  }

  private listed(): void {
    this.listing = null
    this.listAtMs = this.deps.clock.nowMs() + Math.ceil(this.settings.listMs * (0.9 + this.deps.random() * 0.2))
  }

  private async listingFailed(error: unknown, bucket: TokenBucket): Promise<void> {
    const nowMs = this.deps.clock.nowMs()
    const problem = problemOfAws(error, 'logs:DescribeLogGroups')
    if (problem.code === 'throttled') return bucket.refused(nowMs)
    if (problem.code === 'token') {
      this.listing = null
      return
    }
    if (problem.code !== 'denied' || problem.action === 'sts:AssumeRole') return this.placeFailed(problem)
    // Groups that are named can be read without being listed.
    await this.adopt(null)
    this.connection.problem = needsListing(this.connection) || problem.action !== 'logs:DescribeLogGroups' ? timed(problem, nowMs) : null
    await saveConnectionState(this.deps.pool, this.connection)
    this.listed()
  }

  private async adopt(found: Listing['found'] | null): Promise<void> {
    const { pool, clock } = this.deps
    const changes = targetChanges(found, { connection: this.connection, targets: this.targets, nowMs: clock.nowMs(), settings: this.settings.scan })
    await saveTargets(pool, changes.targets, changes.scans)
    for (const target of changes.targets) {
      // A page of it may have been stored while the list was written.
      const { state, problem, groupClass, storedBytes } = target
      this.targets.set(target.id, { ...(this.targets.get(target.id) ?? target), state, problem, groupClass, storedBytes })
    }
    for (const scan of changes.scans) this.setScan(scan)
  }
}

function timed(problem: AwsProblem, nowMs: number): PollProblem {
  return { ...problem, time: nsToIso(msToNs(nowMs)) }
}

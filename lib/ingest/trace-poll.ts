/**
 * X-Ray's traces, polled so that none is missed and none stays half: summaries say which traces X-Ray has taken something for, those that are
 * new or have grown are fetched, and a trace that is young or still open is fetched again until it has settled.
 *
 * One step is one call of AWS and one transaction. A page of summaries is committed as traces to fetch together with its token; what was
 * fetched is committed with the rows. So a kill at any moment repeats at most one call, and the cursor says "announced and remembered", not
 * "asked". Windows of the live reading are on the time of update, with an overlap for summaries that appear late; sweeps look through the
 * starts of the last 2 and 24 hours, for what the time of update has not shown.
 */
import type { Pool, PoolClient } from 'pg'
import { hash64 } from '#lib/base/hash'
import { msToNs, nsToIso, nsToMs } from '#lib/base/time'
import type { PollProblem } from '#lib/model/connection'
import type { TraceDocuments } from '#lib/sources/xray/decode'
import { traceRecords, traceState } from '#lib/sources/xray/decode'
import { TRACES_A_CALL, WINDOW_MAX_MS, type TraceReader } from '#lib/sources/xray/client'
import { extendCoverage } from '#lib/store/coverage'
import {
  announceTraces,
  dueTraces,
  earliestUnfetched,
  forgetTraces,
  keepTraceBooks,
  nextTraceDue,
  readTraceScans,
  settleTrace,
  writeTraceScan,
  type DueTrace,
  type TraceScan,
} from '#lib/store/trace-polls'
import { ingestPage } from './pipeline'

/** A look at what is new each minute: X-Ray itself needs tens of seconds to show a trace, and each look is priced by the traces it shows. */
const LOOK_MS = 60_000
/** How far a look reaches back over the last one: summaries appear up to that much after their time of update. */
const OVERLAP_MS = 5 * 60_000
/** Nothing younger is called complete. */
const SETTLE_MS = 60_000
/** A trace whose last time is younger than this may still get segments from elsewhere. */
const YOUNG_MS = 2 * 60_000
/** When a young or open trace is fetched again; a function that crashed leaves one open for ever, so the list ends. */
const AGAIN_MS = [30_000, 2 * 60_000, 10 * 60_000, 3_600_000, 6 * 3_600_000, 24 * 3_600_000]
/** When a trace that X-Ray announced and then did not give is asked for again: it is short of capacity, or Transaction Search keeps its traces elsewhere. */
const MISSED_MS = [5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 5 * 60_000, 10 * 60_000, 30 * 60_000, 3_600_000, 6 * 3_600_000]
/** From this many misses on, the person who runs it is told. */
const MISSES_TOLD = 5
/** A window to catch up with; a busy hour has ten thousands of traces. */
const CATCH_UP_MS = 3_600_000
const REMEMBERED_MS = 3 * 24 * 3_600_000

interface Sweep {
  kind: string
  spanMs: number
  everyMs: number
}
const SWEEPS: Sweep[] = [
  { kind: 'sweep-2h', spanMs: 2 * 3_600_000, everyMs: 3_600_000 },
  { kind: 'sweep-24h', spanMs: 24 * 3_600_000, everyMs: 12 * 3_600_000 },
]

/** The source that segments belong to, whichever door they come by. */
export const TRACES_SOURCE = 'X-Ray traces'

export interface TracePollOptions {
  pool: Pool
  reader: TraceReader
  /** Row of poll_target whose books are kept. */
  targetId: bigint
  /** The first window begins here. */
  sinceMs: number
  nowMs: () => number
}

/** What is to be done next, for whoever hands out calls. */
export interface TraceTurn {
  action: 'xray:GetTraceSummaries' | 'xray:BatchGetTraces'
  work: 'live' | 'sweep'
  /** Not before; the past where it can be done now. */
  dueMs: number
}

export class TracePoll {
  constructor(private readonly options: TracePollOptions) {}

  /** The most urgent call: traces that are announced first, since they are what a cursor has passed already. */
  async next(): Promise<TraceTurn> {
    const { pool, targetId, nowMs } = this.options
    const traces = await nextTraceDue(pool, targetId)
    const scan = earliest(await this.scans())
    const fetch: TraceTurn | null = traces === null ? null : { action: 'xray:BatchGetTraces', work: 'live', dueMs: traces }
    const look: TraceTurn = { action: 'xray:GetTraceSummaries', work: scan.kind === 'live' ? 'live' : 'sweep', dueMs: scan.dueMs }
    return fetch !== null && (fetch.dueMs <= nowMs() || fetch.dueMs <= look.dueMs) ? fetch : look
  }

  /**
   * One call and its commit. Does nothing where nothing is due. Throws what the SDK or the database throws; nothing has changed then, but
   * that a token which AWS refused is forgotten, so that its window begins again.
   */
  async step(): Promise<void> {
    const { nowMs } = this.options
    const turn = await this.next()
    if (turn.dueMs > nowMs()) return
    if (turn.action === 'xray:BatchGetTraces') await this.fetch()
    else await this.look(earliest(await this.scans()))
  }

  private scans(): Promise<TraceScan[]> {
    const { pool, targetId, sinceMs, nowMs } = this.options
    return readTraceScans(pool, targetId, ['live', ...SWEEPS.map(({ kind }) => kind)], { doneMs: sinceMs, dueMs: nowMs() })
  }

  private async look(scan: TraceScan): Promise<void> {
    const { reader, targetId, nowMs } = this.options
    const window = scan.window ?? { ...this.windowOf(scan), token: null }
    const page = await reader.summaries({ ...window, by: scan.kind === 'live' ? 'update' : 'start' }, window.token).catch(async (error: unknown) => {
      if (window.token !== null && isTokenRefusal(error)) await this.store([], (client) => writeTraceScan(client, targetId, { ...scan, window: null }))
      throw error
    })
    await this.store([], async (client) => {
      await announceTraces(client, targetId, page.items, nowMs())
      await writeTraceScan(client, targetId, page.token === null ? this.afterWindow(scan, window) : { ...scan, window: { ...window, token: page.token } })
      if (page.token === null && scan.kind === 'sweep-24h') await forgetTraces(client, targetId, nowMs() - REMEMBERED_MS)
    })
  }

  private windowOf(scan: TraceScan): { fromMs: number; toMs: number } {
    const { sinceMs, nowMs } = this.options
    const sweep = SWEEPS.find(({ kind }) => kind === scan.kind)
    if (!sweep) {
      const fromMs = Math.max(sinceMs, scan.doneMs - OVERLAP_MS)
      return { fromMs, toMs: Math.max(fromMs + 1, Math.min(nowMs(), scan.doneMs + CATCH_UP_MS)) }
    }
    // A sweep goes through its span in windows; doneMs is where the next one begins.
    const beginMs = Math.max(sinceMs, nowMs() - sweep.spanMs)
    const fromMs = scan.doneMs > beginMs && scan.doneMs < nowMs() ? scan.doneMs : beginMs
    return { fromMs, toMs: Math.max(fromMs + 1, Math.min(nowMs(), fromMs + WINDOW_MAX_MS)) }
  }

  private afterWindow(scan: TraceScan, { fromMs, toMs }: { fromMs: number; toMs: number }): TraceScan {
    const now = this.options.nowMs()
    const sweep = SWEEPS.find(({ kind }) => kind === scan.kind)
    // A call takes its time, and the window ended when it was asked for.
    const reached = toMs > now - LOOK_MS
    if (!sweep) return { ...scan, window: null, doneMs: Math.max(scan.doneMs, toMs), dueMs: reached ? now + LOOK_MS : now }
    return { ...scan, window: null, doneMs: reached ? 0 : toMs, dueMs: reached ? Math.max(fromMs, now) + sweep.everyMs : now }
  }

  private async fetch(): Promise<void> {
    const { pool, reader, targetId, nowMs } = this.options
    const due = await dueTraces(pool, targetId, nowMs(), TRACES_A_CALL)
    const { traces } = await reader.traces(due.map(({ id }) => id))
    const found = new Map(traces.map((trace) => [trace.id, trace]))
    const kept = due.some((trace) => !found.has(trace.id) && trace.misses >= MISSES_TOLD)
    await this.store(
      traces,
      async (client) => {
        for (const trace of due) await settleTrace(client, targetId, this.settled(trace, found.get(trace.id)))
      },
      kept ? notGiven(nowMs()) : null,
    )
  }

  private settled({ id, tries, misses }: DueTrace, trace: TraceDocuments | undefined): Parameters<typeof settleTrace>[2] {
    const now = this.options.nowMs()
    const wait = trace === undefined ? MISSED_MS[misses] : this.mayGrow(trace) ? AGAIN_MS[tries] : undefined
    const dueMs = wait === undefined ? null : now + wait
    if (trace === undefined) return { id, tries, misses: misses + 1, dueMs, fetchedMs: null }
    return { id, tries: tries + 1, misses: 0, dueMs, fetchedMs: now }
  }

  private mayGrow(trace: TraceDocuments): boolean {
    const { open, lastMs } = traceState(trace)
    return open || lastMs > this.options.nowMs() - YOUNG_MS
  }

  /** Rows, books and what is remembered, all or nothing. */
  private async store(traces: TraceDocuments[], remember: (client: PoolClient) => Promise<void>, problem?: PollProblem | null): Promise<void> {
    const { pool, targetId, sinceMs, nowMs } = this.options
    const records = traceRecords(traces, nowMs())
    const options = { sourceName: TRACES_SOURCE, sourceKind: 'xray', gzip: false } as const
    await ingestPage(
      records,
      options,
      async (client, fresh, result) => {
        await remember(client)
        const before = await readComplete(client, targetId)
        const times = fresh.map(({ timeNs }) => nsToMs(timeNs))
        const books = {
          received: records.length,
          stored: result.stored,
          duplicate: result.duplicate,
          late: before === null ? 0 : times.filter((ms) => ms < before).length,
          lastEventMs: times.length === 0 ? null : Math.round(Math.max(...times)),
        }
        const completeMs = await this.completeMs(client, sinceMs)
        await keepTraceBooks(client, targetId, nowMs(), { ...books, completeMs }, problem)
        if (completeMs !== null) await extendCoverage(client, { targetId, sourceId: hash64(`source:${TRACES_SOURCE}`), fromMs: sinceMs, toMs: completeMs })
      },
      pool,
    )
  }

  /** Up to where everything is stored, as far as X-Ray has told: before what is announced and not fetched yet. */
  private async completeMs(client: PoolClient, sinceMs: number): Promise<number | null> {
    const { rows } = await client.query<{ done_ms: bigint }>(`select done_ms from trace_scan where target_id = $1 and kind = 'live'`, [this.options.targetId])
    const done = rows[0] === undefined ? sinceMs : Number(rows[0].done_ms)
    const unfetched = await earliestUnfetched(client, this.options.targetId)
    const complete = Math.min(done - SETTLE_MS, unfetched ?? Number.POSITIVE_INFINITY)
    return complete > sinceMs ? complete : null
  }
}

async function readComplete(client: PoolClient, targetId: bigint): Promise<number | null> {
  const { rows } = await client.query<{ complete_ms: bigint | null }>('select complete_ms from poll_target where id = $1', [targetId])
  const complete = rows[0]?.complete_ms ?? null
  return complete === null ? null : Number(complete)
}

function notGiven(nowMs: number): PollProblem {
  return {
    code: 'aws',
    message: 'X-Ray announces traces that BatchGetTraces does not give',
    advice: 'Where Transaction Search is on, X-Ray keeps spans in the log group aws/spans: choose that group too.',
    action: null,
    time: nsToIso(msToNs(nowMs)),
  }
}

/** What is due soonest; the live reading where two are. */
function earliest(scans: TraceScan[]): TraceScan {
  const [first, ...rest] = scans.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
  if (!first) throw new Error('a target has at least its live reading')
  return rest.reduce((best, scan) => (scan.dueMs < best.dueMs ? scan : best), first)
}

function isTokenRefusal(error: unknown): boolean {
  const { name, message } = error as { name?: string; message?: string }
  return name === 'InvalidRequestException' && /token/i.test(message ?? '')
}

/**
 * How a log group is read so that nothing is lost: pure plans of which range to read next. Times are ms, ranges inclusive at both ends,
 * as FilterLogEvents takes them; what is read twice is stored once.
 *
 * The invariant: whatever had arrived by `readAtMs` and belongs to the part that a reading is about has been read. An event that arrives later
 * with a delay d has a time after readAtMs - d; so the next range begins at readAtMs less the longest delay that this reading is about,
 * however long the poller was away in between.
 *
 *             since                                     done      now
 *   live        ├──────────────────────────┬─ overlap ───┤─ new ─┤ settle
 *   sweep-2h    │                 ├────────┤
 *   sweep-24h   │        ├────────┤
 *   sweep-14d   ├────────┤
 */
export type SweepSpan = '2h' | '24h' | '14d'
export type ScanKind = 'live' | `sweep-${SweepSpan}` | `backfill-${string}`

export interface Scan {
  targetId: bigint
  kind: ScanKind
  /** Grows with each write; whoever has an older one writes nothing. */
  version: bigint
  dueMs: number
  /** Of live: everything up to here has been read once. */
  doneMs: number
  readAtMs: number
  /** What remains of the range under way, and when its reading began. */
  range: { fromMs: number; toMs: number; startedMs: number } | null
  /** The piece of it that is being paged through, from range.fromMs on. */
  chunk: { toMs: number; atMs: number; token: string | null; pages: number } | null
  widthMs: number
  received: number
  stored: number
  /** When its last range ended. */
  finishedMs: number | null
}

export interface ScanSettings {
  /** Events are left this long before they are looked for. */
  settleMs: number
  /** Between two looks at a group that is busy, and at one that is quiet. */
  busyMs: number
  quietMs: number
  /** How often each sweep is made. */
  everyMs: Record<SweepSpan, number>
}

const MINUTE = 60_000
const HOUR = 3_600_000
const DAY = 86_400_000

export const scanSettings: ScanSettings = {
  settleMs: 10_000,
  busyMs: 10_000,
  quietMs: MINUTE,
  everyMs: { '2h': 15 * MINUTE, '24h': 6 * HOUR, '14d': DAY },
}

/** How late the events are that a sweep is about. */
const SPAN_MS: Record<SweepSpan, number> = { '2h': 2 * HOUR, '24h': DAY, '14d': 14 * DAY }
export const sweepSpans: readonly SweepSpan[] = ['2h', '24h', '14d']

/** A chunk of more pages is halved for the next one, so that an expired token costs little; one of few is doubled, so that quiet groups cost few calls. */
const MANY_PAGES = 20
const FEW_PAGES = 2
const WIDTH_MIN_MS = MINUTE
const WIDTH_MAX_MS = 15 * DAY
const WIDTH_FIRST_MS = 6 * HOUR
/** A token lives for 24 hours. */
const TOKEN_LIFE_MS = 23 * HOUR

export function sweepSpanOf(kind: ScanKind): SweepSpan | null {
  return sweepSpans.find((span) => kind === `sweep-${span}`) ?? null
}

/** The readings of a group that is read from `sinceMs` on. Sweeps are spread by `share` (0 to 1), so that many groups don't sweep at once. */
export function newScans(targetId: bigint, given: { sinceMs: number; nowMs: number; share: number; settings: ScanSettings }): Scan[] {
  const { sinceMs, nowMs, share, settings } = given
  const base = { targetId, version: 0n, range: null, chunk: null, widthMs: WIDTH_FIRST_MS, received: 0, stored: 0, finishedMs: null }
  const live: Scan = { ...base, kind: 'live', dueMs: nowMs, doneMs: sinceMs, readAtMs: sinceMs }
  const sweeps = sweepSpans.map((span): Scan => ({
    ...base,
    kind: `sweep-${span}`,
    dueMs: nowMs + Math.round(settings.everyMs[span] * share),
    doneMs: 0,
    readAtMs: nowMs,
  }))
  return [live, ...sweeps]
}

/** A reading of a chosen past range, once. */
export function newBackfillScan(targetId: bigint, id: string, given: { fromMs: number; toMs: number; nowMs: number }): Scan {
  const { fromMs, toMs, nowMs } = given
  const range = { fromMs, toMs, startedMs: nowMs }
  return {
    targetId, kind: `backfill-${id}`, version: 0n, dueMs: nowMs, doneMs: fromMs, readAtMs: nowMs, range, chunk: null, widthMs: WIDTH_FIRST_MS,
    received: 0, stored: 0, finishedMs: null,
  } // prettier-ignore
}

export interface ScanContext {
  nowMs: number
  sinceMs: number
  overlapMs: number
  /** Time of the newest event of the group; null where none was seen. */
  lastEventMs: number | null
  settings: ScanSettings
}

/** The reading with its next page planned: `range` and `chunk` are set, or null where there is nothing to read now. */
export function planPage(scan: Scan, context: ScanContext): Scan {
  const { nowMs } = context
  const range = scan.range ?? nextRange(scan, context)
  if (range === null || range.toMs < range.fromMs) {
    // A sweep that has nothing to look through has looked; the live reading has not.
    return finish({ ...scan, range: null, chunk: null, readAtMs: scan.kind === 'live' ? scan.readAtMs : nowMs }, context)
  }
  const usable = scan.chunk !== null && nowMs - scan.chunk.atMs < TOKEN_LIFE_MS
  const chunk = usable ? scan.chunk : { toMs: Math.min(range.toMs, range.fromMs + scan.widthMs), atMs: nowMs, token: null, pages: 0 }
  return { ...scan, range, chunk }
}

function nextRange(scan: Scan, { nowMs, sinceMs, overlapMs, settings }: ScanContext): Scan['range'] {
  const span = sweepSpanOf(scan.kind)
  if (scan.kind === 'live') {
    // New ground is taken a width at a time, so that whoever comes back after a day moves on with every piece.
    const toMs = Math.min(nowMs - settings.settleMs, scan.doneMs + scan.widthMs)
    const fromMs = Math.max(sinceMs, Math.min(scan.doneMs, scan.readAtMs - overlapMs))
    return toMs < scan.doneMs ? null : { fromMs: Math.min(fromMs, toMs), toMs, startedMs: nowMs }
  }
  if (span === null) return null
  const youngest = { '2h': overlapMs, '24h': SPAN_MS['2h'], '14d': SPAN_MS['24h'] }[span]
  return { fromMs: Math.max(sinceMs, scan.readAtMs - SPAN_MS[span]), toMs: nowMs - youngest, startedMs: nowMs }
}

/** The reading after a page has come. `range` is null where it was the last one of its range. */
export function afterPage(scan: Scan, nextToken: string | null, context: ScanContext): Scan {
  const { range, chunk } = scan
  if (range === null || chunk === null) throw new Error(`a page of ${scan.kind} that was not planned`)
  const pages = chunk.pages + 1
  // Due now, not as before: whoever waited longer is next.
  const dueMs = context.nowMs
  if (nextToken !== null) return { ...scan, dueMs, chunk: { ...chunk, token: nextToken, pages } }
  const wider = pages > MANY_PAGES ? scan.widthMs / 2 : pages <= FEW_PAGES ? scan.widthMs * 2 : scan.widthMs
  const widthMs = Math.round(Math.min(WIDTH_MAX_MS, Math.max(WIDTH_MIN_MS, wider)))
  if (chunk.toMs < range.toMs) return { ...scan, dueMs, widthMs, range: { ...range, fromMs: chunk.toMs }, chunk: null }
  const doneMs = scan.kind === 'live' ? Math.max(scan.doneMs, range.toMs) : scan.doneMs
  return finish({ ...scan, widthMs, doneMs, readAtMs: range.startedMs, range: null, chunk: null }, context)
}

/** The chunk is read again from its start, since its token is dead. It is made smaller: a token that dies before the last page would do so again. */
export function restartChunk(scan: Scan): Scan {
  return { ...scan, widthMs: Math.max(WIDTH_MIN_MS, Math.round(scan.widthMs / 2)), chunk: null }
}

function finish(scan: Scan, { nowMs, lastEventMs, settings }: ScanContext): Scan {
  const span = sweepSpanOf(scan.kind)
  if (scan.kind === 'live') {
    const behind = scan.doneMs < nowMs - settings.settleMs - settings.busyMs
    const quiet = lastEventMs === null ? settings.quietMs : Math.min(settings.quietMs, Math.max(settings.busyMs, (nowMs - lastEventMs) / 10))
    return { ...scan, dueMs: behind ? nowMs : nowMs + Math.round(quiet), finishedMs: nowMs }
  }
  if (span === null) return { ...scan, dueMs: Number.MAX_SAFE_INTEGER, finishedMs: nowMs }
  return { ...scan, dueMs: Math.max(nowMs, scan.readAtMs + settings.everyMs[span]), finishedMs: nowMs }
}

/** What the live reading proves: complete until here, where 999 of 1,000 events come within `assuredMs`. */
export function completeUntilMs(live: Pick<Scan, 'doneMs' | 'readAtMs'>, assuredMs: number, settleMs: number): number {
  return Math.min(live.doneMs, live.readAtMs - settleMs - assuredMs)
}

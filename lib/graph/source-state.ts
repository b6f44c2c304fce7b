/** How a source does, in one word: from what it delivered and when. */
import { formatDuration } from '#lib/base/format'
import type { SourceStatus } from '#lib/model/api'

/**
 * `starting`: asked for the first time; `forbidden`, `failing`: can't be read now. `quiet`: what was sent last is some minutes old. Nobody who
 * only receives knows whether more was to come.
 */
export type SourceState = 'live' | 'starting' | 'behind' | 'forbidden' | 'failing' | 'quiet' | 'done' | 'empty'

/** Three of CloudWatch's usual five-minute delivery delays: whoever was heard within it is expected to go on. */
const HEARD_MS = 15 * 60_000
/** A source that sends by itself has gone quiet when its last event is older than this. */
export const QUIET_MS = 120_000
/** What is older than this when it arrives is an import, and late for nothing. */
const IMPORT_MS = 6 * 3_600_000
/** A group that is asked is looked at each minute when it is quiet, and a minute of delay is allowed for until its own is known. */
const POLLED_BEHIND_MS = 300_000

export function sourceState(source: Pick<SourceStatus, 'kind' | 'lagMs' | 'lastReceived' | 'lastEvent' | 'polled' | 'problem'>, nowMs: number): SourceState {
  // Whoever is asked may be silent and known all the same.
  if (source.polled) {
    if (source.problem) return source.problem
    if (source.lagMs === null) return 'starting'
    return source.lagMs > POLLED_BEHIND_MS ? 'behind' : source.lastEvent === null ? 'empty' : 'live'
  }
  if (source.lastEvent === null || source.lastReceived === null) return 'empty'
  // A file is there once and whole.
  if (source.kind === 'file' || nowMs - Date.parse(source.lastReceived) > HEARD_MS) return 'done'
  if (source.lagMs === null || source.lagMs > IMPORT_MS) return 'done'
  return source.lagMs > QUIET_MS ? 'quiet' : 'live'
}

/** A source that is expected to bring more of the present, but is not as far as it should be. */
export function isHeldUp(state: SourceState): boolean {
  return state === 'starting' || state === 'behind' || state === 'forbidden' || state === 'failing'
}

/** `cart is 6 min behind`, without a full stop. */
export function heldUpWords(source: Pick<SourceStatus, 'name' | 'lagMs'>, state: SourceState): string {
  const name = shortSourceName(source.name)
  if (state === 'forbidden') return `${name} may not be read`
  if (state === 'failing') return `${name} can’t be read at the moment`
  return state === 'starting' || source.lagMs === null ? `${name} is being read for the first time` : `${name} is ${formatDuration(source.lagMs)} behind`
}

/** `/aws/lambda/cart` is known as cart. */
export function shortSourceName(name: string): string {
  return name.startsWith('/') ? (name.split('/').at(-1) ?? name) : name
}

export interface SourceTotals {
  received: number
  stored: number
  duplicate: number
  quarantined: number
  rejected: number
  /** received = stored + duplicate + quarantined + rejected, in sum and in every row. */
  adds: boolean
}

export function totalsOf(sources: readonly SourceStatus[]): SourceTotals {
  const add = (of: (source: SourceStatus) => number) => sources.reduce((sum, source) => sum + of(source), 0)
  const adds = sources.every((s) => s.received === s.stored + s.duplicate + s.quarantined + s.rejected)
  return {
    received: add((s) => s.received),
    stored: add((s) => s.stored),
    duplicate: add((s) => s.duplicate),
    quarantined: add((s) => s.quarantined),
    rejected: add((s) => s.rejected),
    adds,
  }
}

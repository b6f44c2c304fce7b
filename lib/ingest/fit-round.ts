/**
 * Learns a model from a sealed set and puts it in force: everything waits then to be scored by it. The set is read in one snapshot and
 * fitted outside of any transaction; a kill before the last one leaves what was, and the next round begins again.
 */
import type { Pool, PoolClient } from 'pg'
import { inTransaction } from '#lib/db/pool'
import { ruleHealth } from '#lib/link/health'
import { fitModel } from '#lib/link/statistical/fit'
import { reachMs } from '#lib/link/statistical/model'
import type { CertainLink, SpanInput } from '#lib/link/statistical/types'
import { cutAnew } from '#lib/store/cells'
import { readLinking, type Linking } from '#lib/store/linking'
import { countSlots, dropOldModels, putModel, type Fitted, type ModelRow, type SealedRange } from '#lib/store/models'
import { loadServiceNames } from '#lib/store/service-names'
import { LINKER_LOCK } from './linker'
import { readWindow } from './read-window'
import { linksToJudge } from './rule-links'
import { BUDGET, chooseGrid, chooseSealed, MOST_WAITING, SLOT_NS } from './seal'
import { IDLE_MS, inSnapshot } from './snapshot'

/** Where input never pauses, growth that has waited for this long is enough; a long import is not fitted on the way too often. */
const PATIENCE_MS = 300_000
/** A model is no older than this where there is anything new: what is slow or fails today was not so yesterday. */
const OLDEST_MS = 86_400_000
/**
 * Everything is scored anew by a new model. Where that takes long, growth waits as long again, so that fits never keep the new from being scored:
 * this many events of what exceeds a sealed set are scored in a millisecond, at least.
 */
const SCORED_EACH_MS = 10

type FitState = Pick<Linking, 'waiting' | 'relinkRequested' | 'dueMs' | 'idleMs' | 'modelAgeMs' | 'events' | 'fittedEvents'>

/** Whether a model has to be fitted now: asked for, enough is new, or anything is and the model is a day old; once input pauses, as far as it does. */
export function fitIsDue(state: FitState, quietMs = IDLE_MS): boolean {
  const { waiting, relinkRequested, dueMs, idleMs, modelAgeMs, events, fittedEvents } = state
  if (relinkRequested !== null) return waiting === 0n
  const overdueMs = modelAgeMs !== null && events > fittedEvents ? modelAgeMs - OLDEST_MS : -1
  const rested = modelAgeMs === null || modelAgeMs >= Number(fittedEvents - BigInt(BUDGET)) / SCORED_EACH_MS
  if (overdueMs < 0 && (dueMs === null || !rested)) return false
  if (waiting === 0n && idleMs >= quietMs) return true
  return waiting <= MOST_WAITING && Math.max(overdueMs, dueMs ?? 0) >= PATIENCE_MS
}

interface FitOptions {
  /** How long nothing has to come for input to have ended. */
  quietMs?: number
  /** Lines that a model is learned from at most. */
  budget?: number
}

/** Fits where it is due. Returns the version of the model that is then in force, null where nothing was due or there is nothing to learn from. */
export async function fitRound(pool: Pool, { quietMs = IDLE_MS, budget = BUDGET }: FitOptions = {}): Promise<number | null> {
  const state = await readLinking(pool)
  if (!fitIsDue(state, quietMs)) return null
  const { model, fitted } = await inSnapshot(pool, async (client) => learn(client, await readLinking(client), budget))
  return inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LINKER_LOCK])
    const version = await putModel(client, model, fitted)
    await cutAnew(client, model.grid)
    await dropOldModels(client)
    return version
  })
}

async function learn(client: PoolClient, { events, segments, relinkRequested }: Linking, budget: number): Promise<{ model: ModelRow; fitted: Fitted }> {
  const ranges = chooseSealed(await countSlots(client, SLOT_NS), budget)
  const set = await readSealed(client, ranges)
  const model = fitModel(set)
  const labels = set.certain.length
  const grid = chooseGrid({ spans: set.spans.length, seconds: set.seconds }, reachMs(model))
  const row = { hash: model.hash, ranges, events: set.lines, spans: set.spans.length, labels, grid, content: model, ruleHealth: set.ruleHealth }
  return { model: row, fitted: { events, segments, relinkRequested } }
}

interface SealedSet {
  spans: SpanInput[]
  certain: CertainLink[]
  lines: number
  /** Seconds of its ranges. */
  seconds: number
  ruleHealth: ReturnType<typeof ruleHealth>
}

async function readSealed(client: PoolClient, ranges: readonly SealedRange[]): Promise<SealedSet> {
  const names = await loadServiceNames(client)
  const set: SealedSet = { spans: [], certain: [], lines: 0, seconds: 0, ruleHealth: [] }
  const seen = new Set<bigint>()
  const certain = new Map<string, CertainLink>()
  for (const { fromNs, toNs } of ranges) {
    const window = await readWindow(client, fromNs, toNs, names)
    for (const [id, { input }] of window.spans) if (!seen.has(id)) set.spans.push(input)
    for (const id of window.spans.keys()) seen.add(id)
    for (const link of window.certain) certain.set(`${link.effect} ${link.cause}`, link)
    set.lines += window.lines
    set.seconds += Number((toNs - fromNs) / 1_000_000_000n)
  }
  set.certain = [...certain.values()]
  set.ruleHealth = ruleHealth(await linksToJudge(client, [...seen]))
  return set
}

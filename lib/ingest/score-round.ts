/**
 * Scores one cell of time: the effects that start in it, with all that lies within reach around it, by the model in force. Read in one
 * snapshot, computed outside of any transaction, written in one under the linker's lock where nothing within reach has changed meanwhile.
 * So the links are a function of what is stored and of the model, in any order of arrival.
 */
import type { Pool, PoolClient } from 'pg'
import { idToHex } from '#lib/base/hash'
import { inTransaction } from '#lib/db/pool'
import type { Model } from '#lib/link/statistical/model'
import { scoreWindow } from '#lib/link/statistical/score'
import type { Link } from '#lib/model/span'
import { closeCell, marksOf, nextCell, type OpenCell } from '#lib/store/cells'
import { readGrid, readLinking } from '#lib/store/linking'
import { replaceModelLinks, type ModelLink } from '#lib/store/model-links'
import { readModelContent } from '#lib/store/models'
import { loadServiceNames } from '#lib/store/service-names'
import { LINKER_LOCK } from './linker'
import { confirmedLinks, rejectedPairs, toModelLinks, withBestBelow } from './model-link'
import { nameValues } from './name-values'
import { readWindow, type ReadWindow, type WindowSpan } from './read-window'
import { rebuildTransactions } from './relink'
import { IDLE_MS, inSnapshot } from './snapshot'

/** Tries after which a cell is left aside until the thread starts again: one that can't be scored must not hold up the others. */
const TRIES = 3

interface Scored {
  cell: OpenCell
  version: number
  /** Every span that the cell's links may stand under. */
  effects: bigint[]
  links: ModelLink[]
  events: number
}

/** Scores cell after cell. While one is written the next is read and computed: the database and this thread would wait for each other otherwise. */
export class Scoring {
  private held: { version: number; model: Model } | null = null
  private readonly failures = new Map<bigint, number>()
  private writing: { cell: bigint; done: Promise<unknown> } | null = null

  constructor(
    private readonly pool: Pool,
    private readonly idleMs = IDLE_MS,
  ) {}

  /**
   * Scores the next cell that waits and whose time is over. Returns how many events it holds; null where none is ready and all is written.
   * Throws what failed in reading it or in writing the one before; nothing of that cell is kept then.
   */
  async round(): Promise<number | null> {
    const inHand: { cell?: OpenCell } = {}
    const scored = await inSnapshot(this.pool, (client) => this.scoreNext(client, inHand)).catch((error: unknown) => {
      if (inHand.cell) this.fail(inHand.cell.startNs)
      throw error
    })
    const wrote = await this.written()
    if (!scored) return wrote ? 0 : null
    // What fails is thrown by the next round; until then nobody waits for it.
    const done = write(this.pool, scored).then(
      () => undefined,
      (error: unknown) => error ?? new Error('a cell could not be written'),
    )
    this.writing = { cell: scored.cell.startNs, done }
    return scored.events
  }

  /** Waits for the cell that is being written; false where none was. */
  private async written(): Promise<boolean> {
    const { writing } = this
    if (!writing) return false
    const error = await writing.done
    this.writing = null
    if (error === undefined) return true
    this.fail(writing.cell)
    throw error
  }

  private fail(cell: bigint): void {
    this.failures.set(cell, (this.failures.get(cell) ?? 0) + 1)
  }

  private async scoreNext(client: PoolClient, inHand: { cell?: OpenCell }): Promise<Scored | null> {
    const { modelVersion, newestNs, idleMs } = await readLinking(client)
    const { grid } = await readGrid(client)
    if (modelVersion === null || grid === null || newestNs === null) return null
    const failed = [...this.failures].filter(([, tries]) => tries >= TRIES).map(([cell]) => cell)
    const leftAside = this.writing ? [...failed, this.writing.cell] : failed
    const cell = await nextCell(client, grid, { newestNs, idle: idleMs >= this.idleMs, leftAside })
    if (!cell) return null
    inHand.cell = cell
    const model = await this.modelOf(client, modelVersion)
    const endNs = cell.startNs + grid.cellNs
    const window = await readWindow(client, cell.startNs - grid.reachNs, endNs + grid.reachNs, await loadServiceNames(client))
    const scored = scoreCell(model, window, { startNs: cell.startNs, endNs })
    return { cell, version: modelVersion, ...scored, links: await nameValues(client, window, scored.links) }
  }

  /** The model of a version, read once. */
  private async modelOf(client: PoolClient, version: number): Promise<Model> {
    if (this.held?.version !== version) this.held = { version, model: (await readModelContent(client, version)) as Model }
    return this.held.model
  }
}

async function write(pool: Pool, { cell, version, effects, links, events }: Scored): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query('select pg_advisory_xact_lock($1)', [LINKER_LOCK])
    await client.query('set local enable_seqscan = off')
    const { modelVersion } = await readLinking(client)
    // Something came within reach meanwhile, or another model: the cell waits still.
    if (modelVersion !== version || (await marksOf(client, cell.startNs)) !== cell.marks) return
    const changed = await replaceModelLinks(client, effects, links, 'scored')
    await rebuildTransactions(client, changed)
    await closeCell(client, cell, events)
  })
}

/** The links of the effects that start in a cell. */
function scoreCell(model: Model, window: ReadWindow, { startNs, endNs }: { startNs: bigint; endNs: bigint }): Omit<Scored, 'cell' | 'version'> {
  const own = new Map<string, WindowSpan>()
  for (const [id, span] of window.spans) if (span.span.startNs >= startNs && span.span.startNs < endNs) own.set(idToHex(id), span)
  const inputs = [...window.spans.values()].map((span) => span.input)
  const scored = own.size === 0 ? [] : scoreWindow(model, inputs, window.certain, rejectedPairs(window)).filter((link) => own.has(link.effect))
  const links = [...toModelLinks(model, window, scored), ...confirmedLinks(model.hash, window, own.values())]
  let events = 0
  for (const { lines } of window.spans.values()) for (const line of lines) if (line.timeNs >= startNs && line.timeNs < endNs) events++
  return { effects: [...own.values()].map(({ span }) => span.id), links: withBestBelow(distinct(links)), events }
}

/** One row a pair: of two spans whose causes stand under one silent delivery the surer one counts. */
function distinct(links: readonly ModelLink[]): ModelLink[] {
  const found = new Map<string, ModelLink>()
  for (const link of links) {
    const key = pairOf(link)
    const known = found.get(key)
    if (!known || link.confidence > known.confidence) found.set(key, link)
  }
  return [...found.values()]
}

const pairOf = ({ cause, effect }: Pick<Link, 'cause' | 'effect'>): string => `${cause}/${effect}`

/** The data sets as cases: spans, what is certain, and the truth, which only the scorer sees. */
import { existsSync } from 'node:fs'
import { idToHex } from '#lib/base/hash'
import { toSpanInput } from '#lib/link/statistical/adapt'
import { certainLinks } from '#lib/link/statistical/certain'
import type { CertainLink, SpanInput } from '#lib/link/statistical/types'
import type { TrueLink, Truth } from '#lib/evaluate/measure'
import { ndjson, readCertain, readSpans, readTruth, type Damage } from './read-lambda'
import { readSet, type ReadSet } from './read-product'

export const DATA = new URL('../../../shared/data/', import.meta.url).pathname

export interface Case {
  name: string
  spans: SpanInput[]
  certain: CertainLink[]
  truth: Truth
  events: number
}

export function haveData(): boolean {
  return existsSync(`${DATA}trainticket-a/logs.ndjson.gz`)
}

export function trainticket(set: string, name: string, labels: boolean, damage?: Damage): Case {
  const spans = readSpans(`${DATA}${set}`, damage)
  const events = spans.reduce((n, s) => n + s.lines.length, 0)
  return { name, spans, certain: labels ? readCertain(`${DATA}${set}`) : [], truth: trainticketTruth(set, spans), events }
}

/** A parent of which no line was left is passed through. */
function trainticketTruth(set: string, spans: SpanInput[]): Truth {
  const rows = readTruth(`${DATA}${set}`)
  const byId = new Map(rows.map((r) => [r.requestId, r]))
  const logged = new Set(spans.map((s) => s.id))
  const truth: Truth = { links: [], roots: [] }
  for (const row of rows) {
    if (row.sampled || !logged.has(row.requestId)) continue
    let parent = row.parent
    while (parent !== null && !logged.has(parent)) parent = byId.get(parent)?.parent ?? null
    if (parent === null) truth.roots.push({ effect: row.requestId, transaction: row.trace })
    else truth.links.push({ effect: row.requestId, causes: [parent], transaction: row.trace, level: 'timing' })
  }
  return truth
}

/** Where `npm run demo:record` writes a day of the shop with its truth. */
export const SHOP = new URL('../../demo/shop/out/', import.meta.url).pathname

export function haveShop(): boolean {
  return existsSync(`${SHOP}truth.ndjson.gz`)
}

/** A folder as ferry has it. */
export async function eventDriven(name: string, folder: string): Promise<Case> {
  const read = await readSet([`${folder}logs.ndjson.gz`, `${folder}xray.ndjson.gz`])
  return { name, spans: spansOf(read), certain: certainOf(read), truth: ferryTruth(folder, read), events: read.events }
}

function spansOf(read: ReadSet): SpanInput[] {
  const out: SpanInput[] = []
  for (const [id, lines] of read.lines) {
    const span = read.spans.get(id)
    if (!span) continue
    // What logged, not what a trace calls it: only a few of its spans are traced.
    out.push(toSpanInput(span, read.services.get(lines[0]?.serviceId ?? span.serviceId) ?? '', lines))
  }
  return out
}

function certainOf(read: ReadSet): CertainLink[] {
  const recorded = new Set([...read.spans.values()].filter((s) => s.form === 'segment').map((s) => s.traceId))
  return certainLinks(read.links, read.spans.keys(), {
    logged: (id) => read.lines.has(id),
    traced: (id) => recorded.has(read.spans.get(id)?.traceId ?? ''),
    service: (id) => String(read.spans.get(id)?.serviceId),
    name: idToHex,
  })
}

interface ExecRow {
  exec: string
  eventIds: string[]
}
interface End {
  exec: string
}
/** Rows of one `anyOf` are alternatives: one of them suffices. */
interface TruthRow {
  cause: End
  effect: End
  anyOf?: string
  evidenceLevel: string
  sampled: boolean
  root?: End
  tx?: number
}
interface TransactionRow {
  tx: number
  executions: string[]
  sampled: boolean
}

function ferryTruth(folder: string, read: ReadSet): Truth {
  const spanOf = new Map<string, string>()
  for (const row of ndjson<ExecRow>(`${folder}executions.ndjson.gz`)) {
    const span = row.eventIds.map((id) => read.spanOfEventId.get(id)).find((id) => id !== undefined)
    if (span !== undefined) spanOf.set(row.exec, idToHex(span))
  }
  const txOf = new Map<string, number>()
  const sampled = new Set<number>()
  for (const row of ndjson<TransactionRow>(`${folder}transactions.ndjson.gz`)) {
    if (row.sampled) sampled.add(row.tx)
    for (const exec of row.executions) txOf.set(exec, row.tx)
  }
  const choices = new Map<string, TrueLink>()
  const truth: Truth = { links: [], roots: [], also: [] }
  for (const row of ndjson<TruthRow>(`${folder}truth.ndjson.gz`)) {
    if (row.root) {
      const effect = spanOf.get(row.root.exec)
      if (effect && !sampled.has(row.tx ?? -1)) truth.roots.push({ effect, transaction: String(row.tx) })
      continue
    }
    const effect = spanOf.get(row.effect.exec)
    const cause = spanOf.get(row.cause.exec)
    if (!effect || !cause) continue
    const before = row.anyOf === undefined ? undefined : choices.get(row.anyOf)
    if (before) {
      before.causes.push(cause)
      continue
    }
    const link = { effect, causes: [cause], transaction: String(txOf.get(row.effect.exec)), level: row.evidenceLevel }
    if (row.anyOf !== undefined) choices.set(row.anyOf, link)
    if (row.sampled) truth.also?.push(link)
    else truth.links.push(link)
  }
  return truth
}

/** The second half of a round: from touched spans to links and transactions. */
import type { PoolClient } from 'pg'
import { groupBy, pushTo } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { linksOf } from '#lib/link/match'
import { CAUSE_ROLES, EFFECT_ROLES, isEffect } from '#lib/link/rules'
import { buildTransactions, rootsOf } from '#lib/link/transactions'
import { joinKey, spanKey } from '#lib/model/keys'
import { TRANSACTION_CONFIDENCE, type Link, type Span, type SpanRef } from '#lib/model/span'
import { deleteLinks, linkFingerprint, linksAbove, linksBelow, linksUnder, partialEffects, putLinks, putTransactions } from '#lib/store/links'
import { cellOf, markCells, stretchesOf } from '#lib/store/cells'
import { readGrid, type Grid } from '#lib/store/linking'
import { dropModelLinks } from '#lib/store/model-links'
import { loadSpans, refsOfJoins, refsOfSpans, spansOfGroups } from '#lib/store/spans'
import type { Touched } from './linker'
import { awaitedBy, unprovenLinks } from './unproven'

/** Links and transactions around what a round touched, computed from the stored refs. */
export async function relink(client: PoolClient, touched: Touched, counts: ReadonlyMap<bigint, number> = new Map()): Promise<void> {
  const { grid, demotions } = await readGrid(client)
  const changed = await linkEffects(client, touched, demotions)
  await rebuildAround(client, touched, changed)
  if (grid) await markTouched(client, grid, { touched, changed, counts })
}

/** Marks the cells whose links by a model may be others now. */
async function markTouched(
  client: PoolClient,
  grid: Grid,
  { touched, changed, counts }: { touched: Touched; changed: Set<bigint>; counts: ReadonlyMap<bigint, number> },
): Promise<void> {
  const stretches = await stretchesOf(client, [...new Set([...touched.spans.keys(), ...changed, ...touched.parted])])
  const byCell = new Map<bigint, number>()
  for (const [timeNs, n] of counts) byCell.set(cellOf(timeNs, grid), (byCell.get(cellOf(timeNs, grid)) ?? 0) + n)
  await markCells(client, grid, stretches, byCell)
}

/** The same for a stretch of time that events went from. */
export async function markAround(client: PoolClient, fromNs: bigint, toNs: bigint): Promise<void> {
  const { grid } = await readGrid(client)
  if (grid) await markCells(client, grid, [{ fromNs, toNs }], new Map())
}

/** An execution is known by its RequestId without a stored ref: its span's id says it. */
function ownRequest(span: Span): SpanRef | null {
  if (span.form !== 'execution' || span.requestId === null) return null
  const ref = { kind: 'request', role: 'self', value: span.requestId } as const
  return { ...ref, joinHash: hash64(joinKey(ref)), spanId: span.id, event: span.firstEvent ?? { timeNs: span.startNs, id: span.id } }
}

/** Computes the links of every effect that the round may have changed. Returns the spans at the ends of links that changed. */
async function linkEffects(client: PoolClient, touched: Touched, demotions: ReadonlyMap<string, number>): Promise<Set<bigint>> {
  const own = [...touched.spans.values()].flatMap((span) => ownRequest(span) ?? [])
  // Effects change when their own refs do, or when a cause appears or goes under an id that they hold.
  const joins = new Set([...touched.goneJoins, ...own.map((ref) => ref.joinHash)])
  for (const ref of touched.refs) joins.add(ref.joinHash)
  for (const span of touched.spans.values()) for (const join of awaitedBy(span)) joins.add(join)
  const sharing = await refsOfJoins(client, [...joins])
  const effects = new Set<bigint>(touched.gone)
  for (const ref of sharing) if (isEffect(ref)) effects.add(ref.spanId)
  for (const ref of own) effects.add(ref.spanId)
  const callees = await spansOfRequests(
    client,
    sharing.filter((ref) => ref.kind === 'request' && ref.role === 'called'),
  )
  for (const callee of callees) effects.add(callee.spanId)

  const gone = new Set(touched.gone)
  const effectRefs = groupBy(
    (await refsOfSpans(client, [...effects])).filter((ref) => EFFECT_ROLES.has(ref.role)),
    (ref) => ref.spanId,
  )
  // Whatever makes it an effect, an execution is also the one that its RequestId names: its links are made from all of its ids or not at all.
  const others = await loadSpans(
    client,
    [...effects].filter((id) => !touched.spans.has(id)),
  )
  for (const ref of [...own, ...[...others.values()].flatMap((span) => ownRequest(span) ?? [])]) {
    const refs = effectRefs.get(ref.spanId)
    if (!refs?.some((other) => other.joinHash === ref.joinHash && other.role === ref.role)) pushTo(effectRefs, ref.spanId, ref)
  }
  const causes = await causesOf(client, [...effectRefs.values()].flat())
  const links = [...effects].flatMap((effect) =>
    gone.has(effect) ? [] : linksOf(effect, effectRefs.get(effect) ?? [], (join) => causes.get(join) ?? [], demotions),
  )
  const caused = new Set([...gone, ...links.map((link) => link.effect)])
  const uncaused = [...effectRefs].flatMap(([effect, refs]) => {
    const delivery = touched.spans.get(effect) ?? others.get(effect)
    return delivery && !caused.has(effect) ? [{ delivery, refs }] : []
  })
  return writeLinks(client, [...effects], [...links, ...(await unprovenLinks(client, uncaused))])
}

/** Refs on the cause's side under the ids that these effects hold, by id. */
async function causesOf(client: PoolClient, effectRefs: SpanRef[]): Promise<Map<bigint, SpanRef[]>> {
  const joins = new Set(effectRefs.map((ref) => ref.joinHash))
  const stored = (await refsOfJoins(client, [...joins])).filter((ref) => CAUSE_ROLES.has(ref.role))
  const executions = await spansOfRequests(
    client,
    effectRefs.filter((ref) => ref.kind === 'request' && ref.role === 'parent'),
  )
  return groupBy([...stored, ...executions], (ref) => ref.joinHash)
}

/** The executions that run under these request ids. */
async function spansOfRequests(client: PoolClient, refs: SpanRef[]): Promise<SpanRef[]> {
  const groups = new Set(refs.map((ref) => hash64(spanKey.execution(ref.value))))
  const spans = await spansOfGroups(client, [...groups])
  return spans.flatMap((span) => ownRequest(span) ?? [])
}

async function writeLinks(client: PoolClient, effects: bigint[], links: Link[]): Promise<Set<bigint>> {
  const before = new Map((await linksUnder(client, effects)).map((link) => [`${link.cause}/${link.effect}`, link]))
  const put = links.filter((link) => before.get(`${link.cause}/${link.effect}`)?.fingerprint !== linkFingerprint(link))
  for (const link of links) before.delete(`${link.cause}/${link.effect}`)
  const removed = [...before.values()]
  await deleteLinks(client, removed)
  const replaced = await dropModelLinks(client, [
    ...new Set(put.flatMap((link) => (link.tier !== 'K' && link.confidence >= TRANSACTION_CONFIDENCE ? [link.effect] : []))),
  ])
  await putLinks(client, put)
  return new Set([...replaced, ...[...put, ...removed].flatMap((link) => [link.cause, link.effect])])
}

/** Transactions around the ends of links that changed while no span did. */
export async function rebuildTransactions(client: PoolClient, changed: Set<bigint>): Promise<void> {
  if (changed.size === 0) return
  await rebuildAround(client, { spans: new Map(), gone: [], known: new Set(), parted: new Set() }, changed)
}

/** Transactions of everything above and below what changed. */
async function rebuildAround(client: PoolClient, touched: Pick<Touched, 'spans' | 'gone' | 'known' | 'parted'>, changed: Set<bigint>): Promise<void> {
  const ends = new Set([...touched.spans.keys(), ...changed, ...touched.parted])
  // Who got what decides where the effects of a batch belong.
  const partial = new Set(await partialEffects(client, [...ends]))
  const affected = new Set([...ends, ...partial])
  for (const id of touched.gone) affected.delete(id)
  const above = await linksAbove(client, [...affected])
  const cyclic = await loadSpans(client, [...new Set(above.flatMap((link) => [link.cause, link.effect]))])
  const roots = rootsOf(affected, above, (span) => cyclic.get(span)?.startNs ?? 0n)
  const below = await linksBelow(client, [...roots])
  const members = new Set([...roots, ...below.flatMap((link) => [link.cause, link.effect])])
  const missing = [...members].filter((id) => !touched.spans.has(id))
  const spans = new Map([...touched.spans, ...(await loadSpans(client, missing))])
  const formerRoots = [...touched.gone, ...[...affected].filter((id) => !roots.has(id) && (touched.known.has(id) || changed.has(id) || partial.has(id)))]
  await putTransactions(client, formerRoots, buildTransactions(roots, spans, below))
}

/**
 * What a page draws of a transaction is not its spans but units: a span, a span with the inner steps of the same service folded into
 * it, many siblings of one shape drawn once ("× 48"), or the rest that did not fit. Traces of real services are mostly inner steps:
 * in 223 sampled ones the median is 76 spans, of which 12 cross to another service.
 */
import type { LinkItem, SpanItem, TransactionDetail } from '#lib/model/api'
import type { Tier } from '#lib/model/span'
import type { CauseNode, CauseTree } from './cause-tree'
import { mayWait } from './evidence'
import { withoutShortcuts } from './shortcuts'
import { elapsedOf, isWaiting, ROUNDING_MS, waited } from './waiting'
import { groupBy } from '#lib/base/group'

export interface Unit {
  /** The first span's id, or `missing:n`: stable while folds around it open and close. */
  id: string
  fold: 'none' | 'inner' | 'repeat' | 'rest' | 'missing'
  lead: SpanItem | null
  /** Ids of the spans that it stands for, the lead first. */
  spans: string[]
  /** For `repeat`: the first span of each of the folded subtrees; else one span. */
  heads: string[]
  missing: TransactionDetail['missing'][number] | null
  parent: string | null
  children: string[]
  depth: number
  startMs: number
  /** Null while no end is known. */
  endMs: number | null
  failed: number
}

export interface UnitLink {
  id: string
  source: string
  target: string
  links: LinkItem[]
  /** The weakest of them; null for the edge to a missing one. */
  tier: Tier | null
  confidence: number
  /** Median over its links. */
  delayMs: number | null
  /** True where the target is drawn under the source. */
  tree: boolean
  /** Something carried it, and the effect began after the cause had ended: it waited. */
  waits: boolean
}

export interface FoldedTransaction {
  units: Map<string, Unit>
  /** Causes before effects, siblings by start. */
  order: string[]
  links: UnitLink[]
  unitOfSpan: Map<string, string>
}

export interface FoldOptions {
  /** Folds that the reader opened: a unit's id for its inner steps, repeatKey(id) for its siblings, `all` for all inner steps. */
  open: ReadonlySet<string>
  missing: TransactionDetail['missing']
  /** Spans that must stay visible when something has to be cut: the critical path. */
  keep: ReadonlySet<string>
  /** A drawing above some 300 nodes is neither quick nor readable (design.md §8). */
  limit?: number
}

/** As few as this many equal siblings fold when the whole fits; two when it does not. Fewer than five are read faster than unfolded. */
const MIN_REPEAT = 5

/**
 * An inner step: it runs on the same service within the time of its cause, and nothing carried it there. Executions that X-Ray nests
 * this way are steps too: a handler that is traced by itself keeps the request id of the call.
 */
function isInner(tree: CauseTree, id: string): boolean {
  const node = tree.nodes.get(id)
  const parent = node?.parent ? tree.nodes.get(node.parent) : undefined
  if (!node?.cause || !parent || node.cause.tier !== 'A' || node.span.service !== parent.span.service) return false
  if (node.span.form === 'delivery' || isWaiting(node.span) || mayWait(node.cause)) return false
  const whole = (one: CauseNode) => one.span.form === 'execution' || one.span.form === 'request'
  if (!whole(node) || !whole(parent)) return true
  return node.startMs >= parent.startMs - ROUNDING_MS && (node.endMs ?? node.startMs) <= (parent.endMs ?? Infinity) + ROUNDING_MS
}

function newUnit(id: string, span: SpanItem, node: { startMs: number; endMs: number | null }): Unit {
  return {
    id,
    fold: 'none',
    lead: span,
    spans: [id],
    heads: [id],
    missing: null,
    parent: null,
    children: [],
    depth: 0,
    startMs: node.startMs,
    endMs: node.endMs,
    failed: span.status === 'error' ? 1 : 0,
  }
}

function absorb(unit: Unit, other: { startMs: number; endMs: number | null }): void {
  unit.startMs = Math.min(unit.startMs, other.startMs)
  unit.endMs = unit.endMs === null || other.endMs === null ? null : Math.max(unit.endMs, other.endMs)
}

function foldInner(tree: CauseTree, open: ReadonlySet<string>): { units: Map<string, Unit>; unitOfSpan: Map<string, string> } {
  const units = new Map<string, Unit>()
  const unitOfSpan = new Map<string, string>()
  /** The unit that a span would fold into if nothing were open: what `open` names. */
  const home = new Map<string, string>()
  for (const id of tree.order) {
    const node = tree.nodes.get(id)
    if (!node) continue
    const inner = isInner(tree, id)
    const homeId = (inner && node.parent && home.get(node.parent)) || id
    home.set(id, homeId)
    const parentUnit = node.parent ? unitOfSpan.get(node.parent) : undefined
    const into = parentUnit === undefined ? undefined : units.get(parentUnit)
    if (inner && into && !open.has(homeId) && !open.has('all')) {
      into.spans.push(id)
      into.fold = 'inner'
      if (node.span.status === 'error') into.failed = 1
      absorb(into, { startMs: into.startMs, endMs: node.endMs ?? into.endMs })
      unitOfSpan.set(id, into.id)
      continue
    }
    const unit = newUnit(id, node.span, node)
    unit.parent = into?.id ?? null
    into?.children.push(id)
    units.set(id, unit)
    unitOfSpan.set(id, id)
  }
  return { units, unitOfSpan }
}

/** What `open` calls a fold of siblings whose first is `id`; the bare id is the fold of its inner steps. */
export const repeatKey = (id: string): string => `${id}*`

/** What a click on a unit's fold opens or closes; null where it has none. */
export function foldKeyOf(unit: Unit, open: ReadonlySet<string>): string | null {
  if (unit.fold === 'inner') return unit.id
  if (unit.fold === 'repeat') return repeatKey(unit.id)
  return [unit.id, repeatKey(unit.id)].find((key) => open.has(key)) ?? null
}

/** How many spans open when it opens. */
export const foldedCount = (unit: Unit): number => (unit.fold === 'repeat' ? unit.heads.length : unit.spans.length - 1)

/** Numbers in names are mostly ids: `GET /orders/17` and `/orders/18` have one shape. */
const shapeName = (name: string): string => name.replace(/[0-9a-f]{8,}|\d+/gi, '#')

/** One number per shape of subtree; equal shapes have equal numbers. */
function signatures(units: Map<string, Unit>): Map<string, number> {
  const known = new Map<string, number>()
  const result = new Map<string, number>()
  // Insertion order has causes first, so the reverse sees children before their parents.
  for (const unit of [...units.values()].toReversed()) {
    const below = unit.children.map((id) => result.get(id) ?? -1).sort((a, b) => a - b)
    const text = `${unit.lead?.service}|${unit.lead?.kind}|${shapeName(unit.lead?.name ?? '')}|${below.join(',')}`
    const number = known.get(text) ?? known.size
    known.set(text, number)
    result.set(unit.id, number)
  }
  return result
}

class RepeatFolder {
  private readonly shape: Map<string, number>
  constructor(
    private readonly units: Map<string, Unit>,
    private readonly unitOfSpan: Map<string, string>,
    private readonly open: ReadonlySet<string>,
    private readonly least: number,
  ) {
    this.shape = signatures(units)
  }

  run(roots: string[]): void {
    const stack = [...roots]
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      const unit = this.units.get(id)
      if (!unit) continue
      const groups = groupBy(unit.children, (child) => this.shape.get(child) ?? -1)
      const folded = [...groups.values()].filter((group) => group.length >= this.least && !this.open.has(repeatKey(group[0] ?? '')))
      for (const [first, ...rest] of folded) if (first !== undefined) this.merge(first, rest)
      stack.push(...unit.children)
    }
  }

  /** Draws the subtrees of `others` in that of `first`, node by node: they have the same shape. */
  private merge(first: string, others: string[]): void {
    const pairs: [string, string[]][] = [[first, others]]
    this.drop(first, others)
    for (let pair = pairs.pop(); pair; pair = pairs.pop()) {
      const into = this.units.get(pair[0])
      if (!into) continue
      into.fold = 'repeat'
      const lists = pair[1].map((id) => this.inShapeOrder(this.units.get(id)?.children ?? []))
      const own = this.inShapeOrder(into.children)
      for (const id of pair[1]) this.take(into, id)
      own.forEach((child, i) => pairs.push([child, lists.flatMap((list) => list[i] ?? [])]))
    }
  }

  private inShapeOrder(ids: string[]): string[] {
    return [...ids].sort((a, b) => (this.shape.get(a) ?? 0) - (this.shape.get(b) ?? 0))
  }

  private drop(first: string, others: string[]): void {
    const parent = this.units.get(this.units.get(first)?.parent ?? '')
    const gone = new Set(others)
    if (parent) parent.children = parent.children.filter((id) => !gone.has(id))
  }

  private take(into: Unit, id: string): void {
    const unit = this.units.get(id)
    if (!unit) return
    into.heads.push(...unit.heads)
    into.spans.push(...unit.spans)
    into.failed += unit.failed
    absorb(into, unit)
    for (const span of unit.spans) this.unitOfSpan.set(span, into.id)
    this.units.delete(id)
  }
}

/** Units to keep when there are too many: the critical path, what failed, then what is nearest the root; always with their causes. */
function chooseKept(units: Map<string, Unit>, keep: ReadonlySet<string>, count: number): Set<string> {
  const weight = (unit: Unit): number => (unit.spans.some((id) => keep.has(id)) ? 0 : 2) + (unit.failed > 0 ? 0 : 1)
  const ranked = [...units.values()].sort((a, b) => weight(a) - weight(b) || a.depth - b.depth || a.startMs - b.startMs)
  const kept = new Set<string>()
  for (const unit of ranked) {
    const chain: string[] = []
    for (let at: Unit | undefined = unit; at && !kept.has(at.id); at = units.get(at.parent ?? '')) chain.push(at.id)
    if (kept.size + chain.length <= count) for (const id of chain) kept.add(id)
  }
  return kept
}

/** Puts every unit that is not kept into one unit "the rest" under its nearest kept cause. */
function foldRest(units: Map<string, Unit>, order: string[], unitOfSpan: Map<string, string>, kept: Set<string>): void {
  const anchorOf = new Map<string, string | null>()
  const restOf = new Map<string | null, Unit>()
  for (const id of order) {
    const unit = units.get(id)
    if (!unit || kept.has(id)) continue
    const anchor = unit.parent === null || kept.has(unit.parent) ? unit.parent : (anchorOf.get(unit.parent) ?? null)
    anchorOf.set(id, anchor)
    const rest = restOf.get(anchor)
    if (!rest) {
      unit.fold = 'rest'
      unit.parent = anchor
      restOf.set(anchor, unit)
      units.get(anchor ?? '')?.children.push(id)
      continue
    }
    rest.spans.push(...unit.spans)
    rest.heads.push(...unit.heads)
    rest.failed += unit.failed
    absorb(rest, unit)
    for (const span of unit.spans) unitOfSpan.set(span, rest.id)
    units.delete(id)
  }
  for (const unit of units.values()) unit.children = unit.fold === 'rest' ? [] : [...new Set(unit.children)].filter((id) => units.get(id)?.parent === unit.id)
}

const WEAKER: Record<Tier, number> = { A: 0, B: 1, C: 2, K: 3 }

function median(values: number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? null
}

function unitLinks(links: LinkItem[], tree: CauseTree, units: Map<string, Unit>, unitOfSpan: Map<string, string>): UnitLink[] {
  const grouped = new Map<string, UnitLink>()
  for (const link of links) {
    const source = unitOfSpan.get(link.cause.spanId)
    const target = unitOfSpan.get(link.effect.spanId)
    if (link.tier === 'K' || source === undefined || target === undefined || source === target) continue
    const id = `${source}>${target}`
    const seen = grouped.get(id)
    if (!seen) {
      const isTree = units.get(target)?.parent === source
      grouped.set(id, {
        id,
        source,
        target,
        links: [link],
        tier: link.tier,
        confidence: link.confidence,
        delayMs: link.delayMs,
        tree: isTree,
        waits: waited(link, tree),
      })
      continue
    }
    seen.links.push(link)
    if (seen.tier === null || WEAKER[link.tier] > WEAKER[seen.tier]) seen.tier = link.tier
    seen.waits ||= waited(link, tree)
    seen.confidence = Math.min(seen.confidence, link.confidence)
  }
  for (const link of grouped.values()) link.delayMs = median(link.links.flatMap((one) => elapsedOf(one, tree).ms ?? []))
  return [...grouped.values()]
}

/** Adds what should be there and is not: an effect after its cause, or a cause before what it should have caused. */
function addMissing(units: Map<string, Unit>, unitOfSpan: Map<string, string>, missing: FoldOptions['missing']): UnitLink[] {
  return missing.flatMap((one, i) => {
    const near = units.get(unitOfSpan.get(one.nearSpanId) ?? '')
    if (!near || near.fold === 'rest') return []
    const id = `missing:${i}`
    const effect = one.side === 'effect'
    const at = effect ? (near.endMs ?? near.startMs) : near.startMs
    const ghost: Unit = {
      id,
      fold: 'missing',
      lead: null,
      spans: [],
      heads: [],
      missing: one,
      parent: effect ? near.id : null,
      children: [],
      depth: 0,
      startMs: at,
      endMs: null,
      failed: 0,
    }
    units.set(id, ghost)
    const first = !effect && near.parent === null
    if (effect) near.children.push(id)
    else if (first) {
      ghost.children.push(near.id)
      near.parent = id
    }
    const [source, target] = effect ? [near.id, id] : [id, near.id]
    return [{ id: `${source}>${target}`, source, target, links: [], tier: null, confidence: 1, delayMs: null, tree: effect || first, waits: false }]
  })
}

function causalOrder(units: Map<string, Unit>): string[] {
  const byStart = (a: string, b: string) => (units.get(a)?.startMs ?? 0) - (units.get(b)?.startMs ?? 0) || (a < b ? -1 : 1)
  const order: string[] = []
  const stack = [...units.values()]
    .filter((unit) => unit.parent === null)
    .map((unit) => unit.id)
    .sort(byStart)
    .reverse()
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    order.push(id)
    const unit = units.get(id)
    if (!unit) continue
    unit.depth = unit.parent === null ? 0 : (units.get(unit.parent)?.depth ?? 0) + 1
    stack.push(...unit.children.toSorted(byStart).reverse())
  }
  return order
}

/**
 * Folds a tree of spans into at most `limit` units (300 unless told). Every span stands in exactly one unit; what `open` names is
 * not folded as long as the limit allows.
 */
export function foldTransaction(tree: CauseTree, links: LinkItem[], options: FoldOptions): FoldedTransaction {
  const limit = options.limit ?? 300
  const { units, unitOfSpan } = foldInner(tree, options.open)
  const roots = [...units.values()].filter((unit) => unit.parent === null).map((unit) => unit.id)
  new RepeatFolder(units, unitOfSpan, options.open, units.size > limit ? 2 : MIN_REPEAT).run(roots)
  const room = limit - options.missing.length
  for (const count of [room, room * 0.8, room * 0.5]) {
    if (units.size <= room) break
    foldRest(units, causalOrder(units), unitOfSpan, chooseKept(units, options.keep, Math.floor(count)))
  }
  const ghosts = addMissing(units, unitOfSpan, options.missing)
  const order = causalOrder(units)
  for (const unit of units.values()) unit.children.sort((a, b) => order.indexOf(a) - order.indexOf(b))
  return { units, order, links: [...withoutShortcuts(unitLinks(links, tree, units, unitOfSpan), units), ...ghosts], unitOfSpan }
}

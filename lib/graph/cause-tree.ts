/**
 * A transaction is a graph: a span may have several causes. Lists, timelines and layouts need one place for each span, so this
 * gives every span its nearest proven cause as parent and keeps the other causes beside it.
 *
 *   links  a->b 1.0   a->c 0.97   b->c 1.0        tree  a
 *                                                       `- b
 *                                                          `- c   (also caused by a)
 */
import type { LinkItem, SpanItem } from '#lib/model/api'

export interface CauseNode {
  span: SpanItem
  /** Milliseconds from the start of the transaction's root; negative where a clock is behind the root's. */
  startMs: number
  /** Null while no end is known. */
  endMs: number | null
  parent: string | null
  /** The link from the parent. */
  cause: LinkItem | null
  otherCauses: LinkItem[]
  children: string[]
  depth: number
}

export interface CauseTree {
  roots: string[]
  /** By span id. */
  nodes: Map<string, CauseNode>
  /** Every span id, causes before effects, siblings by start: the order of rows. */
  order: string[]
}

const byConfidence = (starts: Map<string, number>) => (a: LinkItem, b: LinkItem) =>
  b.confidence - a.confidence || (starts.get(b.cause.spanId) ?? 0) - (starts.get(a.cause.spanId) ?? 0) || (a.cause.spanId < b.cause.spanId ? -1 : 1)

function offsets(spans: SpanItem[], originNs: bigint): Map<string, CauseNode> {
  const nodes = new Map<string, CauseNode>()
  for (const span of spans) {
    nodes.set(span.id, {
      span,
      startMs: Number(BigInt(span.startNs) - originNs) / 1e6,
      endMs: span.endNs === null ? null : Number(BigInt(span.endNs) - originNs) / 1e6,
      parent: null,
      cause: null,
      otherCauses: [],
      children: [],
      depth: 0,
    })
  }
  return nodes
}

/** True where making `parent` the parent of `child` would close a circle. */
function closesCircle(nodes: Map<string, CauseNode>, child: string, parent: string): boolean {
  for (let at: string | null = parent; at !== null; at = nodes.get(at)?.parent ?? null) if (at === child) return true
  return false
}

function chooseParents(nodes: Map<string, CauseNode>, links: LinkItem[]): void {
  const starts = new Map([...nodes].map(([id, node]) => [id, node.startMs]))
  const causes = new Map<string, LinkItem[]>()
  for (const link of links) {
    if (link.tier === 'K' || !nodes.has(link.cause.spanId) || !nodes.has(link.effect.spanId)) continue
    const list = causes.get(link.effect.spanId)
    if (list) list.push(link)
    else causes.set(link.effect.spanId, [link])
  }
  for (const [effect, list] of causes) {
    const node = nodes.get(effect)
    if (!node) continue
    for (const link of list.sort(byConfidence(starts))) {
      const parent = node.cause ? undefined : nodes.get(link.cause.spanId)
      if (!parent || closesCircle(nodes, effect, link.cause.spanId)) {
        node.otherCauses.push(link)
        continue
      }
      node.cause = link
      node.parent = link.cause.spanId
      parent.children.push(effect)
    }
  }
}

/**
 * Spans and links of one transaction as a tree in causal order. Links of tier K, and links to spans that are not given, are left
 * out. Never throws on circles: the weakest link of one only counts as another cause.
 * `originNs` is what offsets are measured from: the start of the root.
 */
export function causeTree(spans: SpanItem[], links: LinkItem[], originNs: bigint): CauseTree {
  const nodes = offsets(spans, originNs)
  chooseParents(nodes, links)
  const byStart = (a: string, b: string) => (nodes.get(a)?.startMs ?? 0) - (nodes.get(b)?.startMs ?? 0) || (a < b ? -1 : 1)
  const roots = [...nodes]
    .filter(([, node]) => node.parent === null)
    .map(([id]) => id)
    .sort(byStart)
  const order: string[] = []
  // A stack, not recursion: a chain of 50,000 spans is rare but real.
  const stack = [...roots].reverse()
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    order.push(id)
    const node = nodes.get(id)
    if (!node) continue
    node.children.sort(byStart)
    for (const child of node.children.toReversed()) {
      const below = nodes.get(child)
      if (below) below.depth = node.depth + 1
      stack.push(child)
    }
  }
  return { roots, nodes, order }
}

/**
 * Transactions from spans and links: a root and all that it caused. A graph, not a tree: a batch of ten messages belongs to ten.
 * A cycle without an entry gets its earliest span as root, so that every span belongs to something and walks end.
 */
import { groupBy, pushTo } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { transactionKey } from '#lib/model/keys'
import type { LinkEnds, Span, Transaction } from '#lib/model/span'

/**
 * The roots above the given spans.
 * @param links all links at or above TRANSACTION_CONFIDENCE between these spans and their ancestors
 * @param startOf start of a span, to choose the root of a cycle
 */
export function rootsOf(spans: Iterable<bigint>, links: readonly LinkEnds[], startOf: (span: bigint) => bigint): Set<bigint> {
  const causes = new Map<bigint, bigint[]>()
  for (const link of links) pushTo(causes, link.effect, link.cause)
  const roots = new Set<bigint>()
  for (const span of spans) {
    if (!causes.has(span)) {
      roots.add(span)
      continue
    }
    const ancestors = reach(span, causes)
    const found = [...ancestors].filter((ancestor) => !causes.has(ancestor))
    if (found.length > 0) for (const root of found) roots.add(root)
    else roots.add(earliest(innermostCycle(ancestors, causes), startOf))
  }
  return roots
}

/** The ancestors that are their own ancestors and have no ancestors outside: where a cycle without entry begins. */
function innermostCycle(ancestors: Set<bigint>, causes: Map<bigint, bigint[]>): Set<bigint> {
  let smallest = ancestors
  for (const ancestor of ancestors) {
    const above = reach(ancestor, causes)
    if (above.size < smallest.size) smallest = above
  }
  return smallest
}

function earliest(spans: Set<bigint>, startOf: (span: bigint) => bigint): bigint {
  return [...spans].reduce((a, b) => {
    const left = startOf(a)
    const right = startOf(b)
    return left < right || (left === right && a < b) ? a : b
  })
}

/** The start and everything that `next` leads to. */
function reach(start: bigint, next: Map<bigint, bigint[]>): Set<bigint> {
  const seen = new Set([start])
  const open = [start]
  for (let span = open.pop(); span !== undefined; span = open.pop()) {
    for (const other of next.get(span) ?? []) {
      if (seen.has(other)) continue
      seen.add(other)
      open.push(other)
    }
  }
  return seen
}

/** One transaction a root. `spans` and `links` hold at least everything below the roots. */
export function buildTransactions(roots: Iterable<bigint>, spans: ReadonlyMap<bigint, Span>, links: readonly LinkEnds[]): Transaction[] {
  const effects = groupBy(links, (link) => link.cause)
  const below = new Map([...effects].map(([cause, list]) => [cause, list.map((link) => link.effect)]))
  const transactions: Transaction[] = []
  for (const rootId of roots) {
    const root = spans.get(rootId)
    if (!root) continue
    const members = [...reach(rootId, below)].flatMap((id) => spans.get(id) ?? [])
    const inside = members.flatMap((member) => effects.get(member.id) ?? [])
    transactions.push(buildTransaction(root, members, inside))
  }
  return transactions
}

function buildTransaction(root: Span, members: Span[], links: readonly LinkEnds[]): Transaction {
  const { failed, retried } = outcomeOf(members)
  const ends = members.flatMap((span) => (span.endNs === null ? [] : [span.endNs]))
  const outcome = members.map((span) => span.attributes['outcome']).find((value) => typeof value === 'string')
  return {
    id: hash64(transactionKey(root.id)),
    rootSpan: root.id,
    startNs: root.startNs,
    endNs: ends.length === 0 ? null : ends.reduce((a, b) => (a > b ? a : b)),
    failed,
    open: members.some((span) => span.open),
    retried,
    name: root.name,
    outcome: outcome === undefined ? null : String(outcome),
    serviceIds: [...new Set(members.map((span) => span.serviceId))].sort((a, b) => (a < b ? -1 : 1)),
    spanCount: members.length,
    eventCount: members.reduce((sum, span) => sum + span.eventCount, 0),
    confidence: links.reduce((low, link) => Math.min(low, link.confidence), 1),
    spans: members.map((span) => ({ id: span.id, shared: false })),
  }
}

/** An attempt that failed and was made good by a later one of the same request leaves the transaction ok, marked retried. */
function outcomeOf(members: readonly Span[]): { failed: boolean; retried: boolean } {
  const groups = groupBy(members, (span) => span.groupId)
  let failed = false
  let retried = false
  for (const attempts of groups.values()) {
    const last = attempts.reduce((a, b) => (a.startNs > b.startNs || (a.startNs === b.startNs && a.id > b.id) ? a : b))
    if (last.status === 'error') failed = true
    else if (attempts.some((attempt) => attempt.status === 'error')) retried = true
  }
  return { failed, retried }
}

/**
 * Transactions from spans and links: a root and all that it caused. A graph, not a tree: a batch of ten messages belongs to ten.
 * A cycle without an entry gets its earliest span as root, so that every span belongs to something and walks end.
 */
import { groupBy } from '#lib/base/group'
import { hash64 } from '#lib/base/hash'
import { transactionKey } from '#lib/model/keys'
import type { LinkEnds, Span, Transaction } from '#lib/model/span'

/**
 * The roots above the given spans.
 * @param links all links at or above TRANSACTION_CONFIDENCE between these spans and their ancestors
 * @param startOf start of a span, to choose the root of a cycle
 */
export function rootsOf(spans: Iterable<bigint>, links: readonly LinkEnds[], startOf: (span: bigint) => bigint): Set<bigint> {
  const causes = groupBy(links, (link) => link.effect)
  const roots = new Set<bigint>()
  for (const span of spans) {
    const found = topsOf(span, causes)
    if (found.length > 0) for (const root of found) roots.add(root)
    else roots.add(earliest(innermostCycle(span, causes), startOf))
  }
  return roots
}

/** True where a walk that came to the link's cause by `entry` goes on by the link: not where it stands for other messages only. */
function leadsOn(entry: LinkEnds, link: LinkEnds): boolean {
  const { joins = [] } = entry
  return joins.length === 0 || joins.some((join) => !link.notFor?.includes(join))
}

/** The ends of all ways up from a span. What nothing that reached its cause stands for begins where it is: its own message is missing. */
function topsOf(span: bigint, causes: ReadonlyMap<bigint, LinkEnds[]>): bigint[] {
  const tops = new Set<bigint>()
  const seen = new Set<LinkEnds>()
  const open: LinkEnds[] = []
  const climb = (from: bigint, links: readonly LinkEnds[]): void => {
    const passable = links.filter((link) => entriesOf(link, causes) !== 'others')
    if (passable.length === 0) tops.add(from)
    open.push(...passable)
  }
  climb(span, causes.get(span) ?? [])
  for (let link = open.pop(); link !== undefined; link = open.pop()) {
    if (seen.has(link)) continue
    seen.add(link)
    const entries = entriesOf(link, causes)
    if (entries !== 'others') climb(link.cause, entries)
  }
  return [...tops]
}

/** How the link's cause was reached, as far as that leads on by the link; `others` where it was reached for other messages only. */
function entriesOf(link: LinkEnds, causes: ReadonlyMap<bigint, LinkEnds[]>): readonly LinkEnds[] | 'others' {
  const all = causes.get(link.cause) ?? []
  const entries = all.filter((entry) => leadsOn(entry, link))
  return all.length > 0 && entries.length === 0 ? 'others' : entries
}

/** The ancestors that are their own ancestors and have no ancestors outside: where a cycle without entry begins. */
function innermostCycle(span: bigint, links: ReadonlyMap<bigint, LinkEnds[]>): Set<bigint> {
  const causes = new Map([...links].map(([effect, list]) => [effect, list.map((link) => link.cause)]))
  const ancestors = reach(span, causes)
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
  const transactions: Transaction[] = []
  for (const rootId of roots) {
    const root = spans.get(rootId)
    if (!root) continue
    const inside = linksFrom(rootId, effects)
    const members = [...new Set([rootId, ...[...inside].map((link) => link.effect)])].flatMap((id) => spans.get(id) ?? [])
    transactions.push(buildTransaction(root, members, [...inside]))
  }
  return transactions
}

/** The links of every way down from a root; what an execution did for one message is not on the way of another. */
function linksFrom(root: bigint, effects: ReadonlyMap<bigint, LinkEnds[]>): Set<LinkEnds> {
  const followed = new Set(effects.get(root) ?? [])
  const open = [...followed]
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    for (const link of effects.get(entry.effect) ?? []) {
      if (followed.has(link) || !leadsOn(entry, link)) continue
      followed.add(link)
      open.push(link)
    }
  }
  return followed
}

function buildTransaction(root: Span, members: Span[], links: readonly LinkEnds[]): Transaction {
  const { failed, retried } = outcomeOf(members, links)
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

/**
 * An attempt that failed and was made good by a later one leaves the transaction ok, marked retried: with what it did before it failed.
 * Attempts are the runs of one RequestId, and the receipts of one message by one service.
 */
function outcomeOf(members: readonly Span[], links: readonly LinkEnds[]): { failed: boolean; retried: boolean } {
  if (!members.some((span) => span.status === 'error')) return { failed: false, retried: false }
  const effects = groupBy(links, (link) => link.cause)
  const next = new Map([...effects].map(([cause, list]) => [cause, list.map((link) => link.effect)]))
  const errors = new Set(members.flatMap((span) => (span.status === 'error' ? [span.id] : [])))
  const failedBelow = (span: Span): bigint[] => [...reach(span.id, next)].filter((id) => errors.has(id))
  const forgiven = new Set<bigint>()
  for (const attempts of attemptsOf(members, links)) {
    const [last, ...earlier] = [...attempts].sort(latestFirst)
    if (!last || failedBelow(last).length > 0) continue
    for (const attempt of earlier) for (const id of failedBelow(attempt)) forgiven.add(id)
  }
  return { failed: [...errors].some((id) => !forgiven.has(id)), retried: forgiven.size > 0 }
}

/** By the count of receipts, which all begin when the message was sent; else by start. */
function latestFirst(a: Span, b: Span): number {
  const [left, right] = [a, b].map((span) => Number(span.attributes['attempt'] ?? 1)) as [number, number]
  if (left !== right) return right - left
  return a.startNs !== b.startNs ? (a.startNs > b.startNs ? -1 : 1) : a.id > b.id ? -1 : 1
}

/** Spans that are attempts at the same thing, several each. */
function attemptsOf(members: readonly Span[], links: readonly LinkEnds[]): Span[][] {
  const byId = new Map(members.map((span) => [span.id, span]))
  const receipts = new Map<string, Set<Span>>()
  for (const link of links) {
    const effect = byId.get(link.effect)
    // Two calls of one service are no attempts at one thing, two receipts of one message are.
    if (!effect || link.kind !== 'sends') continue
    for (const join of link.joins ?? []) {
      const key = `${join}/${effect.serviceId}`
      receipts.set(key, (receipts.get(key) ?? new Set()).add(effect))
    }
  }
  const runs = groupBy(members, (span) => span.groupId)
  return [...runs.values(), ...[...receipts.values()].map((spans) => [...spans])].filter((attempts) => attempts.length > 1)
}

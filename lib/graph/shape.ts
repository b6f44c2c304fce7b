/** The causal shape of a transaction for one row of a list: its first spans, causes before effects, each with its nearest cause. */
import type { UnixNano } from '#lib/base/time'
import type { Tier } from '#lib/model/span'

export interface ShapeSpan {
  id: bigint
  startNs: UnixNano
}

export interface ShapeLink {
  cause: bigint
  effect: bigint
  tier: Tier
}

export interface ShapePlace<S extends ShapeSpan> {
  span: S
  depth: number
  /** Index of the cause in the result; null for a root, and where the cause was left out. */
  parent: number | null
  tier: Tier | null
}

/** The id decides between equals, so that the result does not depend on order. */
function startsEarlier(a: ShapeSpan, b: ShapeSpan): number {
  if (a.startNs !== b.startNs) return a.startNs < b.startNs ? -1 : 1
  return a.id < b.id ? -1 : 1
}

/**
 * Spans in causal order, depth first, siblings by start. Of several causes, the one that began last stands as parent: it is the nearest.
 * A cycle is entered at its earliest span; every span comes exactly once.
 *
 *   links  a->b  a->c  b->d        gives  a(0)  b(1)  d(2)  c(1)
 */
export function causalShape<S extends ShapeSpan>(spans: readonly S[], links: readonly ShapeLink[]): ShapePlace<S>[] {
  const byStart = [...spans].sort(startsEarlier)
  const rank = new Map(byStart.map((span, i) => [span.id, i]))
  const parents = new Map<bigint, ShapeLink>()
  for (const link of links) {
    const known = parents.get(link.effect)
    const at = rank.get(link.cause)
    if (at === undefined || link.cause === link.effect || !rank.has(link.effect)) continue
    if (!known || at > (rank.get(known.cause) ?? -1)) parents.set(link.effect, link)
  }
  const children = new Map<bigint, S[]>()
  for (const span of byStart) {
    const parent = parents.get(span.id)
    if (!parent) continue
    const siblings = children.get(parent.cause) ?? []
    siblings.push(span)
    children.set(parent.cause, siblings)
  }
  const places: ShapePlace<S>[] = []
  const seen = new Set<bigint>()
  const visit = (root: S): void => {
    const open: { span: S; depth: number; parent: number | null; tier: Tier | null }[] = [{ span: root, depth: 0, parent: null, tier: null }]
    for (let next = open.pop(); next; next = open.pop()) {
      if (seen.has(next.span.id)) continue
      seen.add(next.span.id)
      const { span, depth } = next
      const index = places.push(next) - 1
      for (const child of (children.get(span.id) ?? []).toReversed())
        open.push({ span: child, depth: depth + 1, parent: index, tier: parents.get(child.id)?.tier ?? null })
    }
  }
  for (const span of byStart) if (!parents.has(span.id)) visit(span)
  for (const span of byStart) if (!seen.has(span.id)) visit(span)
  return places
}

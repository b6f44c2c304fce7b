/**
 * What a transaction's end waited for: the chain of work and waiting from the root's start to the last known end.
 * Calls nest and messages don't, so the walk goes back in time from the span that ended last:
 *
 *   gateway  [==========]                      at the end of a span, go into the effect of it that ended last inside it
 *   order      [=====]    ~~~~ queue ~~~~      (a call that it waited for), and come back to it at that effect's start;
 *   payment                          [=====]   at its own start, go to the cause that came last, across the wait between
 *                                              the cause's event and this start
 *   path     gateway, order | wait | payment
 *
 * It never goes forward in time and enters a span's start once, so it ends for every input: late, reversed, shared and cyclic links.
 */
import { groupBy } from '#lib/base/group'
import type { UnixNano } from '#lib/base/time'

export interface PathSpan {
  id: bigint
  startNs: UnixNano
  endNs: UnixNano | null
  /** A queue, topic, stream or bus: its time is waiting. */
  carries: boolean
}

export interface PathLink {
  cause: bigint
  effect: bigint
  /** When the cause sent it; null where no event says so. */
  sentNs: UnixNano | null
}

export interface PathPiece {
  /** The span that works, or the one that waits to begin. */
  spanId: bigint
  fromNs: UnixNano
  toNs: UnixNano
  waiting: boolean
}

interface Walk {
  spans: ReadonlyMap<bigint, PathSpan>
  causes: ReadonlyMap<bigint, readonly PathLink[]>
  effects: ReadonlyMap<bigint, readonly PathLink[]>
  /** Spans that were gone into as a call: once each, or two that hold each other would never end. */
  entered: Set<bigint>
  /** Spans whose start has been passed. */
  left: Set<bigint>
  pieces: PathPiece[]
}

/** Pieces in order of time, without overlap; empty without spans. Spans without end count from their start to their start. */
export function criticalPath(spans: readonly PathSpan[], links: readonly PathLink[]): PathPiece[] {
  const last = spans.reduce<PathSpan | null>((best, span) => (best === null || endsLater(span, best) ? span : best), null)
  if (!last) return []
  const known = new Map(spans.map((span) => [span.id, span]))
  const usable = links.filter((link) => link.cause !== link.effect && known.has(link.cause) && known.has(link.effect))
  const walk: Walk = {
    spans: known,
    causes: groupBy(usable, (link) => link.effect),
    effects: groupBy(usable, (link) => link.cause),
    entered: new Set(),
    left: new Set(),
    pieces: [],
  }
  let at: { span: PathSpan; timeNs: UnixNano } | null = { span: last, timeNs: endOf(last) }
  while (at) at = step(walk, at.span, at.timeNs)
  // Between two pieces of work may lie nothing.
  return walk.pieces.filter((piece, i) => piece.toNs > piece.fromNs || i === 0 || walk.pieces[i - 1]?.spanId !== piece.spanId).toReversed()
}

function endOf(span: PathSpan): UnixNano {
  return span.endNs !== null && span.endNs > span.startNs ? span.endNs : span.startNs
}

/** The id decides between equals, so that the result does not depend on order. */
function endsLater(a: PathSpan, b: PathSpan): boolean {
  return endOf(a) === endOf(b) ? a.id < b.id : endOf(a) > endOf(b)
}

/** From a moment within a span to the one before it; null at the root. */
function step(walk: Walk, span: PathSpan, timeNs: UnixNano): { span: PathSpan; timeNs: UnixNano } | null {
  const call = lastCall(walk, span, timeNs)
  if (call) {
    walk.entered.add(call.id)
    walk.pieces.push({ spanId: span.id, fromNs: endOf(call), toNs: timeNs, waiting: span.carries })
    return { span: call, timeNs: endOf(call) }
  }
  walk.left.add(span.id)
  const startNs = span.startNs < timeNs ? span.startNs : timeNs
  walk.pieces.push({ spanId: span.id, fromNs: startNs, toNs: timeNs, waiting: span.carries })
  const link = lastCause(walk, span)
  const cause = link && walk.spans.get(link.cause)
  if (!link || !cause) return null
  // The cause was left when it sent, or when it ended, or as this began: whatever is earliest.
  const sentNs = [link.sentNs ?? startNs, endOf(cause), startNs].reduce((a, b) => (a < b ? a : b))
  const leftNs = sentNs < cause.startNs ? startOrEarlier(cause, startNs) : sentNs
  walk.pieces.push({ spanId: span.id, fromNs: leftNs, toNs: startNs, waiting: true })
  return { span: cause, timeNs: leftNs }
}

/** A cause that began after its effect (clocks disagree) is passed in no time. */
function startOrEarlier(cause: PathSpan, startNs: UnixNano): UnixNano {
  return cause.startNs < startNs ? cause.startNs : startNs
}

/** The effect that ended last before this moment while the span ran: a call whose answer it waited for. */
function lastCall(walk: Walk, span: PathSpan, timeNs: UnixNano): PathSpan | null {
  let best: PathSpan | null = null
  for (const { effect } of walk.effects.get(span.id) ?? []) {
    const candidate = walk.spans.get(effect)
    if (!candidate || candidate.endNs === null || walk.left.has(effect) || walk.entered.has(effect)) continue
    const inside = candidate.startNs >= span.startNs && candidate.endNs <= timeNs && candidate.endNs > candidate.startNs
    if (inside && (best === null || endsLater(candidate, best))) best = candidate
  }
  return best
}

/** The cause that this span had to wait for longest, among those not yet passed. */
function lastCause(walk: Walk, span: PathSpan): PathLink | null {
  let best: PathLink | null = null
  let bestNs = 0n
  for (const link of walk.causes.get(span.id) ?? []) {
    const cause = walk.spans.get(link.cause)
    if (!cause || walk.left.has(link.cause)) continue
    const sentNs = link.sentNs ?? endOf(cause)
    if (best === null || sentNs > bestNs || (sentNs === bestNs && link.cause < best.cause)) {
      best = link
      bestNs = sentNs
    }
  }
  return best
}

/** What the engine and people say of a window, as links of the store. */
import { groupBy } from '#lib/base/group'
import { idFromHex, idToHex } from '#lib/base/hash'
import { toLink } from '#lib/link/statistical/adapt'
import type { Model } from '#lib/link/statistical/model'
import { orderLines } from '#lib/link/statistical/order'
import type { ForbiddenPair, StatisticalLink } from '#lib/link/statistical/types'
import { confirmedCause } from '#lib/model/feedback'
import { TRANSACTION_CONFIDENCE, type EventKey, type Link } from '#lib/model/span'
import type { ModelLink } from '#lib/store/model-links'
import type { ReadWindow, WindowSpan } from './read-window'

/** Links under the silent delivery where one lies between. */
export function toModelLinks(model: Model, window: ReadWindow, scored: readonly StatisticalLink[]): ModelLink[] {
  const placeOf = places(model, window)
  return scored.flatMap((found) => {
    const span = window.spans.get(idFromHex(found.effect) ?? 0n)
    const link = span && toLink(found, placeOf)
    if (!span || !link) return []
    const effect = span.effect
    return [{ ...rounded({ ...link, effect }), model: model.hash, via: effect === span.span.id ? null : span.span.id }]
  })
}

/** What people rejected, as pairs of the spans whose lines are matched. */
export function rejectedPairs({ spans, verdicts }: ReadWindow): ForbiddenPair[] {
  if (verdicts.size === 0) return []
  return [...spans.values()].flatMap(({ span, effect }) =>
    [...(verdicts.get(effect)?.rejected ?? [])].map((cause) => ({ effect: idToHex(span.id), cause: idToHex(cause) })),
  )
}

/** A `real` holds no more digits, and nothing as small as 1e-50. */
function rounded(link: Link): Link {
  const round = (p: number): number => Math.round(p * 1e6) / 1e6
  return {
    ...link,
    confidence: round(link.confidence),
    alternatives: link.alternatives.map((other) => ({ cause: other.cause, confidence: round(other.confidence) })),
  }
}

/** The event of a span's line by the engine's own order of lines; index -1, and spans without lines, are answered by the first one. */
function places(model: Model, window: ReadWindow): (span: bigint, line: number) => EventKey | null {
  const ordered = new Map<bigint, EventKey[]>()
  return (id, line) => {
    const span = window.spans.get(id)
    if (!span) return null
    let keys = ordered.get(id)
    if (!keys) ordered.set(id, (keys = keysInOrder(model, span)))
    return keys[Math.max(0, line)] ?? null
  }
}

function keysInOrder(model: Model, { input, lines }: WindowSpan): EventKey[] {
  const keyOf = new Map(input.lines.map((line, i) => [line, lines[i]]))
  return orderLines(input.service, input.lines, model.succession).flatMap((line) => {
    const key = keyOf.get(line)
    return key ? [{ timeNs: key.timeNs, id: key.id }] : []
  })
}

const MOST_ALTERNATIVES = 3

/**
 * Below the threshold an effect has one link, its best candidate, and none where one is shown: the others stand in the alternatives of the
 * best (design.md §6). A batch may have several that are shown.
 */
export function withBestBelow(links: readonly ModelLink[]): ModelLink[] {
  return [...groupBy(links, (link) => link.effect).values()].flatMap((all) => {
    const [best, ...others] = [...all].sort(surestFirst)
    if (!best || others.length === 0) return all
    const shown = others.filter((link) => link.confidence >= TRANSACTION_CONFIDENCE)
    const causes = new Set([best, ...shown].map((link) => link.cause))
    const rivals = [...best.alternatives, ...others].filter((link) => !causes.has(link.cause)).sort(surestFirst)
    const alternatives = rivals.filter((link, i) => rivals.findIndex((other) => other.cause === link.cause) === i).slice(0, MOST_ALTERNATIVES)
    return [{ ...best, alternatives: alternatives.map(({ cause, confidence }) => ({ cause, confidence })) }, ...shown]
  })
}

function surestFirst(a: Pick<Link, 'cause' | 'confidence'>, b: Pick<Link, 'cause' | 'confidence'>): number {
  return b.confidence - a.confidence || (a.cause < b.cause ? -1 : a.cause > b.cause ? 1 : 0)
}

/** How a link stands that a person confirmed or picked. */
export const CONFIRMED = { tier: 'C', rule: 'confirmed', confidence: 1, alternatives: [] } satisfies Partial<ModelLink>

/** What people confirmed stands as they said it. */
export function* confirmedLinks(model: string, window: ReadWindow, spans: Iterable<WindowSpan>): Generator<ModelLink> {
  for (const { span, effect, lines } of spans) {
    const cause = confirmedCause(window.verdicts, effect)
    if (cause === null) continue
    const first = lines[0]
    yield {
      cause,
      effect,
      kind: 'invokes',
      ...CONFIRMED,
      causeEvent: null,
      effectEvent: first ? { timeNs: first.timeNs, id: first.id } : null,
      evidence: [{ kind: 'model', value: model }],
      model,
      via: effect === span.id ? null : span.id,
    }
  }
}

/** Links from refs: for one effect, every cause that a rule proves. The result depends on the set of refs alone. */
import type { Link, SpanRef } from '#lib/model/span'
import { RULES, type LinkRule } from './rules'

/** An id that so many spans claim as their doing is no id; joining it would make a transaction of strangers. */
const MAX_CAUSES = 16
/** A protocol's own id proves the link; what is left is an error in the data, which quality measurement will put a number to. */
const EXACT = 1

/**
 * Links whose effect is `effect`.
 * @param effectRefs all refs of the effect's span
 * @param causesOf all refs of any span that share a join hash
 */
export function linksOf(effect: bigint, effectRefs: readonly SpanRef[], causesOf: (joinHash: bigint) => readonly SpanRef[]): Link[] {
  const links = new Map<bigint, Link>()
  for (const ref of [...effectRefs].sort(byPlace)) {
    for (const rule of RULES) {
      if (rule.kind !== ref.kind || rule.effect !== ref.role) continue
      const same = causesOf(ref.joinHash).filter((cause) => cause.kind === rule.kind && cause.value === ref.value)
      if (rule.unless !== undefined && same.some((cause) => cause.role === rule.unless && cause.spanId !== effect)) continue
      const causes = same.filter((cause) => cause.role === rule.cause)
      const spans = new Set(causes.map((cause) => cause.spanId))
      if (spans.size > MAX_CAUSES) continue
      for (const cause of [...causes].sort(byPlace)) addLink(links, effect, rule, cause, ref)
    }
  }
  return [...links.values()]
}

function addLink(links: Map<bigint, Link>, effect: bigint, rule: LinkRule, cause: SpanRef, ref: SpanRef): void {
  if (cause.spanId === effect) return
  const evidence = { kind: `${rule.name}`, value: ref.value }
  const known = links.get(cause.spanId)
  if (known) {
    if (!known.evidence.some((other) => other.kind === evidence.kind && other.value === evidence.value)) known.evidence.push(evidence)
    return
  }
  links.set(cause.spanId, {
    cause: cause.spanId,
    effect,
    kind: rule.links,
    tier: 'A',
    rule: rule.name,
    confidence: EXACT,
    causeEvent: cause.event,
    effectEvent: ref.event,
    evidence: [evidence],
    alternatives: [],
  })
}

function byPlace(a: SpanRef, b: SpanRef): number {
  if (a.joinHash !== b.joinHash) return a.joinHash < b.joinHash ? -1 : 1
  if (a.event.timeNs !== b.event.timeNs) return a.event.timeNs < b.event.timeNs ? -1 : 1
  if (a.event.id !== b.event.id) return a.event.id < b.event.id ? -1 : 1
  if (a.spanId !== b.spanId) return a.spanId < b.spanId ? -1 : 1
  return a.role < b.role ? -1 : a.role > b.role ? 1 : 0
}

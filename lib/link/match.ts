/** Links from refs: for one effect, every cause that a rule proves. The result depends on the set of refs alone. */
import type { Link, SpanRef } from '#lib/model/span'
import type { Demotions } from './health'
import { RULES, type LinkRule } from './rules'

/** An id that so many spans claim as their doing is no id; joining it would make a transaction of strangers. */
const MAX_CAUSES = 16
/** A protocol's own id proves the link; where the data contradict a rule, health.ts takes its word down. */
const EXACT = 1
const NONE: Demotions = new Map()

/**
 * Links whose effect is `effect`.
 * @param effectRefs all refs of the effect's span
 * @param causesOf all refs of any span that share a join hash
 * @param demoted rules that contradict themselves in this installation's data, and what their links are worth (health.ts `demotionsOf`)
 */
export function linksOf(effect: bigint, effectRefs: readonly SpanRef[], causesOf: (joinHash: bigint) => readonly SpanRef[], demoted: Demotions = NONE): Link[] {
  const links = new Map<bigint, Link>()
  for (const ref of [...effectRefs].sort(byPlace)) {
    for (const rule of RULES) {
      if (rule.kind !== ref.kind || rule.effect !== ref.role) continue
      const same = causesOf(ref.joinHash).filter((cause) => cause.kind === rule.kind && cause.value === ref.value)
      if (rule.unless !== undefined && same.some((cause) => cause.role === rule.unless && cause.spanId !== effect)) continue
      const causes = nearest(
        same.filter((cause) => cause.role === rule.cause && cause.spanId !== effect),
        same.filter((cause) => cause.role === rule.nearer),
      )
      const spans = new Set(causes.map((cause) => cause.spanId))
      if (spans.size > MAX_CAUSES) continue
      for (const cause of [...causes].sort(byPlace)) addLink(links, demoted.get(rule.name), rule, cause, ref)
    }
  }
  return [...links.values()]
}

function nearest(causes: SpanRef[], passing: readonly SpanRef[]): SpanRef[] {
  const near = passing.length === 0 ? [] : causes.filter((cause) => passing.some((other) => other.spanId === cause.spanId))
  return near.length > 0 ? near : causes
}

/** `worth`: what the rule is demoted to, where it is. Two ids that prove one link: the surer rule stands for it, both are its evidence. */
function addLink(links: Map<bigint, Link>, worth: number | undefined, rule: LinkRule, cause: SpanRef, ref: SpanRef): void {
  const effect = ref.spanId
  if (cause.spanId === effect) return
  const link: Link = {
    cause: cause.spanId,
    effect,
    kind: rule.links,
    tier: worth === undefined ? 'A' : 'B',
    rule: rule.name,
    confidence: worth ?? EXACT,
    causeEvent: cause.event,
    effectEvent: ref.event,
    evidence: [{ kind: rule.name, value: ref.value }],
    alternatives: [],
  }
  const known = links.get(cause.spanId)
  if (!known) return void links.set(cause.spanId, link)
  const evidence = [
    ...known.evidence,
    ...link.evidence.filter((fact) => !known.evidence.some((other) => other.kind === fact.kind && other.value === fact.value)),
  ]
  links.set(cause.spanId, { ...(link.confidence > known.confidence ? link : known), evidence })
}

function byPlace(a: SpanRef, b: SpanRef): number {
  if (a.joinHash !== b.joinHash) return a.joinHash < b.joinHash ? -1 : 1
  if (a.event.timeNs !== b.event.timeNs) return a.event.timeNs < b.event.timeNs ? -1 : 1
  if (a.event.id !== b.event.id) return a.event.id < b.event.id ? -1 : 1
  if (a.spanId !== b.spanId) return a.spanId < b.spanId ? -1 : 1
  return a.role < b.role ? -1 : a.role > b.role ? 1 : 0
}

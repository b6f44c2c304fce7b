/** Links from refs: for one effect, every cause that a rule proves. The result depends on the set of refs alone. */
import { groupBy } from '#lib/base/group'
import type { Ref } from '#lib/model/event'
import type { Link, SpanRef } from '#lib/model/span'
import { receivesAt, sendsAt, type Demotions } from './health'
import { RULES, type LinkRule } from './rules'

/** An id that so many spans claim as their doing is no id; joining it would make a transaction of strangers. */
const MAX_CAUSES = 16
/** The same for spans that only name it: a topic may have many subscribers, a value that half the system logs is no message. */
const MAX_MENTIONS = 64
/** A protocol's own id proves the link; where the data contradict a rule, health.ts takes its word down. */
const EXACT = 1
const NONE: Demotions = new Map()

type Refs = readonly SpanRef[]

/**
 * Links whose effect is `effect`.
 * @param effectRefs all refs of the effect's span
 * @param causesOf all refs of any span that share a join hash (of the roles in CAUSE_ROLES); the same array for the same hash
 * @param demoted rules that contradict themselves in this installation's data, and what their links are worth (health.ts `demotionsOf`)
 */
export function linksOf(effect: bigint, effectRefs: Refs, causesOf: (joinHash: bigint) => Refs, demoted: Demotions = NONE): Link[] {
  const links = new Map<bigint, Link>()
  for (const ref of effectRefs.filter((other) => other.spanId === effect).sort(byPlace)) {
    const sharing = sharingOf(causesOf(ref.joinHash), ref)
    for (const rule of RULES) {
      if (rule.kind !== ref.kind || !appliesTo(rule, ref.role)) continue
      for (const cause of causesBy(rule, ref, sharing, demoted)) addLink(links, worthOf(rule, cause, ref, demoted), rule, cause, ref)
    }
  }
  return [...links.values()].filter((link) => !isBehind(link, links) && !isBehindCall(link, links, effectRefs)).map((link) => doubted(link, links))
}

/** An execution has one trigger. Where a call proves it, an id that the execution names is not what started it, but a thing that it looks at. */
const CALLS: ReadonlySet<string> = new Set(['call-id', 'gateway-request', 'workflow-execution'])
const DOUBTED = 0.01
const MENTIONING: ReadonlySet<string> = new Set(RULES.flatMap((rule) => (rule.mentioned ? [rule.name] : [])))

/** The doubted link is kept as tier B: by it health.ts learns which places name things that they were not started by. */
function doubted(link: Link, links: ReadonlyMap<bigint, Link>): Link {
  const call = MENTIONING.has(link.rule) ? [...links.values()].find((other) => CALLS.has(other.rule) && other.cause !== link.cause) : undefined
  return call ? { ...link, tier: 'B', confidence: DOUBTED, evidence: [...link.evidence, { kind: 'other-cause', value: call.rule }] } : link
}

/** A mentioned id may as well be the one that a delivery holds. */
function appliesTo(rule: LinkRule, role: Ref['role']): boolean {
  return rule.effect === role || (rule.mentioned === true && role === 'consumed')
}

function causesBy(rule: LinkRule, ref: SpanRef, sharing: Sharing, demoted: Demotions): Refs {
  if (rule.mentioned) return senderOf(ref, sharing, demoted)
  if (rule.links === 'duplicate-of') return firstOf(sharing.get('self') ?? [], MAX_MENTIONS)
  if (rule.unless !== undefined && sharing.get(rule.unless)?.some((other) => other.spanId !== ref.spanId)) return []
  const all = (sharing.get(rule.cause) ?? []).filter((cause) => cause.spanId !== ref.spanId)
  const passing = new Set((rule.nearer === undefined ? [] : (sharing.get(rule.nearer) ?? [])).map((other) => other.spanId))
  const near = all.filter((cause) => passing.has(cause.spanId))
  const causes = near.length > 0 ? near : all
  return new Set(causes.map((cause) => cause.spanId)).size > MAX_CAUSES ? [] : causes
}

/** Everybody who holds one id, by role, in order of time. */
type Sharing = ReadonlyMap<Ref['role'], Refs>

const known = new WeakMap<Refs, Map<string, Sharing>>()

/** A message with ten thousand receivers is looked through once, not once a receiver. */
function sharingOf(refs: Refs, { kind, value }: SpanRef): Sharing {
  let byId = known.get(refs)
  if (!byId) known.set(refs, (byId = new Map()))
  const id = `${kind}\0${value}`
  let sharing = byId.get(id)
  // Equal hashes may be of different ids.
  const same = (): SpanRef[] => refs.filter((ref) => ref.kind === kind && ref.value === value).sort(byPlace)
  if (!sharing) byId.set(id, (sharing = groupBy(same(), (ref) => ref.role)))
  return sharing
}

/** Below 1 where the rule is demoted, or where a place that names the id goes both ways: such links are kept, since health.ts judges places by them. */
function worthOf(rule: LinkRule, cause: SpanRef, ref: SpanRef, demoted: Demotions): number | undefined {
  const worths = [demoted.get(rule.name)]
  if (cause.role === 'mentioned' && cause.place !== undefined) worths.push(demoted.get(sendsAt(cause.place)))
  if (ref.role === 'mentioned' && ref.place !== undefined) worths.push(demoted.get(receivesAt(ref.place)))
  const known = worths.filter((worth) => worth !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** True where the place is known for the one and not for the other. */
function only(does: (place: string) => string, not: (place: string) => string, { place }: SpanRef, demoted: Demotions): boolean {
  return place !== undefined && demoted.has(not(place)) && !demoted.has(does(place))
}

/**
 * Who sent what several spans only name. Whoever says that it sent it; else the one that names it first, before anybody received it, unless
 * its place in the code is known to name such ids after others. Where places that send are known, clocks don't matter.
 */
function senderOf(ref: SpanRef, sharing: Sharing, demoted: Demotions): Refs {
  const mentions = sharing.get('mentioned') ?? []
  if (mentions.length > MAX_MENTIONS || (ref.role === 'mentioned' && only(sendsAt, receivesAt, ref, demoted))) return []
  const said = [...(sharing.get('produced') ?? []), ...(sharing.get('called') ?? [])]
  // Two that say so are for the rules that need no guess.
  if (said.length > 0) return ref.role === 'mentioned' && !said.some((sender) => sender.spanId === ref.spanId) ? firstOf(said, MAX_CAUSES) : []
  const senders = mentions.filter((mention) => only(sendsAt, receivesAt, mention, demoted))
  if (senders.length > 0) return firstOf(senders, MAX_CAUSES)
  const spoken = [...mentions, ...(sharing.get('consumed') ?? [])].sort(byTime)
  const first = firstOf(spoken, Infinity)[0]
  if (first?.role !== 'mentioned' || only(receivesAt, sendsAt, first, demoted)) return []
  return [first]
}

/** The earliest, where it is alone at its time: which of two came first must not hang on their ids. */
function firstOf(refs: Refs, most: number): Refs {
  const [first, ...others] = [...refs].sort(byTime)
  if (!first || refs.length > most) return []
  return others.some((other) => other.event.timeNs === first.event.timeNs && other.spanId !== first.spanId) ? [] : [first]
}

/** `worth`: what the rule is demoted to, where it is. Two ids that prove one link: the surer rule stands for it, both are its evidence. */
function addLink(links: Map<bigint, Link>, worth: number | undefined, rule: LinkRule, cause: SpanRef, ref: SpanRef): void {
  const effect = ref.spanId
  if (cause.spanId === effect) return
  const link: Link = {
    cause: cause.spanId,
    effect,
    kind: rule.links,
    // A repetition is a fact about two operations, not about what caused them.
    tier: rule.links === 'duplicate-of' ? 'K' : worth === undefined ? 'A' : 'B',
    rule: rule.name,
    confidence: worth ?? EXACT,
    causeEvent: cause.event,
    effectEvent: ref.event,
    evidence: evidenceOf(rule, cause, ref),
    alternatives: [],
    joins: [ref.joinHash],
    notFor: cause.notFor ?? [],
  }
  const before = links.get(cause.spanId)
  if (!before) return void links.set(cause.spanId, link)
  const evidence = [
    ...before.evidence,
    ...link.evidence.filter((fact) => !before.evidence.some((other) => other.kind === fact.kind && other.value === fact.value)),
  ]
  const stronger = link.confidence > before.confidence || (before.kind === 'duplicate-of' && link.kind !== 'duplicate-of')
  // Sent for one message by one id and for another by another is sent for both.
  const notFor = (before.notFor ?? []).filter((join) => link.notFor?.includes(join))
  const joins = [...new Set([...(before.joins ?? []), ref.joinHash])].sort((a, b) => (a < b ? -1 : 1))
  links.set(cause.spanId, { ...(stronger ? link : before), evidence, joins, notFor })
}

/** The id, and the places in the code that only name it: by these health.ts learns which of them send. */
function evidenceOf(rule: LinkRule, cause: SpanRef, ref: SpanRef): Link['evidence'] {
  const evidence = [{ kind: rule.name, value: ref.value }]
  if (cause.role === 'mentioned' && cause.place !== undefined) evidence.push({ kind: 'named-first', value: cause.place })
  if (ref.role === 'mentioned' && ref.place !== undefined) evidence.push({ kind: 'named-after', value: ref.place })
  return evidence
}

function isBehind(link: Link, links: ReadonlyMap<bigint, Link>): boolean {
  const behind = RULES.find((rule) => rule.name === link.rule)?.behind
  return behind !== undefined && [...links.values()].some((other) => other.rule === behind && other.cause !== link.cause)
}

/** A server's half has its client's span id: the client is the nearer cause than the parent that both of them name. */
function isBehindCall(link: Link, links: ReadonlyMap<bigint, Link>, effectRefs: Refs): boolean {
  if (links.size < 2 || (link.rule !== 'span-parent' && link.rule !== 'span-call')) return false
  const own = new Set(effectRefs.flatMap((ref) => (ref.kind === 'span' && ref.role === 'self' && ref.spanId === link.effect ? [ref.value] : [])))
  const isCall = ({ evidence }: Link): boolean => evidence.some(({ kind, value }) => kind === 'span-call' && own.has(value))
  return !isCall(link) && [...links.values()].some(isCall)
}

function byTime(a: SpanRef, b: SpanRef): number {
  if (a.event.timeNs !== b.event.timeNs) return a.event.timeNs < b.event.timeNs ? -1 : 1
  return byPlace(a, b)
}

function byPlace(a: SpanRef, b: SpanRef): number {
  if (a.joinHash !== b.joinHash) return a.joinHash < b.joinHash ? -1 : 1
  if (a.event.timeNs !== b.event.timeNs) return a.event.timeNs < b.event.timeNs ? -1 : 1
  if (a.event.id !== b.event.id) return a.event.id < b.event.id ? -1 : 1
  if (a.spanId !== b.spanId) return a.spanId < b.spanId ? -1 : 1
  return a.role < b.role ? -1 : a.role > b.role ? 1 : 0
}

/**
 * Do the exact rules keep their word in this installation's data? A rule says how many causes an effect may have through one id; where
 * effects have more, unrelated to each other, the id is not what the rule takes it for (a logger that writes another id under that name, a
 * sender that repeats its ids). Such a rule is demoted to tier B, with what is left of its confidence, and reported.
 *
 * Time alone is no contradiction: clocks differ, and log lines don't say when a span began.
 *
 * Where both sides only name an id, the first to name it is taken for its sender. A place in the code that names ids first now and later
 * then is judged like a rule, twice: by how often it fails to send, and by how often it fails to receive.
 */
import { groupBy } from '#lib/base/group'
import type { Link } from '#lib/model/span'
import { RULES } from './rules'

/** The share of contradicted effects above which a rule is no longer exact. */
const RATE_MAX = 0.001
/** Fewer contradictions than this are accidents, whatever the share: of ten effects one is no tenth of all to come. */
const CONTRADICTIONS_MIN = 3
/** 95 % of a normal distribution lie within this many deviations. */
const Z = 1.96
/** Rules whose effects are parts of their causes' work. */
const NESTING: ReadonlySet<string> = new Set(['span-parent', 'span-call', 'segment-run'])
export const isNesting = (rule: string): boolean => NESTING.has(rule)
/** Segments inside one execution nest this deep at most where a walk upward still looks for their common execution. */
const NESTING_MAX = 32

/** The claims about a place that mentions ids, as they stand among rules. */
export function sendsAt(place: string): string {
  return `sends @ ${place}`
}

export function receivesAt(place: string): string {
  return `receives @ ${place}`
}

/** A place is taken for what it does in nine of ten cases. */
const ODD_MAX = 0.1

export interface RuleHealth {
  /** A rule's name, or a claim about a place: `sends @ checkout: Order queued, messageId`. */
  rule: string
  /** Effects that the rule gave a cause, counted once an id. */
  effects: number
  /** Those among them with several causes where the rule allows one. */
  contradicted: number
  /** Observed rate of contradictions, with the bounds of its 95 % Wilson interval. */
  rate: number
  low: number
  high: number
  demoted: boolean
}

/** Confidence of the links of each demoted rule, and of each refuted claim about a place. */
export type Demotions = ReadonlyMap<string, number>

/**
 * Health of every rule that made a link, in the order of RULES, then the places whose way is known. The same for any order and repetition of the links.
 * @param links tier A links and those of demoted rules, complete for the effects among them; with links of several rounds, each once an end pair
 */
export function ruleHealth(links: readonly Link[]): RuleHealth[] {
  const causesOf = groupBy(
    links.filter((link) => NESTING.has(link.rule)),
    (link) => link.effect,
  )
  const above = new Map([...causesOf].map(([effect, list]) => [effect, list.map((link) => link.cause)]))
  const counts = new Map<string, { effects: number; contradicted: number }>()
  for (const [rule, causes] of causesByRuleAndId(links)) {
    let count = counts.get(rule)
    if (!count) counts.set(rule, (count = { effects: 0, contradicted: 0 }))
    count.effects++
    if (causes.size > 1 && !oneLine([...causes], above)) count.contradicted++
  }
  const rules = RULES.flatMap((rule) => {
    const count = counts.get(rule.name)
    return count ? [judge(rule.name, rule.causes === 'many' ? { ...count, contradicted: 0 } : count)] : []
  })
  return [...rules, ...placeHealth(links)]
}

/** What a place did with the ids that it named; `passed`: an id that somebody else had named handed on to it. */
interface PlaceIds {
  first: Set<string>
  after: Set<string>
  passed: Set<string>
}

/** The claims about places that the links refute. */
function placeHealth(links: readonly Link[]): RuleHealth[] {
  const places = new Map<string, PlaceIds>()
  const passed = passedOn(links)
  for (const link of links) {
    const id = link.evidence[0]?.value ?? ''
    for (const { kind, value: place } of link.evidence) {
      if (kind !== 'named-first' && kind !== 'named-after') continue
      let seen = places.get(place)
      if (!seen) places.set(place, (seen = { first: new Set(), after: new Set(), passed: new Set() }))
      seen[kind === 'named-first' ? 'first' : 'after'].add(id)
      if (kind === 'named-after' && passed.has(link)) seen.passed.add(id)
    }
  }
  return [...places]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([place, { first, after, passed }]) => {
      const effects = first.size + after.size
      return [
        judge(sendsAt(place), { effects, contradicted: after.size }, ODD_MAX),
        judge(receivesAt(place), { effects, contradicted: first.size + passed.size }, ODD_MAX),
      ]
    })
    .filter((claim) => claim.demoted)
}

/**
 * Links by an id that is no message's: it is handed on from one to the next, so that the effect has a surer cause among those who named it
 * before; or it is a thing that is looked at in a call. Such a place neither sends nor receives by that id.
 *
 *   a names v  ->  b names v  ->  c names v:   a > c by v, but b > c by a message of its own
 */
function passedOn(links: readonly Link[]): ReadonlySet<Link> {
  const named = links.filter((link) => link.evidence.some(({ kind }) => kind === 'named-after'))
  const isNamed = new Set(named)
  const speakers = new Map<string, Set<bigint>>()
  for (const link of named) {
    const id = link.evidence[0]?.value ?? ''
    const known = speakers.get(id) ?? new Set()
    speakers.set(id, known.add(link.cause).add(link.effect))
  }
  const surer = groupBy(
    links.filter((link) => !isNamed.has(link)),
    (link) => link.effect,
  )
  const causesOf = (span: bigint): bigint[] => (surer.get(span) ?? []).map((link) => link.cause)
  return new Set(
    named.filter(({ cause, effect, evidence }) => {
      if (evidence.some(({ kind }) => kind === 'other-cause')) return true
      const near = causesOf(effect)
      const reached = [...near, ...near.flatMap(causesOf)]
      return !reached.includes(cause) && reached.some((other) => other !== effect && speakers.get(evidence[0]?.value ?? '')?.has(other))
    }),
  )
}

/** The demoted rules of a health report, as `linksOf` takes them. */
export function demotionsOf(health: readonly Pick<RuleHealth, 'rule' | 'high' | 'demoted'>[]): Demotions {
  return new Map(health.filter((rule) => rule.demoted).map((rule) => [rule.rule, 1 - rule.high]))
}

/** [rule, the different causes] for each effect and id. */
function causesByRuleAndId(links: readonly Link[]): [rule: string, causes: Set<bigint>][] {
  const found = new Map<string, [string, Set<bigint>]>()
  for (const link of links) {
    for (const { kind, value } of link.evidence) {
      const key = `${kind}\0${link.effect}\0${value}`
      const known = found.get(key)
      if (known) known[1].add(link.cause)
      else found.set(key, [kind, new Set([link.cause])])
    }
  }
  return [...found.values()]
}

/** One sender seen twice is no contradiction: the execution that logged the answer, and X-Ray's segment of that call inside it. */
function oneLine(causes: readonly bigint[], above: ReadonlyMap<bigint, readonly bigint[]>): boolean {
  return causes.some((lowest) => {
    const line = ancestors(lowest, above)
    return causes.every((cause) => line.has(cause))
  })
}

function ancestors(span: bigint, above: ReadonlyMap<bigint, readonly bigint[]>): Set<bigint> {
  const line = new Set([span])
  let edge = [span]
  for (let depth = 0; depth < NESTING_MAX && edge.length > 0; depth++) {
    edge = edge.flatMap((id) => above.get(id) ?? []).filter((id) => !line.has(id))
    for (const id of edge) line.add(id)
  }
  return line
}

function judge(rule: string, { effects, contradicted }: { effects: number; contradicted: number }, rateMax = RATE_MAX): RuleHealth {
  const { low, high } = wilson(contradicted, effects)
  return { rule, effects, contradicted, rate: contradicted / effects, low, high, demoted: contradicted >= CONTRADICTIONS_MIN && low > rateMax }
}

/** Wilson's score interval of a proportion, E. B. Wilson 1927: unlike the plain one it is honest for few and for rare cases. */
export function wilson(hits: number, of: number): { low: number; high: number } {
  if (of === 0) return { low: 0, high: 1 }
  const p = hits / of
  const z2 = (Z * Z) / of
  const centre = p + z2 / 2
  const spread = Z * Math.sqrt((p * (1 - p)) / of + z2 / (4 * of))
  return { low: Math.max(0, (centre - spread) / (1 + z2)), high: Math.min(1, (centre + spread) / (1 + z2)) }
}

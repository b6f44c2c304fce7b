/**
 * Scores links against truth, wherever both come from. A prediction is right when its cause is any of those that truth accepts; a root is
 * right when it was given no cause.
 */
import { groupBy } from '#lib/base/group'

export interface Predicted {
  effect: string
  cause: string
  confidence: number
  tier: 'A' | 'B' | 'C'
  alternatives: { cause: string | null; p: number }[]
}

export interface TrueLink {
  effect: string
  /** Any of them is right. */
  causes: string[]
  transaction: string
  level: string
}

export interface Truth {
  links: TrueLink[]
  roots: { effect: string; transaction: string }[]
  /** Links that are right but not scored: of sampled transactions. */
  also?: TrueLink[]
}

export interface Measures {
  links: number
  precision: number
  recall: number
  /** Best guess over all true links, whatever its confidence. */
  bestGuess: number
  /** The same with roots, which are right where no cause reaches a half. */
  bestWithRoots: number
  rootsGivenCause: number
  childrenCalledRoot: number
  /** True links whose effect is shown without any cause. */
  childrenLeftAlone: number
  wholeTransactions: number
  top3: number
  coverage99: number
  coverage95: number
  coverage90: number
  ece: number
  /** Over tiers B and C alone. */
  eceInferred: number
  /** A tier that linked nothing is absent. */
  byTier: Partial<Record<Predicted['tier'], TierMeasures>>
  /** By evidence level of the true links. */
  byLevel: Record<string, LevelMeasures>
}

export interface TierMeasures {
  /** Links of this tier at the threshold or above, and how many of them are right. */
  shown: number
  right: number
  precision: number
  /** Share of all true links that this tier finds at the threshold. */
  recall: number
  /** Links below the threshold. */
  heldBack: number
  ece: number
}

export interface LevelMeasures {
  links: number
  recall: number
  bestGuess: number
}

export function measure(predicted: readonly Predicted[], truth: Truth, threshold: number): Measures {
  const accepted = new Map<string, Set<string>>()
  for (const link of truth.links) {
    let causes = accepted.get(link.effect)
    if (!causes) accepted.set(link.effect, (causes = new Set()))
    for (const cause of link.causes) causes.add(cause)
  }
  const roots = new Set(truth.roots.map((r) => r.effect))
  const also = new Set((truth.also ?? []).flatMap((l) => l.causes.map((c) => `${l.effect} ${c}`)))
  const scored = predicted.filter((p) => (accepted.has(p.effect) || roots.has(p.effect)) && !also.has(`${p.effect} ${p.cause}`))
  const isRight = (p: Predicted): boolean => accepted.get(p.effect)?.has(p.cause) ?? false
  const shown = scored.filter((p) => p.confidence >= threshold)
  const shownRight = shown.filter(isRight)
  const byEffect = groupBy(scored, (p) => p.effect)
  const found = (link: TrueLink, least: number): boolean =>
    (byEffect.get(link.effect) ?? []).some((p) => p.confidence >= least && link.causes.includes(p.cause))
  const inTop3 = (link: TrueLink): boolean =>
    (byEffect.get(link.effect) ?? []).some(
      (p) => link.causes.includes(p.cause) || p.alternatives.slice(0, 2).some((a) => a.cause !== null && link.causes.includes(a.cause)),
    )
  const goodRoots = truth.roots.filter((r) => !(byEffect.get(r.effect) ?? []).some((p) => p.confidence >= 0.5))
  const levels = [...new Set(truth.links.map((l) => l.level))].sort()
  const reached = truth.links.filter((l) => found(l, 0))
  return {
    links: truth.links.length,
    precision: share(shownRight.length, shown.length),
    recall: share(truth.links.filter((l) => found(l, threshold)).length, truth.links.length),
    bestGuess: share(reached.length, truth.links.length),
    bestWithRoots: share(
      truth.links.filter((l) => found(l, 0.5) || (found(l, 0) && !calledRoot(byEffect.get(l.effect)))).length + goodRoots.length,
      truth.links.length + truth.roots.length,
    ),
    rootsGivenCause: share(truth.roots.filter((r) => (byEffect.get(r.effect) ?? []).some((p) => p.confidence >= threshold)).length, truth.roots.length),
    childrenCalledRoot: share(truth.links.filter((l) => calledRoot(byEffect.get(l.effect))).length, truth.links.length),
    childrenLeftAlone: share(truth.links.filter((l) => !(byEffect.get(l.effect) ?? []).some((p) => p.confidence >= threshold)).length, truth.links.length),
    wholeTransactions: whole(truth, (l) => found(l, 0), new Set(goodRoots.map((r) => r.effect))),
    top3: share(truth.links.filter(inTop3).length, truth.links.length),
    ...coverage(scored, isRight, truth.links.length),
    ece: expectedCalibrationError(scored.map((p) => ({ p: p.confidence, right: isRight(p) }))),
    eceInferred: expectedCalibrationError(scored.filter((p) => p.tier !== 'A').map((p) => ({ p: p.confidence, right: isRight(p) }))),
    byTier: measureTiers(scored, isRight, threshold, truth.links.length),
    byLevel: Object.fromEntries(
      levels.map((level) => {
        const of = truth.links.filter((l) => l.level === level)
        const reach = (least: number): number => share(of.filter((l) => found(l, least)).length, of.length)
        return [level, { links: of.length, recall: reach(threshold), bestGuess: reach(0) }]
      }),
    ),
  }
}

function measureTiers(scored: readonly Predicted[], isRight: (p: Predicted) => boolean, threshold: number, links: number): Measures['byTier'] {
  const out: Measures['byTier'] = {}
  for (const [tier, of] of groupBy(scored, (p) => p.tier)) {
    const shown = of.filter((p) => p.confidence >= threshold)
    const right = shown.filter(isRight)
    out[tier] = {
      shown: shown.length,
      right: right.length,
      precision: share(right.length, shown.length),
      recall: share(right.length, links),
      heldBack: of.length - shown.length,
      ece: expectedCalibrationError(of.map((p) => ({ p: p.confidence, right: isRight(p) }))),
    }
  }
  return out
}

/** NaN of nothing: a share of no links is not zero. */
const share = (n: number, of: number): number => (of === 0 ? NaN : n / of)

/** Whether "no cause" is likelier than the best cause. */
function calledRoot(list: Predicted[] | undefined): boolean {
  const best = list?.reduce((a, b) => (b.confidence > a.confidence ? b : a))
  if (!best) return true
  return best.alternatives.some((a) => a.cause === null && a.p > best.confidence)
}

function whole(truth: Truth, right: (l: TrueLink) => boolean, goodRoots: Set<string>): number {
  const good = new Map<string, boolean>()
  for (const l of truth.links) good.set(l.transaction, (good.get(l.transaction) ?? true) && right(l))
  for (const r of truth.roots) good.set(r.transaction, (good.get(r.transaction) ?? true) && goodRoots.has(r.effect))
  return share([...good.values()].filter(Boolean).length, good.size)
}

function coverage(scored: readonly Predicted[], isRight: (p: Predicted) => boolean, links: number): Pick<Measures, 'coverage99' | 'coverage95' | 'coverage90'> {
  const sorted = [...scored].sort((a, b) => b.confidence - a.confidence)
  const out = { coverage99: 0, coverage95: 0, coverage90: 0 }
  let right = 0
  sorted.forEach((p, i) => {
    if (isRight(p)) right++
    if (sorted[i + 1]?.confidence === p.confidence) return
    const precision = right / (i + 1)
    if (precision >= 0.99) out.coverage99 = right / links
    if (precision >= 0.95) out.coverage95 = right / links
    if (precision >= 0.9) out.coverage90 = right / links
  })
  return out
}

export function expectedCalibrationError(outcomes: readonly { p: number; right: boolean }[], bins = 10): number {
  const sums = Array.from({ length: bins }, () => ({ p: 0, right: 0 }))
  for (const o of outcomes) {
    const bin = sums[Math.min(bins - 1, Math.floor(o.p * bins))]
    if (!bin) continue
    bin.p += o.p
    bin.right += o.right ? 1 : 0
  }
  return share(
    sums.reduce((sum, b) => sum + Math.abs(b.p - b.right), 0),
    outcomes.length,
  )
}

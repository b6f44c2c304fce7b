/** The numbers of the quality page from counted links and from what hidden links showed. */
import { THIN } from '#lib/base/format'
import type { Hop, Quality, ReliabilityBin } from '#lib/model/quality'

/** A pair of services as the model tested it: bins as [from, count, right, sum of what was stated]. */
export interface TestedNames {
  cause: string
  effect: string
  hidden: number
  bins: readonly (readonly [from: number, count: number, right: number, sumStated: number])[]
}

/** All pairs in one diagram. */
export function reliabilityOf(pairs: readonly TestedNames[]): { hidden: number; bins: ReliabilityBin[] } {
  const sums = new Map<number, { count: number; right: number; stated: number }>()
  for (const [from, count, right, stated] of pairs.flatMap((pair) => pair.bins)) {
    const sum = sums.get(from) ?? { count: 0, right: 0, stated: 0 }
    sums.set(from, { count: sum.count + count, right: sum.right + right, stated: sum.stated + stated })
  }
  const bins = [...sums].sort((a, b) => a[0] - b[0]).map(([from, { count, right, stated }]) => ({ from, stated: stated / count, count, right }))
  return { hidden: pairs.reduce((sum, pair) => sum + pair.hidden, 0), bins }
}

/** The test of one hop: the pairs between its source and what ran behind it. Null where none of its links could be hidden. */
export function testedHop(pairs: readonly TestedNames[], source: string, matched: ReadonlySet<string>, threshold: number): Hop['tested'] {
  const of = pairs.filter((pair) => pair.cause === source && matched.has(pair.effect) && pair.hidden > 0)
  if (of.length === 0) return null
  const shown = of.flatMap((pair) => pair.bins).filter(([from]) => from >= threshold)
  return {
    hidden: of.reduce((sum, pair) => sum + pair.hidden, 0),
    shown: shown.reduce((sum, [, count]) => sum + count, 0),
    right: shown.reduce((sum, [, , right]) => sum + right, 0),
  }
}

/** Of the links that would be shown from a threshold on, the share that was right; null where none was tested. */
export function rightFrom(bins: readonly ReliabilityBin[], threshold: number): number | null {
  const shown = bins.filter((bin) => bin.from >= threshold - 1e-9)
  const count = shown.reduce((sum, bin) => sum + bin.count, 0)
  return count === 0 ? null : shown.reduce((sum, bin) => sum + bin.right, 0) / count
}

/**
 * The test where it matters: over hops whose links are inferred, each weighed by how many of those it shows. A hop that ids prove is easily
 * predicted too, and says little of the others. `hidden`: links whose ids were hidden for it, on these hops.
 */
export function inferredRight(hops: readonly Hop[]): { tested: number; borrowed: number; hidden: number; right: number | null } {
  let tested = 0
  let hidden = 0
  let borrowed = 0
  let right = 0
  for (const hop of hops) {
    const links = hop.tiers.B + hop.tiers.C
    if (links === 0) continue
    if (hop.tested && hop.tested.shown > 0) {
      tested += links
      hidden += hop.tested.shown
      right += (links * hop.tested.right) / hop.tested.shown
    } else borrowed += links
  }
  return { tested, borrowed, hidden, right: tested === 0 ? null : right / tested }
}

/** Links that the ids of the protocols prove, as a share; 1 for a hop without any other. */
export function exactShare({ tiers, held }: Pick<Hop, 'tiers' | 'held'>): number {
  const all = tiers.A + tiers.B + tiers.C + held
  return all === 0 ? 1 : tiers.A / all
}

/** Least exact first, of those the ones with identifiers last; the rest by size. */
export function sortHops(hops: readonly Hop[]): Hop[] {
  const inferred = ({ tiers, held }: Hop): number => tiers.C + held
  return [...hops].sort(
    (a, b) =>
      Number(exactShare(a) === 1) - Number(exactShare(b) === 1) ||
      inferred(b) - inferred(a) ||
      sizeOf(b) - sizeOf(a) ||
      (`${a.source.name}\0${a.target.name}` < `${b.source.name}\0${b.target.name}` ? -1 : 1),
  )
}

export function sizeOf({ tiers, held }: Pick<Hop, 'tiers' | 'held'>): number {
  return tiers.A + tiers.B + tiers.C + held
}

/** 95 % interval of a share (E. B. Wilson 1927). */
export function interval(right: number, count: number): [low: number, high: number] {
  if (count === 0) return [0, 1]
  const z = 1.96
  const p = right / count
  const centre = p + (z * z) / (2 * count)
  const spread = z * Math.sqrt((p * (1 - p)) / count + (z * z) / (4 * count * count))
  const whole = 1 + (z * z) / count
  return [Math.max(0, (centre - spread) / whole), Math.min(1, (centre + spread) / whole)]
}

/** Mean distance of what was stated from what came out, weighed by cases. */
export function calibrationError(bins: readonly ReliabilityBin[]): number | null {
  const count = bins.reduce((sum, bin) => sum + bin.count, 0)
  return count === 0 ? null : bins.reduce((sum, bin) => sum + Math.abs(bin.stated * bin.count - bin.right), 0) / count
}

/** All links of the range that there are or could be. */
export function allLinks({ A, B, C, held }: Quality['links']): number {
  return A + B + C + held
}

/** A share near 1 with its tenth: between 98.6 and 99.4 % lies half of the errors. `0.9862` -> `98.6 %`, `0.99998` -> `>99.9 %` */
export function formatRight(share: number): string {
  const percent = share * 100
  if (percent === 0 || percent === 100) return `${percent}${THIN}%`
  if (percent > 99.95) return `>99.9${THIN}%`
  return `${percent.toFixed(1)}${THIN}%`
}

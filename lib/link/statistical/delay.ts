/**
 * Histograms of delays on a signed scale of half octaves: what takes 3 or 300 ms gets the same relative resolution, and effects
 * that log before their cause (clocks, buffers) have bins of their own.
 */

/** Bins on each side of zero; 2^(44/2) units are 70 minutes at 1 ms. */
const SIDE = 44
export const BINS = 2 * SIDE + 1

/** Bin of a delay given in units of the clock's resolution. */
export function binOf(units: number): number {
  const size = Math.abs(units)
  if (size < 1) return SIDE
  const step = Math.min(SIDE, 1 + Math.floor(2 * Math.log2(size)))
  return units > 0 ? SIDE + step : SIDE - step
}

/** Whole units that fall into each bin, at least one: what a bin's share is divided by to become a density. */
export const WIDTH: Float64Array = Float64Array.from({ length: BINS }, (_, bin) => {
  const step = Math.abs(bin - SIDE)
  if (step === 0) return 1
  const low = Math.ceil(2 ** ((step - 1) / 2) - 1e-9)
  const high = Math.ceil(2 ** (step / 2) - 1e-9)
  return Math.max(1, high - low)
})

/** Lowest and highest delay, in units, that a bin holds. */
export function rangeOf(bin: number): [number, number] {
  const step = Math.abs(bin - SIDE)
  if (step === 0) return [-1, 1]
  const low = 2 ** ((step - 1) / 2)
  const high = 2 ** (step / 2)
  return bin > SIDE ? [low, high] : [-high, -low]
}

/** Shares of `counts` drawn towards `prior` by `weight` pseudo-observations. */
export function smoothed(counts: Float64Array, prior: Float64Array, weight: number): Float64Array {
  let total = weight
  for (const c of counts) total += c
  return counts.map((c, i) => (c + weight * (prior[i] ?? 0)) / total)
}

/** Spreads each bin's mass a little into its neighbours: 54 labels do not make a density. */
export function blurred(counts: Float64Array): Float64Array {
  return counts.map((c, i) => 0.7 * c + 0.15 * (counts[i - 1] ?? c) + 0.15 * (counts[i + 1] ?? c))
}

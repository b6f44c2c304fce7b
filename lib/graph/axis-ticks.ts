/** Ticks of an axis of elapsed time: round steps, one unit for all, as few decimals as tell them apart. */
const UNITS = [
  { name: 'µs', ms: 0.001, steps: [1, 2, 5] },
  { name: 'ms', ms: 1, steps: [1, 2, 5] },
  { name: 's', ms: 1000, steps: [1, 2, 5] },
  { name: 'min', ms: 60_000, steps: [1, 2, 5, 10, 15, 30] },
  { name: 'h', ms: 3_600_000, steps: [1, 2, 3, 6, 12] },
  { name: 'd', ms: 86_400_000, steps: [1, 2, 5] },
] as const

export interface AxisTick {
  ms: number
  label: string
}

type Unit = (typeof UNITS)[number]

/** The unit in which the far end has at least two of it: 1.4 s reads as 1,400 ms, no; 140 s reads as 2.3 min, yes. */
function unitFor(endMs: number): Unit {
  const large = UNITS.findLast((unit) => endMs >= unit.ms * (unit.ms > 1000 ? 2 : 1))
  return large ?? UNITS[0]
}

function roundStep(least: number, steps: readonly number[]): number {
  const decimal = 10 ** Math.floor(Math.log10(least))
  const known = least >= 1 ? steps.find((step) => step >= least) : undefined
  return known ?? ([1, 2, 5, 10].find((step) => step * decimal >= least * 0.9999) ?? 10) * decimal
}

/**
 * At most `count` ticks within [fromMs, toMs]. `axisTicks(0, 4210, 9)` -> 0, 0.5 s, 1.0 s, … 4.0 s
 * Labels have a narrow no-break space before the unit; zero has none.
 */
export function axisTicks(fromMs: number, toMs: number, count: number): AxisTick[] {
  if (!(toMs > fromMs) || count < 1) return []
  const unit = unitFor(Math.max(Math.abs(fromMs), Math.abs(toMs)))
  const step = roundStep((toMs - fromMs) / unit.ms / count, unit.steps)
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9))
  const ticks: AxisTick[] = []
  const first = Math.ceil(fromMs / unit.ms / step - 1e-9)
  for (let i = first; i * step * unit.ms <= toMs * (1 + 1e-12) && ticks.length <= count; i += 1) {
    const value = i * step
    ticks.push({ ms: value * unit.ms, label: i === 0 ? '0' : `${value.toFixed(decimals).replace('-', '\u2212')}\u202f${unit.name}` })
  }
  return ticks
}

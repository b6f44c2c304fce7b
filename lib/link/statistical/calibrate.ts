/**
 * Makes confidences true: certain links are hidden, predicted, and the predicted probabilities are fitted to how often they were right.
 * The curve is beta calibration, logit q = a·ln p − b·ln(1−p) + c, drawn towards the identity, with a shift of its own for each
 * class of edges that is drawn towards none; so a class with three labels borrows from all, one with three hundred speaks for itself.
 */
export interface Outcome {
  /** Kind of effect. */
  class: string
  p: number
  right: boolean
}

/** For kinds of effect that could not be tested: which curve of kinds alike each takes (borrowed.ts). */
export interface Borrowed {
  kinds: Record<string, number>
  curves: Pick<Calibration, 'a' | 'b' | 'c'>[]
}

export interface Calibration {
  a: number
  b: number
  c: number
  shift: Record<string, number>
  /** No confidence above this: what was tested so many times without an error may still err once. */
  ceiling: number
  /** Hidden links predicted; 0 where the curve is borrowed. */
  tested: number
  borrowed?: Borrowed
}

/** Used where nothing can be hidden; learned on other systems, milder than what the model believes. */
export const BORROWED: Calibration = { a: 0.8, b: 0.8, c: 0, shift: {}, ceiling: 0.985, tested: 0 }

/** What is surer than this is as sure as this: else thousands of sure ones would tell the curve what becomes of the doubtful. */
const TINY = 1e-3
const UNLIKELY = 0.5
/** Below this no outcome is looked at: the effect was held for a root. */
const HARDLY = 0.1
/** Strength of the pull towards the identity and, of each class, towards no shift. */
const PULL = 10
const CLASS_PULL = 4
/** A class counts no more than this for the common curve: nine hundred messages of one queue must not speak for a stream. */
const MOST_OF_CLASS = 100

const clamp = (p: number): number => Math.min(1 - TINY, Math.max(TINY, p))
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

type Curve = Pick<Calibration, 'a' | 'b' | 'c' | 'shift'>

function curve(calibration: Curve, p: number, ofClass: string): number {
  const q = clamp(p)
  return calibration.a * Math.log(q) - calibration.b * Math.log(1 - q) + calibration.c + (calibration.shift[ofClass] ?? 0)
}

/** What the model holds for unlikely is never raised: how often that is right depends on the roots, and few of them are tested. */
export function calibrated(calibration: Calibration, p: number, ofClass: string, byValue = false): number {
  const lent = byValue ? undefined : borrowedCurve(calibration, ofClass)
  const q = Math.min(calibration.ceiling, sigmoid(curve(lent ? { ...lent, shift: {} } : calibration, p, ofClass)))
  return p < UNLIKELY ? Math.min(p, q) : q
}

/** The curve of kinds alike, for a kind that could not be tested; what a shared value shows is tested with all others. */
export function borrowedCurve({ borrowed }: Calibration, ofClass: string): Borrowed['curves'][number] | undefined {
  const group = borrowed?.kinds[ofClass]
  return group === undefined ? undefined : borrowed?.curves[group]
}

export function fitCalibration(outcomes: readonly Outcome[]): Calibration {
  if (outcomes.length < 20) return BORROWED
  const sorted = outcomes
    .filter((o) => o.p >= HARDLY)
    .sort((x, y) => x.p - y.p || (x.class < y.class ? -1 : x.class > y.class ? 1 : Number(x.right) - Number(y.right)))
  const sizes = new Map<string, number>()
  for (const o of sorted) sizes.set(o.class, (sizes.get(o.class) ?? 0) + 1)
  const out: Calibration = { a: 1, b: 1, c: 0, shift: {}, ceiling: 1, tested: sorted.length }
  for (let round = 0; round < 8; round++) {
    for (let step = 0; step < 4; step++) newton(out, sorted, sizes)
    fitShifts(out, sorted)
  }
  out.ceiling = 1 - 0.5 / (sorted.length + 1)
  return out
}

/** One Newton step on (a, b, c) with the pull as a prior; 3 by 3, solved by Cramer's rule. */
function newton(at: Calibration, outcomes: readonly Outcome[], sizes: ReadonlyMap<string, number>): void {
  const g = [PULL * (at.a - 1), PULL * (at.b - 1), PULL * at.c]
  const h = [PULL, 0, 0, 0, PULL, 0, 0, 0, PULL]
  for (const o of outcomes) {
    const p = clamp(o.p)
    const x = [Math.log(p), -Math.log(1 - p), 1]
    const q = sigmoid(curve(at, o.p, o.class))
    const weight = Math.min(1, MOST_OF_CLASS / (sizes.get(o.class) ?? 1))
    const r = weight * (q - (o.right ? 1 : 0))
    for (let i = 0; i < 3; i++) {
      g[i] = (g[i] ?? 0) + r * (x[i] ?? 0)
      for (let j = 0; j < 3; j++) h[3 * i + j] = (h[3 * i + j] ?? 0) + weight * q * (1 - q) * (x[i] ?? 0) * (x[j] ?? 0)
    }
  }
  const step = solve3(h, g)
  const limit = (v: number): number => Math.max(-1, Math.min(1, v))
  at.a = Math.max(0.05, at.a - limit(step[0]))
  at.b = Math.max(0.05, at.b - limit(step[1]))
  at.c -= limit(step[2])
}

function solve3(m: number[], v: number[]): [number, number, number] {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0, i = 0] = m
  const [x = 0, y = 0, z = 0] = v
  const det = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
  if (Math.abs(det) < 1e-12) return [0, 0, 0]
  return [
    (x * (e * i - f * h) - b * (y * i - f * z) + c * (y * h - e * z)) / det,
    (a * (y * i - f * z) - x * (d * i - f * g) + c * (d * z - y * g)) / det,
    (a * (e * z - y * h) - b * (d * z - y * g) + x * (d * h - e * g)) / det,
  ]
}

function fitShifts(at: Calibration, outcomes: readonly Outcome[]): void {
  const classes = new Map<string, Outcome[]>()
  for (const o of outcomes) {
    const list = classes.get(o.class)
    if (list) list.push(o)
    else classes.set(o.class, [o])
  }
  for (const [name, list] of [...classes].sort((x, y) => (x[0] < y[0] ? -1 : 1))) {
    let shift = at.shift[name] ?? 0
    for (let step = 0; step < 3; step++) {
      let g = CLASS_PULL * shift
      let h = CLASS_PULL
      for (const o of list) {
        const q = sigmoid(curve(at, o.p, name))
        g += q - (o.right ? 1 : 0)
        h += q * (1 - q)
      }
      at.shift[name] = shift = shift - Math.max(-1, Math.min(1, g / h))
    }
  }
}

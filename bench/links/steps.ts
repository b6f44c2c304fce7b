/**
 * What a request does, as a chain of steps: it comes in, calls begin and come back, it goes out. Each step is as likely as what was made so
 * far and what came last make it, and comes after a delay of its own after that: so calls side by side are timed by each other, and what
 * waits for the last of them by that one. No order is given: each order seen is a way through the chain.
 */
export interface Interval {
  id: string
  kind: string
  /** Microseconds. */
  start: number
  end: number
}

/** Where a request of a kind stands: the last step, and how many calls of each kind were made, a digit each, base `MOST_OF_A_KIND`. */
interface Place {
  kind: number
  last: number
  made: number
  /** What was looked up already, by the step's label. */
  steps: Map<number, Step>
}
interface Step {
  to: Place
  log: number
  /** Log densities of its delay. */
  delays: Float64Array
}

/** When it came to a place, and what its way there weighs as a logarithm. */
export interface Walk {
  place: Place
  at: number
  log: number
}

const COME = 0
const GONE = 1
const begun = (kind: number): number => 2 + 2 * kind
const back = (kind: number): number => 3 + 2 * kind

const MOST_OF_A_KIND = 6
/** Bins an octave of delay. */
const FINE = 10
const BINS = 24 * FINE
/** Widths of the smoothing kernel in bins, from many samples to few. */
const NARROW = 0.7
const WIDE = 4
/** Share of steps that are like none seen: a chain may be wrong in places. */
const STRANGE = 0.00002
/** Share of delays that are like none seen. */
const ANYWHERE = 0.02
/** Samples of the next coarser table that stand behind the finer one. */
const PRIOR = 2

const binOf = (us: number): number => Math.min(BINS - 1, Math.round(Math.log2(1 + Math.max(0, us) / 8) * FINE))
const WIDTHS = Float64Array.from({ length: BINS }, (_, bin) => 8 * (2 ** ((bin + 0.5) / FINE) - 2 ** (Math.max(-0.5, bin - 0.5) / FINE)) + (bin === 0 ? 4 : 0))

interface Row {
  total: number
  of: Map<number, number>
}

export class Steps {
  /** By kind of request, last step and what was made; by kind of request and last step; delays by both steps, those of all
   * kinds of request together: their own drifted to what fits them one by one. */
  private readonly fine = new Map<string, Row>()
  private readonly coarse = new Map<string, Row>()
  private readonly delays = new Map<string, Float64Array>()
  private readonly logs = new Map<string, Float64Array>()

  private readonly places = new Map<string, Place>()

  begin = (kind: number, at: number): Walk => ({ place: this.place(kind, COME, 0), at, log: 0 })

  call = (walk: Walk, kind: number, at: number): Walk => this.step(walk, begun(kind), at, MOST_OF_A_KIND ** kind)
  back = (walk: Walk, kind: number, at: number): Walk => this.step(walk, back(kind), at)
  leave = (walk: Walk, at: number): Walk => this.step(walk, GONE, at)

  /** Of what weighs this much, every step from `walk` on is learned by the following calls. */
  learn(walk: Walk, next: 'call' | 'back' | 'leave', kind: number, at: number, weight: number): Walk {
    const label = next === 'call' ? begun(kind) : next === 'back' ? back(kind) : GONE
    const { place } = walk
    count(this.fine, `${place.kind} ${place.last} ${place.made}`, label, weight)
    count(this.coarse, `${place.kind} ${place.last}`, label, weight)
    const key = `${place.last} ${label}`
    let bins = this.delays.get(key)
    if (!bins) this.delays.set(key, (bins = new Float64Array(BINS)))
    const bin = binOf(at - walk.at)
    bins[bin] = (bins[bin] ?? 0) + weight
    const made = next === 'call' ? place.made + MOST_OF_A_KIND ** kind : place.made
    return { ...walk, at, place: this.place(place.kind, label, made) }
  }

  private place(kind: number, last: number, made: number): Place {
    const key = `${kind} ${last} ${made}`
    let place = this.places.get(key)
    if (!place) this.places.set(key, (place = { kind, last, made, steps: new Map() }))
    return place
  }

  private step({ place, at: before, log }: Walk, label: number, at: number, made = 0): Walk {
    let step = place.steps.get(label)
    if (!step) place.steps.set(label, (step = this.look(place, label, made)))
    return { place: step.to, at, log: log + step.log + (step.delays[binOf(at - before)] ?? -30) }
  }

  private look({ kind, last, made }: Place, label: number, more: number): Step {
    const fine = this.fine.get(`${kind} ${last} ${made}`)
    const coarse = this.coarse.get(`${kind} ${last}`)
    const general = ((coarse?.of.get(label) ?? 0) + STRANGE) / ((coarse?.total ?? 0) + 1)
    const log = Math.log(((fine?.of.get(label) ?? 0) + PRIOR * general + STRANGE) / ((fine?.total ?? 0) + PRIOR + 1))
    return { to: this.place(kind, label, made + more), log, delays: this.delay(`${last} ${label}`) }
  }

  /** Log density per microsecond. */
  private delay(key: string): Float64Array {
    let logs = this.logs.get(key)
    if (!logs) this.logs.set(key, (logs = smooth(this.delays.get(key) ?? new Float64Array(BINS))))
    return logs
  }
}

function count(table: Map<string, Row>, key: string, label: number, weight: number): void {
  let row = table.get(key)
  if (!row) table.set(key, (row = { total: 0, of: new Map() }))
  row.total += weight
  row.of.set(label, (row.of.get(label) ?? 0) + weight)
}

function smooth(bins: Float64Array): Float64Array {
  const total = bins.reduce((sum, x) => sum + x, 0)
  const width = Math.max(NARROW, WIDE / Math.max(1, total / 4) ** 0.3)
  const reach = Math.ceil(3 * width)
  const kernel = Array.from({ length: 2 * reach + 1 }, (_, at) => Math.exp(-0.5 * ((at - reach) / width) ** 2))
  const mass = kernel.reduce((sum, x) => sum + x, 0)
  const out = new Float64Array(BINS)
  bins.forEach((weight, bin) => {
    if (weight === 0) return
    kernel.forEach((part, at) => {
      const near = Math.min(BINS - 1, Math.abs(bin + at - reach))
      out[near] = (out[near] ?? 0) + (weight * part) / mass
    })
  })
  // What is left over lies anywhere.
  return out.map((x, bin) => Math.log((ANYWHERE / BINS + ((1 - ANYWHERE) * x) / (total + 1)) / (WIDTHS[bin] ?? 1)))
}

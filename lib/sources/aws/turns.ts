/**
 * Whose turn it is where several kinds of work want the same tokens: stride scheduling, so that each kind that has work gets its share
 * whatever the others want, and what one leaves goes to the rest.
 */
export type WorkClass = 'live' | 'backfill' | 'sweep'

/** Of six tokens: the present 3, a person who waits for a past range 2, late events 1. With 4 calls a second a sweep gets at least 57,600 a day. */
const WEIGHTS: Record<WorkClass, number> = { live: 3, backfill: 2, sweep: 1 }

export class Turns {
  private readonly passes: Record<WorkClass, number> = { live: 0, backfill: 0, sweep: 0 }
  private reached = 0

  /** The class to serve next among those that have work; undefined where none has. */
  next(waiting: ReadonlySet<WorkClass>): WorkClass | undefined {
    let best: WorkClass | undefined
    for (const work of ['live', 'backfill', 'sweep'] as const) {
      if (!waiting.has(work)) continue
      // Whoever had no work for a while does not get it all back at once.
      this.passes[work] = Math.max(this.passes[work], this.reached)
      if (best === undefined || this.passes[work] < this.passes[best]) best = work
    }
    if (best === undefined) return undefined
    this.reached = this.passes[best]
    this.passes[best] += 1 / WEIGHTS[best]
    return best
  }
}

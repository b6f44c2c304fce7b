/**
 * What the other processes say of one: calls and the requests that they met tie processes together, so what is believed of all of them
 * makes stories, each from a request that no call met. From above: where a story comes to a process more than once, which of its requests
 * is the last to end (the last of several uploads is the one that goes on). From below: what is made beneath a call, for a request
 * makes one call with this beneath it and one with that. Both become part of the kind of request or call, and what they are
 * worth is learned as the rest is.
 */
import { groupBy, pushTo } from '#lib/base/group'
import type { Interval } from './steps'

export interface Made extends Interval {
  /** The request of another process that this call met. */
  met?: string
}
export interface Site {
  requests: readonly Interval[]
  calls: readonly Made[]
}

/** What fewer calls than this share of their kind have beneath them counts as odd. */
const ODD = 0.02
/** No story goes deeper; beliefs may run in a circle. */
const DEEPEST = 30

export class Stories {
  private readonly callOf = new Map<string, Made>()
  private readonly madeBy = new Map<string, Made[]>()

  /** @param believed the request of each call */
  constructor(
    sites: Iterable<Site>,
    private readonly believed: ReadonlyMap<string, string>,
  ) {
    for (const { calls } of sites)
      for (const call of calls) {
        if (call.met !== undefined) this.callOf.set(call.met, call)
        const cause = believed.get(call.id)
        if (cause !== undefined) pushTo(this.madeBy, cause, call)
      }
  }

  /** @returns the same requests and calls, of kinds that tell more */
  tell({ requests, calls }: Site): Site {
    const closers = new Set<string>()
    for (const visits of groupBy(requests, ({ id }) => this.rootOf(id)).values())
      if (visits.length > 1) closers.add(visits.reduce((a, b) => (b.end > a.end || (b.end === a.end && b.id > a.id) ? b : a)).id)
    return {
      requests: requests.map((request) => (closers.has(request.id) ? { ...request, kind: `${request.kind}, last` } : request)),
      calls: this.withBeneath(calls),
    }
  }

  private rootOf(request: string): string {
    let root = request
    for (let depth = 0; depth < DEEPEST; depth++) {
      const up = this.believed.get(this.callOf.get(root)?.id ?? '')
      if (up === undefined) break
      root = up
    }
    return root
  }

  private withBeneath(calls: readonly Made[]): Made[] {
    const beneath = new Map(calls.map((call) => [call, this.beneath(call, 0).sort().join(', ')]))
    return [...groupBy(calls, ({ kind }) => kind).values()].flatMap((alike) => {
      const count = groupBy(alike, (call) => beneath.get(call))
      return alike.map((call) => {
        const what = beneath.get(call)
        const isOdd = (count.get(what)?.length ?? 0) < ODD * alike.length
        return { ...call, kind: isOdd ? `${call.kind} (odd)` : `${call.kind} (${what})` }
      })
    })
  }

  private beneath(call: Made, depth: number): string[] {
    if (call.met === undefined || depth > DEEPEST) return []
    return (this.madeBy.get(call.met) ?? []).flatMap((made) => [made.kind, ...this.beneath(made, depth + 1)])
  }
}

/**
 * Which request made which calls, all calls of a request at once: the likeliest sets of calls of each request by a beam over its chain of
 * steps, then sum-product messages between requests and calls (every call has one request), then the chain learned anew from what came out.
 */
import { Steps, type Interval, type Walk } from './steps'

const ROUNDS = 6
const BEAM = 200
const MESSAGES = 30
/** How much more than it is every difference counts, in the last messages: the likeliest whole is wanted then. */
const SHARPER = [1, 2, 4]
/** Intervals of one process are closed one after the other, a call now and then after what waited for it. Microseconds. */
const STICK_OUT_US = 200
/** No message is surer than this. */
const SURE = 60

/** A set of calls that a request may have made. */
interface Choice {
  calls: number[]
  log: number
}
interface Partial {
  walk: Walk
  calls: number[]
  /** Calls not back yet, the first to come last. */
  open: number[]
  /** With what the messages say of its calls. */
  rank: number
}

class Process {
  readonly requestKind: number[]
  readonly callKind: number[]
  constructor(
    readonly requests: readonly Interval[],
    readonly calls: readonly Interval[],
  ) {
    const numbers = (all: readonly Interval[]): number[] => {
      const names = new Map<string, number>()
      return all.map(({ kind }) => {
        if (!names.has(kind)) names.set(kind, names.size)
        return names.get(kind) ?? 0
      })
    }
    this.requestKind = numbers(requests)
    this.callKind = numbers(calls)
  }
  kindOf = (c: number): number => this.callKind[c] ?? 0
  startOf = (c: number): number => this.calls[c]?.start ?? 0
  endOf = (c: number): number => this.calls[c]?.end ?? 0
}

/**
 * @param first what is believed of each call so far; calls that fit into no request keep it
 * @param teachers the requests whose calls in `first` are the truth; the chain is then learned from these alone: an oracle
 * @returns the request of each call
 */
export function matchTogether(
  requests: readonly Interval[],
  unsorted: readonly Interval[],
  first: ReadonlyMap<string, string>,
  teachers?: ReadonlySet<string>,
): Map<string, string> {
  const process = new Process(
    requests,
    [...unsorted].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : 1)),
  )
  const number = new Map(requests.map(({ id }, r) => [id, r]))
  const given: number[][] = requests.map(() => [])
  process.calls.forEach(({ id }, c) => given[number.get(first.get(id) ?? '') ?? -1]?.push(c))
  let believed = given.map((calls) => [{ choice: { calls, log: 0 }, p: 1 }])
  const taught = teachers && believed.map((sets, r) => (teachers.has(requests[r]?.id ?? '') ? sets : []))
  let price: Price = () => 0
  let choices: Choice[][] = []
  for (let round = 0; round < ROUNDS; round++) {
    const steps = learn(process, taught ?? believed)
    choices = requests.map((_, r) => choicesOf(process, steps, r, price, believed[r]?.filter(({ p }) => p > 0.05).map(({ choice }) => choice.calls) ?? []))
    const passed = pass(choices, process.calls.length, round === ROUNDS - 1 ? SHARPER : [1])
    price = passed.price
    believed = choices.map((of, r) => of.map((choice, at) => ({ choice, p: passed.p[r]?.[at] ?? 0 })))
  }
  return decode(process, believed, first)
}

interface Belief {
  choice: Choice
  p: number
}

function learn(process: Process, believed: readonly Belief[][]): Steps {
  const steps = new Steps()
  believed.forEach((beliefs, r) => {
    const request = process.requests[r]
    if (!request) return
    for (const { choice, p } of beliefs) {
      if (p < 0.01) continue
      const events = choice.calls.flatMap((c) => [
        { at: process.startOf(c), next: 'call' as const, kind: process.kindOf(c), c },
        { at: Math.max(process.startOf(c) + 0.5, Math.min(request.end, process.endOf(c))), next: 'back' as const, kind: process.kindOf(c), c },
      ])
      events.sort((a, b) => a.at - b.at || a.c - b.c)
      let walk = steps.begin(process.requestKind[r] ?? 0, request.start)
      for (const { at, next, kind } of events) walk = steps.learn(walk, next, kind, at, p)
      steps.learn(walk, 'leave', 0, request.end, p)
    }
  })
  return steps
}

/** What the other requests say of a call: the logarithm of how little they want it. */
type Price = (c: number, r: number) => number

function choicesOf(process: Process, steps: Steps, r: number, price: Price, before: readonly number[][]): Choice[] {
  const request = process.requests[r]
  if (!request) return []
  const inside: number[] = []
  for (let c = firstFrom(process.calls, request.start - STICK_OUT_US); process.startOf(c) <= request.end && c < process.calls.length; c++)
    if (process.endOf(c) <= request.end + STICK_OUT_US) inside.push(c)
  const found = new Map<string, Choice & { rank: number }>()
  const close = (partial: Partial): void => {
    const ended = steps.leave(comeBack(process, steps, partial, Infinity, request.end).walk, request.end)
    found.set(partial.calls.join(' '), { calls: partial.calls, log: ended.log, rank: partial.rank + ended.log - partial.walk.log })
  }
  const extend = (partial: Partial, c: number): Partial => {
    const then = comeBack(process, steps, partial, process.startOf(c))
    const walk = steps.call(then.walk, process.kindOf(c), process.startOf(c))
    const open = [...then.open, c].sort((a, b) => process.endOf(b) - process.endOf(a))
    return { walk, open, calls: [...partial.calls, c], rank: partial.rank + walk.log - partial.walk.log + price(c, r) }
  }
  const none: Partial = { walk: steps.begin(process.requestKind[r] ?? 0, request.start), calls: [], open: [], rank: 0 }
  for (const calls of before) close(calls.reduce(extend, none))
  let front = [none]
  while (front.length > 0) {
    const next: Partial[] = []
    for (const partial of front) {
      close(partial)
      const last = partial.calls.at(-1) ?? -1
      for (const c of inside) if (c > last) next.push(extend(partial, c))
    }
    next.sort((a, b) => b.rank - a.rank)
    const best = next[0]?.rank ?? 0
    front = next.slice(0, BEAM).filter(({ rank }) => rank > best - 25)
  }
  return [...found.values()].sort((a, b) => b.rank - a.rank).slice(0, BEAM)
}

function comeBack(process: Process, steps: Steps, partial: Partial, until: number, latest = Infinity): { walk: Walk; open: number[] } {
  const open = [...partial.open]
  let { walk } = partial
  for (let c = open.at(-1); c !== undefined && process.endOf(c) <= until; c = open.at(-1)) {
    walk = steps.back(walk, process.kindOf(c), Math.min(latest, process.endOf(c)))
    open.pop()
  }
  return { walk, open }
}

function firstFrom(calls: readonly Interval[], us: number): number {
  let low = 0
  let high = calls.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((calls[middle]?.start ?? 0) < us) low = middle + 1
    else high = middle
  }
  return low
}

interface Edge {
  call: number
  /** To the request, and to the call; logarithms of odds. */
  down: number
  up: number
}

/** Sum-product: every call has one request, every request one of its choices. */
function pass(choices: readonly Choice[][], calls: number, sharpness: readonly number[]): { p: number[][]; price: Price } {
  const edges = choices.map((of) => new Map(of.flatMap((choice) => choice.calls).map((call): [number, Edge] => [call, { call, down: 0, up: 0 }])))
  const ofCall: Edge[][] = Array.from({ length: calls }, () => [])
  for (const map of edges) for (const edge of map.values()) ofCall[edge.call]?.push(edge)
  let p: number[][] = []
  for (let round = 0; round < MESSAGES * sharpness.length; round++) {
    const sharp = sharpness[Math.floor(round / MESSAGES)] ?? 1
    p = choices.map((of, r) => posterior(of, edges[r] ?? new Map<number, Edge>(), sharp))
    choices.forEach((of, r) => {
      const share = new Map<number, number>()
      of.forEach((choice, at) => choice.calls.forEach((c) => share.set(c, (share.get(c) ?? 0) + (p[r]?.[at] ?? 0))))
      for (const edge of edges[r]?.values() ?? []) {
        const has = share.get(edge.call) ?? 0
        edge.up = bounded(Math.log(Math.max(1e-300, has)) - Math.log(Math.max(1e-16, 1 - has)) - edge.down)
      }
    })
    for (const of of ofCall) {
      const top = of.reduce((most, { up }) => Math.max(most, up), -SURE)
      const total = of.reduce((sum, { up }) => sum + Math.exp(up - top), Math.exp(-SURE - top))
      for (const edge of of) edge.down += 0.5 * (bounded(-top - Math.log(Math.max(1e-16, total - Math.exp(edge.up - top)))) - edge.down)
    }
  }
  const unknown = ofCall.map((of) => -of.reduce((most, { up }) => Math.max(most, up), -SURE))
  return { p, price: (c, r) => edges[r]?.get(c)?.down ?? unknown[c] ?? 0 }
}

const bounded = (x: number): number => Math.max(-SURE, Math.min(SURE, x))

function posterior(of: readonly Choice[], edges: ReadonlyMap<number, Edge>, sharp: number): number[] {
  const logs = of.map((choice) => choice.calls.reduce((sum, c) => sum + (edges.get(c)?.down ?? 0), choice.log * sharp))
  const top = logs.reduce((a, b) => Math.max(a, b), -Infinity)
  const weights = logs.map((log) => Math.exp(log - top))
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((x) => x / total)
}

/** The surest sets first, of those whose calls are free; calls left over go where they are likeliest. */
function decode(process: Process, believed: readonly Belief[][], first: ReadonlyMap<string, string>): Map<string, string> {
  const out = new Map<string, string>()
  const all = believed.flatMap((of, r) => of.map(({ choice, p }) => ({ r, p, calls: choice.calls }))).sort((a, b) => b.p - a.p)
  const done = new Set<number>()
  const likeliest = new Map<number, number>()
  const give = (c: number, r: number): unknown => out.set(process.calls[c]?.id ?? '', process.requests[r]?.id ?? '')
  for (const { r, calls } of all) {
    for (const c of calls) if (!likeliest.has(c)) likeliest.set(c, r)
    if (done.has(r) || calls.some((c) => out.has(process.calls[c]?.id ?? ''))) continue
    done.add(r)
    for (const c of calls) give(c, r)
  }
  process.calls.forEach(({ id }, c) => {
    const before = first.get(id)
    const r = likeliest.get(c)
    if (out.has(id)) return
    if (r !== undefined) give(c, r)
    else if (before !== undefined) out.set(id, before)
  })
  return out
}

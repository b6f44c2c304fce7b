/**
 * Who caused whom, all at once: each effect has one cause or none, each place calls about as often as such places do. Sum-product
 * messages on the graph of candidates give every candidate's probability; on a graph without loops they are exact.
 *
 * With weights w (rate of calls times density of the delay, against the rate of effects from outside), for effect e and place i
 *   up(i->e)   = w / (1 - r + Σ over rivals f of w(i,f) · down(f->i))        one call at most, made with probability r
 *   down(e->i) = 1 / (outside(e) + Σ over other places j of up(j->e))
 */
export interface Graph {
  effects: number
  /** First edge of each effect, and one more; edges are grouped by effect. */
  ofEffect: Int32Array
  /** The capacity group of each edge: one place calling one kind of effect. */
  group: Int32Array
  groups: number
  /** Weight of each edge as a rate density, and of "outside" for each effect. */
  weight: Float64Array
  outside: Float64Array
  /** Expected calls of each group, the same unit as in `weight`. */
  rate: Float64Array
  /** For effects that may have several causes (a batch), how readily a further one joins, in units of time; 0 for the others. */
  gather: Float64Array
}

export interface Posterior {
  edge: Float64Array
  outside: Float64Array
}

export function match(graph: Graph, rounds: number): Posterior {
  const edges = graph.weight.length
  const up = Float64Array.from(graph.weight)
  const down = new Float64Array(edges)
  const load = new Float64Array(graph.groups)
  for (let round = 0; round < rounds; round++) {
    toPlaces(graph, up, down)
    load.fill(0)
    for (let k = 0; k < edges; k++) add(load, graph.group[k] ?? 0, (graph.weight[k] ?? 0) * (down[k] ?? 0))
    for (let k = 0; k < edges; k++) {
      const g = graph.group[k] ?? 0
      const w = graph.weight[k] ?? 0
      const rate = graph.rate[g] ?? 0
      const idle = Math.max(0.002, 1 - rate)
      const rivals = Math.max(0, (load[g] ?? 0) - w * (down[k] ?? 0))
      // A place that calls several at once has no one-to-one to hold it to.
      const next = rate > 1.05 ? w : w / (idle + rivals)
      // Averaging in logs: plain alternation swings between two states where rivals are equal.
      up[k] = round === 0 ? next : Math.sqrt((up[k] ?? 0) * next)
    }
  }
  return marginals(graph, up)
}

/**
 * An effect with several causes has weight Σ over non-empty sets of causes of g^(n-1) · Π up, which is (Π(1 + g·up) − 1) / g;
 * with g = 0 that is Σ up, one cause.
 */
function toPlaces(graph: Graph, up: Float64Array, down: Float64Array): void {
  for (let e = 0; e < graph.effects; e++) {
    const from = graph.ofEffect[e] ?? 0
    const to = graph.ofEffect[e + 1] ?? 0
    const outside = graph.outside[e] ?? 0
    const g = graph.gather[e] ?? 0
    const total = sumOf(up, from, to, g)
    for (let k = from; k < to; k++) {
      const rest = without(total, up[k] ?? 0, g)
      down[k] = g > 0 ? joins(rest, outside, g) : 1 / Math.max(1e-100, outside + rest)
    }
  }
}

/** Σ up, or Σ ln(1 + g·up). */
function sumOf(up: Float64Array, from: number, to: number, g: number): number {
  let sum = 0
  for (let k = from; k < to; k++) sum += g > 0 ? Math.log1p(g * (up[k] ?? 0)) : (up[k] ?? 0)
  return sum
}

const without = (total: number, up: number, g: number): number => Math.max(0, g > 0 ? total - Math.log1p(g * up) : total - up)

/** Weight of "this one too" against "not this one", given the log-product of the others. */
function joins(rest: number, outside: number, g: number): number {
  // e^rest / (outside + (e^rest − 1) / g), without overflow.
  const scaled = Math.exp(-rest)
  return 1 / Math.max(1e-100, outside * scaled + (1 - scaled) / g)
}

function marginals(graph: Graph, up: Float64Array): Posterior {
  const edge = new Float64Array(up.length)
  const outside = new Float64Array(graph.effects)
  for (let e = 0; e < graph.effects; e++) {
    const from = graph.ofEffect[e] ?? 0
    const to = graph.ofEffect[e + 1] ?? 0
    const none = graph.outside[e] ?? 0
    const g = graph.gather[e] ?? 0
    const total = sumOf(up, from, to, g)
    const some = g > 0 ? (total > 600 ? Infinity : Math.expm1(total) / g) : total
    outside[e] = none + some > 0 ? none / (none + some) : 1
    for (let k = from; k < to; k++) {
      const weight = up[k] ?? 0
      if (g > 0) {
        const odds = weight * joins(without(total, weight, g), none, g)
        edge[k] = odds / (1 + odds)
      } else edge[k] = none + some > 0 ? weight / (none + some) : 0
    }
  }
  return { edge, outside }
}

function add(array: Float64Array, at: number, value: number): void {
  array[at] = (array[at] ?? 0) + value
}

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

function toPlaces(graph: Graph, up: Float64Array, down: Float64Array): void {
  for (let e = 0; e < graph.effects; e++) {
    const from = graph.ofEffect[e] ?? 0
    const to = graph.ofEffect[e + 1] ?? 0
    let sum = graph.outside[e] ?? 0
    for (let k = from; k < to; k++) sum += up[k] ?? 0
    for (let k = from; k < to; k++) down[k] = 1 / Math.max(1e-300, sum - (up[k] ?? 0))
  }
}

function marginals(graph: Graph, up: Float64Array): Posterior {
  const edge = new Float64Array(up.length)
  const outside = new Float64Array(graph.effects)
  for (let e = 0; e < graph.effects; e++) {
    const from = graph.ofEffect[e] ?? 0
    const to = graph.ofEffect[e + 1] ?? 0
    let sum = graph.outside[e] ?? 0
    for (let k = from; k < to; k++) sum += up[k] ?? 0
    outside[e] = sum > 0 ? (graph.outside[e] ?? 0) / sum : 1
    for (let k = from; k < to; k++) edge[k] = sum > 0 ? (up[k] ?? 0) / sum : 0
  }
  return { edge, outside }
}

function add(array: Float64Array, at: number, value: number): void {
  array[at] = (array[at] ?? 0) + value
}

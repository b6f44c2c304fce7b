/** What of a service map is drawn, and in what words. Pure: map in, view model out; no colours, no pixels. */
import type { MapEdge, MapNode, ServiceMap } from '#lib/model/api'
import { isCarrierKind } from '#lib/model/carriers'

/** From this share of failing spans on a service counts as unhealthy and its ring shows. */
export const UNHEALTHY_SHARE = 0.01
/** More nodes than this are folded until asked otherwise; above FOLD_CAP always, or the tab would freeze. */
export const FOLD_FROM = 60
export const FOLD_CAP = 300

export function errorShare(of: { errors: number; spans?: number; count?: number }): number {
  const all = of.spans ?? of.count ?? 0
  return all > 0 ? of.errors / all : 0
}

export function isUnhealthy(node: MapNode): boolean {
  return errorShare(node) >= UNHEALTHY_SHARE || node.change === 'shifted'
}

export function edgeId(edge: { source: string; target: string }): string {
  return `${edge.source}\u2192${edge.target}`
}

export interface MapFilter {
  unhealthyOnly: boolean
  /** Names of hidden services. */
  hidden: ReadonlySet<string>
  fold: 'auto' | 'off'
}

export interface FoldedNode extends MapNode {
  /** Services that stand behind this one drawing; empty for a service itself. */
  members: string[]
}

export interface MapView {
  nodes: FoldedNode[]
  edges: MapEdge[]
  /** Services of the whole map, and of them folded away. */
  total: number
  folded: number
  unhealthy: number
  /** Services known to hand something on, whether their receivers are shown or not. */
  sending: ReadonlySet<string>
}

/** The map as it is drawn and told: of a service to itself only what leads from one execution to another. */
export function withLoops(map: ServiceMap): ServiceMap {
  return { ...map, edges: [...map.edges.filter((edge) => edge.source !== edge.target), ...map.loops] }
}

/** Filters, then folds: the busiest and the unhealthy stay, quiet healthy ones become one drawing for each kind. */
export function viewOfMap(map: ServiceMap, filter: MapFilter): MapView {
  const unhealthy = map.nodes.filter(isUnhealthy)
  const shown = map.nodes.filter((node) => !filter.hidden.has(node.name) && (!filter.unhealthyOnly || isUnhealthy(node) || touches(node, unhealthy, map.edges)))
  const limit = filter.fold === 'auto' ? FOLD_FROM : FOLD_CAP
  const { nodes, standIn } = foldNodes(shown, limit)
  const ids = new Set(nodes.map((node) => node.id))
  const moved = map.edges.map((edge) => ({ ...edge, source: standIn.get(edge.source) ?? edge.source, target: standIn.get(edge.target) ?? edge.target }))
  const edges = mergeEdges(
    moved.filter((edge) => ids.has(edge.source) && ids.has(edge.target) && edge.source !== edge.target && (edge.count > 0 || edge.change === 'gone')),
  )
  const sending = new Set(moved.filter((edge) => edge.count > 0).map((edge) => edge.source))
  return { nodes, edges, total: map.nodes.length, folded: standIn.size, unhealthy: unhealthy.length, sending }
}

/** A healthy neighbour stays with an unhealthy one: alone, a failing service says nothing about whom it hurts. */
function touches(node: MapNode, unhealthy: readonly MapNode[], edges: readonly MapEdge[]): boolean {
  return edges.some(
    (edge) =>
      (edge.source === node.id && unhealthy.some((bad) => bad.id === edge.target)) ||
      (edge.target === node.id && unhealthy.some((bad) => bad.id === edge.source)),
  )
}

function foldNodes(nodes: readonly MapNode[], limit: number): { nodes: FoldedNode[]; standIn: Map<string, string> } {
  const asIs = (node: MapNode): FoldedNode => ({ ...node, members: [] })
  if (nodes.length <= limit) return { nodes: nodes.map(asIs), standIn: new Map() }
  const ranked = [...nodes].sort((a, b) => Number(isUnhealthy(b)) - Number(isUnhealthy(a)) || b.spans - a.spans || (a.id < b.id ? -1 : 1))
  const kinds = new Set(nodes.map((node) => node.kind))
  const keep = ranked.slice(0, Math.max(1, limit - kinds.size))
  const groups = new Map<string, MapNode[]>()
  for (const node of ranked.slice(keep.length)) groups.set(node.kind, [...(groups.get(node.kind) ?? []), node])
  const standIn = new Map<string, string>()
  const folded = [...groups.entries()].map(([kind, members]): FoldedNode => {
    const id = `folded:${kind}`
    for (const member of members) standIn.set(member.id, id)
    return foldOf(id, members)
  })
  return { nodes: [...keep.map(asIs), ...folded], standIn }
}

const PLURALS: Record<MapNode['kind'], string> = {
  function: 'functions',
  gateway: 'gateways',
  queue: 'queues',
  topic: 'topics',
  bus: 'buses',
  stream: 'streams',
  table: 'tables',
  bucket: 'buckets',
  workflow: 'workflows',
  container: 'containers',
  external: 'external services',
}

function foldOf(id: string, members: readonly MapNode[]): FoldedNode {
  const add = (of: (node: MapNode) => number) => members.reduce((sum, node) => sum + of(node), 0)
  const first = members[0]
  if (!first) throw new Error(`A fold needs members: ${id}`)
  return {
    id,
    name: `${members.length} more ${members.length === 1 ? first.kind : PLURALS[first.kind]}`,
    kind: first.kind,
    events: add((n) => n.events),
    spans: add((n) => n.spans),
    errors: add((n) => n.errors),
    ratePerSecond: add((n) => n.ratePerSecond),
    caused: add((n) => n.caused),
    // Percentiles of several services can't be added up.
    p50Ms: null,
    p95Ms: null,
    change: null,
    before: null,
    members: members.map((node) => node.name),
  }
}

function mergeEdges(edges: readonly MapEdge[]): MapEdge[] {
  const merged = new Map<string, MapEdge>()
  for (const edge of edges) {
    const id = edgeId(edge)
    const known = merged.get(id)
    if (!known) merged.set(id, edge)
    else merged.set(id, addEdges(known, edge))
  }
  return [...merged.values()]
}

function addEdges(a: MapEdge, b: MapEdge): MapEdge {
  const tiers = { A: a.tiers.A + b.tiers.A, B: a.tiers.B + b.tiers.B, C: a.tiers.C + b.tiers.C }
  const tier = (['A', 'B', 'C'] as const).reduce((best, next) => (tiers[next] > tiers[best] ? next : best), 'A')
  return { ...a, count: a.count + b.count, errors: a.errors + b.errors, p50Ms: null, p95Ms: null, tiers, tier, change: null, before: null }
}

export interface Neighbour {
  node: MapNode
  edge: MapEdge
  /** `self`: it calls itself, which the drawing leaves out. */
  direction: 'from' | 'to' | 'self'
}

/** Who causes it and what it causes, busiest first. */
export function neighboursOf(map: ServiceMap, id: string): Neighbour[] {
  const byId = new Map(map.nodes.map((node) => [node.id, node]))
  const found = map.edges.flatMap((edge): Neighbour[] => {
    if (edge.count === 0) return []
    const self = byId.get(id)
    if (edge.source === edge.target) return edge.source === id && self ? [{ node: self, edge, direction: 'self' }] : []
    const other = edge.target === id ? byId.get(edge.source) : edge.source === id ? byId.get(edge.target) : undefined
    return other ? [{ node: other, edge, direction: edge.target === id ? 'from' : 'to' }] : []
  })
  const rank = { from: 0, self: 1, to: 2 }
  return found.sort((a, b) => rank[a.direction] - rank[b.direction] || b.edge.count - a.edge.count)
}

export interface Unproven {
  /** Spans that could have a cause, those without a proven one, and that share of 0..1. */
  spans: number
  without: number
  share: number
  /** Services none of whose spans has a proven cause, although no edge says that they begin something. */
  services: number
}

/** How much of the map is not known. A service without any edge at all may be a start or unproven: it counts. */
export function unprovenOf(map: ServiceMap): Unproven {
  const without = Math.max(0, map.linked.spans - map.linked.withCause)
  const causes = new Set(map.edges.filter((edge) => edge.count > 0).map((edge) => edge.source))
  const services = map.nodes.filter((node) => node.spans > 0 && node.caused === 0 && !causes.has(node.id)).length
  return { spans: map.linked.spans, without, share: map.linked.spans > 0 ? without / map.linked.spans : 0, services }
}

/** `+0.29 s`, `×9.6`: how p95 moved, for the tag beside a shifted service; null where there is nothing to compare. */
export function shiftOf(node: MapNode): { ratio: number; differenceMs: number } | null {
  const before = node.before?.p95Ms ?? null
  if (node.change !== 'shifted' || before === null || node.p95Ms === null || before <= 0) return null
  return { ratio: node.p95Ms / before, differenceMs: node.p95Ms - before }
}

/** What carries messages or data is drawn round, what runs has corners. */
export function isCarrier(kind: MapNode['kind']): boolean {
  return isCarrierKind(kind)
}

/** Where a message waits before it is received. */
export function isWaiting(kind: MapNode['kind']): boolean {
  return kind === 'queue' || kind === 'stream'
}

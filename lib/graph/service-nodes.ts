/** Which node of the map stands for a service. */
import type { ServiceKind } from '#lib/model/event'

export interface ServiceRow {
  id: bigint
  name: string
  kind: string
  /** The kind is a guess. */
  assumed: boolean
}

export interface ServiceNode {
  id: bigint
  name: string
  kind: ServiceKind
}

/** Most likely meant first, where a name has several known kinds and a record of it says none. */
const KINDS: readonly ServiceKind[] = ['function', 'gateway', 'container', 'workflow', 'queue', 'topic', 'bus', 'stream', 'table', 'bucket', 'external']

/** Stands in where a span's service is not in the table, which only a half-restored database shows. */
export const UNKNOWN_SERVICE: ServiceNode = { id: 0n, name: 'unknown', kind: 'external' }

function kindOf(text: string): ServiceKind {
  return KINDS.find((kind) => kind === text) ?? 'external'
}

/**
 * Service id -> its node. A service whose kind is only assumed (an X-Ray segment without origin, a plain text file) is the one of a known
 * kind with the same name; several assumed ones of a name without a known one are one node too. The result does not depend on order.
 */
export function nodeOfServices(services: readonly ServiceRow[]): Map<bigint, ServiceNode> {
  const best = new Map<string, ServiceRow>()
  for (const service of services) {
    const known = best.get(service.name)
    if (!known || isBetter(service, known)) best.set(service.name, service)
  }
  const nodes = new Map<bigint, ServiceNode>()
  for (const service of services) {
    const node = service.assumed ? (best.get(service.name) ?? service) : service
    nodes.set(service.id, { id: node.id, name: node.name, kind: kindOf(node.kind) })
  }
  return nodes
}

function isBetter(a: ServiceRow, b: ServiceRow): boolean {
  if (a.assumed !== b.assumed) return b.assumed
  const rank = KINDS.indexOf(kindOf(a.kind)) - KINDS.indexOf(kindOf(b.kind))
  return rank < 0 || (rank === 0 && a.id < b.id)
}

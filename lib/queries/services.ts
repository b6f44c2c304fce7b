/** The services, each under the node that stands for it. Reads the whole table: a platform has hundreds, not millions. */
import { sql } from '#lib/db/sql'
import { nodeOfServices, type ServiceNode, type ServiceRow } from '#lib/graph/service-nodes'
import { UNKNOWN_SERVICE } from '#lib/graph/service-nodes'
import type { Db } from './read'

export interface Services {
  /** The node of a service id as it stands in spans and events. */
  of(id: bigint): ServiceNode
  /** Every service id and its node's, for joins. */
  ids: bigint[]
  nodeIds: bigint[]
  nodes: ReadonlyMap<bigint, ServiceNode>
}

export async function loadServices(db: Db): Promise<Services> {
  const rows = await db.rows<ServiceRow>(sql`select id, name, kind, assumed from service`)
  const nodes = nodeOfServices(rows)
  return {
    of: (id) => nodes.get(id) ?? UNKNOWN_SERVICE,
    ids: [...nodes.keys()],
    nodeIds: [...nodes.values()].map((node) => node.id),
    nodes,
  }
}

/** Layout and routing off the main thread: one message in, one out. */
import { layoutMap, wordSize } from '#lib/graph/layout'
import type { LayoutInput, Point } from '#lib/graph/layout'
import { routeMap } from '#lib/graph/map-routes'
import type { RouteInput, RouteResult } from '#lib/graph/map-routes'

export interface LayoutRequest {
  id: number
  input: LayoutInput
  nodes: RouteInput['nodes']
  edges: RouteInput['edges']
}

export interface LayoutAnswer extends RouteResult {
  id: number
  positions: Record<string, Point>
  /** Nothing stayed where it was: the view has to be fitted anew. */
  fresh: boolean
}

const scope = self as unknown as { onmessage: ((event: MessageEvent<LayoutRequest>) => void) | null; postMessage: (answer: LayoutAnswer) => void }

scope.onmessage = ({ data }) => {
  const positions = layoutMap(data.input)
  const { kept } = data.input
  const fresh = !Object.entries(positions).some(([id, p]) => kept[id]?.x === p.x && kept[id]?.y === p.y)
  const size = wordSize(positions, data.input)
  scope.postMessage({ id: data.id, positions, fresh, ...routeMap({ positions, nodes: data.nodes, edges: data.edges, size }) })
}

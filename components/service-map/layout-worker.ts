/** Layout and routing off the main thread: one message in, one out. */
import { layoutMap } from '#lib/graph/layout'
import type { LayoutInput, Point } from '#lib/graph/layout'
import { routeMap } from '#lib/graph/map-routes'
import type { RouteInput, RouteResult } from '#lib/graph/map-routes'

export interface LayoutRequest {
  id: number
  input: LayoutInput
  edges: RouteInput['edges']
}

export interface LayoutAnswer extends RouteResult {
  id: number
  positions: Record<string, Point>
}

const scope = self as unknown as { onmessage: ((event: MessageEvent<LayoutRequest>) => void) | null; postMessage: (answer: LayoutAnswer) => void }

scope.onmessage = ({ data }) => {
  const positions = layoutMap(data.input)
  scope.postMessage({ id: data.id, positions, ...routeMap({ positions, edges: data.edges }) })
}

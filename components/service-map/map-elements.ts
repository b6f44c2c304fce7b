/** View model -> cytoscape elements and their stylesheet. Numbers here are pixels of the drawing at zoom 1. */
import type { EdgeDefinition, ElementDefinition, StylesheetJson } from 'cytoscape'
import { edgeId, errorShare, isCarrier, isWaiting, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import type { FoldedNode, MapView } from '#lib/graph/map-view'
import type { Route, Side } from '#lib/graph/map-routes'
import type { Point } from '#lib/graph/layout'
import type { MapEdge } from '#lib/model/api'
import { nodePicture, PICTURE_SIZE } from './node-picture'
import type { Palette } from './node-picture'
import type { MapLayout } from './use-layout'

const WIDTH = { min: 1.25, max: 5.5 }
const DEGREES: Record<Side, string> = { top: '0deg', right: '90deg', bottom: '180deg', left: '270deg' }

/** Elements of everything that has a place already. */
export function elementsOf(view: MapView, layout: MapLayout, palette: Palette): ElementDefinition[] {
  const kinds = new Map(view.nodes.map((node) => [node.id, node.kind]))
  const most = Math.max(1, ...view.edges.map((edge) => edge.count))
  const nodes = view.nodes.flatMap((node) => {
    const position = layout.positions[node.id]
    return position ? [nodeElement(node, position, palette)] : []
  })
  const edges = view.edges.flatMap((edge) => {
    const from = layout.positions[edge.source]
    const to = layout.positions[edge.target]
    if (!from || !to) return []
    return [
      edgeElement(edge, {
        from,
        to,
        most,
        thicker: layout.size.scale,
        waiting: waitsOn(kinds.get(edge.source), kinds.get(edge.target)),
        route: layout.routes[edgeId(edge)],
        palette,
      }),
    ]
  })
  return [...nodes, ...edges]
}

/** Messages wait in a queue until something runs; a dead-letter queue is no receiver. */
function waitsOn(source: FoldedNode['kind'] | undefined, target: FoldedNode['kind'] | undefined): boolean {
  return source !== undefined && target !== undefined && isWaiting(source) && !isCarrier(target)
}

function nodeElement(node: FoldedNode, position: Point, palette: Palette): ElementDefinition {
  return {
    group: 'nodes',
    data: { id: node.id, picture: nodePicture(node, palette), shape: isCarrier(node.kind) ? 'ellipse' : 'round-rectangle' },
    position: { ...position },
  }
}

interface EdgeContext {
  from: Point
  to: Point
  most: number
  /** Lines grow with a drawing that is larger than its canvas, as words do. */
  thicker: number
  waiting: boolean
  route: Route | undefined
  palette: Palette
}

function edgeElement(edge: MapEdge, { from, to, most, thicker, waiting, route, palette }: EdgeContext): EdgeDefinition {
  const gone = edge.change === 'gone'
  const failing = errorShare(edge) >= UNHEALTHY_SHARE
  const width = gone ? 2.3 : thicker * Math.max(WIDTH.min, 1 + (edge.count / most) * (WIDTH.max - 1))
  const { weights, distances } = controlsFor(from, to, route?.controls ?? [])
  return {
    group: 'edges',
    data: {
      id: edgeId(edge),
      source: edge.source,
      target: edge.target,
      width,
      color: failing ? palette.error : gone ? palette.surface : palette.edge,
      arrow: failing ? palette.error : palette.edge,
      outline: gone ? 1.1 : 0,
      line: edge.tier === 'C' ? 'dashed' : 'solid',
      curve: weights.length > 0 ? 'unbundled-bezier' : 'straight',
      weights: weights.join(' ') || '0.5',
      distances: distances.join(' ') || '0',
      start: DEGREES[route?.start ?? 'right'],
      end: DEGREES[route?.end ?? 'left'],
      band: waiting ? 14 : 0,
      failing: failing ? 1 : 0,
    },
  }
}

/** Control points relative to the line between the nodes' centres, as cytoscape wants them. */
function controlsFor(from: Point, to: Point, controls: readonly Point[]): { weights: number[]; distances: number[] } {
  const dx = to.x - from.x
  const dy = to.y - from.y
  const length = Math.hypot(dx, dy) || 1
  const weights: number[] = []
  const distances: number[] = []
  for (const p of controls) {
    const px = p.x - from.x
    const py = p.y - from.y
    weights.push((px * dx + py * dy) / (length * length))
    distances.push((-px * dy + py * dx) / length)
  }
  return { weights, distances }
}

export function stylesheet(palette: Palette): StylesheetJson {
  return [
    {
      selector: 'node',
      style: {
        width: 40,
        height: 40,
        shape: 'data(shape)',
        'background-opacity': 0,
        'border-width': 0,
        'background-image': 'data(picture)',
        'background-width': `${PICTURE_SIZE}px`,
        'background-height': `${PICTURE_SIZE}px`,
        'background-clip': 'none',
        'background-image-containment': 'over',
        'bounds-expansion': 12,
        'overlay-opacity': 0,
        'outline-color': palette.accent,
        'outline-width': 0,
        'outline-offset': 4,
      },
    },
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        'line-color': 'data(color)',
        'line-style': 'data(line)',
        'line-dash-pattern': [7, 4],
        'line-outline-width': 'data(outline)',
        'line-outline-color': palette.edge,
        'curve-style': 'data(curve)',
        'control-point-weights': 'data(weights)',
        'control-point-distances': 'data(distances)',
        'edge-distances': 'node-position',
        'source-endpoint': 'data(start)',
        'target-endpoint': 'data(end)',
        'target-distance-from-node': 2,
        'target-arrow-shape': 'triangle',
        'target-arrow-color': 'data(arrow)',
        'arrow-scale': 0.34,
        'overlay-opacity': 0,
        'underlay-color': palette.waiting,
        'underlay-opacity': 0,
        'underlay-padding': 0,
      },
    },
    { selector: 'edge[band > 0]', style: { 'underlay-opacity': 1, 'underlay-padding': 6 } },
    { selector: 'edge.near[failing = 0]', style: { 'line-color': palette.accent, 'target-arrow-color': palette.accent, 'z-index': 10 } },
    { selector: 'edge.chosen', style: { 'overlay-color': palette.accent, 'overlay-opacity': 0.25, 'overlay-padding': 4, 'z-index': 11 } },
    { selector: 'node.cursor', style: { 'outline-width': 2, 'outline-style': 'dashed' } },
    { selector: 'node.chosen', style: { 'outline-width': 2, 'outline-style': 'solid' } },
    { selector: '.dim', style: { opacity: 0.22 } },
  ] as StylesheetJson
}

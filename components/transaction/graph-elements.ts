/** Layout -> cytoscape elements and their stylesheet. Boxes and words are elements over the canvas; here are links and what they hit. */
import type { ElementDefinition, StylesheetJson } from 'cytoscape'
import { CORNER, type Point, type RoutedLink } from '#lib/graph/route-link'
import type { TransactionLayout } from '#lib/graph/layout-transaction'

/** Colours that a canvas needs as values; CSS variables don't reach into it. */
export interface LinkPalette {
  surface: string
  edge: string
  ink: string
  accent: string
  waiting: string
}

export function readLinkPalette(): LinkPalette {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return { surface: token('surface-1'), edge: token('edge'), ink: token('text-1'), accent: token('accent'), waiting: token('waiting-fill') }
}

const WIDTHS = { A: 2, B: 1.1, C: 2, K: 1.1 } as const

/** Corners as cytoscape wants them: along and beside the line from the first to the last point. */
function segments(points: Point[]): { weights: string; distances: string } {
  const from = points[0] ?? { x: 0, y: 0 }
  const to = points.at(-1) ?? from
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy) || 1
  const inner = points.slice(1, -1)
  return {
    weights: inner.map((p) => ((p.x - from.x) * dx + (p.y - from.y) * dy) / (length * length)).join(' ') || '0.5',
    distances: inner.map((p) => ((p.y - from.y) * dx - (p.x - from.x) * dy) / length).join(' ') || '0',
  }
}

export interface GraphState {
  critical: ReadonlySet<string>
  /** Links under this confidence are not drawn. */
  threshold: number
}

/** Links that the threshold leaves; what is proven is always drawn. */
export function isShown(routed: RoutedLink, threshold: number): boolean {
  return routed.link.tier === null || routed.link.tier === 'A' || routed.link.confidence >= threshold
}

export const waitsOn = (routed: RoutedLink): boolean => routed.link.waits && (routed.link.delayMs ?? 0) > 0

function linkElements(routed: RoutedLink, { critical }: GraphState): ElementDefinition[] {
  const { link, points, band } = routed
  const { weights, distances } = segments(points)
  const isCritical = link.tree && critical.has(link.source) && critical.has(link.target)
  const classes = [link.tier === null ? 'missing' : `tier-${link.tier}`, isCritical ? 'critical' : ''].join(' ')
  const edge: ElementDefinition = {
    group: 'edges',
    classes,
    data: {
      id: `e:${link.id}`,
      link: link.id,
      source: link.source,
      target: link.target,
      curve: points.length === 2 ? 'straight' : 'round-segments',
      weights,
      distances,
      width: isCritical ? Math.max(2.25, WIDTHS[link.tier ?? 'A']) : WIDTHS[link.tier ?? 'A'],
    },
  }
  if (!waitsOn(routed)) return [edge]
  const under: ElementDefinition = {
    group: 'nodes',
    classes: 'band',
    position: { x: (band.from + band.to) / 2, y: band.y },
    data: { id: `b:${link.id}`, link: link.id, w: Math.max(1, band.to - band.from) },
  }
  return [under, edge]
}

export function graphElements(layout: TransactionLayout, state: GraphState): ElementDefinition[] {
  const nodes = [...layout.nodes.values()].map((node): ElementDefinition => ({
    group: 'nodes',
    classes: 'unit',
    data: { id: node.id, w: node.width, h: node.height },
    position: { x: node.x, y: node.y },
  }))
  return [...nodes, ...layout.links.filter((routed) => isShown(routed, state.threshold)).flatMap((routed) => linkElements(routed, state))]
}

export function graphStyle(palette: LinkPalette): StylesheetJson {
  // cytoscape's types don't know 'endpoints' and outlines of lines yet.
  const style: unknown = [
    { selector: 'node', style: { 'overlay-opacity': 0, 'z-index-compare': 'manual', 'background-opacity': 0, 'border-width': 0, shape: 'rectangle' } },
    { selector: 'node.unit', style: { width: 'data(w)', height: 'data(h)', 'z-index': 5 } },
    { selector: 'node.band', style: { width: 'data(w)', height: 12, 'background-color': palette.waiting, 'background-opacity': 1, 'z-index': 1 } },
    {
      selector: 'edge',
      style: {
        width: 'data(width)',
        'line-color': palette.edge,
        'target-arrow-color': palette.edge,
        'target-arrow-shape': 'triangle',
        'arrow-scale': 0.62,
        'curve-style': 'data(curve)',
        'segment-weights': 'data(weights)',
        'segment-distances': 'data(distances)',
        'segment-radii': CORNER,
        'edge-distances': 'endpoints',
        'source-endpoint': '50% 0%',
        'target-endpoint': '-50% 0%',
        'overlay-opacity': 0,
        'z-index-compare': 'manual',
        'z-index': 2,
      },
    },
    { selector: 'edge.tier-C', style: { 'line-style': 'dashed', 'line-dash-pattern': [5, 3] } },
    { selector: 'edge.critical', style: { 'line-color': palette.ink, 'target-arrow-color': palette.ink, 'z-index': 3 } },
    {
      selector: 'edge.missing',
      style: {
        width: 2.2,
        'line-color': palette.surface,
        'line-outline-width': 1.15,
        'line-outline-color': palette.edge,
        'target-arrow-shape': 'triangle',
        'target-arrow-fill': 'hollow',
      },
    },
    { selector: 'edge.on', style: { 'line-color': palette.accent, 'target-arrow-color': palette.accent, 'z-index': 4, width: 2.25 } },
    { selector: 'edge.over', style: { 'line-color': palette.accent, 'target-arrow-color': palette.accent } },
  ]
  return style as StylesheetJson
}

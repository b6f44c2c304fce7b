import type { CSSProperties } from 'react'
import { durationUnit, formatDuration, formatDurationIn, formatPercent, formatRate, formatShort, rateUnit } from '#lib/base/format'
import type { RateUnit } from '#lib/base/format'
import { edgeId, errorShare, isCarrier, isWaiting, shiftOf, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import type { FoldedNode, MapView } from '#lib/graph/map-view'
import type { MapEdge } from '#lib/model/api'
import type { MapLayout } from './use-layout'

export interface MapLabelsProps {
  view: MapView
  layout: MapLayout
  rangeSeconds: number
  /** The service under the pointer or chosen: its edges show their numbers even where it is crowded. */
  near: string | null
  found: ReadonlySet<string> | null
}

/** The unit of all rates of one map: they are compared with each other. */
export function unitOfMap(view: { nodes: readonly { ratePerSecond: number }[] }): RateUnit {
  return rateUnit(Math.max(0, ...view.nodes.map((node) => node.ratePerSecond)))
}

export function MapLabels({ view, layout, rangeSeconds, near, found }: MapLabelsProps) {
  const unit = unitOfMap(view)
  const { short } = layout.size
  return (
    <>
      {view.edges.map((edge) => (
        <EdgeLabel
          key={edgeId(edge)}
          edge={edge}
          layout={layout}
          unit={unit}
          short={short}
          rangeSeconds={rangeSeconds}
          near={near}
          dim={found !== null && !(found.has(edge.source) && found.has(edge.target))}
        />
      ))}
      {view.nodes.map((node) => {
        const at = layout.positions[node.id]
        if (!at) return null
        const style: CSSProperties = { left: at.x, top: at.y }
        return (
          <div key={node.id} className={`map-node${found !== null && !found.has(node.id) ? ' is-dim' : ''}${near === node.id ? ' is-near' : ''}`} style={style}>
            <NodeWords node={node} unit={unit} short={short} place={layout.names[node.id]} inbound={inboundRate(node, view.edges, rangeSeconds)} />
            <Tag node={node} />
            {isDeadEnd(node, view.sending) ? <span className="map-stub right hatched" /> : null}
            {isUnproven(node) ? <span className="map-stub left hatched" /> : null}
          </div>
        )
      })}
    </>
  )
}

/** Something goes in and nothing is known to come out, though its kind exists to hand things on. */
function isDeadEnd(node: FoldedNode, sending: ReadonlySet<string>): boolean {
  return ['queue', 'topic', 'bus', 'stream'].includes(node.kind) && !sending.has(node.id)
}

/** Most of what ran here has no proven cause. A gateway is where things begin. */
function isUnproven(node: FoldedNode): boolean {
  return node.spans > 0 && !isCarrier(node.kind) && node.kind !== 'gateway' && node.kind !== 'external' && node.caused / node.spans < 0.5
}

function inboundRate(node: FoldedNode, edges: readonly MapEdge[], rangeSeconds: number): number {
  if (node.spans > 0 || rangeSeconds <= 0) return node.ratePerSecond
  return edges.reduce((sum, edge) => sum + (edge.target === node.id ? edge.count : 0), 0) / rangeSeconds
}

interface NodeWordsProps {
  node: FoldedNode
  unit: RateUnit
  short: boolean
  place: MapLayout['names'][string] | undefined
  inbound: number
}

function NodeWords({ node, unit, short, place, inbound }: NodeWordsProps) {
  const share = errorShare(node)
  const failing = share >= UNHEALTHY_SHARE
  const shifted = node.change === 'shifted'
  return (
    <div className={`map-name ${place?.side ?? 'below'}${short ? ' short' : ''}`} title={node.name}>
      <b>
        {(place?.lines ?? [node.name]).map((line, i) => (
          <span key={i}>{line}</span>
        ))}
      </b>
      {short && failing ? null : (
        <span className={shifted ? 'fact font-semibold text-ink-2' : 'fact'}>{short ? shortFactOf(node, unit, inbound) : factOf(node, unit, inbound)}</span>
      )}
      {failing ? <span className="fact font-semibold text-error">{formatPercent(share)} failing</span> : null}
    </div>
  )
}

/** What changed since the compared time, at the picture's upper right: no name stands there. */
function Tag({ node }: { node: FoldedNode }) {
  const shift = shiftOf(node)
  if (shift) return <span className="tag map-tag text-warn">{shiftText(shift)}</span>
  if (node.change !== 'new' && node.change !== 'gone') return null
  return <span className={`tag map-tag ${node.change === 'new' ? 'text-accent' : 'text-ink-2'}`}>{node.change}</span>
}

/** One fact: rate and p95; where messages wait, the wait. A shifted one with its old value, in one unit. */
function factOf(node: FoldedNode, unit: RateUnit, inbound: number): string {
  const rate = formatRate(inbound, unit)
  if (node.p95Ms === null) return rate
  const before = node.change === 'shifted' ? (node.before?.p95Ms ?? null) : null
  const shared = durationUnit(Math.max(node.p95Ms, before ?? 0))
  const p95 = before === null ? formatDuration(node.p95Ms) : `${formatDurationIn(node.p95Ms, shared)}, was ${formatDurationIn(before, shared)}`
  if (isWaiting(node.kind)) return `wait p95 ${p95}`
  return before === null ? `${rate}, p95 ${p95}` : `p95 ${p95}`
}

/** The same where columns are narrow: the panel and the table have the rest. */
function shortFactOf(node: FoldedNode, unit: RateUnit, inbound: number): string {
  const p95 = node.p95Ms === null ? null : formatDuration(node.p95Ms)
  if (p95 !== null && isWaiting(node.kind)) return `wait ${p95}`
  return p95 === null ? formatRate(inbound, unit) : `${formatRate(inbound, unit)} \u00b7 ${p95}`
}

function shiftText({ ratio, differenceMs }: { ratio: number; differenceMs: number }): string {
  if (ratio >= 2) return `\u00d7${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)}`
  if (ratio <= 0.5) return `\u00f7${(1 / ratio).toFixed(1)}`
  return differenceMs > 0 ? `+${formatDuration(differenceMs)}` : formatDuration(differenceMs)
}

interface EdgeLabelProps {
  edge: MapEdge
  layout: MapLayout
  unit: RateUnit
  short: boolean
  rangeSeconds: number
  near: string | null
  dim: boolean
}

function EdgeLabel({ edge, layout, unit, short, rangeSeconds, near, dim }: EdgeLabelProps) {
  const route = layout.routes[edgeId(edge)]
  const isNear = near !== null && (edge.source === near || edge.target === near)
  if (!route || (route.crowded && !isNear)) return null
  const style: CSSProperties = { left: route.label.x, top: route.label.y }
  const share = errorShare(edge)
  const failing = share >= UNHEALTHY_SHARE
  const tag = edge.change === 'new' || edge.change === 'gone' ? edge.change : null
  return (
    <div className={`map-edge${failing ? ' is-failing' : ''}${isNear ? ' is-near' : ''}${dim ? ' is-dim' : ''}`} style={style}>
      {tag ? <span className={`tag bg-surface-1 ${tag === 'new' ? 'text-accent' : 'text-ink-2'}`}>{tag}</span> : null}
      {edge.count > 0 && tag !== 'new' ? <span>{short && !isNear ? shortEdgeText(edge, unit, rangeSeconds) : edgeText(edge, unit, rangeSeconds)}</span> : null}
      {edge.tier === 'C' && (isNear || !short) ? <span className="chip-number">{inferredShare(edge)}</span> : null}
    </div>
  )
}

function edgeText(edge: MapEdge, unit: RateUnit, rangeSeconds: number): string {
  const rate = rangeSeconds > 0 ? formatRate(edge.count / rangeSeconds, unit) : formatShort(edge.count)
  const share = errorShare(edge)
  if (share >= UNHEALTHY_SHARE) return `${rate} \u00b7 ${formatPercent(share)} fail`
  return edge.p50Ms === null || edge.p50Ms < 1 ? rate : `${rate} \u00b7 ${formatDuration(edge.p50Ms)}`
}

function shortEdgeText(edge: MapEdge, unit: RateUnit, rangeSeconds: number): string {
  const share = errorShare(edge)
  if (share >= UNHEALTHY_SHARE) return `${formatPercent(share)} fail`
  return rangeSeconds > 0 ? formatRate(edge.count / rangeSeconds, unit) : formatShort(edge.count)
}

function inferredShare({ tiers }: MapEdge): string {
  const all = tiers.A + tiers.B + tiers.C
  return all > 0 ? `${formatPercent(tiers.C / all)} inferred` : 'inferred'
}

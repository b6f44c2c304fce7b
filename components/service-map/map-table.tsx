'use client'
import { useState } from 'react'
import { formatCount, formatDuration, formatPercent, formatRateFigure } from '#lib/base/format'
import { errorShare, neighboursOf, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import type { FoldedNode, MapView } from '#lib/graph/map-view'
import type { ServiceMap } from '#lib/model/api'
import { ServiceName } from '#components/ui/service'
import { unitOfMap } from './map-labels'

type SortKey = 'name' | 'rate' | 'failing' | 'p95'

export interface MapTableProps {
  map: ServiceMap
  view: MapView
  chosen: string | null
  found: ReadonlySet<string> | null
  onChoose: (id: string | null) => void
}

const ORDER: Record<SortKey, (a: FoldedNode, b: FoldedNode) => number> = {
  name: (a, b) => a.name.localeCompare(b.name, 'en'),
  rate: (a, b) => b.ratePerSecond - a.ratePerSecond,
  failing: (a, b) => errorShare(b) - errorShare(a) || b.ratePerSecond - a.ratePerSecond,
  p95: (a, b) => (b.p95Ms ?? -1) - (a.p95Ms ?? -1),
}

/** The map in words and numbers: for small screens, and for those who can't see the canvas. The same services, the same actions. */
export function MapTable({ map, view, chosen, found, onChoose }: MapTableProps) {
  const [sort, setSort] = useState<SortKey>('failing')
  const unit = unitOfMap(view)
  const rows = [...view.nodes].filter((node) => found === null || found.has(node.id)).sort(ORDER[sort])
  const head = (key: SortKey, label: string, className = '') => (
    <th className={className} aria-sort={sort === key ? (key === 'name' ? 'ascending' : 'descending') : 'none'}>
      <button type="button" className={`h-6 min-w-6 font-medium ${sort === key ? 'text-ink' : ''}`} onClick={() => setSort(key)}>
        {label}
      </button>
    </th>
  )
  return (
    <table className="tbl map-table" aria-label="Services">
      <thead>
        <tr>
          {head('name', 'service')}
          {head('rate', `per ${unit.per}`, 'num')}
          {head('failing', 'failing', 'num')}
          {head('p95', 'p95', 'num')}
          <th className="max-lg:hidden">caused by</th>
          <th className="max-lg:hidden">causes</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((node) => (
          <Row key={node.id} node={node} map={map} rate={formatRateFigure(node.ratePerSecond, unit)} chosen={node.id === chosen} onChoose={onChoose} />
        ))}
      </tbody>
    </table>
  )
}

interface RowProps {
  node: FoldedNode
  map: ServiceMap
  rate: string
  chosen: boolean
  onChoose: (id: string | null) => void
}

function Row({ node, map, rate, chosen, onChoose }: RowProps) {
  const share = errorShare(node)
  const neighbours = neighboursOf(map, node.id)
  const names = (direction: 'from' | 'to') =>
    neighbours
      .filter((n) => n.direction === direction)
      .map((n) => n.node.name)
      .join(', ')
  return (
    <tr aria-selected={chosen}>
      <td>
        <button type="button" className="flex h-7 max-w-full items-center text-left max-lg:max-w-[46vw]" onClick={() => onChoose(chosen ? null : node.id)}>
          <ServiceName name={node.name} kind={node.kind} />
        </button>
      </td>
      <td className="num">{rate}</td>
      <td
        className={`num ${share >= UNHEALTHY_SHARE ? 'font-semibold text-error' : 'text-ink-3'}`}
        title={`${formatCount(node.errors)} of ${formatCount(node.spans)}`}
      >
        {node.errors > 0 ? formatPercent(share) : '0'}
      </td>
      <td className="num">{node.p95Ms === null ? <span className="text-ink-3">n/a</span> : formatDuration(node.p95Ms)}</td>
      <NamesCell names={names('from')} none="nothing proven" />
      <NamesCell names={names('to')} none="nothing proven" />
    </tr>
  )
}

function NamesCell({ names, none }: { names: string; none: string }) {
  return (
    <td className="max-lg:hidden">
      <div className="cut max-w-[24vw] text-ink-2" title={names}>
        {names || <span className="text-ink-3">{none}</span>}
      </div>
    </td>
  )
}

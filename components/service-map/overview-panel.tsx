import Link from 'next/link'
import type { CSSProperties } from 'react'
import { formatDuration, formatPercent, formatShort } from '#lib/base/format'
import { errorShare } from '#lib/graph/map-view'
import type { MapNode, ServiceMap } from '#lib/model/api'
import { ServiceName } from '#components/ui/service'

export interface OverviewPanelProps {
  map: ServiceMap
  hrefFailed: string
  hrefAll: string
  onChoose: (id: string) => void
}

const ROWS = 5

/** Without a chosen service: where to look first. It has the place of the service's own panel, so that choosing one moves nothing. */
export function OverviewPanel({ map, hrefFailed, hrefAll, onChoose }: OverviewPanelProps) {
  const failing = map.nodes.filter((node) => node.errors > 0).sort((a, b) => b.errors - a.errors)
  const slow = map.nodes.filter((node) => node.p95Ms !== null).sort((a, b) => (b.p95Ms ?? 0) - (a.p95Ms ?? 0))
  const unproven = map.nodes
    .filter((node) => node.spans > 0 && node.caused < node.spans && node.kind !== 'gateway')
    .sort((a, b) => b.spans - b.caused - (a.spans - a.caused))
  const mostErrors = Math.max(0.01, ...failing.map(errorShare))
  const slowest = Math.max(1, ...slow.map((node) => node.p95Ms ?? 0))
  return (
    <>
      <section>
        <h2 className="text-title font-semibold">Where to look</h2>
        <p className="sub">Choose a service in the map for its operations, its log templates and its neighbours.</p>
      </section>
      <Ranking
        title="Failing"
        unit="of its calls"
        empty="Nothing fails in this range."
        nodes={failing}
        tone="error"
        onChoose={onChoose}
        value={(node) => formatPercent(errorShare(node))}
        part={(node) => errorShare(node) / mostErrors}
      />
      <Ranking
        title="Slowest"
        unit="p95"
        empty="No duration is known."
        nodes={slow}
        tone="plain"
        onChoose={onChoose}
        value={(node) => (node.p95Ms === null ? '' : formatDuration(node.p95Ms))}
        part={(node) => (node.p95Ms ?? 0) / slowest}
      />
      <Ranking
        title="Without a proven cause"
        unit="of its calls"
        empty="Every call that could have a cause has a proven one."
        nodes={unproven}
        tone="unknown"
        onChoose={onChoose}
        value={(node) => formatPercent(1 - node.caused / node.spans)}
        part={(node) => 1 - node.caused / node.spans}
      />
      <section>
        <div className="row flex-wrap">
          {map.transactions.failed > 0 ? (
            <Link className="btn pri" href={hrefFailed}>
              Show {formatShort(map.transactions.failed)} failing
            </Link>
          ) : null}
          <Link className="btn" href={hrefAll}>
            Transactions
          </Link>
        </div>
      </section>
    </>
  )
}

interface RankingProps {
  title: string
  unit: string
  empty: string
  nodes: readonly MapNode[]
  tone: 'error' | 'plain' | 'unknown'
  value: (node: MapNode) => string
  /** 0..1 of the bar. */
  part: (node: MapNode) => number
  onChoose: (id: string) => void
}

function Ranking({ title, unit, empty, nodes, tone, value, part, onChoose }: RankingProps) {
  const tones = { error: 'bg-error', plain: 'bg-edge', unknown: 'hatched' }
  return (
    <section>
      <h3>
        {title}
        <span>{unit}</span>
      </h3>
      {nodes.length === 0 ? <p className="sub">{empty}</p> : null}
      {nodes.slice(0, ROWS).map((node) => {
        const style: CSSProperties = { width: `${Math.max(2, part(node) * 100)}%` }
        return (
          <button key={node.id} type="button" className="op" onClick={() => onChoose(node.id)}>
            <ServiceName name={node.name} kind={node.kind} />
            <span className="bar1">
              <i className={tones[tone]} style={style} />
            </span>
            <span className={`num ${tone === 'error' ? 'text-error' : ''}`}>{value(node)}</span>
          </button>
        )
      })}
      {nodes.length > ROWS ? <p className="small text-ink-3">and {nodes.length - ROWS} more, in the table</p> : null}
    </section>
  )
}

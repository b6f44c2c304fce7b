'use client'
import Link from 'next/link'
import { formatCount, formatDuration, formatPercent, formatRateFigure } from '#lib/base/format'
import type { RateUnit } from '#lib/base/format'
import { errorShare, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import type { MapEdge, MapNode } from '#lib/model/api'
import { IconButton } from '#components/ui/controls'
import { ServiceName } from '#components/ui/service'

export interface EdgePanelProps {
  edge: MapEdge
  source: MapNode
  target: MapNode
  unit: RateUnit
  rangeSeconds: number
  /** Transactions that pass through both ends: all, and those that failed. */
  hrefAll: string
  hrefFailed: string
  onChoose: (id: string | null) => void
}

const TIERS = [
  { tier: 'A', words: 'proven by an id of the protocol' },
  { tier: 'B', words: 'by a rare value that both log' },
  { tier: 'C', words: 'inferred from delays and log lines' },
] as const

/** One edge: how often, how long it takes to get there, how it goes, and how its links are known. */
export function EdgePanel({ edge, source, target, unit, rangeSeconds, hrefAll, hrefFailed, onChoose }: EdgePanelProps) {
  const share = errorShare(edge)
  return (
    <>
      <section>
        <div className="row font-semibold">
          <button type="button" className="min-w-0 hover:text-accent" onClick={() => onChoose(source.id)}>
            <ServiceName name={source.name} kind={source.kind} />
          </button>
          <IconButton icon="close" label="Close" small className="ml-auto" onClick={() => onChoose(null)} />
        </div>
        <div className="row mt-1 font-semibold">
          <span className="text-ink-3" aria-label="reaches">
            →
          </span>
          <button type="button" className="min-w-0 hover:text-accent" onClick={() => onChoose(target.id)}>
            <ServiceName name={target.name} kind={target.kind} />
          </button>
        </div>
        <p className="sub mt-2">
          <b>{formatCount(edge.count)}</b> {edge.count === 1 ? 'link' : 'links'}
          {rangeSeconds > 0 ? `, ${formatRateFigure(edge.count / rangeSeconds, unit)}/${unit.per}` : ''};{' '}
          {edge.errors === 0 ? (
            'no effect fails.'
          ) : (
            <>
              <b className={share >= UNHEALTHY_SHARE ? 'text-error' : ''}>{formatPercent(share)}</b> of the effects fail.
            </>
          )}
        </p>
        <dl className="three mt-3">
          <div className="min-w-0">
            <dt>p50</dt>
            <dd>{edge.p50Ms === null ? 'n/a' : formatDuration(edge.p50Ms)}</dd>
          </div>
          <div className="min-w-0">
            <dt>p95</dt>
            <dd>{edge.p95Ms === null ? 'n/a' : formatDuration(edge.p95Ms)}</dd>
          </div>
          <div className="min-w-0">
            <dt>failing</dt>
            <dd>{formatPercent(share)}</dd>
          </div>
        </dl>
        <p className="small mt-1 text-ink-3">From the cause’s line to the start of the effect.</p>
      </section>
      <section>
        <h3>
          How they are known<span>links</span>
        </h3>
        {TIERS.filter(({ tier }) => edge.tiers[tier] > 0).map(({ tier, words }) => (
          <div key={tier} className="op">
            <span className="cut" title={words}>
              {words}
            </span>
            <span className="bar1">
              <i style={{ width: `${(100 * edge.tiers[tier]) / Math.max(1, edge.count)}%`, background: tier === 'C' ? 'var(--unknown)' : 'var(--text-3)' }} />
            </span>
            <span className="num">{formatPercent(edge.tiers[tier] / Math.max(1, edge.count))}</span>
          </div>
        ))}
      </section>
      <section>
        <div className="row flex-wrap">
          {edge.errors > 0 ? (
            <Link className="btn pri" href={hrefFailed}>
              Show failing
            </Link>
          ) : null}
          <Link className="btn" href={hrefAll}>
            Transactions through both
          </Link>
        </div>
      </section>
    </>
  )
}

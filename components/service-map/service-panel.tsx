'use client'
import Link from 'next/link'
import type { CSSProperties } from 'react'
import { formatCount, formatDuration, formatPercent, formatRate, formatRateFigure, formatShort, THIN } from '#lib/base/format'
import type { RateUnit } from '#lib/base/format'
import { errorShare, neighboursOf, UNHEALTHY_SHARE } from '#lib/graph/map-view'
import type { Neighbour } from '#lib/graph/map-view'
import type { MapNode, Series, ServiceDetail, ServiceMap } from '#lib/model/api'
import { IconButton } from '#components/ui/controls'
import { ServiceName } from '#components/ui/service'
import { Skeleton } from '#components/ui/states'
import { Sparkline } from '#components/series/sparkline'

export interface ServicePanelProps {
  map: ServiceMap
  node: MapNode
  detail: ServiceDetail | undefined
  detailError: Error | null
  /** Its own calls over time. */
  group: Series['groups'][number] | undefined
  unit: RateUnit
  rangeSeconds: number
  /** Links to the transactions that pass through it: all, and those that failed. */
  hrefAll: string
  hrefFailed: string
  hrefOperation: (operation: string) => string
  onChoose: (id: string | null) => void
}

/** One service: how it does, what it runs, what it says, whom it meets. */
export function ServicePanel(props: ServicePanelProps) {
  const { map, node, detail, detailError, unit, rangeSeconds, hrefAll, hrefFailed, onChoose } = props
  return (
    <>
      <PanelHead {...props} />
      <Operations detail={detail} error={detailError} href={props.hrefOperation} />
      <Templates detail={detail} error={detailError} />
      <Neighbours neighbours={neighboursOf(map, node.id)} unit={unit} rangeSeconds={rangeSeconds} onChoose={onChoose} />
      <section>
        <div className="row flex-wrap">
          {node.errors > 0 ? (
            <Link className="btn pri" href={hrefFailed}>
              Show {formatShort(node.errors)} failing
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

function PanelHead({ node, group, unit, hrefFailed, onChoose }: ServicePanelProps) {
  const share = errorShare(node)
  const before = node.before
  const failing = group?.count.map((count, i) => (count > 0 ? (group.errors[i] ?? 0) / count : null))
  return (
    <section>
      <div className="row text-title font-semibold">
        <h2 className="min-w-0">
          <ServiceName name={node.name} kind={node.kind} />
        </h2>
        <span className="small font-normal text-ink-3">{node.kind}</span>
        <IconButton icon="close" label="Close" small className="ml-auto" onClick={() => onChoose(null)} />
      </div>
      <p className="sub">
        {node.spans === 0 ? (
          <>It logs nothing itself; it is known from what others log of it.</>
        ) : (
          <>
            <b>
              {formatCount(node.errors)} of {formatCount(node.spans)}
            </b>{' '}
            calls{' '}
            {node.errors === 0 ? (
              'fail'
            ) : (
              <Link className="link" href={hrefFailed}>
                fail
              </Link>
            )}
            {before ? `; before ${formatCount(before.errors)} of ${formatCount(before.spans)} did` : ''}. <Caused node={node} />
          </>
        )}
      </p>
      <dl className="three mt-3">
        <Figure name="rate" value={formatRateFigure(node.ratePerSecond, unit)} small={`/${unit.per}`}>
          <Sparkline values={group?.count} />
        </Figure>
        <Figure name="failing" value={formatPercent(share)} tone={share >= UNHEALTHY_SHARE ? 'text-error' : ''}>
          <Sparkline values={failing} tone={share >= UNHEALTHY_SHARE ? 'error' : 'plain'} />
        </Figure>
        <Figure name={node.kind === 'queue' ? 'wait p95' : 'p95'} value={node.p95Ms === null ? 'n/a' : formatDuration(node.p95Ms)}>
          <Sparkline values={group?.p95Ms} />
        </Figure>
      </dl>
    </section>
  )
}

function Caused({ node }: { node: MapNode }) {
  if (node.spans === 0 || node.caused >= node.spans) return null
  if (node.caused === 0) return <>None has a proven cause.</>
  return <>{formatPercent(node.caused / node.spans)} have a proven cause.</>
}

interface FigureProps {
  name: string
  value: string
  small?: string
  tone?: string
  children: React.ReactNode
}

function Figure({ name, value, small, tone = '', children }: FigureProps) {
  const [figure, unit] = value.split(THIN)
  return (
    <div className="min-w-0">
      <dt>{name}</dt>
      <dd className={tone}>
        {figure}
        <small className={tone}>{small ?? (unit ? `${THIN}${unit}` : '')}</small>
      </dd>
      <dd className="h-7">{children}</dd>
    </div>
  )
}

const ROWS = 4

function PlaceHolders() {
  return Array.from({ length: ROWS }, (_, i) => <Skeleton key={i} height={12} className="my-2" width={`${88 - i * 9}%`} />)
}

function Operations({ detail, error, href }: { detail: ServiceDetail | undefined; error: Error | null; href: (operation: string) => string }) {
  const most = Math.max(UNHEALTHY_SHARE * 3, ...(detail?.operations ?? []).map(errorShare))
  return (
    <section>
      <h3>
        Operations<span>failing</span>
      </h3>
      {error ? <p className="sub">{error.message}</p> : null}
      {!detail && !error ? <PlaceHolders /> : null}
      {detail?.operations.length === 0 ? <p className="sub">No log names one.</p> : null}
      {detail?.operations.slice(0, 8).map((operation) => {
        const share = errorShare(operation)
        const style: CSSProperties = { width: `${Math.max(share > 0 ? 2 : 0, (share / most) * 100)}%` }
        return (
          <div key={operation.name} className="op">
            <Link
              className="mono cut hover:text-accent"
              href={href(operation.name)}
              title={`${operation.name}: ${formatCount(operation.errors)} of ${formatCount(operation.spans)} fail`}
            >
              {operation.name || 'without a name'}
            </Link>
            <span className="bar1">
              <i style={style} />
            </span>
            <span className={`num ${share >= UNHEALTHY_SHARE ? 'text-error' : 'text-ink-2'}`}>{operation.errors > 0 ? formatPercent(share) : '0'}</span>
          </div>
        )
      })}
    </section>
  )
}

function Templates({ detail, error }: { detail: ServiceDetail | undefined; error: Error | null }) {
  if (error) return null
  return (
    <section>
      <h3>
        Log templates<span>events</span>
      </h3>
      {!detail ? <PlaceHolders /> : null}
      {detail?.templates.length === 0 ? <p className="sub">It logged nothing in this range.</p> : null}
      {detail?.templates.slice(0, 8).map((template) => (
        <div key={`${template.level} ${template.text}`} className="tpl">
          <code className="cut" title={template.text}>
            {template.text.split('<*>').map((part, i) => (
              <span key={i}>
                {i > 0 ? <i>*</i> : null}
                {part}
              </span>
            ))}
          </code>
          <span className={`num ${/error|fatal|critical/i.test(template.level) ? 'text-error' : ''}`}>{formatCount(template.events)}</span>
        </div>
      ))}
    </section>
  )
}

interface NeighboursProps {
  neighbours: Neighbour[]
  unit: RateUnit
  rangeSeconds: number
  onChoose: (id: string) => void
}

function Neighbours({ neighbours, unit, rangeSeconds, onChoose }: NeighboursProps) {
  return (
    <section>
      <h3>
        Neighbours<span>per {unit.per}, failing</span>
      </h3>
      {neighbours.length === 0 ? <p className="sub">No cause or effect of it is proven in this range.</p> : null}
      {neighbours.map(({ node, edge, direction }) => {
        const share = errorShare(edge)
        return (
          <button
            key={`${direction} ${node.id}`}
            type="button"
            className="nb"
            onClick={() => onChoose(node.id)}
            title={`${formatRate(edge.count / rangeSeconds, unit)}, tiers A ${edge.tiers.A}, B ${edge.tiers.B}, C ${edge.tiers.C}`}
          >
            <span className="small text-ink-3">{direction}</span>
            <ServiceName name={node.name} kind={node.kind} />
            <span className="num">{rangeSeconds > 0 ? formatRateFigure(edge.count / rangeSeconds, unit) : ''}</span>
            <span className={`num ${share >= UNHEALTHY_SHARE ? 'text-error' : 'text-ink-3'}`}>{edge.errors > 0 ? formatPercent(share) : '0'}</span>
          </button>
        )
      })}
    </section>
  )
}

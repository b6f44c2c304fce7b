import type { ReactNode } from 'react'
import { restingWords } from '#components/resting'
import { formatMoment, formatNear } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatPercent, formatPlural, formatShort } from '#lib/base/format'
import { findOnset } from '#lib/graph/onset'
import { heldUpWords, isHeldUp, sourceState } from '#lib/graph/source-state'
import { errorShare, unprovenOf } from '#lib/graph/map-view'
import type { Series, ServiceMap, SourceStatus, Status } from '#lib/model/api'
import { Skeleton } from '#components/ui/states'

export interface MapAnswerProps {
  map: ServiceMap | undefined
  series: Series | undefined
  status: Status | undefined
  error: Error | null
  /** The search that filters the map, and what it is compared with, in words. */
  q: string
  against: string | null
  zone: Zone
  now: number
}

/** The page's question answered in one line, with its limits under it. */
export function MapAnswer({ map, series, status, error, q, against, zone, now }: MapAnswerProps) {
  if (!map && error) {
    return (
      <div className="grow">
        <h1 className="answer">
          <b>Not known at the moment.</b> The map could not be read.
        </h1>
        <p className="sub">{error.message}</p>
      </div>
    )
  }
  if (!map) {
    return (
      <div className="grow">
        <h1 className="answer">
          <span className="sr-only">The service map is loading</span>
          <Skeleton width="min(620px, 90%)" height={18} />
        </h1>
        <p className="sub">
          <Skeleton width="min(420px, 70%)" height={13} />
        </p>
      </div>
    )
  }
  if (map.nodes.length === 0) {
    return (
      <div className="grow">
        <h1 className="answer">
          <b>
            {q ? (
              <>
                Nothing fits <code>{q}</code> in this range.
              </>
            ) : (
              'No events in this range.'
            )}
          </b>
        </h1>
        <p className="sub">
          {status?.data
            ? `All that is stored lies between ${formatMoment(Date.parse(status.data.from), zone, 'minute', now)} and ${formatMoment(Date.parse(status.data.to), zone, 'minute', now)}.`
            : '\u00a0'}
        </p>
      </div>
    )
  }
  const { count, failed, unknown } = map.transactions
  return (
    <div className="grow">
      <h1 className="answer">
        <b>
          {formatPlural(map.nodes.length, 'service')}, {formatPlural(count, 'transaction')}
          {q ? (
            <>
              {' '}
              with <code>{q}</code>
            </>
          ) : null}
          {count > 0 ? <>, {failed > 0 ? `${formatPercent(failed / count)} failing` : 'none failing'}.</> : '.'}
        </b>{' '}
        {onsetSentence(series, zone, now) ?? worstSentence(map)}
      </h1>
      <p className="sub">
        {limits({ map, status, against, zone, now, unknown }).map((part, i) => (
          <span key={i}>{part} </span>
        ))}
      </p>
    </div>
  )
}

function onsetSentence(series: Series | undefined, zone: Zone, now: number): ReactNode {
  const all = series?.groups[0]
  if (!series || !all || series.groups.length !== 1) return null
  const onset = findOnset(all.count, all.errors)
  if (!onset) return null
  const at = Date.parse(series.from) + onset.index * series.bucketMs
  return (
    <>
      Since {formatNear(at, zone, now, 'minute')} <b className="text-error">{formatPercent(onset.after)}</b> fail; before that it was{' '}
      {formatPercent(onset.before)}.
    </>
  )
}

function worstSentence(map: ServiceMap): ReactNode {
  const worst = [...map.nodes].sort((a, b) => b.errors - a.errors)[0]
  if (!worst || worst.errors === 0) return null
  return (
    <>
      <code>{worst.name}</code> fails most: <b className="text-error">{formatPercent(errorShare(worst))}</b> of {formatShort(worst.spans)} calls.
    </>
  )
}

interface LimitsInput {
  map: ServiceMap
  status: Status | undefined
  against: string | null
  zone: Zone
  now: number
  unknown: number
}

/** From this share of unproven causes on the first thing to say is that the map is incomplete. */
const SAY_UNPROVEN_FROM = 0.005

function limits({ map, status, against, zone, now, unknown }: LimitsInput): ReactNode[] {
  const parts: ReactNode[] = []
  if (against) parts.push(comparison(map, against))
  const unproven = unprovenOf(map)
  if (unproven.spans > 0 && unproven.share >= SAY_UNPROVEN_FROM) {
    parts.push(
      <>
        <b>{formatCount(unproven.without)}</b> of {formatCount(unproven.spans)} spans ({formatPercent(unproven.share)}) lack a proven cause
        {unproven.services > 0 ? `; ${formatPlural(unproven.services, 'service')} stand${unproven.services === 1 ? 's' : ''} alone for it` : ''}.
      </>,
    )
  }
  if (unknown > 0) parts.push(`${formatCount(unknown)} ${unknown === 1 ? 'has' : 'have'} no outcome yet.`)
  const sources = status ? sourcesSentence(status, zone, now) : null
  if (sources) parts.push(sources)
  if (status && status.linking.pending > 0)
    parts.push(<span className="text-warn">{formatCount(status.linking.pending)} events are still being linked; edges appear as they are.</span>)
  const resting = restingWords(status)
  if (resting) parts.push(<span className="text-warn">{resting}</span>)
  return parts.length > 0 ? parts : ['Complete: every source has delivered, every cause that could be proven is.']
}

function comparison(map: ServiceMap, against: string): ReactNode {
  const edges = (change: 'new' | 'gone') => map.edges.filter((edge) => edge.change === change).length
  const shifted = map.nodes.filter((node) => node.change === 'shifted').length
  if (edges('new') + edges('gone') + shifted === 0) return `Against ${against}: no edge is new or gone, nothing shifted.`
  return (
    <>
      Against {against}: <b>{edges('new')}</b> {edges('new') === 1 ? 'edge' : 'edges'} new, <b>{edges('gone')}</b> gone, <b>{shifted}</b> shifted.
    </>
  )
}

/** Minutes are enough in a sentence. */
function wholeMinutes(source: SourceStatus): SourceStatus {
  return source.lagMs === null ? source : { ...source, lagMs: Math.round(source.lagMs / 60_000) * 60_000 }
}

function sourcesSentence(status: Status, zone: Zone, now: number): string | null {
  const stateOf = new Map(status.sources.map((source) => [source, sourceState(source, now)]))
  const live = status.sources.filter((source) => stateOf.get(source) === 'live' || isHeldUp(stateOf.get(source) ?? 'done'))
  if (live.length === 0) return null
  const behind = live.filter((source) => stateOf.get(source) !== 'live')
  const first = behind[0]
  const late = first
    ? `${heldUpWords(wholeMinutes(first), stateOf.get(first) ?? 'behind')}${behind.length > 1 ? `, ${behind.length - 1} more are not as far either` : ''}.`
    : ''
  const ends = live.filter((source) => !behind.includes(source)).flatMap((source) => (source.completeUntil ? [Date.parse(source.completeUntil)] : []))
  if (ends.length === 0) return late
  const until = formatNear(Math.min(...ends), zone, now, 'minute')
  return `${live.length - behind.length} of ${formatPlural(live.length, 'live source')} complete until ${until}${late ? `; ${late}` : '.'}`
}

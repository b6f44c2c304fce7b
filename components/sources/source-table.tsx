import { formatClock, formatDay, formatMoment } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatDuration, THIN } from '#lib/base/format'
import { isHeldUp, sourceState, totalsOf } from '#lib/graph/source-state'
import type { SourceState } from '#lib/graph/source-state'
import type { SourceStatus } from '#lib/model/api'
import { Sparkline } from '#components/series/sparkline'
import { Icon } from '#components/ui/icon'
import type { IconName } from '#components/ui/icon'
import { OutcomeMark } from '#components/ui/outcome'
import { Skeleton } from '#components/ui/states'

export interface SourceTableProps {
  sources: readonly SourceStatus[]
  /** Their events a bucket over the range, by name; undefined while it loads. */
  rates: ReadonlyMap<string, readonly number[]> | undefined
  rangeLabel: string
  zone: Zone
  now: number
}

const KINDS: Record<string, string> = {
  cloudwatch: 'CloudWatch',
  xray: 'X-Ray',
  file: 'file',
  http: 'HTTP',
  otlp: 'OTLP',
  zipkin: 'Zipkin',
  firehose: 'Firehose',
}

/** A row a source; the head is the promise: received = stored + duplicate + quarantined + rejected. */
export function SourceTable({ sources, rates, rangeLabel, zone, now }: SourceTableProps) {
  const totals = totalsOf(sources)
  return (
    <div className="so-scroll">
      <table className="tbl so" aria-label="Sources">
        <thead>
          <tr>
            <th>source</th>
            <th>state</th>
            <th className="num">complete until</th>
            <th className="num x">lag</th>
            <th className="num">received</th>
            <th className="num x">= stored</th>
            <th className="num x">+ duplicate</th>
            <th className="num x">+ quarantined</th>
            <th className="num x">+ rejected</th>
            <th className="x spark">{rangeLabel}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((source) => (
            <Row key={source.name} source={source} rate={rates ? (rates.get(source.name) ?? []) : undefined} zone={zone} now={now} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <td>{sources.length === 1 ? '1 source' : `${formatCount(sources.length)} sources`}</td>
            <td />
            <td />
            <td className="x" />
            <td className="num">{formatCount(totals.received)}</td>
            <td className="num x">{formatCount(totals.stored)}</td>
            <td className="num x">{formatCount(totals.duplicate)}</td>
            <td className="num x">{formatCount(totals.quarantined)}</td>
            <td className="num x">{formatCount(totals.rejected)}</td>
            <td className="x" />
          </tr>
        </tfoot>
      </table>
    </div>
  )
}

interface RowProps {
  source: SourceStatus
  rate: readonly number[] | undefined
  zone: Zone
  now: number
}

function Row({ source, rate, zone, now }: RowProps) {
  const state = sourceState(source, now)
  const late = isHeldUp(state) && state !== 'starting'
  const until = source.completeUntil === null ? null : Date.parse(source.completeUntil)
  return (
    <tr>
      <td className="nm">
        <span className="row">
          <Icon name={iconOf(source)} className="text-ink-3" />
          <span className="min-w-0">
            <b className="cut block" title={source.name}>
              {source.name}
            </b>
            <span className="small cut block text-ink-3" title={describe(source)}>
              {describe(source)}
            </span>
          </span>
        </span>
      </td>
      <td>
        <StateMark state={state} />
      </td>
      <td className={`num mono ${late ? 'text-warn' : ''}`} title={until === null ? undefined : formatMoment(until, zone, 'ms')}>
        {until === null ? <span className="text-ink-3">nothing yet</span> : <Until ms={until} zone={zone} now={now} />}
      </td>
      <td className={`num x ${late ? 'text-warn' : 'text-ink-2'}`}>
        {(state === 'live' || state === 'quiet' || late) && source.lagMs !== null ? formatLag(source.lagMs) : ''}
      </td>
      <td className="num">{formatCount(source.received)}</td>
      <td className="num x text-ink-2">{formatCount(source.stored)}</td>
      <td className="num x text-ink-3">{formatCount(source.duplicate)}</td>
      <td className={`num x ${source.quarantined > 0 ? 'text-warn' : 'text-ink-3'}`}>{formatCount(source.quarantined)}</td>
      <td className={`num x ${source.rejected > 0 ? 'text-warn' : 'text-ink-3'}`}>{formatCount(source.rejected)}</td>
      <td className="x spark">{rate === undefined ? <Skeleton width={98} height={16} /> : <Sparkline values={rate} width={98} height={24} />}</td>
    </tr>
  )
}

/** The clock, and under it the day where that is not today. */
function Until({ ms, zone, now }: { ms: number; zone: Zone; now: number }) {
  const near = Math.abs(now - ms) < 86_400_000
  return (
    <>
      {formatClock(ms, zone)}
      {near ? null : <span className="small block font-sans text-ink-3">{formatDay(ms, zone, now)}</span>}
    </>
  )
}

/** Whole seconds: a lag is never known better. */
export function formatLag(lagMs: number): string {
  return lagMs < 59_500 ? `${Math.round(lagMs / 1000)}${THIN}s` : formatDuration(lagMs)
}

function describe(source: SourceStatus): string {
  const kind = KINDS[source.kind] ?? source.kind
  const services = source.services.length
  if (services === 0) return kind
  const only = source.services[0]
  return `${kind}, ${services === 1 && only ? only.name : `${formatCount(services)} services`}`
}

function iconOf(source: SourceStatus): IconName {
  if (source.kind === 'file') return 'file'
  if (source.kind === 'cloudwatch') return source.services[0]?.kind ?? 'cloud'
  return source.kind === 'xray' ? 'link' : 'stream'
}

const STATES: Record<SourceState, { word: string; tone: string }> = {
  live: { word: 'live', tone: '' },
  starting: { word: 'starting', tone: 'text-ink-2' },
  behind: { word: 'behind', tone: 'text-warn' },
  forbidden: { word: 'forbidden', tone: 'text-warn' },
  failing: { word: 'failing', tone: 'text-warn' },
  quiet: { word: 'quiet', tone: 'text-ink-2' },
  done: { word: 'done', tone: 'text-ink-3' },
  empty: { word: 'no events', tone: 'text-ink-3' },
}

const TITLES: Partial<Record<SourceState, string>> = {
  starting: 'It is being read for the first time',
  forbidden: 'AWS does not allow it; the connection says what is missing',
  failing: 'AWS does not answer for it at the moment; the connection says why',
  done: 'Nothing was received in the last 15 minutes, or what came was old',
  quiet: 'The last event that was sent is more than two minutes old',
}

function StateMark({ state }: { state: SourceState }) {
  const mark =
    state === 'done' ? (
      <Icon name="check" size={14} />
    ) : (
      <OutcomeMark outcome={state === 'live' || state === 'quiet' ? 'ok' : state === 'starting' ? 'missing' : isHeldUp(state) ? 'warn' : 'missing'} />
    )
  return (
    <span
      role="img"
      aria-label={STATES[state].word}
      className={`inline-flex items-center gap-1.5 whitespace-nowrap ${STATES[state].tone}`}
      title={TITLES[state]}
    >
      {mark}
      <span className="max-sm:hidden">{STATES[state].word}</span>
    </span>
  )
}

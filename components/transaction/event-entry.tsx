'use client'
import { formatCount, formatPlural } from '#lib/base/format'
import type { Entry } from '#lib/graph/entries'
import { visibleText } from '#lib/graph/visible-text'
import type { TransactionDetail } from '#lib/model/api'
import { CopyButton } from '#components/ui/controls'
import { ServiceName } from '#components/ui/service'
import { levelColour } from '#components/search/raw-events'
import { RawText } from './raw-line'

type Line = TransactionDetail['events'][number]

export interface EventEntryProps {
  entry: Entry<Line>
  startNs: bigint
  /** A line of it proves the chosen link, or it belongs to the chosen unit. */
  mark: 'proves' | 'near' | null
  /** Values that prove the link, marked in the raw text. */
  values: readonly string[]
  open: boolean
  onToggle: () => void
  onSpan: (spanId: string) => void
}

/** One entry of the log in a row of 24 px; opened, the raw text of each of its lines. */
export function EventEntry({ entry: { head, rest }, startNs, mark, values, open, onToggle, onSpan }: EventEntryProps) {
  const worst = rest.reduce((most, line) => (line.severity > most.severity ? line : most), head)
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        className={`ev-row ${mark === 'proves' ? 'bg-accent-weak' : mark === 'near' ? 'bg-surface-2' : ''}`}
        onClick={onToggle}
      >
        <span className="mono num text-ink-3" title={head.time}>
          {offset(head, startNs)}
        </span>
        <ServiceName name={head.service} kind={head.kind} size={14} />
        <span className={`ev-level ${levelColour(worst.severity)}`}>{head.form === 'segment' ? 'trace' : worst.level}</span>
        <span className="row min-w-0">
          <bdi className="ev-message mono cut" title={head.message}>
            {visibleText(head.message)}
          </bdi>
          {rest.length > 0 ? (
            <span className="fold-pill flex-none" title={`${formatPlural(rest.length, 'line')} go on with it`}>
              +{formatCount(rest.length)}
            </span>
          ) : null}
        </span>
      </button>
      {open ? <OpenEntry head={head} rest={rest} startNs={startNs} values={values} onSpan={onSpan} /> : null}
    </>
  )
}

/** Seconds after the start with ms: `+1.504`, `\u22120.030`; whole hours still read as seconds. */
function offset(event: Line, startNs: bigint): string {
  const seconds = Number(BigInt(event.timeNs) - startNs) / 1e9
  return `${seconds < 0 ? '\u2212' : '+'}${Math.abs(seconds).toFixed(3)}`
}

interface OpenEntryProps extends Entry<Line> {
  startNs: bigint
  values: readonly string[]
  onSpan: (spanId: string) => void
}

/** Each line as it was delivered: joining them is for the eye only. */
function OpenEntry({ head, rest, startNs, values, onSpan }: OpenEntryProps) {
  const { spanId } = head
  return (
    <div className="border-y border-line bg-surface-0 px-6 py-2 max-lg:px-4">
      <RawText raw={head.raw} values={values} className="max-h-96 overflow-auto" />
      {rest.length > 0 ? (
        <ol className="ev-rest" aria-label="Lines that go on with it">
          {rest.map((line) => (
            <li key={line.id}>
              <span className="mono num text-ink-3" title={line.time}>
                {offset(line, startNs)}
              </span>
              <RawText raw={line.raw} values={values} className="max-h-96 min-w-0 flex-1 overflow-auto" />
              <CopyButton text={line.raw} label="Copy this line" look="quiet" iconOnly />
            </li>
          ))}
        </ol>
      ) : null}
      <div className="row mt-2 flex-wrap">
        <CopyButton text={head.raw} label={rest.length > 0 ? 'Copy the first line' : 'Copy line'} look="quiet" />
        {rest.length > 0 ? (
          <CopyButton text={[head, ...rest].map((line) => line.raw).join('\n')} label={`Copy all ${formatCount(rest.length + 1)}`} look="quiet" />
        ) : null}
        {spanId ? (
          <button type="button" className="btn quiet" onClick={() => onSpan(spanId)}>
            Show its span
          </button>
        ) : null}
        <span className="small ml-auto text-ink-3">
          {head.logGroup ?? head.source}
          {head.logStream ? `, ${head.logStream}` : ''}
        </span>
      </div>
    </div>
  )
}

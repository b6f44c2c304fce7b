'use client'
import Link from 'next/link'
import type { CSSProperties } from 'react'
import { formatBytes, formatCount, formatDuration } from '#lib/base/format'
import type { UploadItem, Uploads } from '#lib/hooks/upload'
import { useTick } from '#lib/hooks/now'
import type { IngestResult } from '#lib/model/api'
import { IconButton } from '#components/ui/controls'
import { OutcomeMark } from '#components/ui/outcome'

export interface ImportProgressProps {
  uploads: Uploads
  importedRange: { from: string; to: string } | null
}

const STATES: Record<UploadItem['state'], string> = {
  waiting: 'waiting',
  sending: 'sending',
  storing: 'storing',
  done: 'stored',
  failed: 'failed',
  cancelled: 'cancelled',
}

/** Bytes, rate, time left and cancel while it runs; counts and faulty lines after it. */
export function ImportProgress({ uploads, importedRange }: ImportProgressProps) {
  const { items, active } = uploads
  const finished = items.filter((item) => item.result !== null)
  const total = sumResults(finished.flatMap((item) => (item.result ? [item.result] : [])))
  return (
    <section className="import-card" aria-label="Import">
      <div className="row">
        <h2 className="font-semibold">{active ? `Importing ${items.length === 1 ? '1 file' : `${items.length} files`}` : headline(items)}</h2>
        <span className="grow" />
        {active ? (
          <button type="button" className="btn" onClick={uploads.cancelAll}>
            Cancel
          </button>
        ) : (
          <IconButton icon="close" label="Close" small onClick={uploads.clear} />
        )}
      </div>
      <ul className="import-list">
        {items.map((item) => (
          <ImportRow key={item.id} item={item} onCancel={() => uploads.cancel(item.id)} />
        ))}
      </ul>
      {!active && finished.length > 0 ? (
        <div className="row mt-3 flex-wrap">
          {importedRange ? (
            <Link className="btn pri" href={`/?${new URLSearchParams({ from: importedRange.from, to: importedRange.to }).toString()}`} onClick={uploads.clear}>
              Show on the map
            </Link>
          ) : null}
          <span className="small text-ink-3" role="status">
            {formatCount(total.received)} received = {formatCount(total.stored)} stored + {formatCount(total.duplicate)} duplicate +{' '}
            {formatCount(total.quarantined)} quarantined + {formatCount(total.rejected)} rejected
          </span>
        </div>
      ) : null}
    </section>
  )
}

function headline(items: readonly UploadItem[]): string {
  const failed = items.filter((item) => item.state === 'failed').length
  const done = items.filter((item) => item.state === 'done').length
  if (failed > 0) return `${done} of ${items.length} imported, ${failed} failed`
  if (done === items.length) return items.length === 1 ? 'Imported' : `${done} files imported`
  return `${done} of ${items.length} imported, the rest cancelled`
}

function sumResults(results: readonly IngestResult[]) {
  const add = (of: (result: IngestResult) => number) => results.reduce((sum, result) => sum + of(result), 0)
  return {
    received: add((r) => r.received),
    stored: add((r) => r.stored),
    duplicate: add((r) => r.duplicate),
    quarantined: add((r) => r.quarantined),
    rejected: add((r) => r.rejected),
  }
}

function ImportRow({ item, onCancel }: { item: UploadItem; onCancel: () => void }) {
  const now = useTick(500, item.state === 'sending' || item.state === 'storing')
  const share = item.sizeBytes > 0 ? Math.min(1, item.sentBytes / item.sizeBytes) : 1
  const style: CSSProperties = { width: `${share * 100}%` }
  const running = item.state === 'sending' || item.state === 'storing'
  const outcome = { done: 'ok', failed: 'failed', waiting: 'unknown', cancelled: 'missing', sending: 'unknown', storing: 'unknown' } as const
  return (
    <li className="py-1.5">
      <div className="row">
        <OutcomeMark outcome={outcome[item.state]} />
        <span className="mono cut grow" title={item.name}>
          {item.name}
        </span>
        <span className="num small text-ink-3">{STATES[item.state]}</span>
        {running || item.state === 'waiting' ? <IconButton icon="close" label={`Cancel ${item.name}`} small onClick={onCancel} /> : null}
      </div>
      {running ? (
        <>
          <div className="import-track" role="progressbar" aria-label={item.name} aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100}>
            <i style={style} className={item.state === 'storing' ? 'is-storing' : ''} />
          </div>
          <p className="small text-ink-3">{progressText(item, now)}</p>
        </>
      ) : null}
      <ImportOutcome item={item} />
    </li>
  )
}

function progressText(item: UploadItem, now: number): string {
  const seconds = Math.max(0.25, (now - item.startedMs) / 1000)
  const perSecond = item.sentBytes / seconds
  const amount = `${formatBytes(item.sentBytes)} of ${formatBytes(item.sizeBytes)}, ${formatBytes(Math.round(perSecond))}/s`
  if (item.state === 'storing') return `${formatBytes(item.sizeBytes)} sent; the answer comes when all of it is committed`
  const left = perSecond > 0 ? ((item.sizeBytes - item.sentBytes) / perSecond) * 1000 : null
  return left === null ? amount : `${amount}, ${formatDuration(Math.max(1000, Math.round(left / 1000) * 1000))} left`
}

const ERRORS_SHOWN = 5

function ImportOutcome({ item }: { item: UploadItem }) {
  const errors = item.result?.errors ?? []
  return (
    <>
      {item.error ? (
        <p className="small mt-1 text-error" role="alert">
          {item.error.message}
        </p>
      ) : null}
      {item.result ? (
        <p className="small text-ink-2">
          {formatCount(item.result.stored)} stored, {formatCount(item.result.duplicate)} already there
          {item.result.quarantined > 0 ? <span className="text-warn">, {formatCount(item.result.quarantined)} quarantined</span> : null}
          {item.result.rejected > 0 ? <span className="text-warn">, {formatCount(item.result.rejected)} rejected</span> : null}
          {item.endedMs > item.startedMs ? ` in ${formatDuration(item.endedMs - item.startedMs)}` : ''}
        </p>
      ) : null}
      {errors.length > 0 ? (
        <ul className="small mt-1 text-ink-2">
          {errors.slice(0, ERRORS_SHOWN).map((error) => (
            <li key={`${error.line} ${error.code}`}>
              <span className="mono">line {formatCount(error.line)}</span> {error.message}
            </li>
          ))}
          {errors.length > ERRORS_SHOWN ? (
            <li className="text-ink-3">and {errors.length - ERRORS_SHOWN} more; each is kept in quarantine with its reason</li>
          ) : null}
        </ul>
      ) : null}
    </>
  )
}

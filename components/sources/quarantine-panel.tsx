'use client'
import type { ReactNode } from 'react'
import { formatNear } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatBytes, formatCount } from '#lib/base/format'
import { useQuarantine } from '#lib/hooks/quarantine'
import type { Quarantined } from '#lib/model/quarantine'
import { Button, CopyButton } from '#components/ui/controls'
import { EmptyState, ErrorState, Skeleton } from '#components/ui/states'

export interface QuarantinePanelProps {
  zone: Zone
  now: number
  onClose: ReactNode
}

/** What could not be understood, newest first: the reason, and the record itself. */
export function QuarantinePanel({ zone, now, onClose }: QuarantinePanelProps) {
  const list = useQuarantine()
  const items = list.data?.pages.flatMap((page) => page.items)
  return (
    <>
      <div className="head !h-12 !px-4">
        <h2 className="!text-[14px]">Quarantined records</h2>
        <span className="ml-auto">{onClose}</span>
      </div>
      <div className="connection">
        <p className="sub">
          Kept as they came. Mended and sent again, they are stored as events; the ones here stay, so that the sums of what was received hold.
        </p>
        {items ? null : list.error ? (
          <ErrorState what="They could not be read" error={list.error} onRetry={() => void list.refetch()} />
        ) : (
          <Skeleton height={120} />
        )}
        {items?.length === 0 ? <EmptyState title="Nothing is quarantined" /> : null}
        <ul className="quarantine-list" aria-label="Quarantined records">
          {items?.map((item) => (
            <QuarantinedRecord key={`${item.source} ${item.id}`} item={item} zone={zone} now={now} />
          ))}
        </ul>
        {list.hasNextPage ? (
          <Button onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
            Older ones
          </Button>
        ) : null}
      </div>
    </>
  )
}

function QuarantinedRecord({ item, zone, now }: { item: Quarantined; zone: Zone; now: number }) {
  const cut = item.sizeBytes > new TextEncoder().encode(item.text).length
  return (
    <li>
      <p className="font-medium">{item.reason}</p>
      <p className="small text-ink-3">
        <code>{item.source}</code>, line {formatCount(item.line)} of its delivery, {formatNear(Date.parse(item.received), zone, now)},{' '}
        {formatBytes(item.sizeBytes)}
      </p>
      <pre className="command mt-1 max-h-[132px] overflow-auto" tabIndex={0} aria-label="The record">
        {item.text}
        {cut ? '…' : ''}
      </pre>
      <CopyButton text={item.text} label="Copy" look="quiet" />
    </li>
  )
}

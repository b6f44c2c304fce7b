'use client'
import { formatClock } from '#lib/base/clock'
import type { Zone } from '#lib/base/clock'
import { formatCount, formatPlural } from '#lib/base/format'
import type { ConnectionItem } from '#lib/model/connection'
import { Icon } from '#components/ui/icon'
import { OutcomeMark } from '#components/ui/outcome'

export interface ConnectionsProps {
  items: readonly ConnectionItem[]
  openId: string | null
  onOpen: (id: string) => void
  zone: Zone
}

/** A line a connection: how it does, and where it stands; its groups are rows of the table. */
export function Connections({ items, openId, onOpen, zone }: ConnectionsProps) {
  if (items.length === 0) return null
  return (
    <ul className="so-connections" aria-label="Connections to AWS">
      {items.map((item) => (
        <li key={item.id}>
          <button type="button" aria-pressed={item.id === openId} onClick={() => onOpen(item.id)}>
            <Icon name="cloud" className="text-ink-3" />
            <b className="cut">{item.label}</b>
            <ConnectionMark item={item} />
            <span className="cut grow text-ink-3">{item.problem ? item.problem.advice : stateOf(item, zone)}</span>
            <Icon name="right" size={14} className="text-ink-3" />
          </button>
        </li>
      ))}
    </ul>
  )
}

export function ConnectionMark({ item }: { item: Pick<ConnectionItem, 'state' | 'problem' | 'groupStates'> }) {
  const { forbidden, failing } = item.groupStates
  const bad = item.problem !== null || item.state === 'problem'
  const word = item.state === 'disabled' ? 'paused' : bad ? 'problem' : item.state === 'starting' ? 'starting' : forbidden + failing > 0 ? 'partly' : 'reading'
  const outcome = bad ? 'failed' : word === 'partly' ? 'warn' : word === 'reading' ? 'ok' : 'missing'
  return (
    <span className="inline-flex items-center gap-1.5 whitespace-nowrap">
      <OutcomeMark outcome={outcome} />
      {word}
    </span>
  )
}

function stateOf(item: ConnectionItem, zone: Zone): string {
  if (item.state === 'disabled') return 'Nothing is read until it goes on; nothing is lost meanwhile that AWS keeps.'
  const { active, forbidden, failing, deleted, unsupported } = item.groupStates
  const not = [
    forbidden > 0 ? `${formatCount(forbidden)} forbidden` : '',
    failing > 0 ? `${formatCount(failing)} failing` : '',
    unsupported > 0 ? `${formatCount(unsupported)} of another class` : '',
    deleted > 0 ? `${formatCount(deleted)} deleted` : '',
  ].filter(Boolean)
  const until = item.completeUntil === null ? '' : `, complete until ${formatClock(Date.parse(item.completeUntil), zone)}`
  return `${formatPlural(active, 'group')}${not.length > 0 ? ` (${not.join(', ')})` : ''}${until}`
}

'use client'
import type { Zone } from '#lib/base/clock'
import type { ConnectionItem } from '#lib/model/connection'
import { IconButton } from '#components/ui/controls'
import { AddLogs } from './add-logs'
import { ConnectPanel } from './connect/connect-panel'
import { ConnectionPanel } from './connection-panel'
import { FormatsPanel } from './formats-panel'
import { LiveTailPanel } from './live-tail-panel'
import { QuarantinePanel } from './quarantine-panel'

export type Panel =
  | { show: 'none' }
  | { show: 'ways' }
  | { show: 'quarantine' }
  | { show: 'formats' }
  | { show: 'connect'; id?: string }
  | { show: 'connection'; id: string }
  | { show: 'tail'; id: string; group: string }

export const PANEL_NAMES: Record<Panel['show'], string> = {
  none: '',
  ways: 'Add logs',
  quarantine: 'Quarantined records',
  formats: 'Formats of access logs',
  connect: 'Connecting to AWS',
  connection: 'Connection to AWS',
  tail: 'Live tail',
}

export interface SidePanelProps {
  panel: Panel
  onPanel: (panel: Panel) => void
  connections: readonly ConnectionItem[]
  zone: Zone
  now: number
}

/** What stands beside the table: the ways to bring logs, the steps of a new connection, one that exists, or what needs a look. */
export function SidePanel({ panel, onPanel, connections, zone, now }: SidePanelProps) {
  const close = (to: Panel) => <IconButton icon="close" label="Close" small onClick={() => onPanel(to)} />
  const item = 'id' in panel ? connections.find((other) => other.id === panel.id) : undefined
  if (panel.show === 'connect') {
    return (
      <ConnectPanel
        key={panel.id ?? 'new'}
        {...(item ? { existing: item } : {})}
        onDone={(id) => onPanel({ show: 'connection', id })}
        onClose={close(item ? { show: 'connection', id: item.id } : { show: 'ways' })}
      />
    )
  }
  if (panel.show === 'tail')
    return <LiveTailPanel connection={panel.id} group={panel.group} zone={zone} onClose={close({ show: 'connection', id: panel.id })} />
  if (panel.show === 'connection' && item) {
    return (
      <ConnectionPanel
        key={item.id}
        item={item}
        zone={zone}
        now={now}
        onChange={() => onPanel({ show: 'connect', id: item.id })}
        onWatch={(group) => onPanel({ show: 'tail', id: item.id, group })}
        onRemoved={() => onPanel({ show: 'ways' })}
        onClose={close({ show: 'none' })}
      />
    )
  }
  if (panel.show === 'quarantine') return <QuarantinePanel zone={zone} now={now} onClose={close({ show: 'ways' })} />
  if (panel.show === 'formats') return <FormatsPanel onClose={close({ show: 'ways' })} />
  return <AddLogs onConnect={() => onPanel({ show: 'connect' })} onFormats={() => onPanel({ show: 'formats' })} onClose={close({ show: 'none' })} />
}

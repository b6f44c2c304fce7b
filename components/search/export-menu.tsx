'use client'
import { formatCount } from '#lib/base/format'
import { download, toNdjson } from '#lib/hooks/download'
import { Icon } from '#components/ui/icon'
import { MenuItem, Popover } from '#components/ui/popover'

export interface ExportMenuProps {
  /** What is listed now, and what the file is called. */
  items: readonly unknown[]
  name: string
}

/** Saves what is listed, no more: the count says how much that is. */
export function ExportMenu({ items, name }: ExportMenuProps) {
  return (
    <Popover
      label="Export"
      align="end"
      width={220}
      disabled={items.length === 0}
      className="btn"
      trigger={
        <>
          <Icon name="export" />
          Export
        </>
      }
    >
      {(close) => (
        <>
          <h3>{formatCount(items.length)} listed</h3>
          <MenuItem
            onSelect={() => {
              download(`${name}.json`, 'application/json', JSON.stringify(items, null, 2))
              close()
            }}
            end=".json"
          >
            JSON
          </MenuItem>
          <MenuItem
            onSelect={() => {
              download(`${name}.ndjson`, 'application/x-ndjson', toNdjson(items))
              close()
            }}
            end=".ndjson"
          >
            One a line
          </MenuItem>
        </>
      )}
    </Popover>
  )
}

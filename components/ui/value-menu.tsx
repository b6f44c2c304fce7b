'use client'
import { useRouter } from 'next/navigation'
import { useHref, useView } from '#lib/hooks/view'
import { withCondition } from '#lib/search/edit'
import { Icon } from './icon'
import { MenuItem, Popover } from './popover'

export interface ValueMenuProps {
  field: string
  value: string
  className?: string
}

/** A value as a handle: search with it, without it, or copy it. */
export function ValueMenu({ field, value, className = '' }: ValueMenuProps) {
  const [view] = useView()
  const href = useHref()
  const router = useRouter()
  const search = (sign: 'include' | 'exclude', from = view.q) => router.push(href('/search', { q: withCondition(from, field, value, sign) }))
  return (
    <Popover label={`${field} ${value}`} title={`${field}: ${value}`} width={240} className={`value ${className}`} trigger={value}>
      {(close) => (
        <>
          <h3 className="cut" title={`${field}: ${value}`}>
            {field}: {value}
          </h3>
          <MenuItem
            onSelect={() => {
              close()
              search('include', '')
            }}
          >
            <Icon name="search" size={14} />
            Transactions with it
          </MenuItem>
          <MenuItem
            onSelect={() => {
              close()
              search('include')
            }}
          >
            <Icon name="plus" size={14} />
            Add to the search
          </MenuItem>
          <MenuItem
            onSelect={() => {
              close()
              search('exclude')
            }}
          >
            <Icon name="minus" size={14} />
            Exclude from the search
          </MenuItem>
          <MenuItem
            onSelect={() => {
              void navigator.clipboard.writeText(value)
              close()
            }}
          >
            <Icon name="copy" size={14} />
            Copy
          </MenuItem>
        </>
      )}
    </Popover>
  )
}

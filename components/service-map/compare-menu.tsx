'use client'
import type { CompareMode } from '#lib/graph/compare-range'
import { Icon } from '#components/ui/icon'
import { MenuItem, Popover } from '#components/ui/popover'

export const COMPARE_NAMES: Record<Exclude<CompareMode, 'off'>, { label: string; short: string }> = {
  day: { label: 'Yesterday, same hours', short: 'yesterday' },
  week: { label: 'A week before, same hours', short: 'a week before' },
  previous: { label: 'The period before', short: 'the period before' },
}

const MODES: CompareMode[] = ['off', 'day', 'week', 'previous']

export interface CompareMenuProps {
  mode: CompareMode
  onChange: (mode: CompareMode) => void
}

export function CompareMenu({ mode, onChange }: CompareMenuProps) {
  const label = (of: CompareMode) => (of === 'off' ? 'No comparison' : COMPARE_NAMES[of].label)
  return (
    <Popover
      label={mode === 'off' ? 'Compare' : `Compared with: ${label(mode)}`}
      align="end"
      width={220}
      trigger={
        <>
          <Icon name="compare" />
          {mode === 'off' ? 'Compare' : label(mode)}
          <Icon name="down" />
        </>
      }
    >
      {(close) =>
        MODES.map((of) => (
          <MenuItem
            key={of}
            checked={of === mode}
            onSelect={() => {
              onChange(of)
              close()
            }}
            end={of === mode ? <Icon name="check" size={14} /> : null}
          >
            {label(of)}
          </MenuItem>
        ))
      }
    </Popover>
  )
}

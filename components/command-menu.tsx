'use client'
import { useEffect, useId, useRef, useState } from 'react'
import type { KeyboardEvent, RefObject } from 'react'
import { useRouter } from 'next/navigation'
import { relativeLabel } from '#lib/base/time-entry'
import { matchCommands } from '#lib/graph/commands'
import type { Command } from '#lib/graph/commands'
import { useStatus } from '#lib/hooks/data'
import { usePreference } from '#lib/hooks/preferences'
import { isLive, useHref, useView } from '#lib/hooks/view'
import { Kbd } from '#components/ui/controls'
import { Icon } from '#components/ui/icon'

interface Doing extends Command {
  run: () => void
}

export interface CommandMenuProps {
  /** The list of keys, which is one of the commands. */
  keysDialog: RefObject<HTMLDialogElement | null>
}

/** Ctrl-K or Cmd-K: every page, range and setting by its name, and whatever else is typed as a search. */
export function CommandMenu({ keysDialog }: CommandMenuProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const [open, setOpen] = useState(false)
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return
      event.preventDefault()
      if (dialog.current?.open) dialog.current.close()
      else {
        setOpen(true)
        dialog.current?.showModal()
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
  return (
    <dialog
      ref={dialog}
      className="sheet command"
      aria-label="Commands"
      onClose={() => setOpen(false)}
      onClick={(event) => event.target === dialog.current && dialog.current?.close()}
    >
      {open ? <Commands keysDialog={keysDialog} close={() => dialog.current?.close()} /> : null}
    </dialog>
  )
}

function Commands({ keysDialog, close }: CommandMenuProps & { close: () => void }) {
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState(0)
  const listId = useId()
  const list = useRef<HTMLDivElement>(null)
  const found = useFound(typed, keysDialog)
  const run = (command: Doing | undefined) => {
    if (!command) return
    close()
    command.run()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') run(found[chosen])
    else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      const next = (chosen + (event.key === 'ArrowDown' ? 1 : found.length - 1)) % Math.max(1, found.length)
      setChosen(next)
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
    } else return
    event.preventDefault()
  }
  return (
    <>
      <div className="flex items-center gap-2 border-b border-line px-3">
        <Icon name="search" />
        <input
          autoFocus
          className="h-11 min-w-0 flex-1 bg-transparent outline-none"
          role="combobox"
          aria-label="Command or search"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found[chosen] ? `${listId}-${chosen}` : undefined}
          placeholder="Go to, change, or search"
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value)
            setChosen(0)
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div ref={list} id={listId} role="listbox" aria-label="Commands" className="command-list">
        {found.map((command, i) => (
          <div
            key={command.id}
            id={`${listId}-${i}`}
            role="option"
            aria-selected={i === chosen}
            className="opt"
            onMouseMove={() => setChosen(i)}
            onClick={() => run(command)}
          >
            <span className="cut">{command.label}</span>
            {command.end ? (
              <span className="end">
                <Kbd>{command.end}</Kbd>
              </span>
            ) : null}
          </div>
        ))}
      </div>
    </>
  )
}

const RANGES = ['-15m', '-1h', '-4h', '-24h', '-7d', '-30d']

function useFound(typed: string, keysDialog: CommandMenuProps['keysDialog']): Doing[] {
  const router = useRouter()
  const href = useHref()
  const [view, setView] = useView()
  const [theme, setTheme] = usePreference('theme')
  const [zone, setZone] = usePreference('zone')
  const data = useStatus().data?.data ?? null
  const live = isLive(view)
  const goTo = (path: string) => () => router.push(href(path))
  const commands: Doing[] = [
    { id: 'map', label: 'Map', also: 'go services home', end: 'g m', run: goTo('/') },
    { id: 'transactions', label: 'Transactions', also: 'go search list', end: 'g t', run: goTo('/search') },
    { id: 'quality', label: 'Quality', also: 'go advice log lint', end: 'g q', run: goTo('/quality') },
    { id: 'sources', label: 'Sources', also: 'go import connect aws', end: 'g s', run: goTo('/sources') },
    ...RANGES.map((from) => ({
      id: from,
      label: relativeLabel(from, 'now') ?? from,
      also: 'time range',
      run: () => setView({ from, to: 'now' }),
    })),
    ...(data ? [{ id: 'all', label: 'All data', also: 'time range', run: () => setView({ from: data.from, to: data.to }) }] : []),
    ...(view.to === 'now'
      ? [{ id: 'live', label: live ? 'Stop refreshing' : 'Refresh by itself', also: 'live', run: () => setView({ live: live ? 'off' : '' }, 'replace') }]
      : []),
    ...(['system', 'light', 'dark'] as const)
      .filter((name) => name !== theme)
      .map((name) => ({ id: name, label: `Theme: ${name === 'system' ? 'as the system' : name}`, run: () => setTheme(name) })),
    { id: 'zone', label: `Times in ${zone === 'utc' ? 'local time' : 'UTC'}`, also: 'zone', run: () => setZone(zone === 'utc' ? 'local' : 'utc') },
    { id: 'keys', label: 'Keys', also: 'shortcuts help', end: '?', run: () => keysDialog.current?.showModal() },
  ]
  const found = matchCommands(commands, typed)
  const q = typed.trim()
  if (q !== '') found.push({ id: 'search', label: `Search transactions for \u201c${q}\u201d`, run: () => router.push(href('/search', { q })) })
  return found
}

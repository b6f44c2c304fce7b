'use client'
import { useEffect } from 'react'
import type { RefObject } from 'react'
import { useRouter } from 'next/navigation'
import { usePreference } from '#lib/hooks/preferences'
import { useHref } from '#lib/hooks/view'
import { IconButton, Kbd } from '#components/ui/controls'

const KEYS: { title: string; keys: [string[], string][] }[] = [
  {
    title: 'Everywhere',
    keys: [
      [['Ctrl K'], 'Commands (⌘ K on a Mac)'],
      [['/'], 'Search'],
      [['g', 'm'], 'Map'],
      [['g', 't'], 'Transactions'],
      [['g', 'q'], 'Quality'],
      [['g', 's'], 'Sources'],
      [['?'], 'This list'],
      [['Esc'], 'Close, or one step back'],
    ],
  },
  {
    title: 'Search box',
    keys: [
      [['↑', '↓'], 'Choose'],
      [['Tab'], 'Complete'],
      [['Enter'], 'Show transactions'],
      [['Shift Enter'], 'Show on the map'],
    ],
  },
  {
    title: 'Map',
    keys: [
      [['←', '→'], 'To cause, to effect'],
      [['↑', '↓'], 'Neighbour above, below'],
      [['Enter'], 'Open the service'],
      [['+', '-', '0'], 'Zoom in, out, fit'],
      [['f'], 'Find in the map'],
    ],
  },
  {
    title: 'Transaction',
    keys: [
      [['←', '→'], 'Graph: to cause, to effect'],
      [['w', 's'], 'Timeline: zoom in, out'],
      [['a', 'd'], 'Timeline: earlier, later'],
      [['0'], 'Show all again'],
      [['Esc'], 'Select nothing'],
    ],
  },
  {
    title: 'Lists',
    keys: [
      [['j', 'k'], 'Next, previous'],
      [['Enter'], 'Open'],
    ],
  },
]

/** True where a key belongs to what is being typed. */
export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}

export interface KeysDialogProps {
  dialog: RefObject<HTMLDialogElement | null>
}

export function KeysDialog({ dialog }: KeysDialogProps) {
  const [enabled, setEnabled] = usePreference('keys')
  useGlobalKeys(dialog, enabled === 'on')
  return (
    <dialog ref={dialog} className="sheet" aria-labelledby="keys-title" onClick={(event) => event.target === dialog.current && dialog.current?.close()}>
      <div className="p-4">
        <div className="row mb-3">
          <h2 id="keys-title" className="text-title font-semibold">
            Keys
          </h2>
          <IconButton icon="close" label="Close" small className="ml-auto" onClick={() => dialog.current?.close()} />
        </div>
        <div className="grid grid-cols-2 gap-x-10 gap-y-4 max-sm:grid-cols-1">
          {KEYS.map(({ title, keys }) => (
            <section key={title}>
              <h3 className="small mb-1 font-semibold text-ink-3">{title}</h3>
              <dl>
                {keys.map(([names, what]) => (
                  <div key={what} className="flex h-7 items-center gap-4">
                    <dt className="flex w-24 gap-1">
                      {names.map((name) => (
                        <Kbd key={name}>{name}</Kbd>
                      ))}
                    </dt>
                    <dd className="text-ink-2">{what}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
        <label className="row mt-4 border-t border-line pt-3">
          <input
            type="checkbox"
            className="size-4 accent-[var(--accent)]"
            checked={enabled === 'on'}
            onChange={(event) => setEnabled(event.target.checked ? 'on' : 'off')}
          />
          Single keys are shortcuts
        </label>
      </div>
    </dialog>
  )
}

function useGlobalKeys(dialog: RefObject<HTMLDialogElement | null>, enabled: boolean): void {
  const router = useRouter()
  const href = useHref()
  useEffect(() => {
    if (!enabled) return
    let first = ''
    const pages: Record<string, string> = { m: '/', t: '/search', q: '/quality', s: '/sources' }
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return
      const page = first === 'g' ? pages[event.key] : undefined
      first = event.key
      if (page) router.push(href(page))
      else if (event.key === '?') dialog.current?.showModal()
      else if (event.key === '/') {
        event.preventDefault()
        window.dispatchEvent(new Event('specter.search'))
      }
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [dialog, enabled, router, href])
}

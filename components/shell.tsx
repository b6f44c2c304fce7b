'use client'
import { useEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import Link from 'next/link'
import { useStatus } from '#lib/hooks/data'
import { usePreference } from '#lib/hooks/preferences'
import type { ThemeChoice } from '#lib/hooks/preferences'
import { isLive, useHref, useIsPage, useView } from '#lib/hooks/view'
import { Icon, Logo } from '#components/ui/icon'
import { MenuItem, Popover } from '#components/ui/popover'
import { CommandMenu } from './command-menu'
import { KeysDialog } from './keys-dialog'
import { SearchBar } from './search-bar'
import { TimeRange } from './time-range'

const PAGES = [
  { path: '/', label: 'Map' },
  { path: '/search', label: 'Transactions', also: '/transactions' },
  { path: '/quality', label: 'Quality' },
  { path: '/sources', label: 'Sources' },
]

/** The bar and the page under it. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a href="#page" className="skip">
        Skip to the page
      </a>
      <header className="bar">
        <BarContent />
      </header>
      <div id="page" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
        {children}
      </div>
    </div>
  )
}

function BarContent() {
  const href = useHref()
  return (
    <>
      <Link className="brand" href={href('/')}>
        <Logo />
        Specter
      </Link>
      <nav className="nav" aria-label="Pages">
        {PAGES.map((page) => (
          <PageLink key={page.path} {...page} href={href(page.path)} />
        ))}
      </nav>
      <SearchBar />
      <TimeRange />
      <LiveButton />
      <ThemeMenu />
      <KeysButton />
      <SmallMenu />
    </>
  )
}

interface PageLinkProps {
  path: string
  also?: string
  label: string
  href: string
}

function PageLink({ path, also, label, href }: PageLinkProps) {
  const here = useIsPage(path)
  const inside = useIsPage(also ?? path)
  return (
    <Link href={href} aria-current={here || inside ? 'page' : undefined}>
      {label}
    </Link>
  )
}

function LiveButton() {
  const [view, setView] = useView()
  const live = isLive(view)
  const possible = view.to === 'now'
  const lost = useStatus().isError
  const title = !possible
    ? 'Only a range that ends now refreshes by itself'
    : lost
      ? 'Specter does not answer: what is shown is from before'
      : 'Refreshes by itself every 10 s'
  return (
    <button
      type="button"
      className="btn quiet only-l"
      aria-pressed={live}
      disabled={!possible}
      title={title}
      onClick={() => setView({ live: live ? 'off' : '' }, 'replace')}
    >
      <span className={`live-dot${!live ? ' off' : lost ? ' lost' : ''}`} />
      Live
    </button>
  )
}

const THEMES: { value: ThemeChoice; label: string }[] = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
]

/** Sets the theme on the document and follows the system while that is the choice. */
function useTheme(): [ThemeChoice, (theme: ThemeChoice) => void] {
  const [theme, setTheme] = usePreference('theme')
  useEffect(() => {
    const system = window.matchMedia('(prefers-color-scheme: dark)')
    const apply = () => {
      const dark = theme === 'dark' || (theme === 'system' && system.matches)
      document.documentElement.dataset.theme = dark ? 'dark' : 'light'
    }
    apply()
    system.addEventListener('change', apply)
    return () => system.removeEventListener('change', apply)
  }, [theme])
  return [theme, setTheme]
}

function ThemeMenu() {
  const [theme, setTheme] = useTheme()
  return (
    <Popover label="Theme" title="Theme" align="end" className="btn quiet icon only-l" width={160} trigger={<Icon name="theme" />}>
      {(close) =>
        THEMES.map(({ value, label }) => (
          <MenuItem
            key={value}
            checked={theme === value}
            onSelect={() => {
              setTheme(value)
              close()
            }}
            end={theme === value ? <Icon name="check" size={14} /> : null}
          >
            {label}
          </MenuItem>
        ))
      }
    </Popover>
  )
}

function KeysButton() {
  const dialog = useRef<HTMLDialogElement>(null)
  return (
    <>
      <button type="button" className="btn quiet icon only-l" aria-label="Keys" title="Keys" onClick={() => dialog.current?.showModal()}>
        <Icon name="help" />
      </button>
      <KeysDialog dialog={dialog} />
      <CommandMenu keysDialog={dialog} />
    </>
  )
}

/** Under 960 px: what the bar has no room for. */
function SmallMenu() {
  const href = useHref()
  const [view, setView] = useView()
  const [theme, setTheme] = usePreference('theme')
  const live = isLive(view)
  return (
    <Popover label="Menu" align="end" className="btn quiet icon only-s" width={200} trigger={<Icon name="menu" />}>
      {(close) => (
        <>
          {PAGES.map(({ path, label }) => (
            <Link key={path} role="menuitem" tabIndex={-1} className="opt" href={href(path)} onClick={close}>
              {label}
            </Link>
          ))}
          <h3 className="mt-1 border-t border-line">Refresh</h3>
          <MenuItem checked={live} disabled={view.to !== 'now'} onSelect={() => setView({ live: live ? 'off' : '' }, 'replace')} end={live ? 'on' : 'off'}>
            Live
          </MenuItem>
          <h3 className="mt-1 border-t border-line">Theme</h3>
          {THEMES.map(({ value, label }) => (
            <MenuItem
              key={value}
              checked={theme === value}
              onSelect={() => {
                setTheme(value)
                close()
              }}
            >
              {label}
            </MenuItem>
          ))}
        </>
      )}
    </Popover>
  )
}

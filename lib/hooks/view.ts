'use client'
/** View state: what can be linked to lives in the URL, preferences in localStorage (preferences.ts). */
import { useCallback, useMemo } from 'react'
import { usePathname, useSearchParams } from 'next/navigation'
import { readState, writeState } from './url-state'

export type UrlPatch<T> = { [K in keyof T]?: string | undefined }
export type UrlMode = 'push' | 'replace'
export type SetUrl<T> = (patch: UrlPatch<T>, mode?: UrlMode) => void

/**
 * The page's parameters in the URL and a setter that keeps the others. Pushing makes a step for the back button; replace is for what
 * changes while one drags or types. `defaults` must be a constant outside the component.
 */
export function useUrlState<T extends Record<string, string>>(defaults: T): [T, (patch: UrlPatch<T>, mode?: UrlMode) => void] {
  const search = useSearchParams()
  const state = useMemo(() => readState(new URLSearchParams(search), defaults), [search, defaults])
  const set = useCallback(
    (patch: UrlPatch<T>, mode: UrlMode = 'push') => {
      const text = writeState(new URLSearchParams(window.location.search), defaults, patch)
      const url = window.location.pathname + text
      if (url === window.location.pathname + window.location.search) return
      if (mode === 'push') window.history.pushState(null, '', url)
      else window.history.replaceState(null, '', url)
    },
    [defaults],
  )
  return [state, set]
}

/** Shared by every page: the search and the time range. `from`/`to` stay as written: relative stays relative. */
export const VIEW_DEFAULTS = { q: '', from: '-24h', to: 'now', live: '' }
export type View = typeof VIEW_DEFAULTS

export function useView(): [View, (patch: UrlPatch<View>, mode?: UrlMode) => void] {
  return useUrlState(VIEW_DEFAULTS)
}

/** A link to another page that keeps search and range; `extra` adds parameters or, with undefined, drops one. */
export function useHref(): (path: string, extra?: Record<string, string | undefined>) => string {
  const [view] = useView()
  return useCallback((path, extra = {}) => path + writeState(new URLSearchParams(), VIEW_DEFAULTS, { ...view, ...extra }), [view])
}

/** Whether this page refreshes by itself: only a range that ends now can, unless it was switched off. */
export function isLive(view: View): boolean {
  return view.to === 'now' && view.live !== 'off'
}

/** True on the page that `path` names. */
export function useIsPage(path: string): boolean {
  const pathname = usePathname()
  return path === '/' ? pathname === '/' : pathname === path || pathname.startsWith(`${path}/`)
}

'use client'
import { useEffect } from 'react'
import { usePathname } from 'next/navigation'
import { useView, VIEW_DEFAULTS } from './view'

/** Once a visit of a page: who then chooses the last 24 hours again wants to see that they are empty. */
const led = new Set<string>()

/**
 * Whoever opens a page without a time of their own and finds the last 24 hours empty is led to the nearest data: an import of last
 * year's logs is looked at by opening the address. `nearest` is null while nothing is known or something is found. Each page leads for
 * itself: a search sent off while the map is being led leaves without the map's time.
 */
export function useLeadToData(nearest: { from: string; to: string } | null): void {
  const [view, setView] = useView()
  const page = usePathname()
  const chosen = view.from !== VIEW_DEFAULTS.from || view.to !== VIEW_DEFAULTS.to
  const from = nearest?.from
  const to = nearest?.to
  useEffect(() => {
    if (chosen) led.add(page)
    if (led.has(page) || chosen || from === undefined || to === undefined) return
    led.add(page)
    setView({ from, to }, 'replace')
  }, [chosen, from, to, setView, page])
}

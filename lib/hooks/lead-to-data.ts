'use client'
import { useEffect } from 'react'
import { useView, VIEW_DEFAULTS } from './view'

/** Once a visit: who then chooses the last 24 hours again wants to see that they are empty. */
let led = false

/**
 * Whoever opens a page without a time of their own and finds the last 24 hours empty is led to the nearest data: an import of last
 * year's logs is looked at by opening the address. `nearest` is null while nothing is known or something is found.
 */
export function useLeadToData(nearest: { from: string; to: string } | null): void {
  const [view, setView] = useView()
  const chosen = view.from !== VIEW_DEFAULTS.from || view.to !== VIEW_DEFAULTS.to
  const from = nearest?.from
  const to = nearest?.to
  useEffect(() => {
    if (chosen) led = true
    if (led || chosen || from === undefined || to === undefined) return
    led = true
    setView({ from, to }, 'replace')
  }, [chosen, from, to, setView])
}

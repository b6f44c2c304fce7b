'use client'
/** `light` or `dark`; changes with the theme, so that a canvas takes its colours anew. Empty while the server renders. */
import { useSyncExternalStore } from 'react'

function subscribe(changed: () => void): () => void {
  const watch = new MutationObserver(changed)
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => watch.disconnect()
}

export function useThemeName(): string {
  return useSyncExternalStore(
    subscribe,
    () => document.documentElement.dataset.theme ?? '',
    () => '',
  )
}

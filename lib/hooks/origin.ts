'use client'
/** The address that this page came from, for commands to copy. Empty while the server renders. */
import { useSyncExternalStore } from 'react'

const never = () => () => undefined

export function useOrigin(): string {
  return useSyncExternalStore(
    never,
    () => window.location.origin,
    () => '',
  )
}

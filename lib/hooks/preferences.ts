'use client'
/** Preferences of this browser, in localStorage, shared between tabs: theme, zone, shortcuts. */
import { useCallback, useSyncExternalStore } from 'react'
import type { Zone } from '#lib/base/clock'

export type ThemeChoice = 'system' | 'light' | 'dark'

interface Preferences {
  theme: ThemeChoice
  zone: Zone
  /** Single-key shortcuts can be switched off (WCAG 2.1.4). */
  keys: 'on' | 'off'
}

const DEFAULTS: Preferences = { theme: 'system', zone: 'utc', keys: 'on' }
const CHOICES: { [K in keyof Preferences]: readonly Preferences[K][] } = {
  theme: ['system', 'light', 'dark'],
  zone: ['utc', 'local'],
  keys: ['on', 'off'],
}
const CHANGED = 'specter.preferences'

/** A stored JSON value, null where there is none or storage is switched off. */
export function readStored(name: string): unknown {
  try {
    return JSON.parse(window.localStorage.getItem(`specter.${name}`) ?? 'null')
  } catch {
    return null
  }
}

/** Stores a value; where storage is full or switched off the page works on without it. */
export function writeStored(name: string, value: unknown): void {
  try {
    window.localStorage.setItem(`specter.${name}`, JSON.stringify(value))
  } catch {
    return
  }
}

function read<K extends keyof Preferences>(name: K): Preferences[K] {
  const stored = readStored(name)
  return CHOICES[name].find((choice) => choice === stored) ?? DEFAULTS[name]
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('storage', changed)
  window.addEventListener(CHANGED, changed)
  return () => {
    window.removeEventListener('storage', changed)
    window.removeEventListener(CHANGED, changed)
  }
}

export function usePreference<K extends keyof Preferences>(name: K): [Preferences[K], (value: Preferences[K]) => void] {
  const value = useSyncExternalStore(
    subscribe,
    () => read(name),
    () => DEFAULTS[name],
  )
  const set = useCallback(
    (next: Preferences[K]) => {
      writeStored(name, next)
      window.dispatchEvent(new Event(CHANGED))
    },
    [name],
  )
  return [value, set]
}

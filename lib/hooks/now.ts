'use client'
/** The browser's clock, ticking every `stepMs`. Null while the server renders: its clock must not reach the page. */
import { useEffect, useState, useSyncExternalStore } from 'react'

const STEP_MS = 5_000
let current = 0

function subscribe(changed: () => void): () => void {
  const timer = window.setInterval(() => {
    current = Date.now()
    changed()
  }, STEP_MS)
  return () => window.clearInterval(timer)
}

function read(): number {
  // A tick late by less than a step is the same moment, so that a render never sees two.
  if (Date.now() - current >= STEP_MS) current = Date.now()
  return current
}

export function useNow(): number | null {
  return useSyncExternalStore(subscribe, read, () => null)
}

/** A clock that ticks every `everyMs` while `running`: for progress. */
export function useTick(everyMs: number, running: boolean): number {
  const [now, setNow] = useState(0)
  useEffect(() => {
    if (!running) return
    const tick = () => setNow(Date.now())
    tick()
    const timer = window.setInterval(tick, everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs, running])
  return now
}
